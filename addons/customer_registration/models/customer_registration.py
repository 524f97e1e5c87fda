from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL, email_normalize, escape_psql
from odoo.tools.urls import urljoin

from odoo.addons.customer_services.network import network_of

from ..const import OPEN_STATES, PER_ADDRESS, PER_MAILBOX, STATES


class CustomerRegistration(models.Model):
    """Somebody who wants to become a customer. Contact and login come into being when all proofs are given."""

    _name = 'customer.registration'
    _description = 'Registration'
    _inherit = ['mail.thread', 'mail.activity.mixin', 'customer.state.mixin']
    _order = 'id desc'

    policy_id = fields.Many2one('customer.registration.policy', required=True, readonly=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='policy_id.company_id', store=True, index=True)
    state = fields.Selection(STATES, required=True, default='new', readonly=True, index=True)
    name = fields.Char(required=True, readonly=True)
    email = fields.Char(required=True, readonly=True, index=True)
    is_company = fields.Boolean(string='Registers a company', readonly=True)
    company_name = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    lang = fields.Char(string='Language', readonly=True)
    answers = fields.Json(readonly=True)
    back_path = fields.Char(readonly=True, help='Page from which the visitor came, to which he goes back at the end.')
    summary = fields.Html(string='What was answered', compute='_compute_summary')
    expiry = fields.Datetime(string='Expires', required=True, readonly=True, index=True)
    network = fields.Char(string='Address', readonly=True, groups='base.group_system')
    partner_id = fields.Many2one('res.partner', readonly=True, ondelete='set null', index='btree_not_null')
    is_sent = fields.Boolean(readonly=True, help='The link was sent, or the owner of a known address was told.')
    token_hash = fields.Char(groups=NO_ACCESS, copy=False)
    password_hash = fields.Char(groups=NO_ACCESS, copy=False)
    code_hash = fields.Char(groups=NO_ACCESS, copy=False)
    code_salt = fields.Char(groups=NO_ACCESS, copy=False)
    code_tries = fields.Integer(groups=NO_ACCESS, copy=False)
    code_count = fields.Integer(groups=NO_ACCESS, copy=False)
    code_date = fields.Datetime(groups=NO_ACCESS, copy=False)

    _token_unique = models.UniqueIndex('(token_hash) WHERE token_hash IS NOT NULL')
    _unsent_idx = models.Index("(id) WHERE is_sent IS NOT TRUE AND state = 'email'")

    @api.depends('answers')
    def _compute_summary(self):
        for registration in self:
            lines = []
            for field in registration.policy_id.field_ids:
                value = (registration.answers or {}).get(str(field.id))
                if value:
                    lines.append((field.label, *field._show(value)))
            registration.summary = self.env['ir.qweb']._render(
                'customer_registration.summary', {'lines': lines}, raise_if_not_found=False)

    # ------------------------------------------------------------------
    # Begin
    # ------------------------------------------------------------------

    @api.model
    def _too_many(self, network):
        """Return the refusal of an address from which there were too many registrations within the hour, or None."""
        # sudo: counts are nobody's to read
        if self.env['customer.registration.quota'].sudo()._is_used_up('network', network_of(network), PER_ADDRESS):
            return self.env._('Too many registrations from here. Please try again in an hour.')
        return None

    @api.model
    def _begin(self, policy_sudo, values, network):
        """Note a registration. Whether the address is known is found out later, by a job: here all are alike.

        :param policy_sudo: the policy
        :param dict values: checked by the form
        :param str network: address of the visitor
        :return: the registration, in sudo
        :raises UserError: if there were too many from this address
        """
        # sudo: nobody creates registrations or counts but this entry
        registrations_sudo = self.sudo()
        if not registrations_sudo.env['customer.registration.quota']._take('network', network_of(network), PER_ADDRESS):
            raise UserError(self._too_many(network))
        files = values.pop('files', {})
        registration_sudo = registrations_sudo.with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True, tracking_disable=True).create({
                **values, 'policy_id': policy_sudo.id, 'network': network, 'state': 'new',
                'expiry': fields.Datetime.now() + timedelta(days=policy_sudo.days)})
        registration_sudo._keep_files(files)
        registration_sudo._advance()
        return registration_sudo

    def _keep_files(self, files):
        """Store what was sent with the form; it goes with the registration, and to the customer who comes of it.

        :param dict files: ``{id of the field as text: (name, bytes)}``, checked by the form
        """
        if files:
            attachments = self.env['ir.attachment'].create([
                {'name': name, 'raw': content, 'res_model': self._name, 'res_id': self.id}
                for name, content in files.values()])
            self.answers = {
                **self.answers, **{key: str(attachment.id) for key, attachment in zip(files, attachments, strict=True)}}

    def _advance(self):
        """Go on to the next proof, or to the end."""
        self.ensure_one()
        state = self.policy_id._next_state(self.state)
        if state == 'active':
            self._activate()
            return
        self._transition((self.state,), state)
        if state == 'admin':
            self._ask_approvers()
        elif state == 'email':
            self.env.ref('customer_registration.ir_cron_send_customer_registration')._trigger()
        else:
            self._send_code()

    # ------------------------------------------------------------------
    # Administrator
    # ------------------------------------------------------------------

    def _ask_approvers(self):
        """Give each approver an activity."""
        for user in self.policy_id.approver_ids:
            self.activity_schedule(
                'mail.mail_activity_data_todo', user_id=user.id, summary=self.with_context(
                    lang=user.lang).env._('Accept or reject the registration'))

    def _check_approver(self):
        """Refuse who is neither approver of all policies in ``self`` nor manager.

        :raises UserError: for anybody else
        """
        self.check_access('read')
        user = self.env.user
        is_manager = user.has_group('customer_services.group_customer_services_manager')
        # sudo: the policy names the approvers
        if not is_manager and any(user not in record.policy_id.approver_ids for record in self.sudo()):
            raise UserError(self.env._('You are no approver of this registration.'))

    def action_accept(self):
        """Accept registrations that wait for it."""
        self._check_approver()
        # sudo: the right was checked; states are nobody's to write
        for registration_sudo in self.sudo():
            if registration_sudo.state != 'admin':
                raise UserError(self.env._('Only registrations that wait for it are accepted or rejected.'))
            registration_sudo.activity_unlink(['mail.mail_activity_data_todo'])
            registration_sudo.message_post(body=self.env._('Accepted by %s', self.env.user.name))
            registration_sudo._advance()
            if registration_sudo.state == 'active':
                registration_sudo._send_mail('open', registration_link=urljoin(registration_sudo.get_base_url(), '/my'))
            elif registration_sudo.state == 'phone':
                registration_sudo._send_link('code')
        return True

    def _answer(self, kind, text):
        """Reject a registration, or ask back, with a message by mail.

        :param str kind: ``'reject'`` or ``'ask'``
        :param str text: what the applicant reads
        """
        self._check_approver()
        for registration_sudo in self.sudo():
            if registration_sudo.state != 'admin':
                raise UserError(self.env._('Only registrations that wait for it are accepted or rejected.'))
            if kind == 'reject':
                registration_sudo.activity_unlink(['mail.mail_activity_data_todo'])
                registration_sudo._transition(('admin',), 'rejected')
            registration_sudo.message_post(body=text)
            registration_sudo._send_mail(
                'reject' if kind == 'reject' else 'ask', registration_text=text, reply_to=self.env.user.email_formatted)

    # ------------------------------------------------------------------
    # End
    # ------------------------------------------------------------------

    def _known_users(self):
        """Return the logins to which the address belongs already."""
        self.ensure_one()
        return self.env['res.users'].with_context(active_test=False).search(
            ['|', ('login', '=ilike', escape_psql(self.email)), ('email_normalized', '=', self.email)], limit=1)

    def _activate(self):
        """Create customer, access and login.

        :raises UserError: if somebody else got the address meanwhile
        """
        self.ensure_one()
        self.env.execute_query(SQL('SELECT id FROM customer_registration WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset()
        if self.state not in OPEN_STATES or not self.password_hash or self._known_users():
            raise UserError(self.env._('This registration cannot be finished any more.'))
        partner = self._create_partner()
        user = self.env['res.users'].with_context(no_reset_password=True).with_company(self.company_id).create({
            **self._login_values(), 'partner_id': partner.id})
        user._set_encrypted_password(user.id, self.password_hash)
        access = self.env['customer.access'].search([('user_id', '=', user.id)])
        access.write({'scope': 'all', 'manages_accesses': self.is_company})
        customer = partner.commercial_partner_id
        # the files move to the customer: staff finds them there when the registration is forgotten
        self.env['ir.attachment'].search([('res_model', '=', self._name), ('res_id', '=', self.id)]).write(
            {'res_model': 'res.partner', 'res_id': customer.id})
        customer.customer_group_ids = [fields.Command.link(group.id) for group in self.policy_id.group_ids]
        self._transition(OPEN_STATES, 'active')
        self.write({'partner_id': partner.id, 'password_hash': False, 'token_hash': False, 'code_hash': False})
        return user

    def _login_values(self):
        """Hook: return the values of the new login, without its contact."""
        return {
            'login': self.email, 'company_id': self.company_id.id,
            'company_ids': [fields.Command.set(self.company_id.ids)],
            'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)]}

    def _create_partner(self):
        """Return the contact who gets the login: a person, or the contact of a new company."""
        Partner = self.env['res.partner'].with_context(mail_create_nosubscribe=True)
        values = self._partner_values()
        if not self.is_company:
            return Partner.create({**values, 'name': self.name, 'email': self.email})
        company = Partner.create({
            **values, 'name': self.company_name or self.name, 'email': self.email, 'is_company': True})
        return Partner.create({
            'name': self.name, 'email': self.email, 'parent_id': company.id, 'type': 'contact', 'lang': values['lang']})

    def _partner_values(self):
        """Hook: return the values of the new customer: fields of the form that are fields of the customer, tags."""
        values = {
            'lang': self.lang or self.env.lang, 'company_id': False, 'phone': self.phone or False,
            'category_id': [fields.Command.set(self.policy_id.category_ids.ids)]}
        for field in self.policy_id.field_ids.filtered(lambda field: field.kind == 'partner'):
            value = (self.answers or {}).get(str(field.id))
            if value:
                values[field.partner_field] = int(value) if field.partner_field == 'country_id' else value
        return values

    # ------------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------------

    @api.model
    def _cron_send(self, limit=50):
        """Send the links; the owner of a known address learns of it instead, and the registration is forgotten."""
        domain = [('state', '=', 'email'), ('is_sent', '=', False)]
        self.search(domain, limit=limit, order='id')._send_first()
        self.env['ir.cron']._commit_progress(limit, remaining=self.search_count(domain))

    def _send_first(self):
        """Send the link or tell the owner; nobody's mailbox is filled: what is too much for it is forgotten."""
        for registration in self:
            is_within = self.env['customer.registration.quota']._take('mailbox', registration.email, PER_MAILBOX)
            is_known = registration._known_users()
            if is_within and is_known:
                registration._send_mail('known')
            elif is_within:
                registration._send_link()
            if is_known or not is_within:
                registration.unlink()

    @api.model
    def _cron_expire(self, limit=500):
        """Delete registrations that ended, with all that they say of the person."""
        now = fields.Datetime.now()
        domain = ['&', ('expiry', '<', now), ('state', '!=', 'active')]
        ended = self.search(domain, limit=limit)
        ended.unlink()
        done = self.search([('state', '=', 'active'), ('expiry', '<', now), ('answers', '!=', False)], limit=limit)
        done.write({'answers': False, 'network': False})
        self.env['ir.cron']._commit_progress(len(ended), remaining=self.search_count(domain))

    @api.model
    def _normalise(self, email):
        """Return a normalised address, or False."""
        return email_normalize(email)
