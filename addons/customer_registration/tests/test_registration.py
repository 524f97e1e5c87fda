import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_services.tests.common import CustomerHttpCommon

from ..const import PER_ADDRESS, PER_MAILBOX

PASSWORD = 'three green walking sticks'


@tagged('post_install', '-at_install')
class TestRegistration(CustomerHttpCommon):
    """Strangers become customers, as far as a policy lets them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Registration = cls.env['customer.registration']
        cls.Registration.search([]).unlink()
        cls.env['customer.registration.policy'].search([]).active = False
        cls.env.flush_all()
        cls.group = cls.env['customer.group'].create({'name': 'Retail'})
        cls.tag = cls.env['res.partner.category'].create({'name': 'Web'})
        cls.policy = cls.env['customer.registration.policy'].create({
            'name': 'Join', 'code': 'join', 'service': 'portal', 'group_ids': [Command.set(cls.group.ids)],
            'category_ids': [Command.set(cls.tag.ids)], 'approver_ids': [Command.set(cls.agent.ids)],
            'field_ids': [
                Command.create({'label': 'City', 'kind': 'partner', 'partner_field': 'city', 'required_company': True}),
                Command.create({'label': 'Branch', 'kind': 'choice', 'choices': 'A\nB'}),
                Command.create({'label': 'Since', 'kind': 'date'}),
                Command.create({'label': 'News', 'kind': 'consent'}),
                Command.create({'label': 'Country', 'kind': 'partner', 'partner_field': 'country_id'}),
                Command.create({'label': 'Licence', 'kind': 'file', 'required_company': True})]})
        cls.city, cls.branch, cls.since, cls.news, cls.country, cls.licence = cls.policy.field_ids
        cls.env['mail.mail'].search([]).unlink()

    def _count(self):
        self.env.invalidate_all()
        return [self.env[name].with_context(active_test=False).search_count([]) for name in (
            'res.partner', 'res.users', 'customer.access')]

    def _send(self, email='new@example.com', file=None, **values):
        """Send the form; ``file`` as ``(name, content)``."""
        self.authenticate(None, None)
        return self.post_form('/register/join/send', {'name': 'Nina New', 'email': email, **values},
                              files=file and {self.licence._key(): file})

    def _run_job(self):
        """Send what waits; return the mails as ``{address: text}``."""
        self.Registration.search([('state', '=', 'email'), ('is_sent', '=', False)])._send_first()
        return {mail.email_to: mail.body_html for mail in self.env['mail.mail'].search([('state', '=', 'outgoing')])}

    def _link(self, email='new@example.com'):
        return re.search(r'/register/link/[\w-]+', self._run_job()[email])[0]

    def _choose(self, link, password=PASSWORD):
        return self.post_form(f'{link}/password', {'password': password, 'confirm_password': password})

    def test_email_only(self):
        """Issue 10.3: form, link, password: contact and login come into being at the end, with groups and tags."""
        before = self._count()
        response = self._send(**{self.city._key(): 'Utrecht', self.country._key(): str(self.env.ref('base.nl').id)})
        self.assertIn('A mail is on its way', response.text)
        link = self._link()
        self.assertEqual(self.url_open(link).status_code, 200)
        self.assertEqual(self._count(), before, 'nothing by opening')
        for bad in ('short', 'new@example.com'):
            self.assertIn('alert-danger', self._choose(link, bad).text)
        self.assertIn('alert-danger', self.post_form(
            f'{link}/password', {}, files={'password': ('password.txt', b'x' * 20, 'text/plain')}).text)
        self.assertEqual(self._count(), before)
        response = self._choose(link)
        self.assertEqual(response.headers['Location'].split('?')[0][-3:], '/my')
        user = self.env['res.users'].search([('login', '=', 'new@example.com')])
        self.assertTrue(user.share)
        self.assertEqual(user.partner_id.city, 'Utrecht')
        self.assertEqual(user.partner_id.country_id, self.env.ref('base.nl'))
        self.assertEqual(user.partner_id.category_id, self.tag)
        self.assertEqual(user.partner_id.customer_group_ids, self.group)
        self.assertTrue(user.partner_id.customer_number)
        self.assertEqual((self._access(user).state, self._access(user).scope), ('activated', 'all'))
        self.assertEqual(self.url_open('/my', allow_redirects=False).status_code, 200)
        self.authenticate(None, None)
        self.assertEqual(self.url_open(link).status_code, 404)
        self.assertEqual(self._choose(link).status_code, 404, 'single use')
        registration = self.Registration.search([])
        self.assertFalse(registration.sudo().password_hash or registration.sudo().token_hash)

    def test_company_with_administrator(self):
        """Issue 10.5: approvers get an activity, ask back, accept; the company's first login manages its accesses."""
        self.policy.proofs = 'email,admin'
        company = {'kind': 'company', 'company_name': 'Newco', self.city._key(): 'Ghent'}
        for file in (None, ('x.exe', b'MZ'), ('x.pdf', b'MZ\x00'), ('x.pdf', b'')):
            self.assertIn('alert-danger', self._send(file=file, **company).text, file)
        files = self.env['ir.attachment'].search_count([])
        self._send(file=('../licence.pdf', b'%PDF-1.4 licence'), **company)
        self.assertEqual(self.env['ir.attachment'].search_count([]), files + 1, 'one file, and none of those refused')
        before = self._count()
        self.assertIn('We look at your registration', self._choose(self._link()).text)
        registration = self.Registration.search([])
        attachment = self.env['ir.attachment'].search([('res_model', '=', 'customer.registration')])
        self.assertEqual((attachment.name, attachment.res_id), ('licence.pdf', registration.id))
        self.assertIn(f'/web/content/{attachment.id}', registration.with_user(self.agent).summary)
        self.assertTrue(attachment.with_user(self.agent).has_access('read'))
        self.assertFalse(attachment.with_user(self.user_a1).has_access('read'))
        self.assertEqual((registration.state, registration.activity_ids.user_id), ('admin', self.agent))
        self.assertEqual(self._count(), before)
        outsider = self._create_staff('agent9', 'customer_services.group_customer_services_agent')
        for user, error in ((outsider, UserError), (self.specialist, AccessError), (self.user_a1, AccessError)):
            with self.assertRaises(error):
                registration.with_user(user).action_accept()
        self.assertEqual(registration.state, 'admin')
        wizard = self.env['customer.registration.answer'].with_user(self.agent).create(
            {'registration_id': registration.id, 'kind': 'ask', 'text': 'Which branch?'})
        wizard.action_send()
        self.assertEqual(registration.state, 'admin')
        registration.with_user(self.agent).action_accept()
        self.assertEqual(registration.state, 'active')
        self.assertFalse(registration.activity_ids)
        user = self.env['res.users'].search([('login', '=', 'new@example.com')])
        self.assertEqual(user.partner_id.parent_id.name, 'Newco')
        self.assertEqual((attachment.res_model, attachment.res_id), ('res.partner', user.partner_id.parent_id.id))
        self.assertTrue(self._access(user).manages_accesses)
        mails = ' '.join(self.env['mail.mail'].search([('email_to', '=', 'new@example.com')]).mapped('body_html'))
        self.assertIn('Which branch?', mails)
        self.assertIn('was accepted', mails)
        self.authenticate(None, None)
        response = self.post_form(
            '/web/login', {'login': 'new@example.com', 'password': PASSWORD, 'redirect': '/my'})
        self.assertEqual(response.status_code, 303)

    def test_rejected(self):
        """Issue 10.5: rejected with a message; no contact, no login, no way on."""
        self.policy.proofs = 'email,admin'
        self._send()
        link = self._link()
        self._choose(link)
        before = self._count()
        registration = self.Registration.search([])
        registration.with_user(self.agent)._answer('reject', 'Dealers only.')
        self.assertEqual(registration.state, 'rejected')
        self.assertIn('Dealers only.', self._run_job()['new@example.com'] + ' '.join(
            self.env['mail.mail'].search([]).mapped('body_html')))
        with self.assertRaises(UserError):
            registration.with_user(self.agent).action_accept()
        self.assertEqual(self._choose(link).status_code, 404)
        self.assertEqual(self._count(), before)

    def test_phone(self):
        """Issue 10.3: a code by SMS, five tries, resent at most once a minute."""
        self.policy.proofs = 'email,phone'
        self.assertIn('mobile number', self._send().text)
        self._send(phone='+31 6 12345678')
        response = self._choose(self._link())
        page = response.headers['Location']
        self.assertIn('Code from the SMS', self.url_open(page).text)
        link = page[page.index('/register'):]
        sms = self.env['sms.sms'].search([('number', '=', '+31612345678')], limit=1)
        code = re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', sms.body)[0]
        self.assertIn('less than a minute', self.post_form(f'{link}/resend').text)
        before = self._count()
        self.assertIn('wrong', self.post_form(f'{link}/code', {'code': 'AAAA-AAAA'}).text)
        self.assertEqual(self._count(), before)
        self.assertIn('Your access is open', self.post_form(f'{link}/code', {'code': code.lower()}).text)
        self.assertTrue(self.env['res.users'].search_count([('login', '=', 'new@example.com')]))

    def test_void_code(self):
        """Issue 10.3: after five wrong codes the right one does not work either."""
        self.policy.proofs = 'email,phone'
        self._send(phone='+31 6 12345678')
        page = self._choose(self._link()).headers['Location']
        link = page[page.index('/register'):]
        code = re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', self.env['sms.sms'].search([], limit=1, order='id desc').body)[0]
        for _index in range(5):
            self.post_form(f'{link}/code', {'code': 'AAAA-AAAA'})
        self.assertIn('does not work any more', self.post_form(f'{link}/code', {'code': code}).text)
        self.assertFalse(self.env['res.users'].search_count([('login', '=', 'new@example.com')]))

    def test_phone_last(self):
        """Issue 10.3: accepted before the phone is proved: a mail leads to the page for the code, which ends after ten minutes."""
        self.policy.proofs = 'email,admin,phone'
        self._send(phone='+31 6 12345678')
        self.assertIn('We look at', self._choose(self._link()).text)
        registration = self.Registration.search([])
        registration.with_user(self.agent).action_accept()
        self.assertEqual(registration.state, 'phone')
        mails = ' '.join(self.env['mail.mail'].search([], order='id').mapped('body_html'))
        link = re.findall(r'/register/link/[\w-]+', mails)[-1]
        code = re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', self.env['sms.sms'].search([], limit=1, order='id desc').body)[0]
        registration.sudo().code_date -= timedelta(minutes=11)
        self.assertIn('does not work any more', self.post_form(f'{link}/code', {'code': code}).text)
        self.assertEqual(registration.state, 'phone')
        self.post_form(f'{link}/resend')
        code = re.search(r'[A-Z2-9]{4}-[A-Z2-9]{4}', self.env['sms.sms'].search([], limit=1, order='id desc').body)[0]
        self.assertIn('Your access is open', self.post_form(f'{link}/code', {'code': code}).text)
        self.assertEqual(registration.state, 'active')

    def test_known_address(self):
        """Issue 10.4: of a known address only its owner learns; status and body are those of everybody."""
        pages = [self._send(email) for email in ('a1@example.com', 'new@example.com')]
        texts = {re.sub(r'csrf_token[^>]*>|"[0-9a-f]{40}o\d+"', '', page.text).replace('a1@', 'new@') for page in pages}
        self.assertEqual([page.status_code for page in pages], [200, 200])
        self.assertEqual(len(texts), 1)
        mails = self._run_job()
        self.assertIn('You have got a login already', mails['a1@example.com'])
        self.assertNotIn('/register/link', mails['a1@example.com'])
        self.assertIn('/register/link', mails['new@example.com'])
        self.assertEqual(self.Registration.search([]).mapped('email'), ['new@example.com'])

    def test_form(self):
        """Issue 10.2: fields, mandatory by kind, choices and dates are checked; unknown inputs are ignored."""
        page = self.url_open('/register/join').text
        for text in ('City', 'Branch', 'Since', 'News', 'Netherlands'):
            self.assertIn(text, page)
        # the stars follow the choice between person and company, by CSS
        for name in ('company_name', self.city._key()):
            self.assertRegex(page, rf'for="input_{name}">[^<]*<span[^>]*class="o_customer_star_company"')
        self.policy.terms = '<p>Be kind.</p>'
        page = self._send(name='N' * 121, terms='1').text
        self.assertIn('at most 120 characters', page, 'nothing is cut silently')
        self.assertRegex(page, 'name="terms"[^>]*checked')
        self.policy.terms = False
        for values in (
                {'kind': 'company', 'company_name': 'X'}, {self.branch._key(): 'C'}, {self.since._key(): 'soon'},
                {self.country._key(): '999999'}, {'email': 'nonsense'}, {'name': ' '}):
            self.assertIn('alert-danger', self._send(**values).text, values)
        self.assertFalse(self.Registration.search_count([]))
        self._send(**{
            self.branch._key(): 'B', self.since._key(): '2020-02-29 or so', self.news._key(): 'on', 'state': 'active',
            'policy_id': '1', 'group_ids': '1', 'partner_id': '1', 'field_1': 'x'})
        registration = self.Registration.search([])
        self.assertEqual((registration.state, registration.policy_id, registration.partner_id.ids), (
            'email', self.policy, []))
        self.assertEqual({key for key, value in registration.answers.items() if value}, {
            str(self.branch.id), str(self.since.id), str(self.news.id)})
        self.assertEqual(registration.answers[str(self.since.id)], '2020-02-29')
        self.assertIn('2020-02-29', str(registration.summary))

    def test_policy(self):
        """Issue 10.1: domains, terms and approvers hold; nobody but managers sets policies up."""
        self.policy.allowed_domains = 'good.example, also.example'
        self.policy.terms = '<p>Be kind.</p>'
        self.assertIn('some mail domains only', self._send(terms='1').text)
        self.assertIn('accept the terms', self._send('x@good.example').text)
        self.assertIn('on its way', self._send('x@good.example', terms='1').text)
        with self.assertRaises(ValidationError):
            self.policy.write({'proofs': 'email,admin', 'approver_ids': [Command.clear()]})
        with self.assertRaises(ValidationError):
            self.policy.code = 'a b'
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.policy.copy({'service': 'form'})
        with self.assertRaises(ValidationError):
            self.policy.copy({'code': 'second'})
        for user in (self.agent, self.specialist, self.user_a1, self.visitor):
            with self.assertRaises(AccessError):
                self.policy.with_user(user).name = 'Mine'
        self.assertEqual(self.policy.name, 'Join')

    def test_signup(self):
        """Issue 10.6: the policy governs Odoo's sign-up page, and the login page leads to it."""
        self.authenticate(None, None)
        self.assertIn('/web/signup', self.url_open('/web/login').text)
        before = self._count()
        for response in (
                self.url_open('/web/signup', allow_redirects=False),
                self.post_form('/web/signup', {
                    'login': 'direct@example.com', 'name': 'X', 'password': PASSWORD, 'confirm_password': PASSWORD})):
            self.assertEqual(response.status_code, 303)
            self.assertTrue(response.headers['Location'].endswith('/register/join'))
        self.assertEqual(self._count(), before)
        for redirect, path in (('/my/tickets', '/my/tickets'), ('//evil.example', '/evil.example'), ('/a\\b', '')):
            location = self.url_open('/web/signup', params={'redirect': redirect}, allow_redirects=False).headers['Location']
            self.assertEqual(parse_qs(urlsplit(location).query), {'redirect': [path]} if path else {})
        self.assertEqual(self.env['res.users']._get_signup_invitation_scope(), 'b2b')
        self._send(redirect='/my/accesses')
        self.assertTrue(self._choose(self._link()).headers['Location'].endswith('/my/accesses'))
        self.policy.active = False
        self.assertEqual(self.url_open('/register/join').status_code, 404)

    def test_expiry(self):
        """Issue 10.7: what expired or was rejected is deleted with its data; its link is a plain 404 before that."""
        self._send(file=('licence.pdf', b'%PDF-1.4 licence'))
        link = self._link()
        self.Registration.search([]).expiry = '2020-01-01'
        for path in (link, '/register/link/x', '/register/link/%C3%A4'):
            self.assertEqual(self.url_open(path).status_code, 404)
        before = self._count()
        self.assertEqual(self._choose(link).status_code, 404)
        self.env.ref('customer_registration.ir_cron_expire_customer_registration').method_direct_trigger()
        self.assertFalse(self.Registration.search_count([]))
        self.assertFalse(self.env['ir.attachment'].search_count([('res_model', '=', 'customer.registration')]))
        self.assertEqual(self._count(), before)

    def test_flood(self):
        """Issue 10.8: one address sends few registrations an hour, creates no user; a visitor elsewhere gets through."""
        before = self._count()
        statuses = [self._send(f'bot{number}@example.com').status_code for number in range(PER_ADDRESS + 3)]
        self.assertEqual(statuses, [200] * PER_ADDRESS + [429] * 3)
        self.assertEqual(self.Registration.search_count([]), PER_ADDRESS)
        self.assertEqual(self._count(), before)
        self.assertEqual(len(self._run_job()), PER_ADDRESS)
        self.env.cr.execute('UPDATE customer_registration_quota SET number = 0')
        self.assertIn('on its way', self._send().text)
        for _index in range(PER_MAILBOX):
            self.env['customer.registration.quota']._take('mailbox', 'new@example.com', PER_MAILBOX)
        self.env['mail.mail'].search([]).unlink()
        self.assertFalse(self._run_job(), 'no mailbox is filled')

    def test_taken_meanwhile(self):
        """Issue 10.3: if the address became a login meanwhile, the registration ends without one."""
        self._send()
        link = self._link()
        self.user_a1.login = 'new@example.com'
        before = self._count()
        self.assertIn('cannot be finished', self._choose(link).text)
        self.assertEqual(self._count(), before)
