from odoo import api, fields, models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """Offers and orders under the access predicate; their lines follow by ``order_id``."""

    _name = 'sale.order'
    _inherit = ['customer.sale.paths', 'customer.transaction.mixin', 'sale.order']

    _customer_open_domain = ['|', ('state', '=', 'sent'), '&', ('state', '=', 'sale'), ('invoice_status', '=', 'to invoice')]
    _customer_icon = 'fa-shopping-cart'
    _customer_internal_groups = ('sales_team.group_sale_salesman',)

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index=True,
        precompute=True, ondelete='restrict',
        help='The customer who owns the order. It stays when the contact changes employer later.')
    # Odoo searches the messages of a record without asking for rights on them: a customer could find out word by word
    # what stands in internal notes
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    _customer_idx = models.Index('(commercial_partner_id, date_order DESC, id DESC)')

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for order in self:
            order.commercial_partner_id = order.partner_id.commercial_partner_id

    @api.model
    def _customer_derived_sql(self, restriction, column):
        """An end user with scope *own* also sees what he placed himself for a colleague."""
        if restriction == 'specialist':
            return self._internal_sql(restriction, column)
        return SQL(
            '(%s = %s AND %s = ANY(%s))', column('create_uid'), self.env.uid, column('commercial_partner_id'),
            self._own_customers_sql())
