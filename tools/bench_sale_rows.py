"""Visits of scripts/bench to offers, orders and invoices; `tools/bench_sale.py` makes what they see."""

import re

from tools.env import Problem

ORDERS, OFFERS, INVOICES = 75, 25, 40  # of the probe
STOCK_ORDERS = 2000  # of others in the database without our addons


def order_list(path, rows):
    """Return a visit of a list of orders, Odoo's or ours, that must have `rows` rows."""
    return _list(path, rows, 'orders')


def invoice_list(path, rows):
    """Return a visit of a list of invoices that must have `rows` rows."""
    return _list(path, rows, 'invoices')


def _list(path, rows, what):
    def visit(visitor, prepared):
        found = len(set(re.findall(rf'href="/my/{what}/(\d+)', visitor.get(path))))
        if found != rows:
            raise Problem(f'unexpected answer: {path} has {found} instead of {rows} rows')
    return visit


def probe_order(visitor):
    """Return the path of an order of the probe that is invoiced."""
    if 'order' not in visitor.memory:
        numbers = re.findall(r'href="/my/orders/(\d+)', visitor.get('/my/orders'))
        visitor.memory['order'] = f'/my/orders/{min(map(int, numbers))}'
    return visitor.memory['order']


def order_page(visitor, path):
    text = visitor.get(path)
    if 'Inspection' not in text or 'id="total"' not in text:
        raise Problem(f'unexpected answer: {path} shows no order')
