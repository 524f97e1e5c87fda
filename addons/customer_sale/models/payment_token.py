from odoo import api, models
from odoo.tools import SQL


class PaymentToken(models.Model):
    """Saved cards: end users have their own by Odoo's rule; a specialist sees those of customers that he administers."""

    _name = 'payment.token'
    _inherit = ['customer.accessible.mixin', 'payment.token']

    @api.model
    def _customer_restriction(self):
        """Odoo's own rule narrows end users and visitors to their own already."""
        restriction = super()._customer_restriction()
        return 'specialist' if restriction == 'specialist' else 'all'

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        self.env['res.partner'].flush_model(['commercial_partner_id', 'customer_owned'])
        return SQL(
            'EXISTS(SELECT FROM res_partner payer WHERE payer.id = %s AND (payer.customer_owned IS NOT TRUE'
            ' OR payer.commercial_partner_id = ANY(%s)))', column('partner_id'), self._administered_sql())

    def _customer_accessible_check(self, restriction):
        ids = {row[0] for row in self.env.execute_query(SQL(
            'SELECT id FROM payment_token WHERE id = ANY(%s) AND %s', self._origin.ids,
            self._customer_accessible_sql(restriction, lambda name: SQL.identifier(
                self._table, name, to_flush=self._fields[name]))))}
        return lambda token: token._origin.id in ids
