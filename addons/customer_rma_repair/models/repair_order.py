from odoo import fields, models


class RepairOrder(models.Model):
    _inherit = 'repair.order'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='Return of a customer', index='btree_not_null', ondelete='set null', copy=False, readonly=True)
    customer_rma_line_id = fields.Many2one(
        'customer.rma.line', string='Line of a return', index='btree_not_null', ondelete='set null', copy=False,
        readonly=True)
    customer_rma_picking_id = fields.Many2one(
        'stock.picking', string='Delivery back to the customer', index='btree_not_null', ondelete='set null', copy=False,
        readonly=True)
    customer_rma_start_date = fields.Datetime(string='Repair begun on', readonly=True, copy=False)
    customer_rma_done_date = fields.Datetime(string='Repaired on', readonly=True, copy=False)

    def _of_returns(self):
        """Return the repairs of returns, in sudo: who repairs need not know of returns."""
        return self.sudo().filtered(
            lambda repair: repair.customer_rma_line_id and repair.customer_rma_line_id.resolution == 'repair')

    def action_repair_start(self):
        """Note for the customer that it was begun."""
        result = super().action_repair_start()
        self._of_returns().filtered(
            lambda repair: not repair.customer_rma_start_date).customer_rma_start_date = fields.Datetime.now()
        return result

    def action_repair_done(self):
        """Send what was repaired for a return back to its customer, once."""
        result = super().action_repair_done()
        for repair in self._of_returns().filtered(
                lambda repair: repair.state == 'done' and not repair.customer_rma_picking_id):
            repair.customer_rma_done_date = fields.Datetime.now()
            repair.customer_rma_picking_id = repair.customer_rma_line_id._send_repaired(repair)
        return result

    def action_repair_cancel(self):
        """Refund what is not repaired, as any other line."""
        result = super().action_repair_cancel()
        for line in self._of_returns().customer_rma_line_id:
            if not line._repairs():
                line.resolution = 'refund'
                line.rma_id._add_refund()
        return result
