"""Runs inside Odoo: installs and updates addons in one database and prepares it for a quick first page.

    python -m tools.odoo_update JOB ODOO-OPTION ...

JOB is a JSON object: database, install, update (lists of addons), parameters (dict for ir.config_parameter, set last).
"""

import contextlib
import json
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.db import DatabaseExists, _create_empty_database
from odoo.tools import config


def make_assets(qweb):
    """Generate the scripts and styles of all pages, so that the first visitor does not wait for them."""
    scripts, styles = qweb._get_bundles_to_pregenarate()
    for bundle in sorted(scripts | styles):
        if 'test' not in bundle:
            files = qweb._get_asset_bundle(bundle, css=bundle in styles, js=bundle in scripts)
            if bundle in scripts:
                files.js()
            if bundle in styles:
                files.css()


def main():
    job = json.loads(sys.argv[1])
    config.parse_config(sys.argv[2:], setup_logging=True)
    with contextlib.suppress(DatabaseExists):
        _create_empty_database(job['database'])
    registry = Registry.new(
        job['database'], update_module=True, install_modules=job['install'], upgrade_modules=job['update'])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        wanted = [*job['install'], *job['update']]
        missing = set(wanted) - set(env['ir.module.module'].search([('state', '=', 'installed')]).mapped('name'))
        if missing:
            sys.exit(f'CRITICAL: not installed: {", ".join(sorted(missing))}')
        make_assets(env['ir.qweb'])
        for key, value in job['parameters'].items():
            env['ir.config_parameter'].set_param(key, value)


if __name__ == '__main__':
    main()
