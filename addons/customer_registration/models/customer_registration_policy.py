import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
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
    governs_signup = fields.Boolean(
        string='Sign-up page', help='The link “Don\'t have an account?” of the login page leads to this form.')
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    kinds = fields.Selection(
        [('person', 'Persons'), ('company', 'Companies'), ('both', 'Persons and companies')], required=True,
        default='both', string='For')
    proofs = fields.Selection(
        [('email', 'E-mail'), ('email,phone', 'E-mail, then phone'), ('email,admin', 'E-mail, then administrator'),
         ('admin,email', 'Administrator, then e-mail'),
         ('email,phone,admin', 'E-mail, phone, then administrator')], required=True, default='email',
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
    _signup_unique = models.UniqueIndex(
        '(governs_signup) WHERE governs_signup AND active', 'Another policy has the sign-up page already.')

    @api.depends('code')
    def _compute_url(self):
        for policy in self:
            policy.url = f'{policy.get_base_url()}/register/{policy.code or ""}'

    @api.constrains('code')
    def _check_code(self):
        for policy in self:
            if not re.fullmatch('[a-z0-9-]{1,40}', policy.code):
                raise ValidationError(self.env._('The address has small letters, digits and dashes only.'))

    @api.constrains('proofs', 'approver_ids', 'days')
    def _check_proofs(self):
        for policy in self:
            if 'admin' in policy.proofs and not policy.approver_ids:
                raise ValidationError(self.env._('Choose who accepts registrations.'))
            if not 1 <= policy.days <= 365:
                raise ValidationError(self.env._('Registrations expire after 1 to 365 days.'))

    @api.model
    def _signup_policy(self):
        """Return the policy of the sign-up page, in sudo."""
        # sudo: visitors have no rights on policies; the form shows what is meant for them
        return self.sudo().search([('governs_signup', '=', True)], limit=1)

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

    def action_preview(self):
        """Open the form as visitors see it."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.url, 'target': 'new'}
