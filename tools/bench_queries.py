"""The queries that the lists make: recorded inside Odoo's shell, for `scripts/bench --explain`."""

import json

from odoo.sql_db import Cursor
from odoo.tools import SQL

MARK = 'BENCH-QUERIES '
OPEN = [('is_closed', '=', False)]
CUSTOMER = [('commercial_partner_id', 'ilike', 'Probe Instr')]
TEXT = ['|', ('number', 'ilike', 'quartzite'), ('name', 'ilike', 'quartzite')]
SEARCH = ['|', '|', *((name, 'ilike', 'gasket') for name in ('number', 'name', 'description'))]
BARS = {'field': 'sla_status', 'colors': {'ontime': 'success', 'warning': 'warning', 'late': 'danger'}}


def portal(*domain, offset=0):
    """Return what a page of the portal's list does."""
    def work(tickets):
        tickets.search_count(domain)
        tickets.search_fetch(domain, ['name'], order='id desc', limit=80, offset=offset)
    return work


def home(tickets):
    tickets.search_count(OPEN)
    tickets.search_fetch([('state', '=', 'waiting')], ['name'], order='last_message_date, id', limit=5)


def staff(*domain):
    """Return what the list of the backend does."""
    return lambda tickets: tickets.web_search_read(domain, {'name': {}}, limit=80, count_limit=10001)


def customers(*domain):
    """Return what the overview of customers does."""
    return lambda tickets: tickets.env['res.partner'].web_search_read(
        [('is_customer', '=', True), *domain], {'name': {}}, limit=80, count_limit=10001)


def kanban(tickets):
    tickets.web_read_group([], ['stage_id'], auto_unfold=True, unfold_read_specification={'name': {}})
    tickets.read_progress_bar([], 'stage_id', BARS)


WORKS = [
    ('bench_probe', 'home', home),
    ('bench_probe', 'portal list', portal()),
    ('bench_probe', 'portal search', portal(*SEARCH)),
    ('bench_large', 'portal list, page 3', portal(offset=160)),
    ('bench_agent', 'staff list', staff()),
    ('bench_agent', 'staff list, open', staff(*OPEN)),
    ('bench_agent', 'staff search by customer', staff(*CUSTOMER)),
    ('bench_agent', 'staff search by text', staff(*TEXT)),
    ('bench_agent', 'kanban', kanban),
    ('bench_specialist', 'list of a specialist', staff()),
    ('bench_few', 'list of a specialist with 10 customers', staff()),
    ('bench_many', 'list of a specialist with 30,000 customers', staff()),
    ('bench_manager', 'customers, manager', customers()),
    ('bench_few', 'customers, specialist with 10', customers()),
    ('bench_few', 'customers by e-mail, specialist with 10', customers(('customer_find_email', 'ilike', 'buyer@customer'))),
    ('bench_few', 'customers by name, specialist with 10', customers(('name', 'ilike', 'customer'))),
    ('bench_many', 'customers, specialist with 30,000', customers()),
]


def project_files(*domain, order='version_date desc, id desc'):
    """Return what a list of files in the portal does."""
    domain = [('version_id', '!=', False), *domain]

    def work(tickets):
        files = tickets.env['customer.file']
        files.search_count(domain)
        files.search_fetch(domain, ['name', 'folder_id'], order=order, limit=80)
    return work


def project_page(tickets):
    """Do what the page of the probe's project does: folders, and the files of one of them."""
    folder = tickets.env['customer.folder'].search([('name', '=', 'Folder 1')], limit=1)
    project_files(('project_id', '=', folder.project_id.id), ('folder_id', '=', folder.id), order='name, id')(tickets)


def staff_files(*domain):
    """Return what the list of files in the backend does."""
    return lambda tickets: tickets.env['customer.file'].web_search_read(domain, {'name': {}}, limit=80, count_limit=10001)


def tasks(tickets):
    domain = [('project_id', '!=', False), ('has_template_ancestor', '=', False)]
    tickets.env['project.task'].search_count(domain)
    tickets.env['project.task'].search_fetch(domain, ['name'], order='project_id, id desc', limit=80)


WORKS += [
    ('bench_probe', 'files of the portal', project_files()),
    ('bench_probe', 'files of the portal, search', project_files(
        '|', ('name', 'ilike', 'gasket'), ('description', 'ilike', 'gasket'))),
    ('bench_probe', 'files of one project', project_page),
    ('bench_agent', 'files, staff list', staff_files()),
    ('bench_agent', 'files, staff search by text', staff_files(('name', 'ilike', 'quartzite'))),
    ('bench_agent', 'files, staff search by customer', staff_files(('commercial_partner_id', 'ilike', 'Probe Instr'))),
    ('bench_specialist', 'files, specialist', staff_files()),
    ('bench_probe', 'tasks of the portal', tasks),
]


def returns(*domain, order='id desc'):
    """Return what the list of returns in the portal does, or the cards of the home page."""
    def work(tickets):
        rmas = tickets.env['customer.rma']
        rmas.search_count(domain)
        rmas.search_fetch(domain, ['number'], order=order, limit=80)
    return work


WORKS += [
    ('bench_probe', 'returns of the portal', returns()),
    ('bench_probe', 'returns of the portal, search', returns(
        '|', ('number', 'ilike', 'gasket'), ('line_ids.order_line_id.name', 'ilike', 'gasket'))),
    ('bench_probe', 'returns to send back', returns(
        ('state', '=', 'approved'), ('expiry_date', '!=', False), order='expiry_date, id')),
    ('bench_probe', 'orders of which something can be returned', lambda tickets: tickets.env['customer.rma']._customer_orders()),
    ('bench_agent', 'returns, staff list', lambda tickets: tickets.env['customer.rma'].sudo().web_search_read(
        [], {'number': {}}, limit=80, count_limit=10001)),
    ('bench_agent', 'returns that may be closed', lambda tickets: tickets.env['customer.rma'].sudo()._cron_close()),
]
# by the first word of a title
TABLES = {'customers': 'res_partner', 'files': 'customer_file', 'orders': 'sale_order', 'returns': 'customer_rma',
          'tasks': 'project_task'}


def record(env):
    """Print the queries on tickets as JSON: [[title, SQL with its values], ...]; runs inside Odoo's shell."""
    queries, execute, current = [], Cursor.execute, None

    def recorder(self, query, params=None, *args, **kwargs):
        code, values = (query.code, query.params) if isinstance(query, SQL) else (query, params)
        table = TABLES.get(current.split(',')[0].split()[0], 'customer_ticket') if current else ''
        if current and code.startswith('SELECT') and f'"{table}"' in code:
            queries.append((current, self._obj.mogrify(code, values).decode()))
        return execute(self, query, params, *args, **kwargs)

    Cursor.execute = recorder
    for login, title, work in WORKS:
        tickets = env['customer.ticket'].with_user(env['res.users'].search([('login', '=', login)]))
        env.invalidate_all()
        current = title
        work(tickets)
        current = None
    print(f'{MARK}{json.dumps(queries)}')
