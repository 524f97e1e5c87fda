from odoo.tests import tagged

from .common import CustomerHttpCommon, InvitationFixture

PASSWORD = 'a good long one'


@tagged('post_install', '-at_install')
class TestInvitationPages(InvitationFixture, CustomerHttpCommon):
    """The page behind the link, as a browser uses it."""

    def _state(self, *records):
        """Return what must not change by a refusal: states, logins and contacts."""
        self.env.flush_all()
        self.env.invalidate_all()
        return [record.read() for record in records] + [self.env['res.users'].search_count([])]

    def _send(self, token, action='accept', **data):
        if not self.session:
            self.authenticate(None, None)
        return self.post_form(f'/my/invitations/{token}/{action}', data)

    def _open(self, token):
        return self.url_open(f'/my/invitations/{token}', allow_redirects=False)

    def test_opening_changes_nothing(self):
        """Issue 3.5: mail scanners may open the link as often as they like."""
        invitation, token, _code = self._invite(self.mobile_access)
        before = self._state(self.mobile_access, invitation, self.mobile_access.partner_id)
        self.authenticate(None, None)
        for _number in range(3):
            response = self._open(token)
            self.assertEqual(response.status_code, 200)
        self.assertEqual(self._state(self.mobile_access, invitation, self.mobile_access.partner_id), before)
        self.assertIn('New mobile', response.text)
        self.assertIn('name="code"', response.text)
        self.assertIn('noindex', response.headers['X-Robots-Tag'])
        self.assertEqual(response.headers['Referrer-Policy'], 'no-referrer')
        self.assertIn('no-store', response.headers['Cache-Control'])
        for path in ('accept', 'code'):
            self.assertIn(self.url_open(f'/my/invitations/{token}/{path}').status_code, (404, 405))
        self.assertEqual(self._state(self.mobile_access, invitation, self.mobile_access.partner_id), before)

    def test_activate_without_code(self):
        """Issue 3.5: a password makes the login, in the portal group only, and opens the portal at once."""
        invitation, token, _code = self._invite(self.new_access)
        response = self._send(token, password=PASSWORD, confirm_password=PASSWORD)
        self.assertEqual((response.status_code, response.headers['Location'].split('/')[-1]), (303, 'my'))
        self.env.invalidate_all()
        user = self.new_access.user_id
        self.assertEqual((self.new_access.state, invitation.state), ('activated', 'used'))
        self.assertEqual((user.login, user.partner_id), ('new@example.com', self.new_access.partner_id))
        self.assertEqual(user.group_ids, self.env.ref('base.group_portal'))
        self.assertEqual(self.new_access.scope, 'own')
        self.assertIn('o_portal_my_home', self.url_open('/my').text)
        self.assertEqual(self._open(token).status_code, 404)

    def test_activate_with_code(self):
        """Issue 3.5: with a code by SMS the link alone is not enough."""
        invitation, token, code = self._invite(self.mobile_access)
        for wrong in ('', '22222222', code[:-1]):
            response = self._send(token, password=PASSWORD, confirm_password=PASSWORD, code=wrong)
            self.assertEqual(response.status_code, 200)
            self.assertIn('alert-danger', response.text)
        self.env.invalidate_all()
        self.assertEqual((self.mobile_access.state, invitation.code_tries), ('invited', 3))
        self.assertFalse(self.mobile_access.user_id)
        response = self._send(token, password=PASSWORD, confirm_password=PASSWORD, code=code.lower())
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(self.mobile_access.state, 'activated')

    def test_void_code_and_new_one(self):
        """Issue 3.5: after five wrong codes the right one is refused too, until a new one was sent."""
        invitation, token, code = self._invite(self.mobile_access)
        for _number in range(5):
            self._send(token, password=PASSWORD, confirm_password=PASSWORD, code='22222222')
        response = self._send(token, password=PASSWORD, confirm_password=PASSWORD, code=code)
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((self.mobile_access.state, bool(self.mobile_access.user_id)), ('invited', False))
        old_sms = invitation.sms_id
        self.assertIn('alert-danger', self._send(token, 'code').text)  # less than a minute after the first one
        self._pass_a_minute(self.mobile_access)
        self.assertIn('alert-success', self._send(token, 'code').text)
        self.env.invalidate_all()
        self.assertNotEqual(invitation.sms_id, old_sms)
        new_code = invitation.sms_id.body[-9:]
        self._send(token, password=PASSWORD, confirm_password=PASSWORD, code=new_code)
        self.env.invalidate_all()
        self.assertEqual(self.mobile_access.state, 'activated')

    def test_refused_passwords(self):
        """Issue 3.5: a refused password changes nothing and says why."""
        invitation, token, _code = self._invite(self.new_access)
        before = self._state(self.new_access, invitation)
        for password, repeated in (('', ''), ('short', 'short'), (PASSWORD, PASSWORD + 'x')):
            response = self._send(token, password=password, confirm_password=repeated)
            self.assertEqual(response.status_code, 200)
            self.assertIn('alert-danger', response.text)
            self.assertNotIn(PASSWORD, response.text)
        self.assertEqual(self._state(self.new_access, invitation), before)

    def test_one_answer(self):
        """Issue 3.5: unknown, broken, used, voided and expired links give one and the same page."""
        first, first_token, _code = self._invite(self.new_access)
        second, token, _code = self._invite(self.new_access)
        expired, expired_token, _code = self._invite(self.mobile_access)
        expired.expiry = '2026-01-01'
        self.env.flush_all()
        self.authenticate(None, None)
        answers = {}
        for name, wrong in (('void', first_token), ('expired', expired_token), ('broken', token[:-1]),
                            ('unknown', 'x' * 43), ('odd', '%C3%A9'), ('long', 'x' * 3000)):
            response = self._open(wrong)
            self.assertEqual(response.status_code, 404, name)
            answers[name] = response.text.replace(wrong, '').split('<main')[-1].split('</main')[0]
            before = self._state(self.new_access, self.mobile_access, first, second, expired)
            response = self._send(wrong, password=PASSWORD, confirm_password=PASSWORD)
            self.assertEqual(response.status_code, 404, name)
            self.assertEqual(self._send(wrong, 'code').status_code, 404, name)
            self.assertEqual(self._state(self.new_access, self.mobile_access, first, second, expired), before)
        self.assertEqual(len(set(answers.values())), 1)
        self.assertNotIn('New new', answers['void'])

    def test_needs_csrf_token(self):
        """Issue 3.5: a form of another site activates nothing."""
        invitation, token, _code = self._invite(self.new_access)
        before = self._state(self.new_access, invitation)
        self.authenticate(None, None)
        for action in ('accept', 'code'):
            response = self.url_open(
                f'/my/invitations/{token}/{action}', data={'password': PASSWORD, 'confirm_password': PASSWORD})
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self._state(self.new_access, invitation), before)

    def test_existing_login_confirms(self):
        """Issue 3.4: who has a login already accepts with it, chooses no password, and sees both customers."""
        access = self.env['customer.access'].with_user(self.agent).create(
            {'customer_id': self.customer_b.id, 'name': 'Anna', 'email': self.user_a1.email, 'scope': 'all'}
        ).with_env(self.env)
        self.user_a1.login = self.user_a1.email
        _invitation, token, _code = self._invite(access)
        response = self._send(token, password=PASSWORD, confirm_password=PASSWORD)
        self.assertEqual(response.status_code, 200)
        self.assertIn('/web/login?', response.text)
        self.env.invalidate_all()
        self.assertEqual(access.state, 'invited')
        self.authenticate('test_b2', 'test_b2')  # somebody else's login
        response = self._send(token, password=PASSWORD, confirm_password=PASSWORD)
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((access.state, access.user_id.ids), ('invited', []))
        self.authenticate(self.user_a1.login, 'test_a1')
        page = self._open(token).text
        self.assertNotIn('name="password"', page)
        self.assertEqual(self._send(token).status_code, 303)
        self.env.invalidate_all()
        self.assertEqual((access.state, access.user_id, access.partner_id),
                         ('activated', self.user_a1, self.user_a1.partner_id))
        accesses = self.env['customer.access'].with_user(self.user_a1).search([])
        self.assertEqual(accesses.sudo().customer_id, self.customer_a | self.customer_b)
        self.assertTrue(self.user_a1.with_user(self.user_a1)._check_credentials(
            {'type': 'password', 'password': 'test_a1'}, {'interactive': True}))

    def test_employee_does_not_accept(self):
        """Issue 3.4: a link sent to an employee's address opens nothing for the employee."""
        self.employee.login = 'employee@staff.example.com'
        access = self.env['customer.access'].create(
            {'customer_id': self.customer_a.id, 'name': 'E', 'email': 'employee@staff.example.com'})
        _invitation, token, _code = self._invite(access)
        self.authenticate(self.employee.login, 'test_employee')
        self.assertIn('alert-danger', self._send(token).text)
        self.env.invalidate_all()
        self.assertEqual((access.state, access.user_id.ids), ('invited', []))

    def test_page_in_language_of_recipient(self):
        """Issue 3.5: the page speaks the recipient's language, not the browser's."""
        self.env['res.lang']._activate_lang('nl_NL')
        self.env['res.lang']._activate_lang('de_DE')
        self.new_access.partner_id.lang = 'nl_NL'
        _invitation, token, _code = self._invite(self.new_access)
        self.authenticate(None, None)
        page = self.url_open(f'/my/invitations/{token}', headers={'Accept-Language': 'de'}, allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        self.assertIn('lang="nl-NL"', page.text)

    def test_constant_queries(self):
        """Issue 3.5: the page of a link costs few queries."""
        _invitation, token, _code = self._invite(self.new_access)
        self.authenticate(None, None)
        self._open(token)
        before = self.env.cr.sql_log_count
        self._open(token)
        self.assertLessEqual(self.env.cr.sql_log_count - before, 25)
