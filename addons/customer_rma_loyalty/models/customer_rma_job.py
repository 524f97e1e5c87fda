from odoo import fields, models


class CustomerRmaJob(models.Model):
    _inherit = 'customer.rma.job'

    kind = fields.Selection(selection_add=[('credit', 'Give store credit')], ondelete={'credit': 'cascade'})

    def _do(self):
        if self.kind != 'credit':
            return super()._do()
        self.state = 'done'
        return self.rma_id._give_store_credit(self.move_id)
