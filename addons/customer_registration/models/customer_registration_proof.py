"""Proofs: the link by mail, the code by SMS."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.urls import urljoin

from odoo.addons.customer_services.codes import check_code, hash_code, hash_token, new_code, new_token, show_code
from odoo.addons.customer_services.models.customer_invitation import is_mobile

from ..const import CODE_MINUTES, CODE_SECONDS, MAX_CODES, MAX_TRIES, PER_COUNTRY, PER_NUMBER


class CustomerRegistration(models.Model):
    _inherit = 'customer.registration'

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def _new_token(self):
        """Return a new token of a registration; the one before does not work any more."""
        self.ensure_one()
        token = new_token()
        self.token_hash = hash_token(token)
        return token

    def _send_link(self, kind='link'):
        """Queue the mail with the link that proves the address, or with the one to the page for the code.

        :param str kind: ``'link'`` or ``'code'``
        """
        link = urljoin(self.policy_id.get_base_url(), f'/register/link/{self._new_token()}')
        self._send_mail(kind, registration_link=link)
        self.is_sent = True

    def _send_mail(self, kind, reply_to=False, **context):
        """Queue a mail to the applicant; it hangs on no record, where others would read the link.

        :param str kind: ``'link'``, ``'code'``, ``'known'``, ``'ask'``, ``'reject'``, ``'open'``
        """
        template = self.env.ref('customer_registration.mail_template_registration')
        template.with_context(registration_kind=kind, **context).send_mail(self.id, email_values={
            'model': False, 'res_id': False, 'email_to': self.email, 'recipient_ids': [], 'partner_ids': [],
            'author_id': self.company_id.partner_id.id, 'auto_delete': True,
            'reply_to': reply_to or self.company_id.email or False})
        self.env.ref('mail.ir_cron_mail_scheduler_action')._trigger()

    @api.model
    def _find(self, token, states):
        """Return the registration that a token opens, in sudo; nothing for a used, expired or broken one.

        :param states: states in which it may be
        """
        # sudo: the token is the right of the visitor
        return self.sudo().search([
            ('token_hash', '=', hash_token(token)), ('state', 'in', states), ('expiry', '>', fields.Datetime.now()),
        ], limit=1)

    def _confirm_email(self, password):
        """Take the password that was chosen behind the link, and go on.

        :param str password: checked before
        :return: the token of the next page, None if no more is to be done on a page
        """
        self.ensure_one()
        self.env.execute_query(SQL('SELECT id FROM customer_registration WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset()
        if self.state != 'email':
            raise UserError(self.env._('This registration cannot be finished any more.'))
        self.password_hash = self.env['res.users']._crypt_context().hash(password)
        self.token_hash = False
        self._advance()
        return self._new_token() if self.state == 'phone' else None

    # ------------------------------------------------------------------
    # Codes
    # ------------------------------------------------------------------

    def _send_code(self):
        """Queue an SMS with a new code.

        :raises UserError: without mobile number, or if there were too many for it, its country or this registration
        """
        now = fields.Datetime.now()
        number = self.env['res.partner']._phone_format(number=self.phone, country=self.company_id.country_id)
        if not number or not is_mobile(number, False):
            raise UserError(self.env._('This is no mobile number.'))
        if self.code_count >= MAX_CODES:
            raise UserError(self.env._('No more codes can be sent.'))
        if self.code_date and now < self.code_date + timedelta(seconds=CODE_SECONDS):
            raise UserError(self.env._('A code was sent less than a minute ago. Please wait a moment.'))
        Quota = self.env['customer.registration.quota']
        if not Quota._take('number', number, PER_NUMBER, is_daily=True) or not Quota._take(
                'country', number[:4], PER_COUNTRY):
            raise UserError(self.env._('No more codes can be sent.'))
        code, salt = new_code(), new_token()
        text = self.with_context(lang=self.lang or self.env.lang).env._(
            '%(company)s: your code is %(code)s', company=self.company_id.name, code=show_code(code))
        self.write({
            'code_hash': hash_code(code, salt), 'code_salt': salt, 'code_tries': 0, 'code_date': now,
            'code_count': self.code_count + 1})
        self.env['sms.sms'].create({'number': number, 'body': text})

    def _try_code(self, text):
        """Check a typed code by a cursor of its own, so that the count survives; see ``customer.invitation``.

        :return: ``'right'``, ``'wrong'`` or ``'void'``
        """
        self.ensure_one()
        with self.env.registry.cursor() as cr:
            cr.execute(SQL(
                "SELECT code_hash, code_salt, code_tries FROM customer_registration"
                " WHERE id = %s AND state = 'phone' AND code_date > %s FOR NO KEY UPDATE",
                self.id, fields.Datetime.now() - timedelta(minutes=CODE_MINUTES)))
            code_hash, salt, tries = cr.fetchone() or (None, None, 0)
            if not code_hash:
                return 'void'
            if check_code(text, code_hash, salt):
                return 'right'
            is_void = (tries or 0) + 1 >= MAX_TRIES
            cr.execute(SQL(
                'UPDATE customer_registration SET code_tries = %s, code_hash = %s WHERE id = %s',
                (tries or 0) + 1, None if is_void else code_hash, self.id))
        self.invalidate_recordset(flush=False)
        return 'void' if is_void else 'wrong'
