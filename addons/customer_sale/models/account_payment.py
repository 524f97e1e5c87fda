from odoo import api, fields, models
from odoo.tools import SQL


class AccountPayment(models.Model):
    """Payments: of the customer, of an invoice or by a transaction that the user may see."""

    _name = 'account.payment'
    _inherit = ['customer.sale.paths', 'account.payment']

    _customer_icon = 'fa-money'
    _customer_is_document = False
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
        invoices = self._source_invoices_sql(restriction)
        if restriction == 'specialist':
            invoices = SQL('%s UNION ALL %s', invoices, self._processed_sql('account.move'))
        return self._any_sql(
            SQL('%s = ANY(ARRAY(SELECT rel.payment_id FROM account_move__account_payment rel'
                ' WHERE rel.invoice_id IN (%s)))', column('id'), invoices),
            SQL('%s = ANY(ARRAY(SELECT rel.transaction_id FROM sale_order_transaction_rel rel'
                ' WHERE rel.sale_order_id IN (%s)))', column('payment_transaction_id'),
                self._source_orders_sql(restriction)),
            self._internal_sql(restriction, column))
