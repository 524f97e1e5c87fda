from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoginCommon

QUIET = ('odoo.addons.customer_login.models.customer_login_guard', 'odoo.addons.base.models.res_users', 'odoo.http')


@tagged('post_install', '-at_install')
class TestGuard(LoginCommon):
    """Who guesses is refused; who belongs here is not."""

    def setUp(self):
        super().setUp()
        muted = mute_logger(*QUIET)
        muted.__enter__()
        self.addCleanup(muted.__exit__)

    def test_pair(self):
        """Issue 10.11: after five failures from one address even the right password is refused, until time is over."""
        self.fail_login('test_a1', 5)
        response = self.try_login('test_a1', 'test_a1')
        self.assertEqual(response.status_code, 429)
        self.assertIn('Too many attempts', response.text)
        self.assertGreater(int(response.headers['Retry-After']), 60)
        refused = self.events.search([('outcome', '=', 'refused')])
        self.assertEqual(refused.mapped('reason'), ['pair'])
        self.assertEqual(refused.user_id, self.user_a1)
        self.assertEqual(refused.network, '198.51.100.1')
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1', '198.51.100.2')), 'another address')
        self.assertTrue(self.is_in(self.try_login('test_b1', 'test_b1')), 'another account')
        self.pass_minutes(16)
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))

    def test_spelling_and_unknown(self):
        """Issue 10.11: a login counts however it is spelled, and one that does not exist counts alike."""
        for index, login in enumerate(['nobody', 'NOBODY', ' nobody', 'nobody ', 'Nobody', 'noBody']):
            self.assertEqual(self.try_login(login, 'wrong').status_code, 429 if index == 5 else 200)
        self.assertFalse(self.events.search([]).user_id)
        self.assertFalse([row for row in self.events.search([]).read() if 'nobody' in str(row).lower()])

    def test_success_clears(self):
        """Issue 10.11: who logs in after some failures begins anew, and a shared office address fills up by failures only."""
        self.fail_login('test_a1', 4)
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))
        self.fail_login('test_a1', 4)
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))
        self.env['ir.config_parameter'].set_param('customer_login.limit_source', 9)
        self.assertTrue(self.is_in(self.try_login('test_b1', 'test_b1')))
        self.fail_login('test_b2', 1)
        self.assertEqual(self.try_login('test_b1', 'test_b1').status_code, 429)
        self.assertEqual(self.events.search([('outcome', '=', 'refused')]).mapped('reason'), ['source'])

    def test_trusted_device(self):
        """Issue 10.11: who logged in on a device before is not locked out by strangers, even at the same address."""
        response = self.try_login('test_a1', 'test_a1')
        cookie = next(value for name, value in response.headers.items()
                      if name == 'Set-Cookie' and 'customer_device' in value)
        self.assertIn('HttpOnly', cookie)
        device = {name: value for name, value in response.cookies.items() if name.startswith('customer_device')}
        self.fail_login('test_a1', 5)
        self.assertEqual(self.try_login('test_a1', 'test_a1').status_code, 429)
        self.env['ir.config_parameter'].set_param('customer_login.limit_source', 3)
        self.env['ir.config_parameter'].set_param('customer_login.limit_account', 3)

        def come_back(login, password):
            self.opener.cookies.clear()
            for name, value in device.items():
                self.opener.cookies.set(name, value, domain='127.0.0.1')
            return self.try_login(login, password, keep=True)
        self.assertTrue(self.is_in(come_back('test_a1', 'test_a1')))
        self.assertEqual(come_back('test_a2', 'test_a2').status_code, 429, 'trusted for its own account only')
        for _index in range(10):
            self.assertEqual(come_back('test_a1', 'wrong').status_code, 200)
        self.assertEqual(come_back('test_a1', 'test_a1').status_code, 429, 'a stolen device guesses no further')

    def test_broken_device_cookie(self):
        """Issue 10.11: a forged cookie of a device is worth nothing and breaks nothing."""
        key = self.env['customer.login.guard']._account_key('test_a1')
        self.fail_login('test_a1', 5)
        for value in ('x', 'AQ==', '\xe4', 'A' * 5000):
            self.opener.cookies.clear()
            self.opener.cookies.set(f'customer_device_{key[:12]}', value.encode('ascii', 'replace').decode(), domain='127.0.0.1')
            self.assertEqual(self.try_login('test_a1', 'test_a1', keep=True).status_code, 429)

    def test_account_under_attack(self):
        """Issue 10.11: failures from many addresses lock nobody out: a stranger with the password needs a code by mail."""
        self.env['ir.config_parameter'].set_param('customer_login.limit_account', 3)
        for number in range(3):
            self.fail_login('test_a1', 1, f'203.0.113.{number}')
        response = self.try_login('test_a1', 'test_a1', '203.0.113.99')
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers['Location'].split('?')[0].endswith('/web/login/totp'))
        self.assertIn('/web/login', self.url_open('/my', allow_redirects=False).headers['Location'], 'not logged in yet')
        self.url_open('/web/login/totp')
        self.env.invalidate_all()
        code, _expiry = self.user_a1.with_user(self.user_a1).sudo()._get_totp_mail_code()
        response = self.post_form('/web/login/totp', {'totp_token': code, 'redirect': '/my'})
        self.assertTrue(self.is_in(response))
        self.assertEqual(self.url_open('/my', allow_redirects=False).status_code, 200)

    def test_rpc(self):
        """Issue 10.11: XML-RPC counts with the page; in an attack programs wait between two guesses."""
        def login(password):
            return self.xmlrpc_common.authenticate(self.env.cr.dbname, 'test_agent', password, {})
        self.assertEqual(login('test_agent'), self.agent.id)
        for _index in range(5):
            self.assertFalse(login('wrong'))
        self.assertFalse(login('test_agent'))
        self.assertEqual(self.events.search([('outcome', '=', 'refused')]).mapped('reason'), ['pair'])
        self.pass_minutes(16)
        self.env['ir.config_parameter'].set_param('customer_login.limit_account', 2)
        self.fail_login('test_agent', 2, '203.0.113.5')
        self.assertFalse(login('test_agent'))
        self.assertEqual(self.events.search([('outcome', '=', 'refused')], limit=1).reason, 'account')
        self.pass_minutes(1)
        self.assertEqual(login('test_agent'), self.agent.id)

    def test_json2(self):
        """Issue 10.11: a right API key costs no query of the guard, see tests/test_login.py for wrong ones."""
        key = self.env['res.users.apikeys'].with_user(self.agent).sudo()._generate('rpc', 'test', '2099-01-01')
        answer = self.url_open(
            '/json/2/res.users/context_get', json={}, headers={'Authorization': f'bearer {key}'}, method='POST')
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.events.search_count([]))

    def test_allow_list(self):
        """Issue 10.11: an address on the list is not refused; every other is."""
        self.env['ir.config_parameter'].set_param('customer_login.allowed_networks', '198.51.100.0/24')
        self.fail_login('test_a1', 6)
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))

    def test_unlock(self):
        """Issue 10.11: managers see refusals and unlock accounts and addresses; nobody else can, nobody writes them."""
        self.fail_login('test_a1', 5)
        self.assertEqual(self.try_login('test_a1', 'test_a1').status_code, 429)
        refused = self.events.search([('login', '=', ' Test_A1')]).filtered(lambda event: event.outcome == 'refused')
        self.assertTrue(refused)
        count = self.events.search_count([])
        for user in (self.agent, self.user_a1, self.visitor, self.employee):
            with self.assertRaises(AccessError):
                refused.with_user(user).action_unlock_account()
        self.assertEqual(self.events.search_count([]), count)
        refused.with_user(self.manager).action_unlock_account()
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))
        self.fail_login('test_a1', 5)
        self.assertEqual(self.try_login('test_a1', 'test_a1').status_code, 429)
        refused.with_user(self.manager).action_unlock_address()
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))

    def test_retention(self):
        """Issue 10.11: attempts are deleted after some weeks."""
        self.fail_login('test_a1', 1)
        self.events._gc_events()
        self.assertTrue(self.events.search_count([('network', '=', '198.51.100.1')]))
        self.pass_minutes(31 * 24 * 60)
        self.events._gc_events()
        self.assertFalse(self.events.search_count([('network', '=', '198.51.100.1')]))

    def test_logged_in_requests_ask_nothing(self):
        """Issue 10.11: a page of who is logged in costs no query of the guard."""
        self.authenticate('test_a1', 'test_a1')
        with patch.object(type(self.env['customer.login.guard']), '_begin', side_effect=AssertionError), \
                patch.object(type(self.env['customer.login.guard']), '_locked', side_effect=AssertionError):
            self.assertEqual(self.url_open('/my').status_code, 200)

    def test_odd_input(self):
        """Issue 10.11: an empty or broken login is a wrong one, not an error of the server."""
        for login, password in (('', ''), ('', 'x'), ('a\0b', 'x'), ('test_a1', 'a\0b'), ('x' * 100000, 'y')):
            self.assertIn(self.try_login(login, password).status_code, (200, 400), repr(login[:9]))

    def test_switched_off(self):
        """Issue 10.11: Odoo's parameter that switches its own count off does so with ours."""
        self.env['ir.config_parameter'].set_param('base.login_cooldown_after', 0)
        self.fail_login('test_a1', 7)
        self.assertTrue(self.is_in(self.try_login('test_a1', 'test_a1')))

    def test_unknown_login_costs_the_same(self):
        """Issue 10.10: for a login that does not exist a password is computed too."""
        with patch.object(type(self.env['res.users']), '_spend_time_of_password') as spend:
            self.try_login('test_a1', 'wrong')
            self.assertEqual(spend.call_count, 0)
            self.try_login('nobody', 'wrong')
            self.assertEqual(spend.call_count, 1)

    def test_invitation_links(self):
        """Issue 10.11: guessing links of invitations ends with 429."""
        with patch.dict('odoo.addons.customer_login.models.customer_login_guard.LIMITS', {
                'link': self.env['customer.login.guard']._limits('link')._replace(source=2)}):
            self.authenticate(None, None)
            codes = [self.post_form(f'/my/invitations/guess{number}/accept').status_code for number in range(3)]
        self.assertEqual(codes, [404, 404, 429])

    def test_unlock_keeps_other_company(self):
        """Issue 10.11: the log tells managers who it was, and hides what was typed."""
        self.fail_login('test_a1', 1)
        event = self.events.with_user(self.manager).search([], limit=1)
        self.assertEqual(event.user_id, self.user_a1)
        self.assertNotIn('test_a1', str(event.sudo().read(['account_key', 'source', 'network'])))
        self.manager.group_ids = [Command.unlink(self.env.ref('customer_services.group_customer_services_manager').id)]
        with self.assertRaises(AccessError):
            event.read(['network'])
