import time
from unittest.mock import patch

from lxml import html

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.customer_helpdesk.tests.common import TicketHttpCommon

from ..const import FORM

NEW = 'nobody@new.example.com'


@tagged('post_install', '-at_install')
class TestSupport(TicketHttpCommon):
    """The form for visitors of the website."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.env['customer.ticket.team'].search([]).website_published = False
        cls.team.website_published = True
        cls.hidden_team = cls.env['customer.ticket.team'].create({'name': 'Hidden team', 'company_id': False})
        cls.kind, cls.hidden_kind = cls.env['customer.ticket.type'].create([
            {'name': 'Praise'}, {'name': 'Hidden kind', 'portal_published': False}])
        cls._set_param('min_seconds', '0')
        cls.env['customer.visit'].search([]).unlink()
        cls.env['mail.mail'].search([('state', '=', 'outgoing')]).state = 'cancel'

    @classmethod
    def _set_param(cls, name, value):
        cls.env['ir.config_parameter'].set_param(f'customer_helpdesk_website.{name}', value)

    def _count(self):
        self.env.invalidate_all()
        return [self.env[model].with_context(active_test=False).search_count([]) for model in (
            'customer.ticket', 'res.partner', 'mail.message', 'ir.attachment', 'customer.ticket.outbox', 'mail.mail')]

    def _form(self):
        """Open the form; return its hidden fields."""
        tree = html.fromstring(self.url_open('/support/new').text)
        return {field.get('name'): field.get('value') for field in tree.xpath('//form//input[@type="hidden"]')
                if field.get('name') in ('csrf_token', 'form_key', 'stamp')}

    def _ask(self, email=NEW, form=None, files=None, **values):
        """Send the form; return ``(response, new tickets)``."""
        before = self.env['customer.ticket'].search([])
        response = self.post_form('/support/new', {
            **(form or self._form()), 'person': 'Nora Body', 'email': email, 'name': 'A question',
            'description': 'Do you <b>repair</b> lamps?', **values}, files)
        self.env.invalidate_all()
        return response, self.env['customer.ticket'].search([]) - before

    def _address_mails(self):
        """Let the job make the mails; return those that it made."""
        before = self.env['mail.mail'].search([])
        self.env['customer.ticket.outbox']._address_all()
        return self.env['mail.mail'].search([]) - before

    def test_page(self):
        """Issue 5.2: the page offers published teams and types only, with labels and one heading, and no login."""
        self.authenticate(None, None)
        response = self.url_open('/support/new')
        self.assertEqual(response.status_code, 200)
        tree = html.fromstring(response.text).get_element_by_id('wrap')
        self.assertEqual(len(tree.xpath('.//h1')), 1)
        self.assertNotIn('Hidden', tree.text_content())
        self.assertIn('Praise', tree.text_content())
        form = tree.xpath('.//form')[0]
        self.assertEqual((form.get('action'), form.get('data-captcha')), ('/support/new', 'customer_support'))
        for field in form.xpath('.//*[self::input[not(@type="hidden")] or self::select or self::textarea]'):
            self.assertTrue(form.xpath('.//label[@for=$id]', id=field.get('id')), field.get('name'))
        self.assertFalse(form.xpath('.//select[@name="team_id"]'))  # one team is no choice
        self.assertIn('/support/new', self.url_open('/').text)

    def test_unknown(self):
        """Issue 5.2: an unknown visitor becomes one contact and one ticket, with files, acknowledged in his language."""
        self.env['res.lang']._activate_lang('de_DE')
        self.env['website'].get_current_website().language_ids |= self.env['res.lang']._lang_get('de_DE')
        template = self.env.ref('customer_helpdesk.mail_template_customer_ticket_new')
        template.with_context(lang='de_DE').subject = 'Eingegangen: [#{{ object.number }}]'
        self.authenticate(None, None)
        self.opener.cookies['frontend_lang'] = 'de_DE'
        form = self._form()
        response, ticket = self._ask(
            '  Nobody@NEW.example.com ', form, type_id=self.kind.id,
            files=[('attachments', ('lamp.txt', b'a picture', 'text/plain'))])
        self.assertEqual((response.status_code, len(ticket)), (303, 1))
        self.assertTrue(response.headers['Location'].endswith('/support/thanks'), response.headers['Location'])
        partner = ticket.partner_id
        self.assertEqual((partner.name, partner.email_normalized, partner.lang), ('Nora Body', NEW, 'de_DE'))
        self.assertEqual((ticket.team_id, ticket.type_id, ticket.company_id), (self.team, self.kind, self.company))
        self.assertTrue(ticket.is_from_website)
        self.assertIn('Do you &lt;b&gt;repair', ticket.description)
        message = self.env['mail.message'].search(ticket._public_messages_domain())
        self.assertEqual((message.author_id, message.attachment_ids.mapped('name')), (partner, ['lamp.txt']))
        mails = self._address_mails()
        answer = mails.filtered(lambda mail: partner in mail.recipient_ids)
        self.assertEqual(len(answer), 1)
        self.assertEqual(answer.subject, f'Eingegangen: [#{ticket.number}]')
        self.assertIn(f'/my/tickets/{ticket.id}?access_token=', answer.body_html)
        self.assertTrue(mails.filtered(lambda mail: self.agent.partner_id in mail.recipient_ids))
        _response, second = self._ask('NOBODY@new.example.com', person='Somebody Else')
        self.assertEqual((second.partner_id, second.partner_id.name), (partner, 'Nora Body'))

    def test_known_and_unknown_alike(self):
        """Issue 5.2: status, headers and body are the same for a customer, a contact, staff, and somebody unknown."""
        contact = self.env['res.partner'].create({'name': 'Old contact', 'email': 'old@contact.example.com'})
        self.authenticate(None, None)
        answers = set()
        for email in (self.user_a1.email, contact.email, self.agent.email, NEW, 'other@new.example.com'):
            self.env['customer.visit'].search([]).unlink()
            response, ticket = self._ask(email)
            page = self.url_open(response.headers['Location'])
            tree = html.fromstring(page.text).get_element_by_id('wrap')
            answers.add((response.status_code, response.headers['Location'], response.text, page.status_code,
                         html.tostring(tree)))
            self.assertEqual(ticket.partner_id.email_normalized, email)
            for text in (response.text, page.text):
                self.assertNotIn(ticket.number, text)
                self.assertNotIn(email, text)
        self.assertEqual(len(answers), 1)

    def test_known_is_not_proven(self):
        """Issue 5.2: who types a customer's address opens nothing of his, changes no contact, and answers no ticket."""
        self.authenticate(None, None)
        partner = self.user_a1.partner_id
        before = partner.read(['name', 'email', 'lang', 'parent_id'])
        thread = self.env['mail.message'].search_count(self.ticket_a1._public_messages_domain())
        response, ticket = self._ask(
            self.user_a1.email, person='Mallory', name=f'Re: [#{self.ticket_a1.number}] Lamp of the office')
        self.assertEqual(response.status_code, 303)
        self.assertEqual((ticket.partner_id, ticket.commercial_partner_id), (partner, self.customer_a))
        self.assertNotEqual(ticket, self.ticket_a1)
        self.assertEqual(self.env['mail.message'].search_count(self.ticket_a1._public_messages_domain()), thread)
        self.assertEqual(partner.read(['name', 'email', 'lang', 'parent_id']), before)
        note = ticket.message_ids.filtered(lambda message: 'Mallory' in (message.body or ''))
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        for url in (ticket.access_url, self.ticket_a1.access_url):
            self.assertIn('/web/login', self.url_open(url, allow_redirects=False).headers.get('Location', ''))
        for mail in self._address_mails():
            # who has a login signs in: there is no link that would open the ticket to whoever gets the mail forwarded
            self.assertNotIn('access_token', mail.body_html)
            self.assertLessEqual(mail.recipient_ids, partner | self.agent.partner_id)

    def test_errors(self):
        """Issue 5.2: what is missing, foreign or too long comes back with what was typed, and nothing is stored."""
        self.authenticate(None, None)
        before = self._count()
        for values, field in (
                ({'person': ' '}, 'person'), ({'person': 'x' * 101}, 'person'), ({'email': ''}, 'email'),
                ({'email': 'nobody'}, 'email'), ({'email': 'a@x.example, b@x.example'}, 'email'),
                ({'email': f'{"x" * 250}@x.example'}, 'email'), ({'email': 'a@x.example\nBcc: b@x.example'}, 'email'),
                ({'name': ''}, 'name'), ({'name': 'x' * 201}, 'name'), ({'description': ' '}, 'description'),
                ({'description': 'x' * 20001}, 'description'), ({'team_id': self.hidden_team.id}, 'team_id'),
                ({'team_id': 'x'}, 'team_id'), ({'type_id': self.hidden_kind.id}, 'type_id'), ({'type_id': '0'}, 'type_id')):
            response, ticket = self._ask(**values)
            self.assertFalse(ticket, values)
            tree = html.fromstring(response.text)
            self.assertTrue(tree.xpath('//div[@id="form_errors"]//a[@href=$href]', href=f'#field_{field}'), values)
            if field != 'email':
                self.assertEqual(tree.get_element_by_id('field_email').get('value'), NEW)
        response, ticket = self._ask(files=[('attachments', ('run.exe', b'MZ', 'application/pdf'))])
        self.assertFalse(ticket)
        self.assertIn('run.exe', response.text)
        # neither owner nor priority nor a document is a visitor's to give
        self.assertEqual(self._count(), before)
        _response, ticket = self._ask(
            priority='2', partner_id=self.user_b1.partner_id.id, user_id=self.agent.id, about='order-1', state='closed')
        self.assertEqual((ticket.priority, ticket.user_id.id, ticket.partner_id.email), ('0', False, NEW))

    def test_spam(self):
        """Issue 5.2: the hidden field, a form that is too quick, too old or made up, and the captcha keep robots out."""
        self.authenticate(None, None)
        before = self._count()
        form = self._form()
        Visit = self.env['customer.visit']
        with patch.object(type(self.env['ir.http']), '_verify_request_recaptcha_token', side_effect=UserError('No human')) as captcha:
            response, ticket = self._ask(form=form)
            self.assertFalse(ticket)
            self.assertIn('No human', response.text)
            self.assertEqual(captcha.call_args.args[-1], 'customer_support')
        late = Visit._new_stamp(FORM, form['form_key'], int(time.time()) - 90000)
        for values in ({'home_page': 'https://spam.example'}, {'stamp': ''}, {'stamp': late}, {'form_key': 'other'}):
            response, ticket = self._ask(form=form, **values)
            self.assertFalse(ticket, values)
            self.assertEqual(html.fromstring(response.text).get_element_by_id('field_name').get('value'), 'A question')
        self._set_param('min_seconds', '1000')
        _response, ticket = self._ask(form=form)
        self.assertFalse(ticket)
        self.assertEqual(self._count(), before)
        self._set_param('min_seconds', '0')
        response, ticket = self._ask(form=form, home_page='')
        self.assertEqual((response.status_code, len(ticket)), (303, 1))

    def test_once(self):
        """Issue 5.2: the same form sent twice is one ticket, and the second answer is the same."""
        self.authenticate(None, None)
        form = self._form()
        first, ticket = self._ask(form=form)
        second, again = self._ask(form=form)
        self.assertEqual((len(ticket), len(again)), (1, 0))
        self.assertEqual((second.status_code, second.headers['Location']), (first.status_code, first.headers['Location']))

    def test_cap(self):
        """Issue 5.2: above the cap the answer is 429 for known and unknown addresses alike, and nothing is stored."""
        self._set_param('cap_network', '2')
        self.authenticate(None, None)
        self._ask()
        self._ask()
        before = self._count()
        for email in (NEW, self.user_a1.email):
            response, ticket = self._ask(email)
            self.assertEqual((response.status_code, len(ticket)), (429, 0))
        self.assertEqual(self._count(), before)

    def test_csrf(self):
        """Issue 5.2: without the token of the page nothing is stored."""
        self.authenticate(None, None)
        before = self._count()
        response = self.url_open('/support/new', data={**self._form(), 'csrf_token': 'x', 'name': 'x'})
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._count(), before)

    def test_nobody_published(self):
        """Issue 5.2: without a published team there is no page, no menu, and nothing can be sent."""
        self.authenticate(None, None)
        form = self._form()
        self.team.website_published = False
        self.env.flush_all()
        self.assertEqual(self.url_open('/support/new').status_code, 404)
        self.assertNotIn('/support/new', self.url_open('/').text)
        response, ticket = self._ask(form=form)
        self.assertEqual((response.status_code, len(ticket)), (404, 0))

    def test_with_login(self):
        """Issue 5.2: who has a login is led to the form of the portal, where he is known."""
        self.authenticate(self.user_a1.login, self.user_a1.login)
        response = self.url_open('/support/new', allow_redirects=False)
        self.assertTrue(response.headers['Location'].endswith('/my/tickets/new'))
        page = html.fromstring(self.url_open('/my/tickets/new').text)
        self.assertTrue(page.xpath('//form//div[@data-url="/support/suggestions"][@aria-live="polite"]'))

    def test_other_company(self):
        """Issue 5.2: a team of another company is not offered on this website."""
        other = self.env['customer.ticket.team'].create({
            'name': 'Far away', 'company_id': self.company_2.id, 'website_published': True})
        self.authenticate(None, None)
        self.assertNotIn('Far away', self.url_open('/support/new').text)
        _response, ticket = self._ask(team_id=other.id)
        self.assertFalse(ticket)

    def test_suggestions_without_modules(self):
        """Issue 5.28: where neither blog nor forum nor shop is installed nothing is suggested, and hostile text is harmless."""
        self.authenticate(None, None)
        before = self._count()
        for text in ('', 'printer', '%', "' OR 1=1 --", 'x' * 5000, '\x00\ud800', '(((', 'a b c d e f g'):
            response = self.url_open('/support/suggestions', params={'q': text.encode(errors='replace')})
            self.assertEqual(response.status_code, 200)
            self.assertIsInstance(response.json()['suggestions'], list)
        self.assertEqual(self._count(), before)
