from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CustomerRmaLine(models.Model):
    _inherit = 'customer.rma.line'

    resolution = fields.Selection(selection_add=[('credit', 'Store credit')], ondelete={'credit': 'set default'})

    @api.constrains('resolution')
    def _check_store_credit(self):
        for line in self.sudo():  # sudo: who enters returns need not read programs
            if line.resolution == 'credit' and not line.company_id.customer_rma_credit_program_id:
                raise ValidationError(self.env._('%s gives no store credit.', line.company_id.name))

    def _is_credited(self):
        return self.resolution == 'credit' or super()._is_credited()

    def _payback(self):
        return 'credit' if self.resolution == 'credit' else super()._payback()
