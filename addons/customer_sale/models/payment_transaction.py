from odoo import api, fields, models
from odoo.tools import SQL


class PaymentTransaction(models.Model):
    """Transactions: of the customer, or of an order or invoice that the user may see."""

    _name = 'payment.transaction'
    _inherit = ['customer.sale.paths', 'payment.transaction']

    _customer_internal_groups = ('account.group_account_invoice', 'sales_team.group_sale_salesman')

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index=True,
        precompute=True, help='The customer who owns the transaction.')

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for transaction in self:
            transaction.commercial_partner_id = transaction.partner_id.commercial_partner_id

    @api.model
    def _customer_derived_sql(self, restriction, column):
        invoices = self._source_invoices_sql(restriction)
        if restriction == 'specialist':
            invoices = SQL('%s UNION ALL %s', invoices, self._processed_sql('account.move'))
        return self._any_sql(
            SQL('%s = ANY(ARRAY(SELECT rel.transaction_id FROM account_invoice_transaction_rel rel'
                ' WHERE rel.invoice_id IN (%s)))', column('id'), invoices),
            SQL('%s = ANY(ARRAY(SELECT rel.transaction_id FROM sale_order_transaction_rel rel'
                ' WHERE rel.sale_order_id IN (%s)))', column('id'), self._source_orders_sql(restriction)),
            self._internal_sql(restriction, column))
