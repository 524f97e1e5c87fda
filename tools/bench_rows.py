"""The rows of scripts/bench: what is visited, by whom, and what it may cost. Append yours to `ROWS`.

A visit gets the `Visitor` and what `prepare` returned; it must look at the answer: a quick error page is no result.
Rows that write come last, since lists grow by them; what they write must differ from round to round.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import cycle
from typing import Any
from xml.etree import ElementTree

from tools.bench_rma_rows import RMAS, new_rma, prepare_rma, probe_rma, rma_form, rma_form_path, rma_list, rma_page
from tools.bench_sale_rows import (
    INVOICES,
    OFFERS,
    ORDERS,
    invoice_list,
    order_list,
    order_page,
    probe_order,
)
from tools.bench_sizes import LARGE, PROBE, RARE
from tools.env import Problem

HELLO, STOCK, OURS = 'hello', 'stock', 'ours'  # the servers
TICKET, CUSTOMER = 'customer.ticket', 'res.partner'
COUNT_LIMIT = 10001  # where Odoo's web client stops counting
PAGE = 80
FLOORS = {'portal': 'portal_floor', 'rpc': 'rpc_floor', 'xmlrpc': 'xmlrpc_floor'}  # rows that cost what any other does
APPOINTMENTS = 41  # of the probe, see tools/bench_agenda.py


@dataclass(frozen=True)
class Target:
    """At most so many SQL queries, ms at the larger size, and times the ms of the smaller size.

    :param constant: whether both sizes take the same number of queries
    :param against: (name of a row before, at most so many times its ms at the larger size)
    """
    queries: int | None = None
    ms: float | None = None
    growth: float | None = None
    constant: bool = False
    against: tuple[str, float] | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table.

    :param name: for `--rows`
    :param user: login, or None for a visitor
    :param visit: function (visitor, prepared) that makes one or more requests
    :param prepare: function (visitor) that makes what a visit needs, not measured
    :param server: the rows on OURS are measured in all sizes, the others once
    """
    name: str
    title: str
    user: str | None
    visit: Callable[[Any, Any], None]
    prepare: Callable[[Any], Any] = lambda visitor: None
    target: Target = Target()
    server: str = OURS
    writes: bool = False

    @property
    def floor(self):
        """Name of the row that costs what every request of this kind does; None of a floor itself."""
        if self.server != OURS or self.name in FLOORS.values():
            return None
        if self.title.startswith('XML-RPC'):
            return FLOORS['xmlrpc']
        return FLOORS['portal' if self.user in ('bench_probe', 'bench_large') else 'rpc']


def expect(condition, what):
    """Raise `Problem` unless the answer is what the row is about."""
    if not condition:
        raise Problem(f'unexpected answer: {what}')


# ----------------------------------------------------------------------
# Portal
# ----------------------------------------------------------------------

def page(path, *parts):
    """Return a visit of one page that must contain `parts`."""
    def visit(visitor, prepared):
        text = visitor.get(path)
        for part in parts:
            expect(part in text, f'{path} has no {part!r}')
    return visit


def home(*parts):
    """Return a visit of /my with the requests for counters that a browser makes for it."""
    def visit(visitor, prepared):
        text = visitor.get('/my')
        for part in parts:
            expect(part in text, f'/my has no {part!r}')
        counters = re.findall(r'data-placeholder_count="(\w+)"', text)
        requests = min(-(-len(counters) // 5), 3)
        for index in range(requests):
            visitor.rpc('/my/counters', counters=counters[index::requests])
    return visit


def ticket_list(path, rows, *parts):
    """Return a visit of a list that must have `rows` rows."""
    def visit(visitor, prepared):
        text = visitor.get(path)
        found = len(re.findall(r'<a [^>]*href="/my/tickets/\d+"', text))
        expect(found == rows, f'{path} has {found} instead of {rows} tickets')
        for part in parts:
            expect(part in text, f'{path} has no {part!r}')
    return visit


def probe_ticket(visitor):
    """Return the path of an open ticket of the probe."""
    if 'ticket' not in visitor.memory:
        text = visitor.get('/my/tickets?filterby=open')
        visitor.memory['ticket'] = re.search(r'href="(/my/tickets/\d+)"', text)[1]
    return visitor.memory['ticket']


def ticket_page(visitor, path):
    text = visitor.get(path)
    expect('name="form_key"' in text and 'serial number' in text, f'{path} shows no conversation')


def form_fields(text, action):
    """Return the hidden fields of the form that is sent to `action` (dict)."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
    expect(form, f'no form for {action}')
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return dict(inputs)


def prepare_reply(visitor):
    path = probe_ticket(visitor)
    return f'{path}/reply', form_fields(visitor.get(path), f'{path}/reply')


def reply(visitor, prepared):
    path, fields = prepared
    visitor.post(path, {**fields, 'body': f'The serial number is {fields["form_key"]}.'})


def prepare_new(visitor):
    return form_fields(visitor.get('/my/tickets/new'), '/my/tickets/new')


def new_ticket(visitor, fields):
    visitor.post('/my/tickets/new', {
        **fields, 'name': f'Pump {fields["form_key"][:8]}', 'description': 'It stopped again.\nPlease help.'})


# ----------------------------------------------------------------------
# Appointments
# ----------------------------------------------------------------------

def appointment_list(visitor, prepared):
    text = visitor.get('/my/appointments')
    found = len(re.findall(r'<a [^>]*href="/my/appointments/\d+"', text))
    expect(found == APPOINTMENTS, f'{found} instead of {APPOINTMENTS} appointments')


def month_path(visitor):
    """Return the path of the booking page for the month after this one."""
    text = visitor.get('/my/appointments/new')
    return re.search(r'href="[^"]*(\?[^"]*month=[^"]*)"', text)[1].replace('&amp;', '&')


def month(visitor, query):
    text = visitor.get(f'/my/appointments/new{query}')
    expect('o_agenda_month' in text and 'day=' in text, 'no free day')


def appointment_type(visitor):
    return visitor.xmlrpc('customer.appointment.type', 'search', [('name', '=', 'Bench consultation')])


def free_slots(visitor, kinds):
    start = datetime.now(timezone.utc) + timedelta(days=3)
    found = visitor.xmlrpc('customer.appointment.type', 'get_free_slots', kinds, f'{start:%Y-%m-%d} 00:00:00',
                           f'{start + timedelta(days=30):%Y-%m-%d} 00:00:00')
    expect(len(found) > 100, f'{len(found)} free slots')


# ----------------------------------------------------------------------
# Staff
# ----------------------------------------------------------------------

def own_name(visitor, prepared):
    [user] = visitor.call('res.users', 'read', [visitor.uid], ['name'])
    expect(user['name'], 'a user without name')


def own_name_xmlrpc(visitor, prepared):
    [user] = visitor.xmlrpc('res.users', 'read', [visitor.uid], ['name'])
    expect(user['name'], 'a user without name')


def specification(visitor, kind):
    """Return what the web client reads for a view of tickets: {field: what of it}."""
    key = f'spec {kind}'
    if key not in visitor.memory:
        views = visitor.call(TICKET, 'get_views', [[False, kind]], {})
        fields = views['models'][TICKET]['fields']
        arch = ElementTree.fromstring(views['views'][kind]['arch'])  # noqa: S314 - our own server's
        names = {node.get('name') for node in arch.iter('field')} & set(fields)
        visitor.memory[key] = {
            name: {'fields': {'display_name': {}}} if fields[name]['type'] == 'many2one' else {}
            for name in sorted(names)}
    return visitor.memory[key]


def staff_list(rows, domain=(), **other):
    """Return a visit of the first page of the staff's list; `rows` None for any number."""
    def visit(visitor, prepared):
        result = visitor.call(
            TICKET, 'web_search_read', list(domain), prepared, limit=PAGE, count_limit=COUNT_LIMIT, **other)
        found = len(result['records'])
        expect(found and rows in (None, found), f'{found} instead of {rows} tickets for {domain}')
    return visit


def list_specification(visitor):
    return specification(visitor, 'list')


def overview_specification(visitor):
    """Return what the web client reads for the overview of customers: {field: what of it}."""
    if 'overview' not in visitor.memory:
        view = visitor.call(CUSTOMER, 'get_views', [[visitor.facts['overview'], 'list']], {})
        fields = view['models'][CUSTOMER]['fields']
        arch = ElementTree.fromstring(view['views']['list']['arch'])  # noqa: S314 - our own server's
        names = {node.get('name') for node in arch.iter('field')} & set(fields)
        visitor.memory['overview'] = {
            name: {'fields': {'display_name': {}}} if fields[name]['type'] in ('many2one', 'many2many') else {}
            for name in sorted(names)}
    return visitor.memory['overview']


def overview(*domain):
    """Return a visit of the first page of the overview of customers."""
    def visit(visitor, prepared):
        result = visitor.call(
            CUSTOMER, 'web_search_read', [['is_customer', '=', True], *domain], prepared, limit=PAGE,
            count_limit=COUNT_LIMIT)
        expect(result['records'], 'no customer')
    return visit


def count_tickets(visitor, prepared):
    expect(visitor.call(TICKET, 'search_count', [['is_closed', '=', False]]) > 0, 'no open ticket')


def kanban(*domain):
    """Return a visit of the board: its columns with their first cards, and the bars above them."""
    def visit(visitor, prepared):
        result = visitor.call(
            TICKET, 'web_read_group', list(domain), ['stage_id'], auto_unfold=True,
            unfold_read_specification=prepared, unfold_read_default_limit=PAGE)
        expect(len(result['groups']) > 2 and result['groups'][0]['__records'], 'the board is empty')
        visitor.call(TICKET, 'read_progress_bar', list(domain), 'stage_id', {
            'field': 'sla_status', 'colors': {'ontime': 'success', 'warning': 'warning', 'late': 'danger'}})
    return visit


def ticket_form(visitor, prepared):
    [record] = visitor.call(TICKET, 'web_read', [first_tickets(visitor, 1)[0]], prepared)
    expect(record['name'], 'a ticket without subject')


def first_tickets(visitor, count):
    """Return the ids of `count` open tickets that are not the probe's."""
    key = f'tickets {count}'
    if key not in visitor.memory:
        customer = visitor.facts['probe']['company']
        visitor.memory[key] = visitor.call(
            TICKET, 'search', [['state', '=', 'open'], ['commercial_partner_id', '!=', customer]], limit=count)
    return visitor.memory[key]


# ----------------------------------------------------------------------
# Programs
# ----------------------------------------------------------------------

def xmlrpc_create(count, **context):
    """Return a visit that creates `count` tickets for the large customer in one call."""
    def visit(visitor, prepared):
        contact = visitor.facts['large']['contact']
        values = [{'name': f'Battery {number}', 'partner_id': contact, 'description': '<p>It is empty.</p>'}
                  for number in range(count)]
        ids = visitor.xmlrpc(TICKET, 'create', values, **({'context': context} if context else {}))
        expect(len(ids) == count, f'{len(ids)} instead of {count} tickets')
    return visit


def prepare_stage(visitor):
    """Return 100 tickets and another stage than they have."""
    stages = visitor.facts['stages']
    turns = visitor.memory.setdefault('turns', cycle([stages['waiting'], stages['open']]))
    return first_tickets(visitor, 100), next(turns)


def xmlrpc_stage(visitor, prepared):
    ids, stage = prepared
    expect(visitor.xmlrpc(TICKET, 'write', ids, {'stage_id': stage}) is True, 'write does not answer True')


ROWS = [
    Row('hello', "hello world in Odoo's server", None, page('/', 'hello world'), server=HELLO),
    Row('health', '`/web/health`', None, page('/web/health', 'pass'), server=STOCK),
    Row('login', '`/web/login`', None, page('/web/login', 'name="password"'), server=STOCK),
    Row('stock_my', '`/my` of Odoo alone', 'bench_probe', home('o_portal_my_home'), server=STOCK),
    Row('portal_floor', 'a page of the portal without data (`/my/security`)', 'bench_probe',
        page('/my/security', 'name="old"')),
    Row('rpc_floor', "RPC of staff: the user's name", 'bench_agent', own_name),
    Row('xmlrpc_floor', "XML-RPC: the user's name", 'bench_agent', own_name_xmlrpc),
    Row('my', '`/my`', 'bench_probe', home('o_portal_my_home', '/my/tickets'), target=Target(40, None, 1.1)),
    Row('list', f'ticket list, {PROBE} rows', 'bench_probe', ticket_list('/my/tickets', PROBE),
        target=Target(18, 45, 1.05, True)),
    Row('list_large', f'ticket list, customer with {LARGE:,}, page 3', 'bench_large',
        ticket_list('/my/tickets/page/3', PAGE, 'Page 3 of'), target=Target(18, 60)),
    Row('list_search', 'ticket list, search', 'bench_probe', ticket_list('/my/tickets?search=gasket', 4),
        target=Target(18, 30, 1.1)),
    Row('ticket', 'ticket page, whole visit', 'bench_probe', ticket_page, probe_ticket, Target(33)),
    Row('new', 'form for a new ticket', 'bench_probe', page('/my/tickets/new', 'name="form_key"')),
    Row('appointments', f'booking list, {APPOINTMENTS} rows', 'bench_probe', appointment_list, target=Target(18)),
    Row('month', 'booking page, a month of 50 resources', 'bench_probe', month, month_path),
    Row('slots', 'XML-RPC free slots of a month, 50 resources', 'bench_agent', free_slots, appointment_type),
    Row('stock_orders', f'`/my/orders` of Odoo alone, {ORDERS} rows', 'bench_probe', order_list('/my/orders', ORDERS),
        server=STOCK),
    Row('orders', f'order list, {ORDERS} rows', 'bench_probe', order_list('/my/orders', ORDERS),
        target=Target(23, None, 1.1, True, ('stock_orders', 1))),
    Row('order', 'order page', 'bench_probe', order_page, probe_order, Target(30, None, 1.1, True)),
    Row('offers', f'offer list, {OFFERS} rows', 'bench_probe', order_list('/my/quotes', OFFERS),
        target=Target(18, None, 1.1, True)),
    Row('invoices', f'invoice list, {INVOICES} rows', 'bench_probe', invoice_list('/my/invoices', INVOICES),
        target=Target(18, None, 1.1, True)),
    Row('staff_list', f'staff list of {PAGE}', 'bench_agent', staff_list(PAGE), list_specification,
        Target(None, 30, 1.1)),
    Row('staff_open', f'staff list of {PAGE}, open tickets', 'bench_agent',
        staff_list(None, [['is_closed', '=', False]]), list_specification, Target(None, 30, 1.1)),
    Row('staff_customer', 'staff search by customer', 'bench_agent',
        staff_list(PROBE, [['commercial_partner_id', 'ilike', 'Probe Instr']]), list_specification, Target(None, 40)),
    Row('staff_text', 'staff search by text', 'bench_agent',
        staff_list(RARE, ['|', ['number', 'ilike', 'quartzite'], ['name', 'ilike', 'quartzite']]), list_specification,
        Target(None, 20)),
    Row('kanban', 'kanban, all stages', 'bench_agent', kanban(), lambda visitor: specification(visitor, 'kanban'),
        Target(None, 100)),
    Row('kanban_open', 'kanban, open tickets', 'bench_agent', kanban(['is_closed', '=', False]),
        lambda visitor: specification(visitor, 'kanban'), Target(None, 100)),
    Row('form', 'ticket form', 'bench_agent', ticket_form,
        lambda visitor: first_tickets(visitor, 1) and specification(visitor, 'form'), Target(None, 16)),
    Row('specialist', 'list of a specialist, 51 customers', 'bench_specialist', staff_list(None), list_specification),
    Row('manager_tickets', 'tickets of all customers, manager', 'bench_manager', staff_list(PAGE), list_specification),
    Row('few_tickets', 'tickets, specialist with 10 customers', 'bench_few', staff_list(None), list_specification,
        Target(growth=1.1, constant=True)),
    Row('many_tickets', 'tickets, specialist with 30,000', 'bench_many', staff_list(None), list_specification,
        Target(constant=True, against=('manager_tickets', 3))),
    Row('few_count', 'open tickets counted, specialist with 10', 'bench_few', count_tickets,
        target=Target(growth=1.1, constant=True)),
    Row('few_search', 'tickets searched by text, specialist with 10', 'bench_few',
        staff_list(None, ['|', ['number', 'ilike', 'pattern'], ['name', 'ilike', 'pattern']]), list_specification,
        Target(growth=1.1, constant=True)),
    Row('manager_customers', 'overview of all customers, manager', 'bench_manager', overview(), overview_specification),
    Row('few_customers', 'overview, specialist with 10 customers', 'bench_few', overview(), overview_specification,
        Target(growth=1.1, constant=True)),
    Row('many_customers', 'overview, specialist with 30,000', 'bench_many', overview(), overview_specification,
        Target(constant=True, against=('manager_customers', 3))),
    Row('few_find', 'customer found by e-mail, specialist with 10', 'bench_few',
        overview(['customer_find_email', 'ilike', 'buyer@customer']), overview_specification,
        Target(growth=1.1, constant=True)),
    Row('few_name', 'customer found by name, specialist with 10', 'bench_few',
        overview(['name', 'ilike', 'customer']), overview_specification, Target(growth=1.1, constant=True)),
    Row('rmas', f'list of returns, {RMAS} rows', 'bench_probe', rma_list, target=Target(18, None, 1.1, True)),
    Row('rma', 'page of a return', 'bench_probe', rma_page, probe_rma, Target(20, None, 1.1, True)),
    Row('rma_form', 'form for a return of an order', 'bench_probe', rma_form, rma_form_path, Target(30, None, 1.1, True)),
    Row('rma_create', 'ask for a return (POST)', 'bench_probe', new_rma, prepare_rma, Target(27), writes=True),
    Row('reply', 'post a reply', 'bench_probe', reply, prepare_reply, Target(29), writes=True),
    Row('create', 'create a ticket (POST)', 'bench_probe', new_ticket, prepare_new, Target(20), writes=True),
    Row('xmlrpc_create', 'XML-RPC create 1', 'bench_agent', xmlrpc_create(1), target=Target(18), writes=True),
    Row('xmlrpc_create_100', 'XML-RPC create 100', 'bench_agent', xmlrpc_create(100), target=Target(300), writes=True),
    Row('xmlrpc_import_100', 'XML-RPC create 100 without mail', 'bench_agent',
        xmlrpc_create(100, tracking_disable=True), target=Target(300), writes=True),
    Row('xmlrpc_stage_100', 'XML-RPC write stage on 100', 'bench_agent', xmlrpc_stage, prepare_stage, Target(60),
        writes=True),
]

from tools import bench_project_rows  # noqa: E402 - made of what is above

ROWS[:] = sorted([*ROWS, *bench_project_rows.ROWS], key=lambda row: row.writes)  # those that write come last
