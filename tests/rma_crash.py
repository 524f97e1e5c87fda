"""Run by test_rma_crash.py in Odoo's shell: a return whose workers are killed at each step of its way.

As Odoo's own server does, this process loads the registry and forks a worker for each piece of work. A worker dies by SIGKILL
right before, or right after, a commit at which none died before; the next one goes on with what is in the database. What is outside
of it, the provider of payments and the carrier, are files: they do not forget.
"""

import contextlib
import os
import re
import signal
import traceback

from werkzeug.test import Client
from werkzeug.wrappers import Response

import odoo
from odoo import http, sql_db, tools
from odoo.exceptions import UserError
from odoo.service import security

CRON = 'customer_rma.ir_cron_run_customer_rma_job'
MAX_WORKERS = 100  # for one return
COMMIT = sql_db.Cursor.commit
INHERITED = []  # connections of the parent: closed by a worker, they would be closed for both


class Crash:
    """The way of a return from the request to the end, `mode`: workers die 'before' or 'after' their commits."""

    def __init__(self, env, folder):
        """
        :param folder: where the outside world keeps its books
        """
        self.env, self.registry, self.folder = env, env.registry, folder
        self.mode = self.step = None
        self.number = self.is_over = 0
        self._patch()
        self._prepare()

    # ------------------------------------------------------------------
    # The outside world
    # ------------------------------------------------------------------

    def note(self, book, text):
        """Add a line to one of the books."""
        with (self.folder / book).open('a') as file:
            file.write(f'{text}\n')
            file.flush()
            os.fsync(file.fileno())

    def read(self, book):
        """Return the lines of a book."""
        path = self.folder / book
        return path.read_text().splitlines() if path.exists() else []

    def _patch(self):
        """Let workers die at commits; let provider and carrier note what they are asked."""
        crash = self

        def commit(cursor):
            point = f'{crash.mode} {crash.step} {crash.number}'
            is_fatal = crash.step and point not in crash.read('killed')
            if is_fatal:
                crash.note('killed', point)
            if is_fatal and crash.mode == 'before':
                os.kill(os.getpid(), signal.SIGKILL)
            result = COMMIT(cursor)
            if is_fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            crash.number += 1
            if crash.is_over:
                crash.step = None
            return result

        def run(job, commit=None):
            crash.step, crash.number, crash.is_over = job.key, 0, False
            run_job(job, commit)
            crash.is_over = True

        def refund(transaction):
            crash.note('provider', transaction.reference)
            ask_provider(transaction)

        def label(carrier, pickings, tracking_number=None, origin_date=None):
            crash.note('carrier', pickings.env.context['customer_rma_label_key'])
            pickings.carrier_tracking_ref = f'C-{pickings.customer_rma_id.number}'
            carrier.env['ir.attachment'].create({
                'name': f'{carrier.get_return_label_prefix()}-1.pdf', 'raw': b'%PDF-1.4 x', 'res_model': 'stock.picking',
                'res_id': pickings.id})

        sql_db.Cursor.commit = commit
        Job, Transaction, Carrier = (self.registry[name] for name in (
            'customer.rma.job', 'payment.transaction', 'delivery.carrier'))
        run_job, ask_provider = Job._run, Transaction._send_refund_request
        Job._run, Transaction._send_refund_request = run, refund
        Carrier.can_generate_return, Carrier.fixed_get_return_label = True, label

    # ------------------------------------------------------------------
    # Data
    # ------------------------------------------------------------------

    def _prepare(self):
        """Create what is sold, how it comes back, and the rule for it."""
        env = self.env
        self.user = env['res.users'].search([('login', '=', 'anna')])
        self.agent = env['res.users'].search([('login', '=', 'agent')])
        self.company = self.user.company_id
        self.provider = env.ref('payment.payment_provider_demo')
        journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', self.company.id)], limit=1)
        self.provider.write({'company_id': self.company.id, 'state': 'test', 'is_published': True})
        self.provider.journal_id = self.provider.journal_id or journal
        self.product = env['product.product'].create({
            'name': 'Crash lamp', 'is_storable': True, 'list_price': 100, 'invoice_policy': 'order', 'taxes_id': [(5,)]})
        warehouse = env['stock.warehouse'].search([('company_id', '=', self.company.id)], limit=1)
        env['stock.quant']._update_available_quantity(self.product, warehouse.lot_stock_id, 10)
        env['customer.rma.rule'].create({
            'name': 'Crash', 'sequence': 0, 'decision': 'approve', 'refund_trigger': 'receipt',
            'product_ids': [(6, 0, self.product.ids)]})
        shipping = env['product.product'].create({'name': 'Crash shipping', 'type': 'service'})
        carrier = env['delivery.carrier'].create({'name': 'Crash', 'product_id': shipping.id, 'delivery_type': 'fixed'})
        self.way = env['customer.rma.method'].create({'name': 'Crash', 'label_source': 'carrier', 'carrier_id': carrier.id})
        env['ir.cron'].search([]).nextcall = '2099-01-01 00:00:00'
        env['ir.cron.trigger'].search([]).unlink()
        env.cr.commit()

    def sell(self):
        """Return an order that was delivered, invoiced and paid online."""
        env = self.env
        order = env['sale.order'].create({
            'partner_id': self.user.partner_id.id, 'require_signature': False, 'require_payment': False,
            'company_id': self.company.id,
            'order_line': [(0, 0, {'product_id': self.product.id, 'product_uom_qty': 2, 'price_unit': 100})]})
        order.action_confirm()
        for move in order.picking_ids.move_ids:
            move.write({'quantity': 2, 'picked': True})
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        order.picking_ids.filtered('carrier_id').carrier_tracking_ref = 'there'
        invoice = order._create_invoices()
        invoice.action_post()
        transaction = env['payment.transaction'].create({
            'provider_id': self.provider.id, 'payment_method_id': self.provider.payment_method_ids[:1].id,
            'reference': f'crash-{order.name}', 'amount': invoice.amount_total, 'currency_id': invoice.currency_id.id,
            'partner_id': order.partner_id.id, 'operation': 'online_direct', 'invoice_ids': invoice.ids,
            'sale_order_ids': order.ids})
        transaction._process('demo', {'reference': transaction.reference, 'simulated_state': 'done'})
        transaction._post_process()
        env.cr.commit()
        return order

    # ------------------------------------------------------------------
    # Workers
    # ------------------------------------------------------------------

    def work(self, call, step=None):
        """Let a worker do something; return whether it came to its end.

        :param call: function of an environment
        :param step: name of the step from the beginning
        """
        pid = os.fork()
        if not pid:
            self._be_worker(call, step)
        status = os.waitpid(pid, 0)[1]
        assert status in (0, signal.SIGKILL), f'a worker failed, see the log: {status}'
        while self._query("SELECT 1 FROM pg_stat_activity WHERE application_name = %s", f'crash-{pid}'):
            pass  # the database has not noticed yet
        return not status

    def _be_worker(self, call, step):
        status = 1
        try:
            INHERITED.extend([sql_db._Pool, sql_db._Pool_readonly, self.registry._db, self.registry._db_readonly])
            sql_db._Pool = sql_db._Pool_readonly = None
            tools.config['db_app_name'] = f'crash-{os.getpid()}'
            self.registry._db = sql_db.db_connect(self.registry.db_name)
            self.registry._db_readonly = None
            self.step = step
            self.number, self.is_over = 0, False
            with self.registry.cursor() as cr:
                call(odoo.api.Environment(cr, odoo.SUPERUSER_ID, {}))
            status = 0
        except BaseException:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
        finally:
            os._exit(status)

    def insist(self, call, step):
        """Let one worker after another do something until one comes to its end."""
        for _number in range(MAX_WORKERS):
            if self.work(call, step):
                return
        raise AssertionError(f'{step} does not end')

    def _query(self, query, *parameters):
        self.env.cr.rollback()  # a new snapshot
        self.env.cr.execute(query, parameters)
        rows = self.env.cr.fetchall()
        self.env.cr.rollback()
        return rows

    # ------------------------------------------------------------------
    # The way
    # ------------------------------------------------------------------

    def go(self, mode):
        """Walk a return through all steps; return its facts as dict."""
        self.mode = mode
        order = self.sell()
        self.insist(self._request(order), 'request')
        rma = self.env['customer.rma'].search([('line_ids.order_id', '=', order.id)])
        number = rma.number
        self.drain(rma)
        self.insist(lambda env: self._receive(env, number), 'receipt')
        self.drain(rma)
        self.mode = None
        return self._facts(order, rma)

    def _request(self, order):
        """Return a function that sends the form of the portal, the same one each time."""
        session = http.root.session_store.new()
        session.update(http.get_default_session(), db=self.registry.db_name, _trace_disable=True)
        session.context['lang'] = 'en_US'
        env = odoo.api.Environment(self.env.cr, self.user.id, {})
        session.uid, session.login = self.user.id, 'anna'
        session.session_token = security.compute_session_token(session, env)
        http.root.session_store.save(session)
        self.env.cr.rollback()
        client = Client(http.root, Response)
        client.set_cookie('session_id', session.sid)
        page = client.get(f'/my/rmas/new?orders={order.id}')
        assert page.status_code == 200, page.status
        values = {name: re.search(f'name="{name}" value="([^"]+)"', page.text)[1] for name in ('csrf_token', 'form_key')}
        [move] = re.findall(r'name="quantity_(\d+)"', page.text)
        values.update({f'quantity_{move}': '1', 'orders': str(order.id), 'method_id': str(self.way.id)})

        def send(_env):
            answer = client.post('/my/rmas/new', data=values)
            assert answer.status_code == 303, answer.text

        return send

    def _receive(self, env, number):
        with contextlib.suppress(UserError):  # who scans again what was received learns that nothing is expected
            env(user=self.agent.id)['customer.rma'].receive_scan(number)
            env.cr.commit()

    def drain(self, rma):
        """Let workers do the jobs; do what people and the provider do when a refund was interrupted."""
        for _number in range(MAX_WORKERS):
            # Odoo sets a job aside whose workers die three times in a row: here they do
            self.env['ir.cron.progress'].search([]).unlink()
            self.env.cr.commit()
            is_done = self.work(lambda env: env.ref(CRON).method_direct_trigger())
            self.env.invalidate_all()
            self.env.cr.rollback()
            jobs = rma.job_ids
            failed = jobs.filtered(lambda job: job.state == 'failed')
            if failed:
                self._look_after(failed)
            elif is_done and not jobs.filtered(lambda job: job.state != 'done'):
                return
        raise AssertionError(f'{rma.number} does not come to rest')

    def _look_after(self, job):
        """The provider tells late of a refund that it made; of one that it did not make, people try again."""
        refund = job.refund_transaction_id
        self.note('people', f'{self.mode} {job.kind}')
        mode, self.mode = self.mode, None
        if refund.reference in self.read('provider'):
            refund._process('demo', {'reference': refund.reference, 'simulated_state': 'done'})
        else:
            job.with_user(self.env['res.users'].search([('login', '=', 'manager')])).action_retry()
        self.env.cr.commit()
        self.mode = mode

    def _facts(self, order, rma):
        self.env.invalidate_all()
        line, notes = rma.line_ids, rma.credit_note_ids
        refunds = self.env['payment.transaction'].search([('customer_rma_id', '=', rma.id)])
        mails = self.env['mail.mail'].search([
            ('model', '=', 'customer.rma'), ('res_id', '=', rma.id), ('recipient_ids', 'in', self.user.partner_id.ids)])
        done = refunds.filtered(lambda refund: refund.state == 'done')
        return {
            'jobs': rma.job_ids.mapped('key'),
            'returns': self.env['customer.rma'].search_count([('line_ids.order_id', '=', order.id)]),
            'state': rma.state,
            'quantities': [line.quantity, line.quantity_approved, line.quantity_received, line.quantity_refunded],
            'transfers': rma.picking_ids.mapped('state'),
            'notes': [[note.state, note.amount_total, note.amount_residual] for note in notes],
            'refunds': [[refund.amount, bool(refund.payment_id)] for refund in done],
            'asked': [name for name in self.read('provider') if name in refunds.mapped('reference')],
            'labels': len(rma.label_ids),
            'mails': sorted(mails.mapped('subject')),
            'paid': order.amount_paid,
            'differences': rma._differences(rma._moved_quantities(), rma._credited_quantities()),
        }
