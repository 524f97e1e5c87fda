"""Loaded by the Odoo of the tests beside its own server-wide modules, see odoo_command in tools/testing_odoo.py.

A password costs a second of computing by design, which each login of each test would pay. Odoo's own tests save it in
the same way, but only in their own process.
"""

import os

from odoo.addons.base.models import ir_qweb, res_users

res_users.MIN_ROUNDS = 1
if not os.environ.get('TEST_ASSETS'):  # all bundles, which only a browser asks for
    ir_qweb.IrQweb._pregenerate_assets_bundles = lambda self: []
