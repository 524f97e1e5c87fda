"""Issue 8: appointments from outside: parallel bookings on two workers, invitations by mail, the API of integrators."""

import uuid
import xmlrpc.client
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


@pytest.fixture(params=['json2', 'xmlrpc'])
def client(outside, request):
    """Function (login, model, method, ids, **arguments) -> (answer, or None if it is refused; text of the refusal)."""
    def by_json2(login, model, method, ids=None, **arguments):
        answer = outside.json2(login, model, method, **({'ids': ids} if ids else {}), **arguments)
        return (answer.json(), '') if answer.status_code == 200 else (None, answer.text)

    def by_xmlrpc(login, model, method, ids=None, **arguments):
        try:
            return outside.xmlrpc(login)(model, method, *([ids] if ids else []), **arguments), ''
        except xmlrpc.client.Fault as fault:
            return None, fault.faultString
    return by_json2 if request.param == 'json2' else by_xmlrpc


def test_integrator(outside, kind, client):
    """Issue 8.14: free slots, booking, move and cancellation by JSON-2 and XML-RPC; refusals are clear and change nothing."""
    type_id = kind(1)
    [(clara,)] = outside.query("SELECT partner_id FROM res_users WHERE login = 'clara'")
    start = start_in(8)

    def stored():
        return outside.query(
            'SELECT id, state, start, revision FROM customer_appointment WHERE type_id = %s ORDER BY id', type_id)

    def free(login='agent', **more):
        return client(login, 'customer.appointment.type', 'get_free_slots', [type_id], **{
            'start': start, 'stop': start_in(8, 12), **more})

    def book(login='agent', **more):
        return client(login, 'customer.appointment', 'book', values={
            'type_id': type_id, 'partner_id': clara, 'start': start, **more})

    slots, _text = free()
    assert slots[0]['start'] == start
    assert {'start', 'stop', 'local_start', 'resource_ids'} == set(slots[0])
    for refused in (free(start='soon'), free(stop=start_in(800)), free(login='anna'),
                    book(start='soon'), book(start='2001-01-01 10:00:00'), book(state='done'), book(login='anna'),
                    book(login='clara'), book(type_id=2 ** 31 - 1)):
        assert refused[0] is None
    assert stored() == []
    booked, _text = book(customer_note='By the machine', guest_emails='guest@example.com', tz='Europe/Berlin')
    assert (booked['start'], booked['state']) == (start, 'confirmed')
    before = stored()
    answer, text = book()
    assert answer is None
    assert start_in(8, 11) in text, 'the next free one is named'
    assert stored() == before
    number = [booked['id']]
    for login in ('anna', 'clara', 'ben'):
        for method, arguments in (('reschedule', {'start': start_in(9)}), ('cancel', {'reason': 'x'})):
            assert client(login, 'customer.appointment', method, number, **arguments)[0] is None, (login, method)
    assert client('agent', 'customer.appointment', 'reschedule', number, start='soon')[0] is None
    assert stored() == before
    moved, _text = client('agent', 'customer.appointment', 'reschedule', number, start=start_in(8, 12), reason='Later')
    assert moved['start'] == start_in(8, 12)
    slots, _text = free(stop=start_in(8, 13))
    assert start in [slot['start'] for slot in slots]
    assert client('agent', 'customer.appointment', 'cancel', number, reason='x') == (True, '')
    assert client('agent', 'customer.appointment', 'cancel', number) == (True, '')
    assert client('agent', 'customer.appointment', 'reschedule', number, start=start)[0] is None
    assert [row[1] for row in stored()] == ['cancelled']


def test_specialist(outside, kind, client):
    """Issue 8.14: a specialist's integration books for his own customers only."""
    type_id = kind(1)
    partners = dict(outside.query("SELECT login, partner_id FROM res_users WHERE login IN ('anna', 'clara')"))

    def book(login):
        return client('specialist', 'customer.appointment', 'book', values={
            'type_id': type_id, 'partner_id': partners[login], 'start': start_in(8)})

    assert book('clara')[0] is None
    assert outside.query('SELECT count(*) FROM customer_appointment WHERE type_id = %s', type_id) == [(0,)]
    assert book('anna')[0]['state'] == 'confirmed'
