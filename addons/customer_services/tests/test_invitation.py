import logging
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import html2plaintext

from ..models.customer_invitation import MAX_CODES, MAX_TRIES
from .common import InvitationFixture


@tagged('post_install', '-at_install')
class TestInvitation(InvitationFixture, TransactionCase):
    """What an invitation is: a link, a code, and when they work."""

    def test_mail_has_link(self):
        """Issue 3.5: the mail has the link for reading as HTML and as text; the token is stored nowhere else."""
        invitation, token, code = self._invite(self.new_access)
        self.assertEqual(self.new_access.state, 'invited')
        self.assertIsNone(code)
        mail = invitation.mail_id
        self.assertEqual((mail.email_to, mail.state, mail.auto_delete), ('new@example.com', 'outgoing', True))
        self.assertIn(f'/my/invitations/{token}', html2plaintext(mail.body_html))
        self.assertIn('New new', mail.body_html)
        self.env.flush_all()
        self.env.cr.execute('SELECT * FROM customer_invitation WHERE id = %s', [invitation.id])
        self.assertNotIn(token, str(self.env.cr.fetchall()))
        self.assertEqual(self.env['customer.invitation']._find(token), invitation)

    def test_link_hides_from_readers_of_the_access(self):
        """Issue 3.5: who may read the access (a colleague, staff) finds neither mail nor token."""
        invitation, token, _code = self._invite(self.new_access)
        self.assertFalse(invitation.mail_id.model)
        for user in (self.user_a1, self.agent, self.specialist):
            found = self.env['mail.message'].with_user(user).search([('body', 'ilike', token)])
            self.assertFalse(found, user.login)
            with self.assertRaises(AccessError):
                invitation.with_user(user).read(['state'])
        for name in ('token_hash', 'code_hash', 'code_salt'):
            with self.assertRaises(AccessError):
                invitation.with_user(self.env.ref('base.user_admin')).read([name])

    def test_code_by_sms(self):
        """Issue 3.5: with a mobile number a code is sent by SMS and asked for; a landline gets none."""
        invitation, _token, code = self._invite(self.mobile_access)
        self.assertTrue(invitation.needs_code and code)
        self.assertEqual(invitation.sms_id.number, '+31612345678')
        self.assertNotIn(code.replace('-', ''), str(invitation.sudo().read()))
        self.mobile_access.phone = '+31 30 123 4567'
        invitation, _token, code = self._invite(self.mobile_access)
        self.assertFalse(invitation.needs_code or code)

    def test_language_of_recipient(self):
        """Issue 3.5: mail and SMS are in the recipient's language."""
        self.env['res.lang']._activate_lang('nl_NL')
        self.mobile_access.partner_id.lang = 'nl_NL'
        template = self.env.ref('customer_services.mail_template_customer_access_invitation')
        template.with_context(lang='nl_NL').subject = 'Uw toegang'
        invitation, _token, _code = self._invite(self.mobile_access)
        self.assertEqual(invitation.mail_id.subject, 'Uw toegang')

    def test_new_invitation_voids_older(self):
        """Issue 3.5: a new invitation voids the older link and code, and what of them was not sent yet."""
        first, first_token, _code = self._invite(self.mobile_access)
        first_mail, first_sms = first.mail_id, first.sms_id
        second, second_token, _code = self._invite(self.mobile_access)
        self.assertEqual((first.state, second.state), ('void', 'pending'))
        self.assertEqual((first_mail.state, first_sms.state), ('cancel', 'canceled'))
        Invitation = self.env['customer.invitation']
        self.assertFalse(Invitation._find(first_token))
        self.assertEqual(Invitation._find(second_token), second)

    def test_broken_tokens(self):
        """Issue 3.5: what is no token opens nothing."""
        _invitation, token, _code = self._invite(self.new_access)
        for wrong in (token[:-1], token + 'x', token.swapcase(), '', None, ['x'], 'é', '\ud800', '%'):
            self.assertFalse(self.env['customer.invitation']._find(wrong), wrong)

    def test_link_expires(self):
        """Issue 3.5: the link works for as many days as the settings say; the cron marks the access."""
        self.env['ir.config_parameter'].set_param('customer_services.invitation_days', '2')
        invitation, token, _code = self._invite(self.new_access)
        self.assertAlmostEqual(invitation.expiry, fields.Datetime.now() + timedelta(days=2), delta=timedelta(minutes=1))
        self.assertEqual(self.new_access.invitation_expiry, invitation.expiry)
        past = fields.Datetime.now() - timedelta(seconds=1)
        invitation.expiry = self.new_access.invitation_expiry = past
        self.assertFalse(self.env['customer.invitation']._find(token))
        self.assertEqual(self.new_access.state, 'invited')
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 0):
            self.env['customer.access']._cron_expire()
        self.assertEqual((self.new_access.state, invitation.state), ('expired', 'void'))
        self._invite(self.new_access)
        self.assertEqual(self.new_access.state, 'invited')

    def test_corrected_address_voids_link(self):
        """Issue 3.5: a link that went to a wrong address is dead as soon as staff correct the address."""
        _invitation, token, _code = self._invite(self.new_access)
        self.new_access.with_user(self.agent).email = 'corrected@example.com'
        self.assertFalse(self.env['customer.invitation']._find(token))

    def test_five_wrong_codes(self):
        """Issue 3.5: five wrong codes void the code, the right one too; a new one works again."""
        invitation, token, code = self._invite(self.mobile_access)
        self.env.flush_all()
        self.registry_enter_test_mode()
        for _number in range(MAX_TRIES - 1):
            self.assertEqual(invitation._try_code('22222222'), 'wrong')
        self.assertEqual(invitation.code_tries, MAX_TRIES - 1)
        self.assertEqual(invitation._try_code(code), 'right')
        self.assertEqual(invitation._try_code('22222222'), 'void')
        self.assertEqual(invitation._try_code(code), 'void')
        self.assertFalse(invitation.code_hash)
        self._pass_a_minute(self.mobile_access)
        self.env['customer.invitation']._find(token)._send_code()
        self.env.flush_all()
        new_code = invitation.sms_id.body[-9:]
        self.assertEqual(invitation._try_code(code), 'wrong')
        self.assertEqual(invitation._try_code(new_code.lower()), 'right')

    def test_codes_are_throttled(self):
        """Issue 3.5: new codes follow each other after a minute, and not without end."""
        invitation, _token, _code = self._invite(self.mobile_access)
        sms = self.env['sms.sms'].search_count([('partner_id', '=', self.mobile_access.partner_id.id)])
        with self.assertRaises(UserError):
            invitation._send_code()
        for _number in range(MAX_CODES - 1):
            self._pass_a_minute(self.mobile_access)
            invitation._send_code()
        self._pass_a_minute(self.mobile_access)
        with self.assertRaises(UserError):
            invitation._send_code()
        self.assertEqual(self.env['sms.sms'].search_count(
            [('partner_id', '=', self.mobile_access.partner_id.id)]), sms + MAX_CODES - 1)

    def test_invitations_are_throttled(self):
        """Issue 3.5: a second click within a minute sends no second mail."""
        invitation, token, _code = self._invite(self.new_access)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.new_access.with_user(self.agent).action_invite()
        self.env.invalidate_all()
        self.assertEqual(self.new_access.invitation_ids, invitation)
        self.assertEqual(self.env['customer.invitation']._find(token), invitation)

    def test_invitation_needs_address(self):
        """Issue 3.5: without a valid address nobody is invited."""
        self.new_access.email = 'nonsense'
        with self.assertRaises(UserError):
            self.new_access.with_user(self.agent).action_invite()
        self.assertEqual((self.new_access.state, len(self.new_access.invitation_ids)), ('draft', 0))

    def test_who_may_invite(self):
        """Issue 3.5: agents, managers and the administrator of the customer invite; customers not by RPC."""
        foreign = self._create_access('foreign', self.customer_b)
        for user, access in ((self.user_a1, self.new_access), (self.visitor, self.new_access),
                             (self.employee, self.new_access), (self.specialist, foreign)):
            for action in ('action_invite', 'action_block', 'action_unblock', 'action_revoke'):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(access.with_user(user), action)()
        self.assertEqual((self.new_access | foreign).mapped('state'), ['draft', 'draft'])
        self.assertFalse((self.new_access | foreign).invitation_ids)
        self.new_access.with_user(self.specialist).action_invite()
        foreign.with_user(self.manager).action_invite()
        self.assertEqual((self.new_access | foreign).mapped('state'), ['invited', 'invited'])

    def test_password_rules(self):
        """Issue 3.5: short, mistyped and obvious passwords are refused."""
        invitation, _token, _code = self._invite(self.new_access)
        for password, repeated in (('short', 'short'), ('long enough 1', 'long enough 2'), ('x' * 1001, 'x' * 1001),
                                   ('new@example.com', 'new@example.com'), ('', '')):
            with self.subTest(password=password), self.assertRaises(UserError):
                invitation._check_password(password, repeated)
        self.assertIsNone(invitation._check_password('a good long one', 'a good long one'))

    def test_token_never_logged(self):
        """Issue 3.5: inviting and accepting write no token and no code to the log."""
        with self.assertLogs(level='DEBUG') as logs:
            invitation, token, code = self._invite(self.mobile_access)
            self.env['customer.invitation']._find(token)._accept('a good long one')
            self.env.flush_all()
            logging.getLogger(__name__).info('at least one line')
        own = [line for line in logs.output if 'odoo.sql_db' not in line]
        self.assertFalse([line for line in own if token in line or code in line])
        self.assertEqual(invitation.state, 'used')

    def test_employee_is_not_invited(self):
        """Issue 3.4: an employee gets no access, by contact or by login."""
        with self.assertRaises(ValidationError):
            self.env['customer.access'].with_user(self.agent).create(
                {'customer_id': self.customer_a.id, 'partner_id': self.employee.partner_id.id})
