"""Loaded by scripts/bench with `--load`: every request is answered before Odoo's routing, session and database."""

from odoo.http import Application


def _hello(self, environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello world']


Application.__call__ = _hello
