import re
from datetime import timedelta

from lxml import html

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_agenda.tests.common import MONDAY

from .common import VisitorHttpCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestVisitorPages(VisitorHttpCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the clock stands still in these tests: a form is as old as it is
        cls.env['ir.config_parameter'].set_param('customer_agenda_website.min_seconds', '0')

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def _page(self, query=''):
        return html.fromstring(self.url_open(f'/appointments{query}').content)

    def _form(self, day='2026-10-06', **values):
        """Return the form as a visitor fills it."""
        page = self._page(f'?type={self.kind.id}&day={day}&tz=Europe/Berlin')
        [form] = [form for form in page.forms if 'o_agenda_book' in form.get('class', '')]
        fields = {name: value or '' for name, value in form.fields.items() if name != 'csrf_token'}
        return {**fields, 'start': str(MONDAY), 'name': 'Vera', 'email': 'vera@example.com', **values}

    def _booked(self):
        self.env.invalidate_all()
        return self.env['customer.appointment'].search([('type_id', '=', self.kind.id)])

    def test_page(self):
        """Issue 8.3: without login: kinds, month with free days, slots in the visitor's zone, which he can change."""
        self._create_type(self.resource_2, name='For customers only')
        page = self._page()
        self.assertNotIn('For customers only', page.text_content())
        self.assertFalse(page.xpath('//*[@name="guest_emails" or @name="reminder"]'))
        self._create_type(self.resource_2, name='Second', audience='public')
        self.assertEqual(len(self._page().xpath('//a[starts-with(@href, "/appointments?type=")]')), 2)
        days = self._page(f'?type={self.kind.id}&month=2026-10').xpath('//table[contains(@class, "o_agenda_month")]//td/a')
        self.assertEqual(len(days), 22)
        for zone, expected in (('Europe/Berlin', '9:00 AM'), ('Asia/Kathmandu', '12:45 PM')):
            page = self._page(f'?type={self.kind.id}&day=2026-10-05&tz={zone}')
            label = page.xpath('//div[contains(@class, "o_agenda_slots")]//label')[0]
            self.assertEqual(' '.join(label.text_content().split()), expected)
        self.opener.cookies['tz'] = 'America/New_York'
        self.assertIn('America/New_York', self._page(f'?type={self.kind.id}').text_content())
        for query in ('?type=x', '?type=999999999', '?month=2026-99', '?day=2026-02-31', '?tz=Mars/Base', '?stamp=1-x&form_key=x'):
            self.assertEqual(self.url_open(f'/appointments{query}').status_code, 200, query)

    def test_booking(self):
        """Issue 8.3: a visitor books, confirms by the link in his mail, and later moves and cancels by the next ones."""
        self.kind.question_ids = [Command.create({'name': 'What for?', 'is_required': True})]
        values = self._form(**{f'q_{self.kind.question_ids.id}': 'Desks'})
        for _time in range(2):  # a double click
            answer = self.post_form('/appointments', values)
            self.assertEqual(answer.status_code, 200)
            self.assertIn('look into your mailbox', answer.text)
        appointment = self._booked()
        self.assertEqual((appointment.state, appointment.answers), ('offered', 'What for?: Desks'))

        def link():
            mail = self._mails(appointment).filtered(lambda mail: 'link=' in mail.body_html)[-1]
            return re.search(r'link=(\w+)', mail.body_html)[1]

        url, token = f'/my/appointments/{appointment.id}', link()
        page = self.url_open(f'{url}?link={token}')
        self.assertIn('Confirm the appointment', page.text)
        self.assertIn('Vera', page.text)
        self.assertEqual(self._booked().state, 'offered', 'opening the link changes nothing')
        self.assertIn('Thank you', self.post_form(f'{url}/accept', {'link': token}).text)
        self.assertEqual(self._booked().state, 'confirmed')
        self.assertEqual(self.url_open(f'{url}?link={token}').status_code, 404)
        self.assertEqual(self.post_form(f'{url}/move', {'link': link(), 'start': str(MONDAY + HOUR)}).status_code, 200)
        self.assertEqual(self._booked().start, MONDAY + HOUR)
        self.assertEqual(self.post_form(f'{url}/cancel', {'link': link()}).status_code, 200)
        self.assertEqual(self._booked().state, 'cancelled')

    def test_same_answer(self):
        """Issue 8.3: the answer to the address of a customer differs in that address only."""
        answers = []
        for number, email in enumerate(('nobody@example.com', self.user_a1.partner_id.email, self.agent.email)):
            values = self._form(email=email, start=str(MONDAY + number * HOUR))
            answer = self.post_form('/appointments', values)
            answers.append((answer.status_code, re.sub(
                r'csrf_token: "\w+"', '', answer.text.replace(email, '@'))))
        self.assertEqual(len(set(answers)), 1)
        self.assertEqual(len(self._booked()), 3)

    def test_wrong_forms(self):
        """Issue 8.3: what is missing is named, what was typed is kept, nothing is stored; GET books nothing."""
        self.kind.place_kind = 'phone'
        for name, value in (('name', ' '), ('email', 'nobody'), ('phone', ''), ('start', ''), ('type', '0'), ('start', 'x')):
            answer = self.post_form('/appointments', self._form(**{'phone': '1', 'customer_note': 'Keep this', name: value}))
            self.assertIn('Nothing was sent', answer.text, name)
            if name != 'type':
                self.assertIn('Keep this', answer.text)
        self.url_open(f'/appointments?type={self.kind.id}&start={MONDAY}&name=V&email=v@example.com&form_key=x')
        self.assertFalse(self._booked())
        self._create_appointment(self.user_b1)
        answer = self.post_form('/appointments', self._form(phone='1'))
        self.assertEqual(answer.status_code, 409)
        page = html.fromstring(answer.content)
        self.assertEqual(len(page.xpath('//div[contains(@class, "o_agenda_slots")]//input')), 5)

    def test_programs(self):
        """Issue 8.3: programs that fill every field, are too fast, forge the time or fail the captcha book nothing."""
        values = self._form(home_page='https://example.com')
        self.assertIn('look into your mailbox', self.post_form('/appointments', values).text)
        for stamp in ('', '1-x', '99999999999999-x', values['stamp'] + 'x', '\u0661-x'):
            self.assertIn('send it again', self.post_form('/appointments', self._form(stamp=stamp)).text, stamp)
        self.env['ir.config_parameter'].set_param('customer_agenda_website.min_seconds', '3')
        self.assertIn('send it again', self.post_form('/appointments', self._form()).text)
        self.env['ir.config_parameter'].set_param('customer_agenda_website.min_seconds', '0')

        def refuse(self, action):
            if action == 'customer_appointment':
                raise UserError(action)

        with self.subTest('captcha'):
            self.patch(type(self.env['ir.http']), '_verify_request_recaptcha_token', refuse)
            self.assertNotIn('look into your mailbox', self.post_form('/appointments', self._form()).text)
        self.assertFalse(self._booked())

    def test_flood(self):
        """Issue 8.3: the page says when there are too many; nothing is stored and nothing mailed."""
        for number in range(3):
            self.post_form('/appointments', self._form(start=str(MONDAY + number * HOUR)))
        mails = self.env['mail.mail'].search_count([])
        answer = self.post_form('/appointments', self._form(start=str(MONDAY + timedelta(days=1))))
        self.assertIn('too many bookings', answer.text)
        self.assertEqual(len(self._booked()), 3)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_roles(self):
        """Issue 8.3: who is logged in books in the portal; the public address books nothing for him."""
        for user in (self.user_a1, self.user_b1, self.revoked, self.employee, self.agent):
            self.authenticate(user.login, user.login)
            for answer in (self.url_open('/appointments?type=1&x=y', allow_redirects=False),
                           self.post_form('/appointments', {'type': self.kind.id, 'start': str(MONDAY)})):
                self.assertEqual(answer.status_code, 303)
                self.assertIn('/my/appointments/new', answer.headers['Location'])
                self.assertNotIn('x=y', answer.headers['Location'])
        self.assertFalse(self._booked())
        self.authenticate('test_a1', 'test_a1')
        self.assertIn('9:00', self.url_open(f'/my/appointments/new?type={self.kind.id}&day=2026-10-05&tz=Europe/Berlin').text)
