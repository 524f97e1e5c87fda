"""Issue 8: appointments from outside: parallel bookings on two workers, invitations by mail, the API of integrators."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import pytest

BERLIN = ZoneInfo('Europe/Berlin')


@pytest.fixture
def kind(outside):
    """Function that makes a type with so many seats, on a resource of its own."""
    def make(capacity, **values):
        manager = outside.xmlrpc('manager')
        desk = manager('resource.resource', 'create', {
            'name': 'Desk', 'resource_type': 'material', 'calendar_id': False, 'tz': 'Europe/Berlin'})
        return manager('customer.appointment.type', 'create', {
            'name': f'Rush {uuid.uuid4().hex[:6]}', 'capacity': capacity, 'company_id': False, 'notice_hours': 0,
            'tz': 'Europe/Berlin', 'line_ids': [(0, 0, {'resource_id': desk})], **values})
    return make


def start_in(days, hour=10):
    """Return an instant on a whole hour in some days, as Odoo writes it."""
    return (datetime.now(timezone.utc).replace(hour=hour, minute=0, second=0) + timedelta(days=days)).strftime('%Y-%m-%d %H:%M:%S')


@pytest.mark.parametrize('seats', [1, 3])
def test_fifty_at_once(outside, kind, seats):
    """Issue 8.4: of 50 parallel bookings as many succeed as there are seats; the others get the next free slots."""
    type_id = kind(seats)
    before = len(outside.complaints())  # other files use the same server
    start = start_in(5)
    visitors = [outside.portal(login) for login in ('anna', 'clara')]
    path = f'/my/appointments/new?type={type_id}&day={start[:10]}&tz=UTC'
    forms = [visitor.form(path) for visitor in visitors]

    def book(number):
        form = {**forms[number % 2], 'form_key': uuid.uuid4().hex, 'start': start}
        return visitors[number % 2].session.post(
            f'{outside.url}/my/appointments/new', form, timeout=300, allow_redirects=False)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(book, range(50)))
    assert sorted(answer.status_code for answer in answers) == [303] * seats + [409] * (50 - seats)
    for answer in answers:
        if answer.status_code == 409:
            assert 'name="start"' in answer.text
            assert f'value="{start}"' not in answer.text
    assert outside.query('SELECT count(*) FROM customer_appointment WHERE type_id = %s', type_id) == [(seats,)]
    assert outside.query("""
        SELECT count(*), count(DISTINCT seat) FROM customer_appointment_busy b JOIN customer_appointment a
            ON a.id = b.appointment_id WHERE a.type_id = %s""", type_id) == [(seats, seats)]
    assert outside.complaints()[before:] == []


def test_invitation(outside, mail, kind):
    """Issue 8.8: a foreign parser reads the invitation in the real mail: method, zone, one UID, a growing sequence."""
    type_id = kind(1)
    agent = outside.xmlrpc('agent')
    [(anna,)] = outside.query("SELECT partner_id FROM res_users WHERE login = 'anna'")
    booked = agent('customer.appointment', 'book', {
        'type_id': type_id, 'partner_id': anna, 'start': start_in(6), 'tz': 'Europe/Berlin'})
    agent('customer.appointment', 'reschedule', [booked['id']], start_in(7))
    agent('customer.appointment', 'cancel', [booked['id']], 'INVITATION-TEST')
    outside.send_mail_queue()
    [(uid,)] = outside.query('SELECT uid FROM customer_appointment WHERE id = %s', booked['id'])
    mail.wait('INVITATION-TEST', 'anna@azure.example.com')
    found = []
    for recipients, message in mail.messages:
        for part in message.walk():
            if part.get_content_type() == 'text/calendar' and 'anna@azure.example.com' in recipients:
                calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
                [event] = calendar.walk('VEVENT')
                if str(event['UID']) == uid:
                    assert part.get_param('method') == str(calendar['METHOD'])
                    assert [str(zone['TZID']) for zone in calendar.walk('VTIMEZONE')] == ['Europe/Berlin']
                    found.append((int(event['SEQUENCE']), str(calendar['METHOD']), str(event['STATUS']),
                                  event.decoded('DTSTART')))
    assert sorted(row[:3] for row in found) == [
        (0, 'REQUEST', 'CONFIRMED'), (1, 'REQUEST', 'CONFIRMED'), (2, 'CANCEL', 'CANCELLED')]
    assert min(found)[3].astimezone(BERLIN).strftime('%z') in ('+0100', '+0200')


def test_integrator(outside, kind):
    """Issue 8.14: free slots, booking, move and cancellation by JSON-2; a taken slot is a clear refusal."""
    type_id = kind(1)
    [(clara,)] = outside.query("SELECT partner_id FROM res_users WHERE login = 'clara'")
    start = start_in(8)

    def call(model, method, **arguments):
        return outside.json2('agent', model, method, **arguments)

    free = call('customer.appointment.type', 'get_free_slots', ids=[type_id], start=start, stop=start_in(8, 12)).json()
    assert free[0]['start'] == start
    values = {'type_id': type_id, 'partner_id': clara, 'start': start}
    booked = call('customer.appointment', 'book', values=values).json()
    assert booked['start'] == start
    refused = call('customer.appointment', 'book', values=values)
    assert refused.status_code == 422
    assert start_in(8, 11) in refused.text
    moved = call('customer.appointment', 'reschedule', ids=[booked['id']], start=start_in(8, 12)).json()
    assert moved['start'] == start_in(8, 12)
    assert call('customer.appointment', 'cancel', ids=[booked['id']], reason='x').json() is True
    assert outside.query('SELECT state FROM customer_appointment WHERE id = %s', booked['id']) == [('cancelled',)]
    anna = outside.json2('anna', 'customer.appointment', 'book', values=values)
    assert anna.status_code == 403
