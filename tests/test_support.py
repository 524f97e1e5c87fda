"""Issue 5.2: the form for visitors, on a server with two workers and real mail."""

import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.outside import Portal

CAP_NETWORK = 9
CAP_ADDRESS = 4


@pytest.fixture
def support(outside):
    """A function that sends a new form of a new visitor; forms are not too quick, and each test starts with small caps."""
    admin = outside.xmlrpc('admin')
    [(so_far,)] = outside.query("SELECT count(*) FROM customer_visit WHERE form = 'customer_helpdesk_website'")
    for name, value in {'min_seconds': 0, 'cap_network': so_far + CAP_NETWORK, 'cap_address': CAP_ADDRESS}.items():
        admin('ir.config_parameter', 'set_param', f'customer_helpdesk_website.{name}', str(value))

    def send(email, subject):
        visitor = Portal(outside.url)
        form = {**visitor.form('/support/new'), 'person': 'Vera Visitor', 'email': email, 'name': subject,
                'description': 'Are you open on Sundays?'}
        return visitor.post('/support/new', form, allow_redirects=False)
    return send


def answers(support, requests):
    """Send `requests` ([(email, subject), ...]) at the same moment; return the sorted codes."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda request: support(*request), requests))


def test_mail(outside, mail, support):
    """Issue 5.2: number and link go to the typed address; a stranger's link opens the ticket, that of a customer the login."""
    for email, opens in ((f'{uuid.uuid4().hex}@visitors.example.com', True), ('anna@azure.example.com', False)):
        subject = f'Sunday {uuid.uuid4().hex}'
        assert support(email, subject).status_code == 303
        outside.send_mail_queue()
        [message] = mail.wait(subject, email)[:1]
        address = re.search(r'/my/tickets/\d+(\?access_token=[\w-]+)?', message.get_body(('html',)).get_content())[0]
        page = Portal(outside.url).get(address)
        assert ('Are you open on Sundays?' in page.text) == opens
        assert ('/web/login' in page.url) != opens


def test_cap_of_network(outside, support):
    """Issue 5.2: the cap holds exactly however many requests two workers get at the same moment."""
    subject = uuid.uuid4().hex
    codes = answers(support, [(f'{uuid.uuid4().hex}@visitors.example.com', subject) for _number in range(CAP_NETWORK + 4)])
    assert codes == [303] * CAP_NETWORK + [429] * 4
    assert outside.query('SELECT count(*) FROM customer_ticket WHERE name = %s', subject) == [(CAP_NETWORK,)]


def test_one_contact(outside, support):
    """Issue 5.2: parallel first requests with one address are one contact, and no more tickets than the cap allows."""
    email, subject = f'{uuid.uuid4().hex}@visitors.example.com', uuid.uuid4().hex
    codes = answers(support, [(email, subject)] * (CAP_ADDRESS + 2))
    assert codes == [303] * CAP_ADDRESS + [429] * 2
    assert outside.query('SELECT count(*) FROM res_partner WHERE email_normalized = %s', email) == [(1,)]
    assert outside.query('SELECT count(*) FROM customer_ticket WHERE name = %s', subject) == [(CAP_ADDRESS,)]
