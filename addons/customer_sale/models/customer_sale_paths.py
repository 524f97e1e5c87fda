from odoo import api, models
from odoo.tools import SQL


class CustomerSalePaths(models.AbstractModel):
    """How a right on an order reaches what derives from it, and what is left to Odoo's own rights, as SQL.

    * A processor of an order sees its invoices, payments and transactions.
    * An end user with scope *own* sees what derives from the orders that he requested or placed himself.
    * What was invoiced to another customer than the one who ordered is visible to the latter, too.
    * What belongs to no customer is no business of the predicate, for staff whose role in Odoo it is.
    """

    _name = 'customer.sale.paths'
    _description = 'Rights that derive from orders'
    _inherit = ['customer.accessible.mixin']

    #: groups of Odoo whose members also work with what belongs to no customer
    _customer_internal_groups = ()

    @api.model
    def _full_customers_sql(self, restriction):
        """Return the array of customers of which the user sees all documents of this kind, as SQL."""
        if restriction == 'specialist':
            return self._administered_sql()
        return SQL(
            "ARRAY(SELECT customer_id FROM customer_access access WHERE user_id = %s AND state = 'activated'"
            " AND (scope = 'all' OR scope = 'kinds' AND EXISTS(SELECT FROM customer_access_kind_rel kind"
            ' WHERE kind.access_id = access.id AND kind.model_id = %s)))',
            self.env.uid, self.env['ir.model']._get_id(self._name))

    @api.model
    def _own_customers_sql(self):
        """Return the array of customers of which the end user sees his own documents, as SQL."""
        return SQL(
            "ARRAY(SELECT customer_id FROM customer_access WHERE user_id = %s AND state = 'activated'"
            " AND scope = 'own')", self.env.uid)

    @api.model
    def _processed_sql(self, name):
        """Return the subselect of the ids of the documents that the specialist processes.

        :param str name: model of the documents
        """
        return SQL(
            'SELECT res_id FROM customer_processor WHERE user_id = %s AND res_model = %s AND %s',
            self.env.uid, name, self._period_sql())

    @api.model
    def _source_orders_sql(self, restriction):
        """Return the subselect of the ids of the orders that open what derives from them."""
        self.env['sale.order'].flush_model(['partner_id', 'commercial_partner_id', 'partner_invoice_id'])
        invoiced_elsewhere = SQL(
            'SELECT so.id FROM sale_order so JOIN res_partner payer ON payer.id = so.partner_invoice_id'
            ' WHERE so.commercial_partner_id = ANY(%s) AND payer.commercial_partner_id != so.commercial_partner_id',
            self._full_customers_sql(restriction))
        if restriction == 'specialist':
            return SQL('%s UNION ALL %s', self._processed_sql('sale.order'), invoiced_elsewhere)
        return SQL(
            'SELECT so.id FROM sale_order so WHERE (so.partner_id = %s OR so.create_uid = %s)'
            ' AND so.commercial_partner_id = ANY(%s) UNION ALL %s',
            self.env.user.partner_id.id, self.env.uid, self._own_customers_sql(), invoiced_elsewhere)

    @api.model
    def _source_invoices_sql(self, restriction):
        """Return the subselect of the ids of the invoices and credit notes of these orders, as SQL."""
        self.env['account.move.line'].flush_model(['move_id'])
        self.env['sale.order.line'].flush_model(['order_id', 'invoice_lines'])
        return SQL(
            'SELECT aml.move_id FROM sale_order_line sol'
            ' JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = sol.id'
            ' JOIN account_move_line aml ON aml.id = rel.invoice_line_id WHERE sol.order_id = ANY(ARRAY(%s))',
            self._source_orders_sql(restriction))

    @api.model
    def _source_payments_sql(self, restriction):
        """Return the subselect of the ids of the payments of these invoices and orders, as SQL."""
        invoices = self._source_invoices_sql(restriction)
        if restriction == 'specialist':
            invoices = SQL('%s UNION ALL %s', invoices, self._processed_sql('account.move'))
        self.env['account.payment'].flush_model(['payment_transaction_id', 'invoice_ids'])
        return SQL(
            'SELECT rel.payment_id FROM account_move__account_payment rel WHERE rel.invoice_id IN (%s)'
            ' UNION ALL SELECT pay.id FROM account_payment pay JOIN sale_order_transaction_rel rel'
            ' ON rel.transaction_id = pay.payment_transaction_id WHERE rel.sale_order_id IN (%s)',
            invoices, self._source_orders_sql(restriction))

    @api.model
    def _internal_sql(self, restriction, column):
        """Return as SQL what belongs to no customer, if that is the business of the user in Odoo; else None."""
        if restriction != 'specialist' or not any(map(self.env.user.has_group, self._customer_internal_groups)):
            return None
        owner = column('commercial_partner_id')
        self.env['res.partner'].flush_model(['customer_owned'])
        return SQL(
            '(%s IS NULL OR NOT EXISTS(SELECT FROM res_partner owner WHERE owner.id = %s AND owner.customer_owned))',
            owner, owner)

    @api.model
    def _any_sql(self, *conditions):
        """Return the conditions that are not None, joined by OR."""
        return SQL('(%s)', SQL(' OR ').join(condition for condition in conditions if condition))

    def _lock_for_payment(self):
        """Write the rows, so that parallel payments wait for each other and the later one sees the earlier one."""
        self.flush_recordset()
        self.env.cr.execute(SQL(
            'UPDATE %s SET commercial_partner_id = commercial_partner_id WHERE id IN ('
            'SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)',
            SQL.identifier(self._table), SQL.identifier(self._table), list(self.ids)))
        self.invalidate_recordset()
