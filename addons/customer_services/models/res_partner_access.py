from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: what follows from other fields, is stored, and would open or hide a record if it were written by RPC
DERIVED_FIELDS = frozenset({'customer_owned', 'commercial_partner_id'})


class ResPartner(models.Model):
    """Records of customers (the customer, its contacts and addresses) are as visible as the customer.

    Vendors, employees and all others who belong to no customer are left to Odoo's own rules.
    """

    _name = 'res.partner'
    _inherit = ['res.partner', 'customer.accessible.mixin']

    customer_owned = fields.Boolean(
        string='Belongs to a customer', compute='_compute_customer_owned', store=True,
        help='A customer, or a contact or an address of one.')

    _customer_free_idx = models.Index('(id) WHERE customer_owned IS NOT TRUE')

    @api.depends('commercial_partner_id.customer_number')
    def _compute_customer_owned(self):
        for partner in self:
            partner.customer_owned = bool(partner.commercial_partner_id.customer_number)

    @api.model
    def _customer_restriction(self):
        """Visitors see what Odoo publishes: the predicate is about customers and staff."""
        restriction = super()._customer_restriction()
        return 'all' if restriction == 'none' else restriction

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        owner = column('commercial_partner_id')
        if restriction == 'specialist':
            return SQL(
                '(%s IS NOT TRUE OR %s OR %s = ANY(ARRAY(SELECT customer_id FROM customer_processor'
                ' WHERE user_id = %s AND %s)))', column('customer_owned'), self._is_administered_sql(owner),
                owner, self.env.uid, self._period_sql())
        return SQL(
            '(%s IS NOT TRUE OR %s = %s OR %s = ANY(ARRAY(SELECT customer_id FROM customer_access'
            " WHERE user_id = %s AND state = 'activated')))",
            column('customer_owned'), column('id'), self.env.user.partner_id.id, owner, self.env.uid)

    @api.model
    def _customer_accessible_depends(self):
        return ('customer_owned', 'commercial_partner_id')

    def _customer_accessible_check(self, restriction):
        # sudo: the user's own grants decide, he need not be able to read the tables
        owners = self.sudo().commercial_partner_id.ids
        mine = Domain('user_id', '=', self.env.uid) & Domain('customer_id', 'in', owners)
        if restriction == 'portal':
            customers = self.env['customer.access'].sudo().search_fetch(
                mine & Domain('state', '=', 'activated'), ['customer_id']).customer_id
        else:
            mine &= self._period_domain()
            customers = (self.env['customer.administrator'].sudo().search_fetch(mine, ['customer_id']).customer_id
                         | self.env['customer.processor'].sudo().search_fetch(mine, ['customer_id']).customer_id)
        open_ids, me = set(customers.ids), self.env.user.partner_id

        def is_accessible(partner):
            partner = partner.sudo()
            return not partner.customer_owned or partner._origin == me or partner.commercial_partner_id.id in open_ids

        return is_accessible

    @api.model_create_multi
    def create(self, vals_list):
        """Create partners; whether they belong to a customer follows from the customer's number."""
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in DERIVED_FIELDS} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Guard what would open a customer or a login to a restricted user.

        A contact who changes employer is checked a second time: nobody moves it to a customer he may not see. The
        address of a person who serves other customers too would reset the password of a login to them, and his phone
        gets the codes of their invitations.
        """
        if self.env.su or self._customer_restriction() == 'all':
            return super().write(vals)
        vals = {name: value for name, value in vals.items() if name not in DERIVED_FIELDS}
        if not {'email', 'phone'}.isdisjoint(vals):
            # sudo: the accesses decide, whether or not the user may see them
            accesses = self.env['customer.access'].sudo().search([('partner_id', 'in', self.ids)])
            accesses.sudo(False).check_access('write')
        result = super().write(vals)
        if 'parent_id' in vals:
            self.check_access('write')
        return result

    def _can_be_edited_by_current_customer(self, **kwargs):
        """Refuse addresses of a customer to whom the user has no access any more: Odoo asks for his company only."""
        is_editable = super()._can_be_edited_by_current_customer(**kwargs)
        # the pages of Odoo ask in sudo
        return is_editable and self.sudo(False).customer_accessible

    def signup_get_auth_param(self):
        """Give the key to a login only to who may write the contact: Odoo gives it to every employee."""
        if not self.env.su and self._customer_restriction() == 'specialist':
            self.check_access('write')
        return super().signup_get_auth_param()
