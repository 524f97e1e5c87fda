from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL, email_normalize, escape_psql
from odoo.tools.urls import urljoin

from odoo.addons.phone_validation.tools.phone_validation import phone_parse

from ..codes import check_code, hash_code, hash_token, new_code, new_token, show_code

#: days for which a registration link and its code work, unless the settings say otherwise
DEFAULT_DAYS = 7
#: wrong codes after which a code is void
MAX_TRIES = 5
#: codes that are sent for one invitation, and seconds between two of them
MAX_CODES = 5
CODE_SECONDS = 60
#: shortest password that may be chosen
MIN_PASSWORD = 10
#: numbers that take SMS, in the words of ``phonenumbers.PhoneNumberType`` (mobile, fixed line or mobile)
MOBILE_TYPES = (1, 2)


class CustomerInvitation(models.Model):
    """One registration link of one access, and its code by SMS.

    Token and code are in the mail and the SMS only; hashes are stored. A newer invitation voids the older one.
    """

    _name = 'customer.invitation'
    _description = 'Invitation of an end user'
    _order = 'id desc'

    access_id = fields.Many2one('customer.access', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    email = fields.Char(required=True, help='Address to which the link was sent; the login of a new user.')
    state = fields.Selection(
        [('pending', 'Pending'), ('used', 'Used'), ('void', 'Void')], required=True, default='pending')
    expiry = fields.Datetime(required=True)
    token_hash = fields.Char(required=True, groups=NO_ACCESS)
    needs_code = fields.Boolean(help='A code was sent by SMS: the link alone is not enough.')
    code_hash = fields.Char(groups=NO_ACCESS)
    code_salt = fields.Char(groups=NO_ACCESS)
    code_tries = fields.Integer(help='Wrong codes since the last one was sent.')
    code_count = fields.Integer(help='Codes that were sent.')
    code_date = fields.Datetime()
    mail_id = fields.Many2one('mail.mail', ondelete='set null', index='btree_not_null', groups=NO_ACCESS)
    sms_id = fields.Many2one('sms.sms', ondelete='set null', index='btree_not_null', groups=NO_ACCESS)

    _token_unique = models.UniqueIndex('(token_hash)')
    _pending_unique = models.UniqueIndex(
        "(access_id) WHERE state = 'pending'", 'This access has an invitation already.')

    # ------------------------------------------------------------------
    # Issue
    # ------------------------------------------------------------------

    @api.model
    def _issue(self, access):
        """Invite the end user of an access; older links and codes are void from now on.

        :param access: one ``customer.access``, locked by the caller
        :return: the invitation, in sudo
        """
        # sudo: staff invite, nobody has rights on invitations
        access_sudo = access.sudo()
        access_sudo._void_invitations()
        token = new_token()
        get_param = self.env['ir.config_parameter'].sudo().get_param
        days = int(get_param('customer_services.invitation_days') or DEFAULT_DAYS)
        invitation_sudo = self.sudo().create({
            'access_id': access.id,
            'email': email_normalize(access_sudo.email),
            'expiry': fields.Datetime.now() + timedelta(days=days),
            'token_hash': hash_token(token),
            'needs_code': bool(access_sudo._mobile_number()),
        })
        if invitation_sudo.needs_code:
            invitation_sudo._send_code()
        invitation_sudo._send_link(token)
        return invitation_sudo

    def _send_link(self, token):
        """Queue the mail with the link, in the recipient's language.

        The mail hangs on no record: who may read the access must not find the link in its messages.
        """
        template = self.env.ref('customer_services.mail_template_customer_access_invitation')
        link = urljoin(self.company_id.get_base_url(), f'/my/invitations/{token}')
        self.mail_id = template.with_context(
            invitation_link=link, invitation_needs_code=self.needs_code, invitation_expiry=self.expiry,
        ).send_mail(self.access_id.id, email_values={
            'model': False, 'res_id': False, 'email_to': self.email, 'recipient_ids': [], 'partner_ids': [],
            'author_id': self.company_id.partner_id.id, 'auto_delete': True, 'reply_to': self.company_id.email or False,
        })
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

    def _send_code(self):
        """Queue an SMS with a new code; the one before is void.

        :raises UserError: too soon, too often, or if the contact has no mobile number any more
        """
        now = fields.Datetime.now()
        number = self.access_id._mobile_number()
        if not number:
            raise UserError(self.env._('There is no mobile number for you any more. Please ask for a new invitation.'))
        if self.code_count >= MAX_CODES:
            raise UserError(self.env._('No more codes can be sent. Please ask for a new invitation.'))
        if self.code_date and now < self.code_date + timedelta(seconds=CODE_SECONDS):
            raise UserError(self.env._('A code was sent less than a minute ago. Please wait a moment.'))
        code, salt = new_code(), new_token()
        partner = self.access_id.partner_id
        text = self.with_context(lang=partner.lang or self.env.lang).env._(
            '%(company)s: your code is %(code)s', company=self.company_id.name, code=show_code(code))
        if self.sms_id.state == 'outgoing':
            self.sms_id.state = 'canceled'
        self.write({
            'code_hash': hash_code(code, salt), 'code_salt': salt, 'code_tries': 0,
            'code_count': self.code_count + 1, 'code_date': now,
            'sms_id': self.env['sms.sms'].create({'number': number, 'body': text, 'partner_id': partner.id}).id,
        })

    def _void(self):
        """End pending invitations; what is still in the queue is not sent any more."""
        pending = self.filtered(lambda invitation: invitation.state == 'pending')
        pending.mail_id.filtered(lambda mail: mail.state == 'outgoing').state = 'cancel'
        pending.sms_id.filtered(lambda sms: sms.state == 'outgoing').state = 'canceled'
        pending.write({'state': 'void', 'code_hash': False})
        pending.flush_recordset()  # before the next one is inserted: one pending an access

    # ------------------------------------------------------------------
    # Use
    # ------------------------------------------------------------------

    @api.model
    def _find(self, token):
        """Return the invitation that a token opens, in sudo; nothing for a used, voided, expired or broken one.

        The lookup is by the hash of the token: how long it takes tells nothing about the token.
        """
        if not isinstance(token, str):
            return self.sudo().browse()
        # sudo: the token is the right of the visitor
        invitation_sudo = self.sudo().search([
            ('token_hash', '=', hash_token(token)), ('state', '=', 'pending'),
            ('expiry', '>', fields.Datetime.now()), ('access_id.state', '=', 'invited')], limit=1)
        # whose address was corrected afterwards: the mail went to somebody else
        return invitation_sudo.filtered(
            lambda invitation: invitation.email == email_normalize(invitation.access_id.email))

    def _try_code(self, text):
        """Check what was typed as code, and count it if it is wrong.

        Rows are locked and written by a cursor of its own: the count survives whatever happens to the request.

        :return: ``'right'``, ``'wrong'``, or ``'void'`` if this was one too many, or there is no code any more
        """
        self.ensure_one()
        with self.env.registry.cursor() as cr:
            cr.execute(SQL(
                "SELECT code_hash, code_salt, code_tries FROM customer_invitation"
                " WHERE id = %s AND state = 'pending' FOR NO KEY UPDATE", self.id))
            code_hash, salt, tries = cr.fetchone() or (None, None, 0)
            if not code_hash:
                return 'void'
            if check_code(text, code_hash, salt):
                return 'right'
            is_void = tries + 1 >= MAX_TRIES
            cr.execute(SQL(
                'UPDATE customer_invitation SET code_tries = %s, code_hash = %s WHERE id = %s',
                tries + 1, None if is_void else code_hash, self.id))
        self.invalidate_recordset(flush=False)
        return 'void' if is_void else 'wrong'

    def _existing_login(self):
        """Return the active user who must confirm with his login, if the invited one has got one already."""
        self.ensure_one()
        users = self.access_id.partner_id.user_ids.filtered('active')
        return users[:1] or self.env['res.users'].search([('login', '=ilike', escape_psql(self.email))], limit=1)

    def _login_name(self):
        """Return the login that a new password will belong to."""
        archived = self.access_id.partner_id.with_context(active_test=False).user_ids[:1]
        return archived.login or self.email

    def _check_password(self, password, repeated):
        """Refuse a password that is too short, mistyped or easily guessed.

        :raises UserError: with a message for the one who chose it
        """
        if len(password) < MIN_PASSWORD:
            raise UserError(self.env._('Please choose a password of at least %s characters.', MIN_PASSWORD))
        if len(password) > 1000:
            raise UserError(self.env._('This password is too long.'))
        if password.lower() in (self.email, self._login_name().lower(), (self.access_id.name or '').lower()):
            raise UserError(self.env._('Please choose a password that is neither your name nor your e-mail address.'))
        if password != repeated:
            raise UserError(self.env._('The two passwords are not the same.'))

    def _accept(self, password=None):
        """Activate the access: with a new login, or with the one that the current user is logged in with.

        Rows are locked: of two parallel calls the second one fails in the database, is repeated by Odoo and then
        finds the invitation used.

        :param str password: checked before; None if the current user accepts with his login
        :return: the user, in sudo
        :raises UserError: if the invited one has to log in first, or his login cannot be used
        """
        self.ensure_one()
        self.env.execute_query(SQL('SELECT id FROM customer_invitation WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset()
        access = self.access_id
        if self.state != 'pending':
            raise UserError(self.env._('This invitation was used already.'))
        user = self._existing_login()
        if user and (password is not None or user.id != self.env.uid):
            raise UserError(self.env._('You have got a login already. Please log in with it to accept.'))
        if user and not user._is_portal():
            raise UserError(self.env._('This login cannot be used here.'))
        user = user or self._create_login(password)
        if access.user_id != user:
            access.write({'user_id': user.id, 'partner_id': user.partner_id.id})
        access._transition(('invited',), 'activated')
        self.write({'state': 'used', 'code_hash': False})
        return user

    def _create_login(self, password):
        """Create the login of the invited contact, or open the one that he had before.

        :param str password: checked before
        :return: the user
        :raises UserError: if his address is somebody else's login, or the password is refused by a policy
        """
        partner = self.access_id.partner_id
        if not partner.active:
            partner.active = True
        user = partner.with_context(active_test=False).user_ids[:1]
        if user:
            user.write({'active': True, 'password': password})
            return user
        Users = self.env['res.users'].with_context(no_reset_password=True, customer_access_by_invitation=True)
        if Users.with_context(active_test=False).search_count([('login', '=', self.email)], limit=1):
            raise UserError(self.env._('This login cannot be used here.'))
        return Users.with_company(self.company_id).create({
            'login': self.email,
            'password': password,
            'partner_id': partner.id,
            'company_id': self.company_id.id,
            'company_ids': [fields.Command.set(self.company_id.ids)],
            'group_ids': [fields.Command.set(self.env.ref('base.group_portal').ids)],
        })

    @api.constrains('email')
    def _check_email(self):
        for invitation in self:
            if not email_normalize(invitation.email):
                raise ValidationError(self.env._('An invitation needs a valid e-mail address.'))


def is_mobile(number, country_code):
    """Tell whether a phone number takes SMS.

    :param str number: in any format
    :param country_code: two letters, for numbers without international prefix, or False
    """
    try:
        parsed = phone_parse(number, country_code)
    except UserError:
        return False
    if not parsed:  # the library is not installed
        return False
    import phonenumbers
    return phonenumbers.number_type(parsed) in MOBILE_TYPES
