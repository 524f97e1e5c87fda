"""Offers, orders and invoices in the databases of scripts/bench; runs inside Odoo's shell, with and without our addons.

The probe has the same in every size, made by the ORM; the others have copies of one order and its invoice.
"""

from odoo.tools import SQL

from tools.bench_agenda import _triggers_off
from tools.bench_sale_rows import INVOICES, OFFERS, ORDERS


def make(env, others):
    """Make what the probe has, and `others` orders, each with an invoice, of the other customers."""
    env = env(context=dict(env.context, tracking_disable=True, mail_create_nosubscribe=True))
    if not env.company.chart_template:
        env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
    probe = env['res.users'].search([('login', '=', 'bench_probe')]).partner_id
    product = env['product.product'].create({
        'name': 'Inspection', 'type': 'service', 'list_price': 90, 'invoice_policy': 'order'})
    _orders(env, product, probe, OFFERS).state = 'sent'
    orders = _orders(env, product, probe, ORDERS)
    orders.action_confirm()
    _invoice(orders[:INVOICES])
    customers = env['res.partner'].search([
        ('is_company', '=', True), ('id', 'not in', (probe.commercial_partner_id | env.company.partner_id).ids)])
    if not customers:
        customers = env['res.partner'].create({'name': 'Others', 'is_company': True})
    pattern = _orders(env, product, customers[0], 1)
    pattern.action_confirm()
    invoice = _invoice(pattern)
    env.flush_all()
    _triggers_off(env)
    order_base = _copy(env, pattern, others, customers.ids)
    for line in pattern.order_line:
        _copy(env, line, others, None, order_id=order_base)
    move_base = _copy(env, invoice, others, customers.ids)
    for line in invoice.line_ids:
        _copy(env, line, others, customers.ids, move_id=move_base)
    env.cr.commit()


def _orders(env, product, partner, count):
    return env['sale.order'].create([{
        'partner_id': partner.id, 'client_order_ref': f'Order {number}', 'require_signature': False,
        'require_payment': False,
        'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 1 + number % 5}) for _line in range(3)],
    } for number in range(count)])


def _invoice(orders):
    """Return the posted invoices of orders, one each."""
    invoices = orders.env['account.move'].concat(*(order._create_invoices() for order in orders))
    invoices.action_post()
    return invoices


def _copy(env, record, count, customers, **parents):
    """Copy a row `count` times; return the number below the first new id.

    :param list customers: ids by turns for the columns of the partner, or None
    :param parents: columns that follow the copies of another row: the number below its first id
    """
    table = record._table
    columns = {name for name, in env.execute_query(SQL(
        'SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema'
        " AND is_generated = 'NEVER'", table))}
    [(base,)] = env.execute_query(SQL('SELECT max(id) FROM %s', SQL.identifier(table)))
    values = {name: SQL('p.%s', SQL.identifier(name)) for name in columns - {'access_token'}}
    values['id'] = SQL('%s + n', base)
    for name, start in parents.items():
        values[name] = SQL('%s + n', start)
    if 'number' in columns and record._name == 'customer.rma':
        values['number'] = SQL("p.number || '-' || n")
    if 'name' in columns and record._name in ('sale.order', 'account.move'):
        values['name'] = SQL("p.name || '-' || n")
    for name in columns & {'partner_id', 'commercial_partner_id', 'partner_invoice_id', 'partner_shipping_id'}:
        if customers:
            values[name] = SQL('(%s::int[])[1 + n %% %s]', customers, len(customers))
    env.cr.execute(SQL(
        'INSERT INTO %s (%s) SELECT %s FROM %s p, generate_series(1, %s) n WHERE p.id = %s',
        SQL.identifier(table), SQL(', ').join(map(SQL.identifier, values)), SQL(', ').join(values.values()),
        SQL.identifier(table), count, record.id))
    env.cr.execute(SQL('SELECT setval(pg_get_serial_sequence(%s, %s), %s)', table, 'id', base + count))
    return base
