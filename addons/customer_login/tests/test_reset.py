import re
from urllib.parse import urlsplit

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import GOOD, LoginCommon


@tagged('post_install', '-at_install')
class TestReset(LoginCommon):
    """Password by mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('auth_signup.reset_password', 'True')
        cls.env['mail.mail'].search([]).unlink()

    def _ask(self, login):
        self.authenticate(None, None)
        return self.post_form('/web/reset_password', {'login': login}, headers=self.headers())

    def _links(self):
        """Let the job run; return the links in the mails that wait, as ``{address: path}``."""
        self.env['customer.reset.request']._send()
        mails = self.env['mail.mail'].search([('state', '=', 'outgoing')])
        links = {}
        for mail in mails:
            match = re.search(r'href="([^"]*/web/reset_password[^"]*)"', mail.body_html)
            if match:
                url = urlsplit(match[1].replace('&amp;', '&'))
                links[mail.email_to] = f'{url.path}?{url.query}'
        return links

    def _choose(self, path, password=GOOD, **data):
        query = dict(part.split('=', 1) for part in path.split('?')[1].split('&'))
        return self.post_form('/web/reset_password', {
            'token': query['token'], 'password': password, 'confirm_password': password, **data})

    def test_constant_answer(self):
        """Issue 10.10: known and unknown logins get the same status and body, and cost the same queries."""
        pages = []
        self.revoked.active = False
        for login in ('test_a1', 'nobody@example.com', 'a1@example.com', 'test_revoked'):
            response = self._ask(login)
            body = re.sub(r'csrf_token[^>]*>|"[0-9a-f]{40}o\d+"|odoo = \{[^<]*', '', response.text)
            pages.append((response.status_code, body))
        self.assertEqual(pages[0][0], 200)
        self.assertIn('If there is a login with this address', pages[0][1])
        self.assertEqual(len(set(pages)), 1)
        self.assertEqual(self.env['customer.reset.request'].search_count([]), 4)
        self.assertEqual(set(self._links()), {'a1@example.com'}, 'one mail to who exists, none to the revoked')
        self.assertFalse(self.env['customer.reset.request'].search_count([]))

    def test_whole_way(self):
        """Issue 10.10: the link works once; sessions end, the second factor stays, the owner is told."""
        self.user_a1.totp_secret = 'A' * 32
        self.authenticate('test_a1', 'test_a1')
        session = self.session
        self._ask(' A1@example.com ')
        path = self._links()['a1@example.com']
        self.authenticate(None, None)
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers['Referrer-Policy'], 'no-referrer')
        self.assertIn('test_a1', self.user_a1.login)
        response = self._choose(path)
        self.assertIn('Your password has been reset successfully', response.text)
        self.assertFalse(self.session.uid)
        self.assertTrue(self.user_a1.totp_enabled)
        told = self.env['mail.mail'].search([('email_to', 'like', 'a1@example.com')]).mapped('subject')
        self.assertIn('Security Update: Password Changed', told)
        self.opener.cookies['session_id'] = session.sid
        self.assertIn('/web/login', self.url_open('/my', allow_redirects=False).headers['Location'])
        self.assertEqual(self.url_open(path).status_code, 404)
        self.authenticate(None, None)
        self.assertEqual(self._choose(path, 'another sentence of mine').status_code, 404)
        self.assertTrue(self.try_login('test_a1', GOOD).headers['Location'].split('?')[0].endswith('/web/login/totp'))

    def test_broken_links(self):
        """Issue 10.10: malformed, forged and expired links give one plain page, on both addresses and methods."""
        self._ask('test_a1')
        path = self._links()['a1@example.com']
        token = re.search('token=([^&]+)', path)[1]
        self.authenticate(None, None)
        for bad in ('x', 'AQ', '%C3%A4', token[:-3], f'{token}x', 'A' * 3000, '%00'):
            for route in ('reset_password', 'signup'):
                with mute_logger('odoo.http'):
                    response = self.url_open(f'/web/{route}?token={bad}')
                self.assertEqual(response.status_code, 404, bad)
                if bad != '%00':
                    self.assertIn('This link does not work', response.text)
                self.assertNotIn('Traceback', response.text)
        response = self.post_form('/web/reset_password', {'token': 'x', 'password': GOOD, 'confirm_password': GOOD})
        self.assertEqual(response.status_code, 404)

    def test_passwords(self):
        """Issue 10.12: a short, common or personal password is refused behind a link, and the link still works."""
        self._ask('test_a1')
        path = self._links()['a1@example.com']
        before = self._hash()
        self.authenticate(None, None)
        for password in ('short', 'password123', 'Test_A1!!!!!!', 'x' * 1001):
            response = self._choose(path, password)
            self.assertIn('alert-danger', response.text)
            self.assertEqual(self._hash(), before)
        self._choose(path)
        self.assertNotEqual(self._hash(), before)

    def _hash(self):
        self.env.cr.execute('SELECT password FROM res_users WHERE id = %s', [self.user_a1.id])
        return self.env.cr.fetchone()[0]

    def test_password_rules_elsewhere(self):
        """Issue 10.12: they hold on the page of the customer, and where staff set one."""
        for password in ('short', 'Password2026!'):
            with self.assertRaises(UserError):
                self.user_a1._change_password(password)
        self.user_a1._change_password(GOOD)

    def test_no_oracle_on_signup(self):
        """Issue 10.10: an address in the address bar does not tell whether it is known."""
        for route in ('signup', 'reset_password'):
            codes = {self.url_open(f'/web/{route}?signup_email={email}', allow_redirects=False).status_code
                     for email in ('a1@example.com', 'nobody@example.com')}
            self.assertEqual(len(codes), 1)

    def test_limit(self):
        """Issue 10.11: one address asks for few links an hour, whoever is asked for."""
        codes = [self._ask(login).status_code for login in ('test_a1', 'nobody') for _index in range(4)]
        self.assertEqual(codes, [200, 200, 200, 429] * 2)
        self.assertEqual(self.env['customer.reset.request'].search_count([]), 6)
        self.assertEqual(len(self._links()), 1)

    def test_empty(self):
        """Issue 10.10: without an address the page asks for one."""
        response = self._ask(' ')
        self.assertEqual(response.status_code, 200)
        self.assertFalse(self.env['customer.reset.request'].search_count([]))
