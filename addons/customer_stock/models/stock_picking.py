from odoo import api, fields, models
from odoo.tools import SQL


class StockPicking(models.Model):
    """Transfers under the access predicate; moves and their lines follow by ``picking_id``."""

    _name = 'stock.picking'
    _inherit = ['customer.sale.paths', 'customer.transaction.mixin', 'stock.picking']

    _customer_open_domain = [('picking_type_code', '=', 'outgoing'), ('state', 'not in', ('done', 'cancel'))]
    _customer_icon = 'fa-truck'
    _customer_internal_groups = ('stock.group_stock_user', 'sales_team.group_sale_salesman')

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index='btree_not_null',
        precompute=True, help='The customer who gets the goods, or sends them back.')
    customer_delivered_date = fields.Datetime(
        string='Arrived on', copy=False, tracking=True,
        help='When the customer got the parcel, as the carrier or staff say.')
    # see sale.order
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for picking in self:
            picking.commercial_partner_id = picking.partner_id.commercial_partner_id

    @api.model
    def _customer_derived_sql(self, restriction, column):
        """The shipments of an order that the user may see are his to see, whoever gets the goods."""
        orders = self._source_orders_sql(restriction)
        shipped_elsewhere = SQL(
            'SELECT so.id FROM sale_order so JOIN res_partner receiver ON receiver.id = so.partner_shipping_id'
            ' WHERE so.commercial_partner_id = ANY(%s) AND receiver.commercial_partner_id != so.commercial_partner_id',
            self._full_customers_sql(restriction))
        return self._any_sql(
            SQL('%s = ANY(ARRAY(%s UNION ALL %s))', column('sale_id'), orders, shipped_elsewhere),
            self._internal_sql(restriction, column))

    @api.model
    def _description_of_kind(self):
        """What customers have of transfers are shipments."""
        return self.env._('Shipments')

    def action_customer_delivered(self):
        """Say that the parcels arrived (staff, or an integrator who asks the carrier); a second call changes nothing."""
        self.check_access('write')
        self.filtered(lambda picking: picking.state == 'done' and not picking.customer_delivered_date).write(
            {'customer_delivered_date': fields.Datetime.now()})
        return True

    def _is_delivered(self):
        """Tell whether the goods arrived: the carrier says so, or there is no carrier and they were handed over."""
        self.ensure_one()
        return self.state == 'done' and bool(self.customer_delivered_date or not (
            self.carrier_id or self.carrier_tracking_ref))
