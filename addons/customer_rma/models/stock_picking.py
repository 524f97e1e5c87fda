from odoo import fields, models


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='Return of a customer', index='btree_not_null', ondelete='set null')

    def _action_done(self):
        """Let returns take note of their receipt, by a job: whoever validates the transfer waits for nothing."""
        self._check_returned_lots()
        result = super()._action_done()
        # sudo: the warehouse need not know of returns
        for picking in self.sudo().filtered(lambda picking: picking.customer_rma_id and picking.state == 'done'):
            picking.customer_rma_id._add_job('receipt', f'picking-{picking.id}')
        # sudo: nor of what was sent instead
        for rma in self.sudo().filtered(lambda picking: picking.state == 'done')._replaced_returns():
            rma._add_job('close', f'sent-{"-".join(map(str, self.ids))}')
        return result

    def action_cancel(self):
        """Let returns take note that some of their goods are not expected any more."""
        result = super().action_cancel()
        for picking in self.sudo().filtered(lambda picking: picking.customer_rma_id and picking.state == 'cancel'):
            picking.customer_rma_id._add_job('receipt', f'cancel-{picking.id}')
        return result

    def _replaced_returns(self):
        """Return the returns for which these transfers bring other goods to the customer."""
        moves = self.move_ids.filtered(lambda move: move.location_dest_id.usage == 'customer')
        return moves.customer_rma_replacement_id.rma_id
