from odoo import fields, models

from ..const import REVERSAL_KEY


class AccountMove(models.Model):
    _inherit = 'account.move'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='Return of a customer', index='btree_not_null', ondelete='set null', copy=False)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    customer_rma_line_id = fields.Many2one(
        'customer.rma.line', string='Line of a return', index='btree_not_null', ondelete='set null', copy=False)
    customer_rma_origin_id = fields.Many2one(
        'account.move.line', string='Credited line', index='btree_not_null', ondelete='set null', copy=False,
        help='The line of the invoice that this line of a credit note takes back.')

    def _copy_data_extend_business_fields(self, values):
        """While a credit note for a return is made, its lines know which ones they take back."""
        result = super()._copy_data_extend_business_fields(values)
        if self.env.context.get(REVERSAL_KEY):
            values['customer_rma_origin_id'] = self.id
        return result


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='Return of a customer', index='btree_not_null', ondelete='set null', readonly=True)
