import contextlib

from odoo import api, models
from odoo.exceptions import AccessDenied, UserError
from odoo.http import request
from odoo.tools import ormcache

from ..const import MAX_PASSWORD, MIN_PASSWORD, SESSION_HOURS
from ..passwords import is_common, is_personal


class ResUsers(models.Model):
    _inherit = 'res.users'

    # ------------------------------------------------------------------
    # Login
    # ------------------------------------------------------------------

    def _login(self, credential, user_agent_env):
        """Log in; of a person remember that his device is to be trusted, and whether a second factor is needed.

        While an account is attacked from many addresses, strangers with the right password also need the code that
        its owner gets by mail: so nobody can lock him out.
        """
        credential.setdefault('login', '')
        if '\0' in f'{credential["login"]}{credential.get("password") or ""}':
            raise AccessDenied
        interactive = bool((user_agent_env or {}).get('interactive', True))
        auth_info = super(ResUsers, self.with_context(customer_login_interactive=interactive))._login(
            credential, user_agent_env)
        attempt = getattr(request, 'customer_login_attempt', None) if request else None
        if interactive and attempt:
            request.session['customer_login_device'] = attempt.account_key
            if attempt.is_attacked and auth_info.get('mfa') != 'skip':
                request.session['customer_login_step_up'] = auth_info['uid']
        return auth_info

    @contextlib.contextmanager
    def _assert_can_auth(self, user=None):
        """Count the attempt for all workers, instead of Odoo's count of one process.

        ``base.login_cooldown_after`` = 0 switches this off as it does Odoo's.
        """
        off = self.env['ir.config_parameter'].sudo().get_param('base.login_cooldown_after') == '0'
        guard = self.env['customer.login.guard']
        if off or not guard._client():
            with super()._assert_can_auth(user=user):
                yield
            return
        # sudo: the login of the user who proves to be himself just now
        login = user if isinstance(user, str) else self.sudo().browse(user).login
        # by RPC there is no request
        interactive = bool(self.env.context.get('customer_login_interactive', request))
        attempt = guard._begin('login', login or None, interactive)
        try:
            yield
        except AccessDenied:
            if attempt and not attempt.user_id:
                self._spend_time_of_password()
            raise
        guard._succeed(attempt)
        if request:
            request.customer_login_attempt = attempt

    @api.model
    def _spend_time_of_password(self):
        """Do the work that a wrong password costs: how long an answer takes must not tell that there is no such login."""
        self._crypt_context().verify('no password', self._hash_of_no_password())

    @api.model
    @ormcache(cache='stable')
    def _hash_of_no_password(self):
        return self._crypt_context().hash('somebody')

    def _mfa_type(self):
        """Ask for a code by mail where :meth:`_login` wants a second factor and the user has set up none."""
        kind = super()._mfa_type()
        if kind is None and request and not request.session.uid and self.email and (
                request.session.get('customer_login_step_up') == self.id):
            return 'totp_mail'
        return kind

    def _get_lock_timeouts(self):
        """End sessions of customers that were not used for some hours, if their groups say nothing shorter."""
        timeouts = super()._get_lock_timeouts()
        hours = int(self.env['ir.config_parameter'].sudo().get_param('customer_login.session_hours') or SESSION_HOURS)
        if hours < 0 or timeouts['lock_timeout'] or not self._is_portal():
            return timeouts
        return dict(timeouts, lock_timeout=[(hours * 3600, False)])

    # ------------------------------------------------------------------
    # Passwords
    # ------------------------------------------------------------------

    def _check_new_password(self, password):
        """Refuse a password that is too short or that guessing programs try early.

        :param str password: what somebody chose; ``self`` is the user, or empty for one who comes into being
        :raises UserError: with what to do about it
        """
        get_param = self.env['ir.config_parameter'].sudo().get_param
        shortest = int(get_param('customer_login.password_length') or MIN_PASSWORD)
        if len(password or '') < shortest:
            raise UserError(self.env._('Please choose a password of at least %s characters.', shortest))
        if len(password) > MAX_PASSWORD:
            raise UserError(self.env._('This password is too long.'))
        # sudo: names of the user who chooses his password
        user_sudo = self.sudo()
        words = [
            *user_sudo.mapped('login'), *user_sudo.mapped('name'), *user_sudo.mapped('email'), self.env.company.name,
            *((login or '').split('@')[0] for login in user_sudo.mapped('login')),
            *user_sudo.commercial_partner_id.mapped('name')]
        if is_common(password) or is_personal(password, words):
            raise UserError(self.env._(
                'This password is easy to guess. Please choose a longer one, for example of several words.'))

    def _change_password(self, new_passwd):
        self._check_new_password(new_passwd.strip())
        return super()._change_password(new_passwd)

    @api.model
    def signup(self, values, token=None):
        """Check the password that somebody chooses behind a link or at his registration."""
        partner = self.env['res.partner']
        if token:
            with contextlib.suppress(ValueError):
                # sudo: the token is the right of the visitor
                partner = partner.sudo()._get_partner_from_token(token) or partner
        user = partner.user_ids[:1]
        self.browse(user.id)._check_new_password(values.get('password'))
        return super().signup(values, token)

    def write(self, vals):
        """Check passwords written by RPC; let customers change their address only by its confirmation.

        Code of the server writes both without.
        """
        is_asked = not self.env.su and not vals.keys().isdisjoint(('password', 'email')) and (
            self.env['customer.login.guard']._client())
        if is_asked and vals.get('password'):
            self._check_new_password(vals['password'])
        user = self.env.user
        if is_asked and 'email' in vals and user.share and user in self and vals['email'] != user.email:
            raise UserError(self.env._('Change your e-mail address on the page “Connection & Security”.'))
        return super().write(vals)

    def _send_password_link(self):
        """Queue the mail with the link by which each user in ``self`` chooses a new password."""
        template = self.env.ref('customer_login.mail_template_password_link')
        hours = self.env['ir.config_parameter'].sudo().get_param('auth_signup.reset_password.validity.hours') or 4
        for user in self:
            partner = user.partner_id
            partner.signup_prepare(signup_type='reset')
            link = partner.with_context(create_user=False)._get_signup_url_for_action()[partner.id]
            template.with_context(password_link=link, password_hours=hours).send_mail(user.id, email_values={
                'model': False, 'res_id': False, 'email_to': user.email, 'recipient_ids': [], 'partner_ids': [],
                'author_id': user.company_id.partner_id.id, 'auto_delete': True})
        if self:
            self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()
