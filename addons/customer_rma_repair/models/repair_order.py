from odoo import fields, models


class RepairOrder(models.Model):
    _inherit = 'repair.order'

    customer_rma_line_id = fields.Many2one(
        'customer.rma.line', string='Line of a return', index='btree_not_null', ondelete='set null', copy=False,
        readonly=True)
    customer_rma_done_date = fields.Datetime(string='Repaired on', readonly=True, copy=False)

    def action_repair_done(self):
        """Send what was repaired for a return back to its customer."""
        result = super().action_repair_done()
        # sudo: who repairs need not know of returns
        for repair in self.sudo().filtered(lambda repair: repair.customer_rma_line_id and repair.state == 'done'):
            repair.customer_rma_done_date = fields.Datetime.now()
            repair.customer_rma_line_id._send_repaired(repair)
        return result

    def action_repair_cancel(self):
        """Refund what is not repaired, as any other line."""
        result = super().action_repair_cancel()
        for line in self.sudo().customer_rma_line_id:  # sudo: see above
            if not line._repairs() and line.resolution == 'repair':
                line.resolution = 'refund'
                line.rma_id._add_refund()
        return result
