from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_rma.tests.common import RmaCommon
from odoo.addons.payment_demo.models.payment_transaction import PaymentTransaction


@tagged('post_install', '-at_install')
class TestGatewayRefund(RmaCommon):
    """Money that goes back by the provider by which it came."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref('payment.payment_provider_demo')
        cls.provider.write({'company_id': cls.company.id, 'state': 'test', 'is_published': True})
        if not cls.provider.journal_id:
            cls.provider.journal_id = cls.env['account.journal'].search(
                [('type', '=', 'bank'), ('company_id', '=', cls.company.id)], limit=1)
        cls.method = cls.provider.payment_method_ids[:1]
        cls.rule.refund_trigger = 'approval'
        cls.transaction = cls._pay_online(cls.sold_a1)

    @classmethod
    def _pay_online(cls, order):
        """Return the transaction by which the invoice of an order was paid."""
        invoice = order.invoice_ids
        transaction = cls.env['payment.transaction'].create({
            'provider_id': cls.provider.id, 'payment_method_id': cls.method.id, 'reference': f'tx-{order.name}',
            'amount': invoice.amount_total, 'currency_id': invoice.currency_id.id, 'partner_id': order.partner_id.id,
            'operation': 'online_direct', 'invoice_ids': invoice.ids, 'sale_order_ids': order.ids})
        transaction._process('demo', {'reference': transaction.reference, 'simulated_state': 'done'})
        transaction._post_process()
        return transaction

    def _refunds(self):
        return self.transaction.child_transaction_ids

    def _assert_refunded(self, rma, amount):
        note = rma.credit_note_ids
        self.assertAlmostEqual(note.amount_total, amount)
        self.assertIn(note.payment_state, ('paid', 'in_payment'))
        self.assertEqual(note.amount_residual, 0)
        done = self._refunds().filtered(lambda tx: tx.state == 'done')
        self.assertEqual(len(done), 1)
        self.assertAlmostEqual(done.amount, -amount)
        self.assertTrue(done.payment_id)
        self.assertEqual(rma.state, 'resolved')

    def test_happy_path(self):
        """Issue 7.1: request and crons only: resolved, credit note paid, refund done, three mails, no internal user."""
        self.assertIn(self.sold_a1.invoice_ids.payment_state, ('paid', 'in_payment'))
        rma = self._request(self.user_a1, self.sold_a1, 1)
        with self.enter_registry_test_mode():
            self.env.ref('customer_rma.ir_cron_run_customer_rma_job').method_direct_trigger()
        self.env.invalidate_all()
        self._assert_refunded(rma, 103.5)
        mails = self.env['mail.mail'].search([('model', '=', 'customer.rma'), ('res_id', '=', rma.id)], order='id')
        self.assertEqual(len(mails), 3)
        self.assertEqual(mails.recipient_ids, self.user_a1.partner_id)
        documents = (rma, rma.line_ids, rma.job_ids, rma.picking_ids, rma.credit_note_ids, self._refunds(),
                     self._refunds().payment_id, rma.message_ids)
        people = {user for records in documents for user in records.create_uid | records.write_uid}
        self.assertFalse([user.login for user in people if user._is_internal() and not user._is_superuser()])
        self.assertFalse(rma.activity_ids)
        self.assertAlmostEqual(self.sold_a1.amount_paid, 207.0)
        self.assertEqual(self.sold_a1.invoice_status, 'invoiced')
        self.assertEqual(self.sold_a1.customer_amount_open, 0)
        titles = [step['title'] for step in rma._timeline()]
        self.assertIn('Refund', titles)
        self.assertIn(self._refunds().reference, ' '.join(step['text'] for step in rma._timeline()))

    def test_receipt(self):
        """Issue 7.1: Issue 7.5: with the trigger receipt the validation of the warehouse pays back what came."""
        self.rule.refund_trigger = 'receipt'
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self.assertFalse(self._refunds())
        self._receive(rma, 1)
        self.assertAlmostEqual(sum(self._refunds().mapped('amount')), -103.5)
        self._receive(rma)
        self.assertAlmostEqual(sum(self._refunds().mapped('amount')), -207.0)
        self.assertEqual(rma.state, 'resolved')

    def test_replayed(self):
        """Issue 7.8: every job replayed five times refunds once."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        for _time in range(5):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
        self.assertEqual(len(rma.credit_note_ids), 1)
        self._assert_refunded(rma, 103.5)

    def test_failure(self):
        """Issue 7.8: a provider that fails leaves the return as it is; staff are told; the next try pays back, once."""
        def refuse(transaction):
            raise ValidationError(transaction.env._('The bank is closed.'))

        with patch.object(PaymentTransaction, '_send_refund_request', refuse):
            rma = self._requested(self.user_a1, self.sold_a1, 1)
        job = rma.job_ids.filtered(lambda job: job.kind == 'gateway')
        self.assertEqual((rma.state, job.state, job.tries), ('approved', 'todo', 1))
        self.assertIn('closed', job.error)
        self.assertEqual(len(rma.activity_ids), 1)
        self.assertEqual(rma.credit_note_ids.payment_state, 'not_paid')
        self.assertGreater(job.date, rma.request_date)
        rma._run_jobs()  # not yet
        self.assertEqual(job.state, 'todo')
        job.with_user(self.manager).action_retry()
        rma._run_jobs()
        self.assertEqual(job.state, 'done')
        self._assert_refunded(rma, 103.5)

    @mute_logger('odoo.addons.customer_rma.models.customer_rma_job')
    def test_crash_after_the_request(self):
        """Issue 7.8: when it is unknown whether the provider got a request, nobody sends it again by itself."""
        def crash(transaction):
            raise RuntimeError('The line broke.')

        with patch.object(PaymentTransaction, '_send_refund_request', crash):
            rma = self._requested(self.user_a1, self.sold_a1, 1)
        job = rma.job_ids.filtered(lambda job: job.kind == 'gateway')
        self.assertEqual((job.state, rma.state), ('failed', 'approved'))
        self.assertEqual(job.refund_transaction_id.state, 'draft')
        rma._run_jobs()
        self.assertEqual(len(self._refunds()), 1)
        self.assertIn('Check the refund at the payment provider', rma.activity_ids.mapped('summary'))

    def test_worker_dies(self):
        """Issue 7.8: a worker that died while it asked the provider leaves a trace; the next one asks nobody again."""
        rma = self._request(self.user_a1, self.sold_a1, 1)
        with patch.object(type(self.env['customer.rma.job']), '_send_gateway', lambda job: None):
            rma._run_jobs()
        job = rma.job_ids.filtered(lambda job: job.kind == 'gateway')
        self.assertEqual(job.state, 'sending')
        self.env['customer.rma.job']._cron_run()
        self.assertEqual((job.state, job.refund_transaction_id.state), ('failed', 'draft'))
        self.assertIn('Check the refund at the payment provider', rma.activity_ids.mapped('summary'))

    def test_late_answer(self):
        """Issue 7.8: a refund that the provider answers later is followed by the cron."""
        with patch.object(PaymentTransaction, '_send_refund_request', lambda transaction: transaction._set_pending()):
            rma = self._requested(self.user_a1, self.sold_a1, 1)
        job = rma.job_ids.filtered(lambda job: job.kind == 'gateway')
        self.assertEqual((job.state, rma.state), ('waiting', 'approved'))
        self._refunds()._process('demo', {'reference': self._refunds().reference, 'simulated_state': 'done'})
        self.env['customer.rma.job']._cron_run()
        rma._run_jobs()
        self._assert_refunded(rma, 103.5)

    def test_never_more_than_was_paid(self):
        """Issue 7.6: Issue 7.8: what staff refunded by hand at the provider is not refunded again."""
        self.transaction._refund(self.transaction.amount)
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self.assertEqual(len(self._refunds()), 1)
        self.assertIn('Pay back by hand', rma.activity_ids.mapped('summary'))
        self.assertEqual(rma.state, 'approved')

    def test_provider_without_refund(self):
        """Issue 7.8: what the provider cannot refund is an activity for staff."""
        self.method.support_refund = 'none'
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self.assertFalse(self._refunds())
        self.assertIn('Pay back by hand', rma.activity_ids.mapped('summary'))
