from datetime import timedelta

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, AgendaHttpCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestPortal(AgendaHttpCommon):

    def setUp(self):
        super().setUp()
        self.authenticate('test_a1', 'test_a1')

    def _new(self, **values):
        return {'type': self.kind.id, 'start': str(MONDAY), 'tz': 'Europe/Berlin', 'form_key': 'k1', **values}

    def _slots(self, url):
        page = html.fromstring(self.url_open(url).content)
        return [' '.join(label.text_content().split()) for label in page.xpath('//div[contains(@class, "o_agenda_slots")]//label')]

    def test_month_and_slots(self):
        """Issue 8.3: the month shows free days as links, the day its slots in the visitor's zone, which he can change."""
        url = f'/my/appointments/new?type={self.kind.id}'
        page = html.fromstring(self.url_open(f'{url}&month=2026-10').content)
        days = [link.get('href') for link in page.xpath('//table[contains(@class, "o_agenda_month")]//td/a')]
        self.assertEqual(len(days), 22)
        self.assertIn('day=2026-10-05', days[2])
        self.assertEqual(self._slots(f'{url}&day=2026-10-05&tz=Europe/Berlin'), ['9:00 AM', '10:00 AM', '11:00 AM'])
        self.assertEqual(self._slots(f'{url}&day=2026-10-05&tz=Asia/Kathmandu'), ['12:45 PM', '1:45 PM', '2:45 PM'])
        self.assertEqual(self._slots(f'{url}&day=2026-10-04&tz=Pacific/Pago_Pago'), ['8:00 PM', '9:00 PM', '10:00 PM'])

    def test_hostile_choices(self):
        """Issue 8.3: whatever stands in the address, the page answers."""
        for query in ('type=x', 'type=999999999', 'month=2026-99', 'day=2026-02-31', 'tz=Mars/Base', 'month=9999-12',
                      'resource=-1', 'day=0001-01-01', 'month=1999-01', 'start=x'):
            for url in ('/my/appointments/new?', f'/my/appointments/new?type={self.kind.id}&'):
                self.assertEqual(self.url_open(url + query).status_code, 200, query)

    def test_book(self):
        """Issue 8.3: a customer books by a form; a double click books once; the question has to be answered."""
        self.kind.question_ids = [
            Command.create({'name': 'What for?', 'is_required': True}),
            Command.create({'name': 'Size?', 'kind': 'choice', 'choices': 'small\nlarge'})]
        what, size = (f'q_{question.id}' for question in self.kind.question_ids)
        count = self.env['customer.appointment'].search_count([])
        for values in ({}, {what: 'x', size: 'huge'}, {what: 'x', 'start': ''}, {what: 'x', 'start': 'soon'},
                       {what: 'x', 'guest_emails': 'nobody'}, {what: 'x', 'type': '0'}):
            response = self.post_form('/my/appointments/new', self._new(**values))
            self.assertIn('Nothing was sent', response.text)
        self.assertEqual(self.env['customer.appointment'].search_count([]), count)
        values = self._new(**{what: 'Desks <b>', size: 'small'}, customer_note='Hello')
        locations = {self.post_form('/my/appointments/new', values).headers['Location'] for _time in range(2)}
        self.assertEqual(len(locations), 1)
        self.assertEqual(self.env['customer.appointment'].search_count([]), count + 1)
        page = self.url_open(locations.pop())
        self.assertIn('Your appointment is booked', page.text)
        self.assertIn('What for?: Desks &lt;b&gt;', page.text)
        self.assertIn('9:00', page.text)

    def test_taken(self):
        """Issue 8.4: who was too late gets 409 and the next free slots to choose from; what he typed is kept."""
        self._create_appointment(self.user_b1)
        response = self.post_form('/my/appointments/new', self._new(customer_note='Keep this'))
        self.assertEqual(response.status_code, 409)
        page = html.fromstring(response.content)
        options = [radio.get('value') for radio in page.xpath('//div[contains(@class, "o_agenda_slots")]//input')]
        self.assertEqual(options[0], '2026-10-05 08:00:00')
        self.assertEqual(len(options), 5)
        self.assertIn('Keep this', response.text)
        response = self.post_form('/my/appointments/new', self._new(start=options[0]))
        self.assertEqual(response.status_code, 303)

    def test_page_and_changes(self):
        """Issue 8.6: GET changes nothing; move and cancel are POST and show what became of it."""
        appointment = self._create_appointment(self.user_a1)
        url = f'/my/appointments/{appointment.id}'
        for path in ('/cancel', '/accept'):
            self.assertIn(self.url_open(url + path).status_code, (404, 405), path)
        self.assertEqual(self._slots(f'{url}/move?day=2026-10-05'), ['9:00 AM', '10:00 AM', '11:00 AM'])
        self.assertEqual(self.post_form(f'{url}/move', {'start': '2026-10-05 08:30:00'}).status_code, 409)
        self._create_appointment(self.user_b1, MONDAY + HOUR)
        self.assertEqual(self.post_form(f'{url}/move', {'start': '2026-10-05 08:00:00'}).status_code, 409)
        self.assertEqual(appointment.start, MONDAY)
        response = self.post_form(f'{url}/move', {'start': '2026-10-05 09:00:00', 'reason': 'late train'})
        self.assertEqual(response.headers['Location'].split('?')[0][-len(url):], url)
        appointment.invalidate_recordset()
        self.assertEqual((appointment.start, appointment.reason), (MONDAY + 2 * HOUR, 'late train'))
        self.assertEqual(self.post_form(f'{url}/cancel', {'reason': 'x'}).status_code, 303)
        appointment.invalidate_recordset()
        self.assertEqual(appointment.state, 'cancelled')
        self.assertIn('cannot be changed any more', self.post_form(f'{url}/cancel', {}).text)
        self.assertEqual(self.url_open(f'{url}?changed=1').status_code, 200)

    def test_link_of_a_mail(self):
        """Issue 8.6: without login the link shows; it acts after a POST, once; then it is void for everybody."""
        appointment = self._create_appointment(self.user_a1)
        token = appointment._link_token()
        self.env.flush_all()
        self.authenticate(None, None)
        url = f'/my/appointments/{appointment.id}'
        page = self.url_open(f'{url}?link={token}')
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page.headers['Referrer-Policy'], 'no-referrer')
        self.assertEqual(self.url_open(f'{url}/move?link={token}&day=2026-10-05').status_code, 200)
        self.assertEqual(self.url_open(f'{url}/calendar?link={token}').headers['Content-Type'], 'text/calendar; charset=utf-8')
        self.assertEqual(appointment.revision, 0, 'reading changes nothing')
        self.assertEqual(self.post_form(f'{url}/cancel', {'link': f'x{token}'}).status_code, 404)
        response = self.post_form(f'{url}/move', {'link': token, 'start': '2026-10-05 08:00:00'})
        self.assertEqual(response.status_code, 200)
        self.assertNotIn(token, response.text)
        appointment.invalidate_recordset()
        self.assertEqual(appointment.start, MONDAY + HOUR)
        for path in (f'?link={token}', f'/move?link={token}'):
            self.assertEqual(self.url_open(url + path).status_code, 404)
        self.assertEqual(self.post_form(f'{url}/cancel', {'link': token}).status_code, 404)
        self.assertEqual(appointment.state, 'confirmed')
        share = appointment._portal_ensure_token()
        self.env.flush_all()
        self.assertEqual(self.url_open(f'{url}?access_token={share}').status_code, 200)
        self.assertEqual(self.post_form(f'{url}/cancel?access_token={share}', {}, ).status_code, 303)
        self.assertEqual(appointment.state, 'confirmed', 'a share token only shows')

    def test_list(self):
        """Issue 8.7: the list shows what the access covers, with a constant number of queries."""
        self._create_appointment(self.user_a2, name='Of my colleague')
        self._create_appointment(self.user_b1, MONDAY + HOUR, name='Of the neighbour')
        page = self.url_open('/my/appointments?filterby=coming&groupby=state&search=of')
        self.assertIn('Of my colleague', page.text)
        self.assertNotIn('Of the neighbour', page.text)

        def queries():
            self.url_open('/my/appointments')
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.url_open('/my/appointments')
            return self.env.cr.sql_log_count - before

        few = queries()
        self.assertLessEqual(few, 18)
        for number in range(20):
            self._create_appointment(self.user_a1, MONDAY + timedelta(days=number + 1))
        self.assertLessEqual(queries(), few)

    def test_home(self):
        """Issue 8.12: an offer waits for the customer on his home page."""
        offer = self._create_appointment(self.user_a1, state='offered', hold_until=MONDAY)
        page = self.url_open('/my')
        self.assertIn(f'/my/appointments/{offer.id}', page.text)
        response = self.post_form(f'/my/appointments/{offer.id}/accept')
        self.assertEqual(response.status_code, 303)
        offer.invalidate_recordset()
        self.assertEqual(offer.state, 'confirmed')

    def test_waiting_list(self):
        """Issue 8.12: a customer puts himself on the waiting list and takes himself off."""
        values = {'type': self.kind.id, 'date_start': '2026-10-05', 'date_end': '2026-10-09'}
        self.assertEqual(self.post_form('/my/appointments/wait', values).status_code, 303)
        wait = self.env['customer.appointment.wait'].search([('partner_id', '=', self.user_a1.partner_id.id)])
        self.assertEqual(wait.state, 'waiting')
        self.assertIn('on the waiting list', self.url_open(f'/my/appointments/new?type={self.kind.id}&waiting=1').text)
        self.assertIn('a first and a last day', self.post_form('/my/appointments/wait', dict(values, date_end='x')).text)
        self.authenticate('test_b1', 'test_b1')
        self.assertEqual(self.post_form(f'/my/appointments/wait/{wait.id}/leave').status_code, 404)
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self.post_form(f'/my/appointments/wait/{wait.id}/leave').status_code, 303)
        wait.invalidate_recordset()
        self.assertEqual(wait.state, 'closed')

    def test_feed(self):
        """Issue 8.8: the secret address is shown once, read without login, and voided by POST."""
        self._create_appointment(self.user_a1)
        page = html.fromstring(self.post_form('/my/appointments/feed').content)
        address = page.get_element_by_id('field_address').get('value')
        path = address[address.index('/my/'):]
        self.assertNotIn(path, self.url_open('/my/appointments/feed').text)
        self.authenticate(None, None)
        response = self.url_open(path)
        self.assertEqual(response.headers['Content-Type'], 'text/calendar; charset=utf-8')
        self.assertIn('BEGIN:VEVENT', response.text)
        self.authenticate('test_a1', 'test_a1')
        self.post_form('/my/appointments/feed/revoke')
        self.assertEqual(self.url_open(path).status_code, 404)
