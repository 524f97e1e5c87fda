"""Issue 2.9: what customers see through each kind of client of the running server."""

import xmlrpc.client

import odoorpc
import odoorpc.error
import pytest

FIELDS = ['number', 'partner_id']


class Refused(Exception):
    """The server refused a call."""


def call_xmlrpc(outside, login, method, *args, **kwargs):
    try:
        return outside.xmlrpc(login)('customer.ticket', method, *args, **kwargs)
    except xmlrpc.client.Fault as fault:
        raise Refused(fault.faultString) from None


def call_odoorpc(outside, login, method, *args, **kwargs):
    client = odoorpc.ODOO('127.0.0.1', port=outside.port, version='19.0')
    client.login(outside.database, login, login)
    try:
        return client.execute_kw('customer.ticket', method, args, kwargs)
    except odoorpc.error.RPCError as error:
        raise Refused(str(error)) from None


def call_json2(outside, login, method, *args, **kwargs):
    names = {'search_read': ['domain'], 'read': ['ids', 'fields'], 'write': ['ids', 'vals'], 'unlink': ['ids']}[method]
    answer = outside.json2(login, 'customer.ticket', method, **dict(zip(names, args, strict=False)), **kwargs)
    assert answer.status_code in (200, 403, 404), answer.text
    if answer.status_code != 200:
        raise Refused(answer.json()['name'])
    return answer.json()


CLIENTS = {'xmlrpc.client': call_xmlrpc, 'JSON-2': call_json2, 'odoorpc': call_odoorpc}


@pytest.fixture(params=CLIENTS)
def call(request, outside):
    """Call a method of tickets by one kind of client."""
    return lambda *args, **kwargs: CLIENTS[request.param](outside, *args, **kwargs)


@pytest.fixture(scope='module')
def tickets(outside):
    """{customer: ids of its tickets}."""
    found = {}
    for number, customer in outside.query("""
            SELECT t.id, p.name FROM customer_ticket t JOIN res_partner p ON p.id = t.commercial_partner_id"""):
        found.setdefault(customer, set()).add(number)
    assert {'Azure Interior', 'Deco Addict'} <= found.keys()
    return found


def ids(records):
    return {record['id'] for record in records}


def test_each_sees_his_own(call, tickets):
    """Issue 2.9: anna sees all tickets of Azure Interior, clara those of Deco Addict, an agent all."""
    assert ids(call('anna', 'search_read', [], fields=FIELDS)) == tickets['Azure Interior']
    assert ids(call('clara', 'search_read', [], fields=FIELDS)) == tickets['Deco Addict']
    assert ids(call('agent', 'search_read', [], fields=FIELDS)) == set().union(*tickets.values())


def test_scope_own(call, tickets, outside):
    """Issue 2.9: ben, whose scope is his own, sees only the tickets that he opened."""
    own = {row[0] for row in outside.query("""
        SELECT t.id FROM customer_ticket t JOIN res_users u ON u.partner_id = t.partner_id WHERE u.login = 'ben'""")}
    assert own
    assert own < tickets['Azure Interior']
    assert ids(call('ben', 'search_read', [], fields=FIELDS)) == own


def test_foreign_ticket_refused(call, tickets, outside):
    """Issue 2.9: clara can neither read nor write nor delete a ticket of Azure Interior whose id she knows."""
    foreign = sorted(tickets['Azure Interior'])
    state = outside.query('SELECT * FROM customer_ticket ORDER BY id')
    for method, *args in (['read', foreign, FIELDS], ['write', foreign[:1], {'name': 'mine'}], ['unlink', foreign[:1]]):
        with pytest.raises(Refused):
            call('clara', method, *args)
    assert outside.query('SELECT * FROM customer_ticket ORDER BY id') == state


def test_customer_writes_nothing(call, tickets, outside):
    """Issue 2.9: a customer changes his own ticket by no client; messages and the portal's forms are his way."""
    own = sorted(tickets['Azure Interior'])[:1]
    state = outside.query('SELECT * FROM customer_ticket ORDER BY id')
    for method, *args in (['write', own, {'name': 'x'}], ['unlink', own]):
        with pytest.raises(Refused):
            call('anna', method, *args)
    assert outside.query('SELECT * FROM customer_ticket ORDER BY id') == state


def test_wrong_key(outside):
    """Issue 2.9: JSON-2 answers 401 to a bearer key that does not exist."""
    outside.keys['nobody'] = '0' * 40
    assert outside.json2('nobody', 'customer.ticket', 'search_read', domain=[]).status_code == 401
