from odoo import api, fields, models, tools
from odoo.fields import Domain

from odoo.addons.customer_services.const import GROUP_AGENT


class CustomerVisibleMixin(models.AbstractModel):
    """What on a website is for those only who are logged in, or members of user groups.

    A global rule ``[('customer_visible', '=', True)]`` on the model, and one on each model that hangs on it, closes
    lists, search, feeds, sitemap, addresses and RPC. Employees see everything.
    """

    _name = 'customer.visible.mixin'
    _description = 'Visible to user groups only'

    customer_login_required = fields.Boolean(
        string='Login required', groups=GROUP_AGENT, help='Visitors without login do not see it.')
    customer_group_ids = fields.Many2many(
        'customer.group', string='Only for user groups', groups=GROUP_AGENT,
        ondelete='restrict',  # or what was for a group would be for everybody when the group is deleted
        help='Only members of these groups and of their subgroups see it, and employees. Empty: everybody.')
    customer_visible = fields.Boolean(compute='_compute_customer_visible', search='_search_customer_visible')

    @api.depends('customer_login_required', 'customer_group_ids')
    @api.depends_context('uid')
    def _compute_customer_visible(self):
        closed = set(self._customer_closed_ids())
        for record in self:
            record.customer_visible = record._origin.id not in closed

    @api.model
    def _search_customer_visible(self, operator, value):
        """Return a domain with the ids of what is closed: there are few of such."""
        if operator != 'in':
            return NotImplemented
        return Domain('id', 'not in', self._customer_closed_ids())

    @api.model
    @tools.ormcache()
    def _customer_is_restricted(self):
        """Tell whether anything is closed to anybody: else nobody asks for it again."""
        # sudo: a fact about all records
        return bool(self.sudo().with_context(active_test=False).search_count(
            Domain('customer_login_required', '=', True) | Domain('customer_group_ids', '!=', False), limit=1))

    @api.model
    def _customer_closed_ids(self):
        """Return the ids of the records that the user may not see, whether or not he is in superuser mode."""
        user = self.env.user
        if user._is_internal() or not self._customer_is_restricted():
            return []
        domain = Domain('customer_group_ids', '!=', False) & Domain(
            'customer_group_ids', 'not any!', Domain('id', 'in', self.env['customer.group']._of_user(user).ids))
        if user._is_public():
            domain |= Domain('customer_login_required', '=', True)
        # sudo: what is closed cannot be found with the rights of the visitor
        return self.sudo().with_context(active_test=False)._customer_closed(domain).ids

    @api.model
    def _customer_closed(self, domain):
        """Hook: return the records that a domain closes, and what else goes with them."""
        return self.search(domain)

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.keys() & {'customer_login_required', 'customer_group_ids'} for vals in vals_list):
            self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {'customer_login_required', 'customer_group_ids'}:
            self.env.registry.clear_cache()
        return super().write(vals)

    def _can_return_content(self, field_name=None, access_token=None):
        """Pictures of what is published are public in Odoo: not so of what is closed."""
        return self.customer_visible and super()._can_return_content(field_name, access_token)
