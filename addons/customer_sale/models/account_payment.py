from odoo import api, fields, models
from odoo.tools import SQL


class AccountPayment(models.Model):
    """Payments: of the customer, of an invoice or by a transaction that the user may see."""

    _name = 'account.payment'
    _inherit = ['customer.sale.paths', 'account.payment']

    _customer_internal_groups = ('account.group_account_invoice', 'account.group_account_readonly')

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index='btree_not_null',
        precompute=True, help='The customer who owns the payment.')

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for payment in self:
            payment.commercial_partner_id = payment.partner_id.commercial_partner_id

    @api.model
    def _customer_derived_sql(self, restriction, column):
        return self._any_sql(
            SQL('%s = ANY(ARRAY(%s))', column('id'), self._source_payments_sql(restriction)),
            self._internal_sql(restriction, column))

    def write(self, vals):
        """Check a second time after the partner changed: nobody moves a payment to a customer he may not see."""
        result = super().write(vals)
        if 'partner_id' in vals and not self.env.su and self._customer_restriction() != 'all':
            self.check_access('write')
        return result
