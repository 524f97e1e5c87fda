from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from ..const import GROUP_AGENT
from .customer_invitation import is_mobile

#: states of an access; only ``activated`` opens anything
STATES = [
    ('draft', 'Draft'),
    ('invited', 'Invited'),
    ('activated', 'Activated'),
    ('blocked', 'Blocked'),
    ('revoked', 'Revoked'),
    ('expired', 'Expired'),
]
#: what follows from how an access came into being and is never set by hand
FIXED_FIELDS = frozenset({
    'customer_id', 'partner_id', 'user_id', 'state', 'activated_date', 'invitation_expiry', 'invitation_ids'})


class CustomerAccess(models.Model):
    """One login of one end user to one customer: the only thing that opens a document in the portal."""

    _name = 'customer.access'
    _description = 'Access of an end user to a customer'
    _inherit = ['customer.grant.mixin', 'customer.accessible.mixin', 'customer.state.mixin']
    _order = 'customer_id, id'
    _rec_names_search = ['name', 'email']

    customer_id = fields.Many2one(
        'res.partner', string='Customer', required=True, index=True, ondelete='cascade',
        help='The company or the person whose documents this access opens.')
    partner_id = fields.Many2one(
        'res.partner', string='End user', required=True, index=True, ondelete='cascade',
        compute='_compute_partner_id', store=True, readonly=False, precompute=True,
        help='The contact who has the access: one of the customer, or of another one who serves both. '
             'Left empty, it is found or created by name and e-mail.')
    user_id = fields.Many2one(
        'res.users', string='Login', index=True, ondelete='cascade', copy=False,
        domain=[('share', '=', True)], context={'active_test': False})
    name = fields.Char(related='partner_id.name', store=True, readonly=False)
    email = fields.Char(related='partner_id.email', string='E-mail', store=True, readonly=False)
    phone = fields.Char(
        related='partner_id.phone', readonly=False, groups='base.group_user', help='A code is sent by SMS to a mobile number.')
    scope = fields.Selection(
        [('all', 'All documents of the customer'), ('kinds', 'Chosen kinds of documents'),
         ('own', 'Own documents only')], required=True, default='own',
        help='Own documents are those that the end user requested himself.')
    kind_ids = fields.Many2many(
        'ir.model', 'customer_access_kind_rel', 'access_id', 'model_id', string='Kinds of documents',
        domain=lambda self: [('model', 'in', self.env['customer.transaction.mixin']._customer_document_models())],
        help='For the scope of chosen kinds: what the end user sees of the customer.')
    manages_accesses = fields.Boolean(
        help='Invites and revokes colleagues in the portal, never wider than the own scope.')
    state = fields.Selection(STATES, required=True, default='draft', index=True, copy=False, readonly=True)
    activated_date = fields.Datetime(
        string='Activated on', readonly=True, copy=False, help='When it was used first; such an access is kept.')
    last_login = fields.Datetime(compute='_compute_last_login', compute_sudo=True)
    invitation_ids = fields.One2many('customer.invitation', 'access_id', groups='base.group_system')
    invitation_expiry = fields.Datetime(string='Invitation expires', readonly=True, copy=False)

    _customer_user_unique = models.Constraint(
        'UNIQUE(customer_id, user_id)', 'This end user has an access to this customer already.')
    _customer_partner_unique = models.Constraint(
        'UNIQUE(customer_id, partner_id)', 'This end user has an access to this customer already.')
    _activated_has_login = models.Constraint(
        "CHECK(state != 'activated' OR user_id IS NOT NULL)", 'An activated access needs a login.')
    _expiry_idx = models.Index("(invitation_expiry) WHERE state = 'invited'")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('user_id')
    def _compute_partner_id(self):
        for access in self:
            access.partner_id = access.user_id.partner_id or access.partner_id

    @api.depends('customer_id', 'name', 'email')
    def _compute_display_name(self):
        for access in self:
            # sudo: the name of the customer of an access that the user may see
            access.display_name = f'{access.name or access.email or ""} ({access.sudo().customer_id.name})'

    @api.depends('user_id')
    def _compute_last_login(self):
        logins = dict(self.env['res.users.log']._read_group(
            [('create_uid', 'in', self.user_id.ids)], ['create_uid'], ['create_date:max']))
        for access in self:
            access.last_login = logins.get(access.user_id)

    # ------------------------------------------------------------------
    # Who sees an access: staff of the customer, and who has access to the customer too
    # ------------------------------------------------------------------

    @api.model
    def _customer_accessible_depends(self):
        return ('customer_id',)

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        if restriction == 'specialist':
            return self._is_administered_sql(column('customer_id'))
        return SQL(
            "%s = ANY(ARRAY(SELECT customer_id FROM customer_access WHERE user_id = %s AND state = 'activated'))",
            column('customer_id'), self.env.uid)

    def _customer_accessible_check(self, restriction):
        # sudo: the customer decides whether the user may see the access at all; his own grants, those that concern self
        customers = self.sudo().customer_id
        mine = Domain('user_id', '=', self.env.uid) & Domain('customer_id', 'in', customers.ids)
        model, state = ('customer.administrator', self._period_domain()) if restriction == 'specialist' else (
            'customer.access', Domain('state', '=', 'activated'))
        open_ids = set(self.env[model].sudo().search_fetch(mine & state, ['customer_id']).customer_id.ids)
        return lambda access: access.sudo().customer_id._origin.id in open_ids

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('customer_id')
    def _check_customer_is_commercial(self):
        for access in self:
            if access.customer_id != access.customer_id.commercial_partner_id:
                raise ValidationError(self.env._(
                    '%(contact)s is a contact of %(customer)s: give the access to the latter.',
                    contact=access.customer_id.name, customer=access.customer_id.commercial_partner_id.name))

    @api.constrains('user_id', 'partner_id')
    def _check_user_is_external(self):
        for access in self:
            # sudo: who creates the access need not be able to read users
            access_sudo = access.sudo()
            users = access_sudo.user_id | access_sudo.partner_id.user_ids
            if any(user._is_internal() for user in users):
                raise ValidationError(self.env._(
                    '%s is an employee: accesses are for end users of customers.', access_sudo.partner_id.name))
            if access_sudo.user_id and access_sudo.user_id.partner_id != access_sudo.partner_id:
                raise ValidationError(self.env._(
                    'This login belongs to %s.', access_sudo.user_id.partner_id.display_name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create accesses; who is given by name and e-mail is found among the contacts of the customer, or created.

        :raises AccessError: if somebody sets by hand what follows from an invitation
        """
        vals_list = [dict(vals) for vals in vals_list]
        if not self.env.su:
            self._check_creation(vals_list)
        for vals in vals_list:
            if not vals.get('partner_id') and not vals.get('user_id'):
                contact = [vals.pop(name, None) for name in ('name', 'email', 'phone')]
                vals['partner_id'] = self._find_or_create_contact(vals.get('customer_id'), *contact).id
            if vals.get('state') == 'activated':
                vals.setdefault('activated_date', fields.Datetime.now())
        accesses = super().create(vals_list)
        # sudo: whether the contact has a login already, who creates the access need not be able to read
        for access in accesses.sudo().filtered(lambda access: not access.user_id):
            access.user_id = access.partner_id.user_ids.filtered(lambda user: user.active and user._is_portal())[:1]
        return accesses

    @api.model
    def _check_creation(self, vals_list):
        """Check what people create, before any contact is created for them."""
        self.check_access('create')
        self._check_fixed(vals_list, (FIXED_FIELDS - {'customer_id', 'partner_id'}) | self._agent_fields())
        contacts = {vals['partner_id'] for vals in vals_list if vals.get('partner_id')}
        self.env['res.partner'].browse(contacts).check_access('read')
        if not all(self.new(vals).customer_accessible for vals in vals_list):
            raise AccessError(self.env._('You may create accesses only to customers that you administer.'))

    @api.model
    def _check_fixed(self, vals_list, names):
        """Refuse values that are no one's to set; the default of the state may be repeated."""
        for vals in vals_list:
            fixed = sorted(
                name for name in names.intersection(vals)
                if vals[name] and not (name == 'state' and vals[name] == 'draft'))
            if fixed:
                raise AccessError(self.env._(
                    'These fields follow from the actions on an access and cannot be set: %s', ', '.join(fixed)))

    def write(self, vals):
        """Change an access; its state, login and end user follow from the actions and are not written by people."""
        if not self.env.su:
            fixed = sorted((FIXED_FIELDS | self._agent_fields()).intersection(vals))
            if fixed:
                raise AccessError(self.env._(
                    'These fields follow from the actions on an access and cannot be set: %s', ', '.join(fixed)))
        return super().write(vals)

    @api.model
    def _agent_fields(self):
        """Return the names of fields that only agents set: user groups may carry rights."""
        return frozenset() if self.env.user.has_group(GROUP_AGENT) else frozenset({'group_ids'})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.filtered('activated_date')[:1]
        if used:
            raise UserError(self.env._(
                'The access of %s was used and is kept. Revoke it instead.', used.name or used.email or ''))

    @api.model
    def _find_or_create_contact(self, customer_id, name, email, phone):
        """Return the contact for a new access.

        :param int customer_id: the customer
        :param name, email, phone: what was entered, each may be empty
        :return: the ``res.partner``: a person without other data himself, else a contact of the customer
        :raises ValidationError: if there is no customer, or neither name nor e-mail for a contact
        """
        # sudo: the rights on the customer were checked; the contact is created below it and nowhere else
        customer = self.env['res.partner'].sudo().browse(customer_id or []).exists()
        if not customer:
            raise ValidationError(self.env._('An access needs a customer.'))
        normalized = email_normalize(email)
        if email and not normalized:
            raise ValidationError(self.env._('“%s” is no valid e-mail address.', email))
        if not customer.is_company and (normalized == email_normalize(customer.email) or not (name or email)):
            return customer
        if not (name or '').strip() and not normalized:
            raise ValidationError(self.env._('Choose the end user, or enter his name and e-mail address.'))
        contact = normalized and customer.child_ids.filtered(
            lambda partner: email_normalize(partner.email) == normalized and not partner.is_company)[:1]
        return contact or customer.create({
            'name': (name or '').strip() or normalized, 'email': normalized or False, 'phone': phone or False,
            'parent_id': customer.id, 'type': 'contact', 'lang': customer.lang,
            'company_id': customer.company_id.id})

    # ------------------------------------------------------------------
    # Actions of staff
    # ------------------------------------------------------------------

    def action_invite(self):
        """Send a registration link (again); older links are void.

        :raises UserError: without a valid address, for an access in use, or if the last link is too recent
        """
        self.check_access('write')
        # sudo: the right to write was checked; the state and invitations are nobody's to write
        self.sudo()._invite()
        return True

    def action_block(self):
        """Close activated accesses until they are unblocked."""
        self.check_access('write')
        self.sudo()._transition(('activated',), 'blocked')._after_closing()
        return True

    def action_unblock(self):
        """Open blocked accesses again."""
        self.check_access('write')
        self.sudo()._transition(('blocked',), 'activated')._match_logins()
        return True

    def action_revoke(self):
        """Close accesses for good; only a new invitation opens them again."""
        self.check_access('write')
        self.sudo()._revoke()
        return True

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _invite(self, allowed=('draft', 'expired', 'revoked')):
        """Invite the end users in ``self`` (sudo).

        :param allowed: states from which somebody may be invited, beside ``invited``
        """
        for access in self:
            if not email_normalize(access.email):
                raise UserError(self.env._('%s has no valid e-mail address.', access.name or ''))
        self._transition(allowed, 'invited')
        for access in self:
            access._check_invitation_throttle()
            access.invitation_expiry = self.env['customer.invitation']._issue(access).expiry

    def _revoke(self):
        """Revoke the accesses in ``self`` (sudo)."""
        self._transition(('invited', 'activated', 'blocked', 'expired'), 'revoked')._after_closing()

    def _transition_values(self, target):
        values = super()._transition_values(target)
        if target == 'activated' and not self.activated_date:
            values['activated_date'] = fields.Datetime.now()
        if target != 'invited':
            values['invitation_expiry'] = False
        return values

    def _mobile_number(self):
        """Return the end user's number in international format if it takes SMS, else False."""
        self.ensure_one()
        partner = self.partner_id
        number = partner._phone_format(fname='phone')
        return number if number and is_mobile(number, False) else False

    def _void_invitations(self):
        """End what is pending of the invitations of the accesses in ``self`` (sudo)."""
        self.env['customer.invitation'].search(
            [('access_id', 'in', self.ids), ('state', '=', 'pending')])._void()

    @api.model
    def _cron_expire(self, limit=1000):
        """Mark invited accesses whose link has expired."""
        domain = [('state', '=', 'invited'), ('invitation_expiry', '<=', fields.Datetime.now())]
        accesses = self.search(domain, limit=limit)
        accesses._void_invitations()
        accesses._transition(('invited',), 'expired')
        self.env['ir.cron']._commit_progress(len(accesses), remaining=self.search_count(domain))
