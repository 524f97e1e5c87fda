from odoo import models


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    def _action_done(self):
        """Let returns take note that repaired goods left."""
        result = super()._action_done()
        # sudo: the warehouse need not know of returns
        for picking in self.sudo().filtered(lambda picking: picking.state == 'done' and not picking.customer_rma_id):
            for rma in picking.move_ids.customer_rma_line_id.rma_id:
                rma._add_job('close', f'repaired-{picking.id}')
        return result
