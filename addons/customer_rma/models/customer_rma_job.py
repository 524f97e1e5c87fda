import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..const import BATCH, JOB_KINDS, JOB_STATES, MAX_TRIES, RETRY_MINUTES

_logger = logging.getLogger(__name__)
AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'}
CRON = 'customer_rma.ir_cron_run_customer_rma_job'


class CustomerRmaJob(models.Model):
    """What a return has to do outside of the transaction that decided it: once, however often it is tried.

    The unique key stands for the thing to do. A row stays when it is done: who adds the same key again adds nothing.
    """

    _name = 'customer.rma.job'
    _description = 'Job of a return'
    _order = 'id'

    rma_id = fields.Many2one('customer.rma', string='Return', required=True, index=True, ondelete='cascade')
    kind = fields.Selection(JOB_KINDS, required=True)
    key = fields.Char(required=True)
    event = fields.Char(help='For mails: which one.')
    state = fields.Selection(JOB_STATES, required=True, default='todo')
    date = fields.Datetime(string='Next try', default=fields.Datetime.now, required=True)
    tries = fields.Integer(string='Failed tries')
    error = fields.Text(readonly=True)
    move_id = fields.Many2one('account.move', string='Credit note', ondelete='cascade', index='btree_not_null')
    transaction_id = fields.Many2one(
        'payment.transaction', string='Payment', ondelete='cascade', index='btree_not_null')
    refund_transaction_id = fields.Many2one(
        'payment.transaction', string='Refund', ondelete='restrict', index='btree_not_null')
    amount = fields.Float()

    _key_unique = models.UniqueIndex('(key)', 'This job was planned already.')
    _todo_idx = models.Index("(date, id) WHERE state = 'todo'")

    # ------------------------------------------------------------------
    # Running
    # ------------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Do what is to be done, each job in a transaction of its own; what fails is tried again later."""
        self._stop_interrupted()
        done = []
        while jobs := self.search(
                Domain('state', '=', 'todo') & Domain('date', '<=', fields.Datetime.now()) & Domain('id', 'not in', done),
                limit=BATCH, order='id'):
            for index, job in enumerate(jobs):
                done.append(job.id)
                job._run(lambda: self._progress(0, None))
                if not self._progress(1, len(jobs) - index - 1):
                    return
        self._cron_follow()

    @api.model
    def _progress(self, processed, remaining):
        """Commit what the cron did so far; who calls it otherwise commits himself.

        :return: whether there is time for more
        """
        if not self.env.context.get('ir_cron_progress_id'):
            return True
        return bool(self.env['ir.cron']._commit_progress(processed, remaining=remaining))

    def _run(self, commit=None):
        """Do one job; a second run of a job that was done does nothing.

        :param commit: called before a provider is asked, so that a worker that dies meanwhile leaves a trace
        """
        self.ensure_one()
        self.flush_recordset()
        locked = self.env.execute_query(SQL(
            "SELECT id FROM customer_rma_job WHERE id = %s AND state = 'todo' FOR NO KEY UPDATE SKIP LOCKED", self.id))
        if not locked:
            return
        self.invalidate_recordset()
        try:
            with self.env.cr.savepoint():
                self._do()
            if self.kind == 'gateway' and self.state == 'sending':
                if commit:
                    commit()
                with self.env.cr.savepoint():
                    self._send_gateway()
        except OperationalError:  # another transaction was faster: the cron runs again
            raise
        except Exception as error:  # noqa: BLE001 - one broken return must not stop the others
            _logger.warning('%s of %s failed', self.kind, self.rma_id.number, exc_info=True)
            self.invalidate_recordset()
            if self.state == 'sending':
                self._stop(str(error))
            else:
                self._fail(str(error))

    def _do(self):
        """Do the work of one job; the state is noted with it."""
        rma = self.rma_id
        if self.kind == 'gateway':
            self._prepare_gateway()
            return
        self.state = 'done'
        {
            'decide': rma._decide,
            'mail': lambda: rma._send_event(self.event),
            'return': rma._expect_goods,
            'receipt': rma._take_receipt,
            'label': rma._get_label,
            'store': rma._store_graded,
            'refund': lambda: (rma._settle_due(), rma._add_job('close', f'job-{self.id}')),
            'undo': lambda: (rma._undo_exchanges(), rma._add_job('close', f'job-{self.id}')),
            'release': lambda: (rma._release_exchanges(), rma._add_job('close', f'job-{self.id}')),
            'close': rma._close_if_settled,
        }[self.kind]()

    def _fail(self, error):
        """Note a failure: it is tried again later, and staff are told."""
        self.ensure_one()
        tries = self.tries + 1
        wait = RETRY_MINUTES[min(tries, len(RETRY_MINUTES)) - 1]
        self.write({
            'tries': tries, 'error': (error or '')[:2000], 'state': 'failed' if tries >= MAX_TRIES else 'todo',
            'date': fields.Datetime.now() + timedelta(minutes=wait)})
        env = self.rma_id._for_staff().env
        label = dict(self._fields['kind']._description_selection(env))[self.kind]
        self.rma_id._tell_staff(
            env._('%(job)s failed (try %(tries)s of %(max)s): %(error)s', job=label, tries=tries, max=MAX_TRIES,
                  error=error), env._('%s failed', label))

    def _stop(self, error):
        """Note that it is unknown whether a provider got a request: people look there, nothing is sent twice."""
        self.write({'state': 'failed', 'error': (error or '')[:2000]})
        env = self.rma_id._for_staff().env
        self.rma_id._tell_staff(
            env._('It is unknown whether the payment provider got the refund %(reference)s: look there first. %(error)s',
                  reference=self.refund_transaction_id.reference, error=error),
            env._('Check the refund at the payment provider'))

    @api.model
    def _stop_interrupted(self):
        """Find refunds whose worker died while it asked the provider: those are not sent again by themselves."""
        for job in self.search([('state', '=', 'sending')]):
            locked = self.env.execute_query(SQL(
                'SELECT id FROM customer_rma_job WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED', job.id))
            if not locked:
                continue  # somebody is at it
            if job.refund_transaction_id.state == 'draft':
                job._stop(self.env._('The worker was interrupted.'))
            else:
                job._follow_gateway()

    def action_retry(self):
        """Try jobs that failed once more, now (refund approvers).

        :raises AccessError: for others
        """
        self.rma_id.check_access('write')
        self.rma_id._check_approver()
        for job in self.sudo().filtered(lambda job: job.state in ('failed', 'todo')):
            if job.refund_transaction_id.state == 'draft':
                # whoever looked at the provider says so by trying again
                job.refund_transaction_id._set_canceled()
            job.write({'state': 'todo', 'refund_transaction_id': False, 'date': fields.Datetime.now()})
            self.env['customer.rma']._wake_cron()
        return True


class CustomerRma(models.Model):
    _inherit = 'customer.rma'

    def _add_job(self, kind, suffix='', is_new=False, **values):
        """Plan a job of one return, once for its key, and let the cron run after this transaction.

        :param str kind: see ``JOB_KINDS``
        :param str suffix: what tells it from others of its kind
        :param bool is_new: whether the return was just created and has no job yet
        :param values: further fields of the job
        """
        self.ensure_one()
        key = f'{self.id}:{kind}:{suffix}'
        Job = self.env['customer.rma.job'].sudo()  # jobs are the system's
        if is_new or not self.env.execute_query(SQL('SELECT id FROM customer_rma_job WHERE key = %s', key)):
            Job.create({'rma_id': self.id, 'kind': kind, 'key': key, **values})
            self._wake_cron()

    @api.model
    def _wake_cron(self):
        """Let the jobs run once after this transaction, in one query."""
        pending = self.env.cr.precommit.data.setdefault('customer_rma.cron', set())
        if pending:
            return
        pending.add(CRON)
        # sudo: jobs belong to the system
        cron = self.env['ir.cron'].sudo().browse(self.env['ir.model.data']._xmlid_to_res_id(CRON, raise_if_not_found=True))
        self.env['ir.cron.trigger'].sudo().create({'cron_id': cron.id, 'call_at': fields.Datetime.now()})
        self.env.cr.postcommit.add(cron._notifydb)

    def _run_jobs(self):
        """Do what is to be done for these returns in this transaction (tests, demo data)."""
        Job = self.env['customer.rma.job'].sudo()
        done = []
        while job := Job.search([
                ('rma_id', 'in', self.ids), ('state', '=', 'todo'), ('date', '<=', fields.Datetime.now()),
                ('id', 'not in', done)], limit=1):
            done.append(job.id)
            job._run()

    @api.model
    def _event_template(self, event):
        """Return the mail about an event, an empty record if it was deleted; other addons have events of their own."""
        return self.env.ref(
            f'customer_rma.mail_template_customer_rma_{event}', raise_if_not_found=False) or self.env['mail.template']

    def _mail_link(self):
        """Return the address of the page for mails to the requester: with a share link for who has no login."""
        self.ensure_one()
        token = '' if self.partner_id.user_ids else f'?access_token={self._portal_ensure_token()}'
        return f'{self.get_base_url()}{self.access_url}{token}'

    def _send_event(self, event):
        """Queue the mail to the customer about an event; its recipient is judged by his rights of now.

        :param str event: ``requested``, ``approved``, ``rejected``, ``cancelled``, ``expired``, ``payment`` or
            ``resolved``
        """
        self.ensure_one()
        template = self._event_template(event)
        if not template or not self._partners_who_may_see(self.partner_id):
            return
        template.send_mail(
            self.id, email_layout_xmlid='mail.mail_notification_light',
            email_values={'headers': repr(AUTOMATIC_HEADERS), 'auto_delete': False})
