from odoo import api, fields, models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Invoices and all other entries under the access predicate; their lines follow by ``move_id``."""

    _name = 'account.move'
    _inherit = ['customer.sale.paths', 'customer.transaction.mixin', 'account.move']

    _customer_open_domain = [
        ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'), ('payment_state', 'in', ('not_paid', 'partial'))]
    _customer_icon = 'fa-file-text-o'
    _customer_internal_groups = (
        'account.group_account_invoice', 'account.group_account_readonly', 'sales_team.group_sale_salesman')

    # see sale.order
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    _customer_idx = models.Index('(commercial_partner_id, invoice_date DESC, id DESC)')
    _customer_partner_idx = models.Index('(partner_id)')

    @api.model
    def _customer_derived_sql(self, restriction, column):
        conditions = [
            SQL('%s = ANY(ARRAY(%s))', column('id'), self._source_invoices_sql(restriction)),
            self._internal_sql(restriction, column)]
        if restriction == 'specialist':  # entries of payments are no business of end users
            conditions.append(SQL('%s = ANY(ARRAY(%s))', column('origin_payment_id'), self._source_payments_sql(restriction)))
        return self._any_sql(*conditions)

    @api.model
    def _description_of_kind(self):
        """What customers have of journal entries are invoices."""
        return self.env._('Invoices')
