import re
from xmlrpc.client import Fault

from odoo.http import root
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import GOOD, LoginCommon


@tagged('post_install', '-at_install')
class TestSecurity(LoginCommon):
    """The page Connection & Security."""

    def _log_in(self, login, agent):
        """Log in as with a browser; return the id of the session."""
        self.authenticate(login, login)
        self.session.pop('_trace_disable')
        root.session_store.save(self.session)
        self.opener.headers['User-Agent'] = agent
        self.url_open('/my')
        return self.session.sid

    def _devices(self, user):
        self.env.invalidate_all()
        return self.env['res.device'].search([('user_id', '=', user.id)])

    def test_page(self):
        """Issue 10.13: second factor, passkeys, devices and the e-mail address are on the page."""
        self._log_in('test_a1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')
        page = self.url_open('/my/security').text
        for text in ('Two-factor authentication', 'Passkeys', 'Devices', 'E-mail address', 'Linux Firefox', 'Delete Account'):
            self.assertIn(text, page)

    def test_devices(self):
        """Issue 10.13: a single device is logged out by the password; not those of others."""
        chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36'
        firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
        first = self._log_in('test_a1', chrome)
        self._log_in('test_b1', chrome)
        foreign = self._devices(self.user_b1)
        # the helper deletes the session before: write it again as a second device of the same user
        self.session = None
        second = self._log_in('test_a1', firefox)
        other = self._devices(self.user_a1).filtered(lambda device: second.startswith(device.session_identifier))
        mine = self._devices(self.user_a1) - other
        for device, password in ((other, 'wrong'), (foreign, 'test_a1'), (mine.browse(99999999), 'test_a1')):
            self.post_form('/my/security/devices', {'device': device.id, 'password': password})
            self.assertEqual(len(self._devices(self.user_a1) | self._devices(self.user_b1)), 3)
        response = self.post_form('/my/security/devices', {'device': mine.id, 'password': 'test_a1'})
        self.assertTrue(response.headers['Location'].endswith('notice=device#customer_devices'))
        self.assertEqual(self._devices(self.user_a1), other)
        self.assertEqual(self.url_open('/my', allow_redirects=False).status_code, 200)
        self.assertFalse(root.session_store.get(first).get('uid'))
        response = self.post_form('/my/security/devices', {'device': other.id, 'password': 'test_a1'})
        self.assertTrue(response.headers['Location'].endswith('/web/login'))

    def test_session_timeout(self):
        """Issue 10.13: a session of a customer that was not used for the hours of the settings ends."""
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self.url_open('/my', allow_redirects=False).status_code, 200)
        self.session['create_time'] -= 12 * 3600 + 60
        root.session_store.save(self.session)
        self.assertIn('/web/login', self.url_open('/my', allow_redirects=False).headers['Location'])
        self.assertFalse(self.agent._get_lock_timeouts()['lock_timeout'])

    def test_password_guessing_in_a_session(self):
        """Issue 10.11: who found an unlocked screen cannot guess the password on the pages that ask for it again."""
        self.authenticate('test_a1', 'test_a1')
        for _index in range(3):
            self.post_form('/my/security', {'old': 'wrong', 'new1': GOOD, 'new2': GOOD})
        self.post_form('/my/security/email', {'email': 'new@example.com', 'password': 'wrong'})
        self.post_form('/my/deactivate_account', {'validation': 'test_a1', 'password': 'wrong'})
        with mute_logger('odoo.addons.customer_login.models.customer_login_guard'):
            response = self.post_form('/my/security', {'old': 'test_a1', 'new1': GOOD, 'new2': GOOD})
            self.assertIn('Too many attempts', response.text)
            response = self.post_form('/my/security/email', {'email': 'new@example.com', 'password': 'test_a1'})
        self.assertIn('notice=many', response.headers['Location'])
        self.assertTrue(self.user_a1.active)
        self.pass_minutes(16)
        response = self.post_form('/my/security', {'old': 'test_a1', 'new1': GOOD, 'new2': GOOD})
        self.assertIn('Password Updated', response.text)

    def _ask_email(self, email, password='test_a1'):
        self.authenticate(self.user_a1.login, 'test_a1')
        self.env['mail.mail'].search([]).unlink()
        response = self.post_form('/my/security/email', {'email': email, 'password': password})
        mail = self.env['mail.mail'].search([('email_to', '=', email.strip().lower())])
        link = re.search(r'/my/email/[\w-]+', mail.body_html or '')
        return response.headers['Location'], mail, link and link[0]

    def test_email_change(self):
        """Issue 10.14: password, confirmation by the new address, notice to the old one; the login moves along."""
        self.user_a1.login = 'a1@example.com'
        location, mail, link = self._ask_email('new@example.com', 'wrong')
        self.assertIn('notice=password', location)
        self.assertFalse(mail)
        location, mail, link = self._ask_email(' New@example.com')
        self.assertIn('notice=email', location)
        self.assertEqual(self.user_a1.email, 'a1@example.com')
        self.authenticate(None, None)
        page = self.url_open(link)
        self.assertIn('new@example.com', page.text)
        self.env.invalidate_all()
        self.assertEqual(self.user_a1.email, 'a1@example.com', 'opening the link changes nothing')
        self.assertIn('The change is done', self.post_form(f'{link}/confirm').text)
        self.env.invalidate_all()
        self.assertEqual(self.user_a1.email, 'new@example.com')
        self.assertEqual(self.user_a1.login, 'new@example.com')
        told = self.env['mail.mail'].search([('email_to', '=', 'a1@example.com')])
        self.assertIn('Email Changed', told.subject)
        for response in (self.url_open(link), self.post_form(f'{link}/confirm')):
            self.assertEqual(response.status_code, 404)

    def test_email_links(self):
        """Issue 10.14: a newer link voids the older one; expired and broken ones give the plain page; a login stays."""
        _location, _mail, old = self._ask_email('one@example.com')
        _location, _mail, new = self._ask_email('two@example.com')
        for link in (old, '/my/email/x', '/my/email/%C3%A4'):
            self.assertEqual(self.url_open(link).status_code, 404)
            self.assertEqual(self.post_form(f'{link}/confirm').status_code, 404)
        self.env['customer.email.change'].search([('state', '=', 'pending')]).expiry = '2020-01-01'
        self.assertEqual(self.post_form(f'{new}/confirm').status_code, 404)
        self.env.invalidate_all()
        self.assertEqual((self.user_a1.email, self.user_a1.login), ('a1@example.com', 'test_a1'))
        self.env['customer.email.change']._gc_changes()
        self.assertFalse(self.env['customer.email.change'].search_count([('expiry', '<', '2021-01-01')]))

    def test_email_of_somebody_else(self):
        """Issue 10.14: an address that is a login already gets no link; the visitor sees the same page."""
        self.user_b1.login = 'taken@example.com'
        location, mail, link = self._ask_email('taken@example.com')
        self.assertIn('notice=email', location)
        self.assertFalse(link)
        self.assertIn('belongs to another login', mail.body_html)
        for email, notice in (('nonsense', 'address'), ('A1@example.com', 'same')):
            self.assertIn(f'notice={notice}', self._ask_email(email)[0])

    def test_no_other_way(self):
        """Issue 10.14: neither RPC nor the address form changes the address of a login."""
        with self.assertRaises(Fault) as raised, mute_logger('odoo.http'):
            self.xmlrpc_object.execute(
                self.env.cr.dbname, self.user_a1.id, 'test_a1', 'res.users', 'write', [self.user_a1.id],
                {'email': 'stolen@example.com'})
        self.assertIn('Connection', raised.exception.faultString)
        boss = new_test_user(self.env, 'test_boss', groups='base.group_erp_manager')
        with self.assertRaises(Fault) as raised, mute_logger('odoo.http'):
            self.xmlrpc_object.execute(
                self.env.cr.dbname, boss.id, 'test_boss', 'res.users', 'write', [self.user_a1.id],
                {'password': 'password1234'})
        self.assertIn('easy to guess', raised.exception.faultString)
        self.authenticate('test_a1', 'test_a1')
        response = self.post_form('/my/address/submit', {
            'partner_id': self.user_a1.partner_id.id, 'address_type': 'billing', 'name': self.user_a1.name,
            'email': 'stolen@example.com', 'phone': '+31612345678', 'street': 'Street 1', 'city': 'Utrecht',
            'zip': '3511 AA', 'country_id': self.env.ref('base.nl').id})
        self.assertIn('Connection', response.text)
        self.env.invalidate_all()
        self.assertEqual(self.user_a1.email, 'a1@example.com')
