from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import GROUP_AGENT, GROUP_MANAGER, GROUP_SPECIALIST

#: fields that a customer must have, unless the settings say otherwise: ``kind: (names, reachable by mail or phone)``
MANDATORY_DEFAULTS = {'company': ('name', True), 'person': ('name,email', False)}


class ResPartner(models.Model):
    """A customer is a commercial partner (company or person) with a customer number."""

    _inherit = 'res.partner'

    customer_number = fields.Char(
        string='Customer number', readonly=True, copy=False, index='btree_not_null',
        help='Drawn from a sequence. Who has a number is a customer; vendors, contacts and own companies have none.')
    is_customer = fields.Boolean(
        string='Customer', compute='_compute_is_customer', inverse='_inverse_is_customer',
        search='_search_is_customer', help='Set it to draw a customer number.')
    customer_needs = fields.Char(string='Mandatory', compute='_compute_customer_needs')
    customer_group_ids = fields.Many2many(
        'customer.group', 'customer_group_partner_rel', 'partner_id', 'group_id', string='User groups',
        groups=GROUP_SPECIALIST)

    customer_access_ids = fields.One2many(
        'customer.access', 'customer_id', string='Accesses', groups=GROUP_SPECIALIST)
    customer_administrator_ids = fields.One2many(
        'customer.administrator', 'customer_id', string='Rights of administrators', groups=GROUP_SPECIALIST)
    customer_administered = fields.Boolean(
        string='Administered by me', compute='_compute_customer_administered', search='_search_customer_administered',
        help='Whether the current user administers the customer today.')

    _customer_number_unique = models.Constraint(
        'UNIQUE(customer_number)', 'This customer number belongs to another customer.')

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('customer_number')
    def _compute_is_customer(self):
        for partner in self:
            partner.is_customer = bool(partner.customer_number)

    def _inverse_is_customer(self):
        wanted = self.filtered('is_customer')
        for partner in self - wanted:
            if partner.customer_number:
                raise UserError(self.env._(
                    '%s is a customer and keeps the number. Archive the customer instead.', partner.display_name))
        wanted = wanted.filtered(lambda partner: not partner.customer_number)
        if not wanted:
            return
        if not self.env.su and not self.env.user.has_group(GROUP_AGENT):
            raise AccessError(self.env._('Only agents make an existing contact a customer.'))
        wanted._draw_customer_numbers()
        wanted._check_customer_fields()

    @api.model
    def _search_is_customer(self, operator, value):
        if operator != 'in':
            return NotImplemented
        if True in value and False in value:
            return Domain.TRUE
        return [('customer_number', '!=' if True in value else '=', False)]

    @api.depends('is_company')
    @api.depends_context('lang')
    def _compute_customer_needs(self):
        for partner in self:
            names, reachable = self._customer_mandatory_fields('company' if partner.is_company else 'person')
            labels = [self._customer_field_label(name) for name in names]
            if reachable:
                labels.append(self.env._('e-mail or phone'))
            partner.customer_needs = ', '.join(labels)

    @api.depends(
        'customer_administrator_ids.user_id', 'customer_administrator_ids.date_start',
        'customer_administrator_ids.date_end')
    @api.depends_context('uid')
    def _compute_customer_administered(self):
        # sudo: the user's own rights decide, he need not be able to read the table
        mine = self.env['customer.administrator'].sudo().search_fetch(
            Domain('user_id', '=', self.env.uid) & self._period_domain()
            & Domain('customer_id', 'in', self._origin.ids), ['customer_id'])
        for partner in self:
            partner.customer_administered = partner._origin in mine.customer_id

    @api.model
    def _search_customer_administered(self, operator, value):
        if operator != 'in':
            return NotImplemented
        if True in value and False in value:
            return Domain.TRUE
        mine = self.env['customer.administrator'].sudo()._search(
            Domain('user_id', '=', self.env.uid) & self._period_domain())
        return Domain('id', 'in' if True in value else 'not in', mine.subselect(
            SQL.identifier('customer_administrator', 'customer_id')))

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('customer_number')
    def _check_customer_is_commercial(self):
        customers = self.filtered('customer_number')
        own = customers & customers._own_company_partners()
        if own:
            raise ValidationError(self.env._('%s is an own company and cannot be a customer.', own[0].name))
        for partner in customers:
            if partner.commercial_partner_id != partner:
                raise ValidationError(self.env._(
                    '%(contact)s is a contact of %(company)s: make %(company)s the customer.',
                    contact=partner.name, company=partner.commercial_partner_id.name))

    @api.model
    def _customer_mandatory_fields(self, kind):
        """Return what a customer must have, by the settings.

        :param str kind: ``'company'`` or ``'person'``
        :return: ``(names of fields, whether e-mail or phone is needed)``
        """
        # sudo: system parameters, read only
        get_param = self.env['ir.config_parameter'].sudo().get_param
        names, reachable = MANDATORY_DEFAULTS[kind]
        names = get_param(f'customer_services.{kind}_fields') or names
        flag = get_param(f'customer_services.{kind}_reachable')
        return ([name for name in names.split(',') if name in self._fields],
                flag == 'True' if flag else reachable)

    @api.model
    def _customer_field_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _check_customer_fields(self):
        """Refuse customers without what the settings make mandatory for their kind.

        :raises ValidationError: naming all fields that are missing
        """
        for partner in self:
            names, reachable = self._customer_mandatory_fields('company' if partner.is_company else 'person')
            missing = [self._customer_field_label(name) for name in names if not partner[name]]
            if reachable and not partner.email and not partner.phone:
                missing.append(self.env._('e-mail or phone'))
            if missing:
                raise ValidationError(self.env._(
                    'Customer %(name)s: please fill in %(fields)s.', name=partner.name or '',
                    fields=', '.join(missing)))

    def _own_company_partners(self):
        """Return those in ``self`` that are one of the own companies."""
        # sudo: companies that the user may not see are own companies too
        companies = self.env['res.company'].sudo().with_context(active_test=False)
        return companies.search([('partner_id', 'in', self.ids)]).partner_id.with_env(self.env)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create partners; those with ``is_customer`` get a number, and their specialist, in the same transaction.

        The number is drawn after the rules let the new partner pass as an ordinary contact; contacts that are
        created with their customer in one form do not inherit the default.
        """
        default = 'default_is_customer' in self.env.context and self.env.context['default_is_customer']
        wanted, vals_list = [], list(vals_list)
        for number, vals in enumerate(vals_list):
            self._check_customer_values(vals)
            wanted.append(bool(vals.get('is_customer', default and not vals.get('parent_id'))))
            if 'is_customer' in vals or default:
                vals_list[number] = dict(vals, is_customer=bool(vals.get('customer_number')))
        partners = super().create(vals_list)
        customers = partners.browse(
            partner.id for partner, is_wanted in zip(partners, wanted, strict=True) if is_wanted)
        customers._become_customers()
        (customers | partners.filtered('customer_number'))._check_customer_fields()
        return partners

    def write(self, vals):
        self._check_customer_values(vals)
        touched = self._customer_fields_touched(vals)
        owners = self._customer_owners() if 'parent_id' in vals or 'is_company' in vals else {}
        if 'customer_group_ids' in vals:
            with self.env['customer.group']._share_groups_in_step():
                result = super().write(vals)
        else:
            result = super().write(vals)
        if touched:
            self.filtered('customer_number')._check_customer_fields()
        if owners:
            self._check_customers_stay(owners)
        if vals.get('parent_id'):
            self._join_company()
        return result

    def _customer_owners(self):
        """Return ``{id: id of the commercial partner}`` of the customers in ``self``, unless a manager moves them."""
        if self.env.su or self.env.user.has_group(GROUP_MANAGER):
            return {}
        return {partner.id: partner.commercial_partner_id.id for partner in self.sudo() if partner.customer_number}

    @api.model
    def _check_customers_stay(self, owners):
        """Refuse that a customer became a contact of another one, or the other way round.

        :param dict owners: as returned by :meth:`_customer_owners` before
        :raises AccessError: if one of them moved
        """
        for partner in self.sudo().browse(owners):
            if partner.commercial_partner_id.id != owners[partner.id]:
                raise AccessError(self.env._(
                    'Only managers of customer services move the customer %s to another company.', partner.name))

    def _join_company(self):
        """Open the company to persons who were customers themselves and became its contacts, in scope *own*.

        They keep their number, their access and so their older documents.
        """
        for partner in self.sudo().filtered('customer_number'):
            company = partner.commercial_partner_id
            users = partner.user_ids.filtered(lambda user: user._is_portal())
            # sudo: the access follows from the company, whoever sets it
            known = self.env['customer.access'].sudo().search(
                [('customer_id', '=', company.id), ('user_id', 'in', users.ids)]).user_id
            self.env['customer.access'].sudo().create([
                {'customer_id': company.id, 'user_id': user.id, 'state': 'activated'} for user in users - known])

    @api.model
    def _check_customer_values(self, vals):
        """Refuse what only some staff may set, on every channel.

        :raises AccessError: for a number given by hand, except by managers (import), or groups by non-agents
        """
        if self.env.su:
            return
        given = {name for name in vals if self or vals[name]}  # emptied counts too, but nobody empties what is new
        if 'customer_number' in given and not self.env.user.has_group(GROUP_MANAGER):
            raise AccessError(self.env._('Customer numbers are drawn from the sequence; only managers give others.'))
        if 'customer_group_ids' in given and not self.env.user.has_group(GROUP_AGENT):
            raise AccessError(self.env._('Only agents put customers into user groups.'))

    @api.model
    def _customer_fields_touched(self, vals):
        """Tell whether the values concern what is mandatory: old data are left alone until then.

        Also when a number is drawn because somebody gets an access: a login must not fail for a missing phone number.
        """
        names = {'is_company', 'company_type', 'email', 'phone'}
        for kind in MANDATORY_DEFAULTS:
            names.update(self._customer_mandatory_fields(kind)[0])
        # another name is no reason to ask for the rest: also a login is renamed by its partner
        return not names.isdisjoint(name for name in vals if name != 'name' or not vals[name])

    # ------------------------------------------------------------------
    # Customers
    # ------------------------------------------------------------------

    def _become_customers(self):
        """Make the new partners in ``self`` customers; a specialist administers what he created.

        The right comes before the number: with the number the partner is hidden from those without a right.
        """
        if not self.env.su and self._customer_restriction() == 'specialist':
            # sudo: he determines no authorisation but this one, for what he created in this very call
            self.env['customer.administrator'].sudo().create(
                [{'customer_id': partner.id, 'user_id': self.env.uid} for partner in self])
        self._draw_customer_numbers()

    def _draw_customer_numbers(self):
        """Give a number to the partners in ``self`` who have none, own companies excepted."""
        # sudo: the number is never given by hand
        partners_sudo = self.sudo()
        for partner in (partners_sudo - partners_sudo._own_company_partners()).filtered(
                lambda partner: not partner.customer_number):
            partner.customer_number = self.env['ir.sequence'].sudo().next_by_code('customer.number')

    def action_make_customer(self):
        """Make existing contacts customers (their companies, if they are contacts of one)."""
        self.commercial_partner_id.write({'is_customer': True})
