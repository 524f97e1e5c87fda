"""Runs inside `odoo shell` for tools/bench_pdf.py: prints documents by both engines, one JSON line for each result.

Everything is made in a transaction that is rolled back, except the style sheets, which wkhtmltopdf asks the server for.
"""

import json
import os
import resource
import shutil
import time

from odoo import Command
from odoo.service.server import server
from odoo.tools import config

ENGINES = ('weasyprint', 'wkhtmltopdf')
ROUNDS = 3


def documents(env):
    """Return {title: (report, ids, data, rounds)} of new documents."""
    partner = env['res.partner'].create({'name': 'Bench', 'street': 'Street 1', 'city': 'City', 'zip': '12345'})
    product = env['product.product'].create({
        'name': 'Bench product', 'list_price': 12.5, 'barcode': '5901234123457', 'taxes_id': False})

    def invoices(count):
        moves = env['account.move'].create([{
            'move_type': 'out_invoice', 'partner_id': partner.id, 'invoice_date': '2026-01-02',
            'invoice_line_ids': [Command.create({'product_id': product.id, 'quantity': number}) for number in range(1, 6)],
        } for _number in range(count)])
        moves.action_post()
        return moves.ids

    order = env['sale.order'].create({'partner_id': partner.id, 'order_line': [
        Command.create({'product_id': product.id, 'product_uom_qty': 1 + number % 7}) for number in range(2000)]})
    wizard = env['product.label.layout'].create({
        'print_format': '4x12', 'product_ids': [Command.set(product.ids)], 'custom_quantity': 500})
    label_report, data = wizard._prepare_report_data()
    data['quantity_by_product'] = {str(key): value for key, value in data['quantity_by_product'].items()}
    invoice_report = 'account.report_invoice_with_payments'
    return {
        'one invoice': (invoice_report, invoices(1), None, ROUNDS),
        '50 invoices in one file': (invoice_report, invoices(50), None, 1),
        '500 labels': (label_report, None, data, 1),
        'order of 2,000 lines': ('sale.action_report_saleorder', order.ids, None, 1),
    }


def cpu_seconds():
    """Return the CPU seconds of this process and of the programs that it ran."""
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def memory(name):
    """Return a line of /proc/self/status in MB."""
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(name + ':'))


def measure(env, report, ids, data):
    """Print once; return (seconds, CPU seconds, peak of the worker's memory in MB, its growth in MB, pages' bytes)."""
    with open('/proc/self/clear_refs', 'w') as file:
        file.write('5')  # forget the peak so far
    before, cpu, start = memory('VmRSS'), cpu_seconds(), time.perf_counter()
    pdf = env['ir.actions.report'].with_context(
        force_report_rendering=True, report_pdf_no_attachment=True)._render_qweb_pdf(report, ids, data=data)[0]
    took = time.perf_counter() - start
    assert pdf[:4] == b'%PDF'
    return took, cpu_seconds() - cpu, memory('VmHWM'), memory('VmHWM') - before, len(pdf)


def main(env):
    """Print the results; the first print of each engine is thrown away, it warms caches."""
    parameters = env['ir.config_parameter']
    server.http_spawn()
    parameters.set_param('web.base.url', f'http://127.0.0.1:{config["http_port"]}')
    engines = [engine for engine in ENGINES if engine == 'weasyprint' or shutil.which('wkhtmltopdf')]
    env.company.external_report_layout_id = env.ref('web.external_layout_standard')
    for bundle in ('web.report_assets_common', 'web.report_assets_pdf'):
        env['ir.qweb']._get_asset_bundle(bundle, js=False, autoprefix=True).css()
    env.cr.commit()
    for title, (report, ids, data, rounds) in documents(env).items():
        for engine in engines:
            parameters.set_param('report_weasyprint.engine', engine)
            try:
                if rounds > 1:
                    measure(env, report, ids, data)
                results = sorted(measure(env, report, ids, data) for _round in range(rounds))
                print('RESULT', json.dumps([title, engine, *results[len(results) // 2]]), flush=True)
            except Exception as error:  # noqa: BLE001  (an engine that cannot print this is a result)
                print('RESULT', json.dumps([title, engine, str(error)[:200]]), flush=True)
    env.cr.rollback()
    os._exit(0)


main(env)  # noqa: F821  (odoo shell gives env)
