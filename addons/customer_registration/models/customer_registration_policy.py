import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import email_domain_extract

from odoo.addons.customer_services.const import GROUP_AGENT


class CustomerRegistrationPolicy(models.Model):
    """How strangers become customers: what they are asked, what proves them, who accepts them, what they get."""

    _name = 'customer.registration.policy'
    _description = 'Registration policy'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(required=True, string='Address', help='The form is at /register/ and this word.')
    service = fields.Selection(
        [('form', 'Only its own form'), ('portal', 'Portal')], required=True, default='form', string='Governs',
        help='Who signs up there, by the link of the login page, gets this form. What no other policy governs is '
             'governed by the one of the portal.')
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    kinds = fields.Selection(
        [('person', 'Persons'), ('company', 'Companies'), ('both', 'Persons and companies')], required=True,
        default='both', string='For')
    proofs = fields.Selection(
        [('email', 'E-mail'), ('email,phone', 'E-mail, then phone'), ('email,admin', 'E-mail, then administrator'),
         ('admin,email', 'Administrator, then e-mail'),
         ('email,phone,admin', 'E-mail, phone, then administrator'),
         ('email,admin,phone', 'E-mail, administrator, then phone'),
         ('admin,email,phone', 'Administrator, e-mail, then phone')], required=True, default='email',
        help='The e-mail address is always proved: the password is chosen behind the link.')
    approver_ids = fields.Many2many(
        'res.users', 'customer_registration_approver_rel', string='Approvers',
        domain=lambda self: [('all_group_ids', 'in', self.env.ref(GROUP_AGENT).ids)])
    days = fields.Integer(string='Expires after days', default=7, required=True)
    allowed_domains = fields.Char(
        string='Mail domains', help='For example: example.com, example.org. Empty: every domain.')
    terms = fields.Html(translate=True, help='Must be accepted. Empty: nothing to accept.')
    intro = fields.Html(string='Text above the form', translate=True)
    group_ids = fields.Many2many('customer.group', 'customer_registration_group_rel', string='User groups')
    category_ids = fields.Many2many('res.partner.category', 'customer_registration_category_rel', string='Tags')
    field_ids = fields.One2many('customer.registration.field', 'policy_id', string='Fields', copy=True)
    registration_ids = fields.One2many('customer.registration', 'policy_id')
    url = fields.Char(string='Link', compute='_compute_url')

    _code_unique = models.UniqueIndex('(code) WHERE active', 'This address belongs to another policy.')

    @api.depends('code')
    def _compute_url(self):
        for policy in self:
            policy.url = f'{policy.get_base_url()}/register/{policy.code or ""}'

    @api.constrains('code')
    def _check_code(self):
        for policy in self:
            if not re.fullmatch('[a-z0-9-]{1,40}', policy.code):
                raise ValidationError(self.env._('The address has small letters, digits and dashes only.'))

    @api.constrains(lambda self: self._service_fields())
    def _check_service(self):
        for policy in self.filtered(lambda policy: policy.active and policy.service != 'form'):
            if self.search_count(policy._rivals_domain() & Domain('id', '!=', policy.id), limit=1):
                raise ValidationError(self.env._('Another policy governs this already.'))

    @api.constrains('proofs', 'approver_ids', 'days')
    def _check_proofs(self):
        for policy in self:
            if 'admin' in policy.proofs and not policy.approver_ids:
                raise ValidationError(self.env._('Choose who accepts registrations.'))
            if not 1 <= policy.days <= 365:
                raise ValidationError(self.env._('Registrations expire after 1 to 365 days.'))

    # ------------------------------------------------------------------
    # What a policy governs
    # ------------------------------------------------------------------

    @api.model
    def _service_fields(self):
        """Hook: return the names of the fields that say what a policy governs."""
        return ['service', 'active']

    def _rivals_domain(self):
        """Hook: return the domain of the policies that govern the same as this one, itself included."""
        self.ensure_one()
        return Domain('service', '=', self.service)

    @api.model
    def _place_domain(self):
        """Hook: return the domain of the policies that hold where the visitor is."""
        return Domain.TRUE

    @api.model
    def _services_by_path(self):
        """Hook: return ``{first part of the address of a page: service}``."""
        return {}

    @api.model
    def _service_of(self, path):
        """Return the service to which a page belongs; before its first part may be a language.

        :param str path: such as ``/shop/checkout``, or empty
        """
        services = self._services_by_path()
        return next((services[part] for part in path.split('?')[0].split('/')[1:3] if part in services), 'portal')

    @api.model
    def _governs(self):
        """Tell whether a policy governs signing up, here and for any service."""
        # sudo: visitors have no rights on policies
        return bool(self.sudo().search_count(self._place_domain() & Domain('service', '!=', 'form'), limit=1))

    @api.model
    def _signup_policy(self, path=''):
        """Return the policy by which a visitor signs up, in sudo: that of the service, else that of the portal.

        :param str path: the page from which he comes
        """
        service = self._service_of(path)
        # sudo: visitors have no rights on policies; the form shows what is meant for them
        policies_sudo = self.sudo().search(self._place_domain() & Domain('service', 'in', [service, 'portal']))
        return policies_sudo.sorted(lambda policy: policy._rank(service))[:1]

    def _rank(self, service):
        """Hook: return what the policies of a service are sorted by, as a tuple: the lowest one governs."""
        self.ensure_one()
        return (self.service != service,)

    def _is_domain_allowed(self, email):
        """Tell whether an address (normalised) is of one of the domains."""
        self.ensure_one()
        domains = {part for part in re.split(r'[\s,;]+', (self.allowed_domains or '').lower()) if part}
        return not domains or email_domain_extract(email) in domains

    def _next_state(self, state):
        """Return the state that follows when a proof is given; ``'new'`` begins, ``'active'`` is the end."""
        self.ensure_one()
        order = ['new', *self.proofs.split(','), 'active']
        return order[order.index(state) + 1]

    @api.ondelete(at_uninstall=False)
    def _unlink_registrations(self):
        # by the ORM and not by the database: their files go with them
        self.with_context(active_test=False).registration_ids.unlink()

    def action_preview(self):
        """Open the form as visitors see it."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.url, 'target': 'new'}
