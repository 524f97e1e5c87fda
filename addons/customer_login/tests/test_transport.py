from odoo.http import root
from odoo.tests import tagged
from odoo.tools import config

from .common import LoginCommon


@tagged('post_install', '-at_install')
class TestTransport(LoginCommon):
    """TLS behind the proxy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('web.base.url', 'https://service.example.com')

    def _open(self, path, scheme='http', method='GET', **kwargs):
        return self.url_open(
            path, headers=self.headers(scheme=scheme), allow_redirects=False, method=method, **kwargs)

    def _cookies(self, response):
        return [value for name, value in response.raw.headers.items() if name.lower() == 'set-cookie']

    def test_redirect(self):
        """Issue 10.9: plain http through the proxy gets 308 to the same address by https, also pages that do not exist."""
        for path, method in (('/my?page=2', 'GET'), ('/web/login', 'POST'), ('/no/such/page', 'GET'), ('/', 'GET')):
            response = self._open(path, method=method)
            self.assertEqual(response.status_code, 308, path)
            self.assertEqual(response.headers['Location'], self.base_url().replace('http:', 'https:') + path)
        self.assertEqual(self._open('/web/health').status_code, 200)

    def test_off(self):
        """Issue 10.9: the setting, a public address in http, or no proxy: plain http works on."""
        self.assertEqual(self.url_open('/web/login', allow_redirects=False).status_code, 200)
        self.env['ir.config_parameter'].set_param('customer_login.force_tls', 'False')
        self.assertEqual(self._open('/web/login').status_code, 200)
        self.env['ir.config_parameter'].set_param('customer_login.force_tls', 'True')
        self.env['ir.config_parameter'].set_param('web.base.url', 'http://127.0.0.1:8069')
        self.opener.cookies.clear()
        response = self._open('/web/login')
        self.assertEqual(response.status_code, 200)
        self.assertNotIn('Strict-Transport-Security', response.headers)
        [cookie] = self._cookies(response)
        self.assertNotIn('Secure', cookie)
        self.assertIn('SameSite=Lax', cookie)

    def test_cookies(self):
        """Issue 10.9: HSTS once, and cookies with Secure, HttpOnly and SameSite=Lax."""
        response = self._open('/web/login', 'https')
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers['Strict-Transport-Security'], 'max-age=31536000')
        [cookie] = self._cookies(response)
        self.assertTrue(cookie.startswith('session_id='))
        for flag in ('Secure', 'HttpOnly', 'SameSite=Lax'):
            self.assertEqual(cookie.count(flag), 1, cookie)

    def test_expired_session(self):
        """Issue 10.9: the session that replaces an expired one has the flags too, and HSTS."""
        self.authenticate('test_a1', 'test_a1')
        self.session['create_time'] -= 13 * 3600
        root.session_store.save(self.session)
        response = self._open('/my', 'https')
        self.assertIn(response.status_code, (302, 303))
        self.assertIn('/web/login', response.headers['Location'])
        self.assertEqual(response.headers['Strict-Transport-Security'], 'max-age=31536000')
        cookies = self._cookies(response)
        self.assertTrue(cookies)
        for cookie in cookies:
            for flag in ('Secure', 'HttpOnly', 'SameSite=Lax'):
                self.assertEqual(cookie.count(flag), 1, cookie)

    def test_two_proxies(self):
        """Issue 10.11: with two proxies the client is counted, not the outer proxy, whatever he claims to be."""
        self.env['ir.config_parameter'].set_param('customer_login.force_tls', 'False')
        self.env['ir.config_parameter'].set_param('customer_login.proxies', '2')
        self.authenticate(None, None)
        for number in range(2):
            self.post_form('/web/login', {'login': 'test_a1', 'password': 'wrong'}, headers=self.headers(
                f'6.6.6.{number}, 198.51.100.9, 10.0.0.2'))
        self.assertEqual(
            self.events.search([('outcome', '=', 'attempt')]).mapped('network'), ['198.51.100.9'] * 2)

    def test_one_and_no_proxy(self):
        """Issue 10.11: with one proxy what it says counts; without one a forged header is ignored."""
        self.env['ir.config_parameter'].set_param('customer_login.force_tls', 'False')
        self.try_login('test_a1', 'wrong', '6.6.6.6, 198.51.100.9')
        self.assertEqual(self.events.search([], limit=1).network, '198.51.100.9')
        config['proxy_mode'] = False
        self.addCleanup(config.__setitem__, 'proxy_mode', True)
        self.try_login('test_a1', 'wrong', '198.51.100.9')
        self.assertEqual(self.events.search([], limit=1).network, '127.0.0.1')
