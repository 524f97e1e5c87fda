"""Visits of scripts/bench to returns; `tools/bench_rma.py` makes what they see."""

import re

from tools.env import Problem

RMAS = 20  # of the probe


def rma_list(visitor, prepared):
    """Visit the list of returns, which must have those of the probe."""
    found = len(set(re.findall(r'href="/my/rmas/(\d+)', visitor.get('/my/rmas'))))
    if found != RMAS:
        raise Problem(f'unexpected answer: /my/rmas has {found} instead of {RMAS} rows')


def probe_rma(visitor):
    """Return the path of a return of the probe."""
    if 'rma' not in visitor.memory:
        visitor.memory['rma'] = f'/my/rmas/{min(map(int, re.findall(r"/my/rmas/([0-9]+)", visitor.get("/my/rmas"))))}'
    return visitor.memory['rma']


def rma_page(visitor, path):
    """Visit the page of one return."""
    if 'Bench lamp' not in visitor.get(path):
        raise Problem(f'unexpected answer: {path} shows no return')


def rma_form_path(visitor):
    """Return the path of the form for a return of the goods of the newest order."""
    if 'rma_form' not in visitor.memory:
        numbers = re.findall(r'orders=(\d+)', visitor.get('/my/rmas/new'))
        visitor.memory['rma_form'] = f'/my/rmas/new?orders={numbers[0]}'
    return visitor.memory['rma_form']


def rma_form(visitor, path):
    """Visit the form for a new return."""
    if 'name="quantity_' not in visitor.get(path):
        raise Problem(f'unexpected answer: {path} offers nothing to return')


def prepare_rma(visitor):
    """Return the fields of a filled form for a new return."""
    text = visitor.get(rma_form_path(visitor))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    return {**fields, re.search(r'name="(quantity_\d+)"', text)[1]: '1', 'kind': 'return'}


def new_rma(visitor, fields):
    """Send a request for a return."""
    visitor.post('/my/rmas/new', fields)
