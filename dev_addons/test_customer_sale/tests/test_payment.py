from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_sale.tests.common import SaleHttpCommon

from .common import PaymentSteps


@tagged('post_install', '-at_install')
class TestPayment(PaymentSteps, SaleHttpCommon):
    """Payments in the portal: once, twice, late, in parallel, and with faults."""

    # -- offers and orders ---------------------------------------------------

    def test_accept_by_payment(self):
        """Issue 6.1: Issue 6.4: a paid offer is accepted, once; who paid from where is kept."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True)
        transaction = self._start_order(offer, 100)
        self._answer(transaction)
        self.assertEqual((offer.state, offer.customer_answer_way), ('sale', 'payment'))
        self.assertEqual(offer.customer_answer_access_id, self._access(self.user_a1))
        self.assertEqual(offer.customer_answer_address, '127.0.0.1')
        self.assertEqual((offer.customer_amount_open, offer.customer_state), (0, 'paid'))
        payments = self.env['account.payment'].search_count([('payment_transaction_id', '=', transaction.id)])
        for state in ('done', 'cancel', 'pending', 'error'):  # twice and out of order
            with mute_logger('odoo.addons.payment.models.payment_transaction'):
                self._answer(transaction, state)
        self.assertEqual((offer.state, transaction.state), ('sale', 'done'))
        self.assertEqual(payments, self.env['account.payment'].search_count(
            [('payment_transaction_id', '=', transaction.id)]))
        self.assertIsNone(self._start_order(offer, 1), 'nothing is left to pay')

    def test_prepayment_and_rest(self):
        """Issue 6.1: Issue 6.2: Issue 6.6: a prepayment accepts the offer, the rest is paid later, to the cent."""
        offer = self._create_order(
            self.user_a1, price=333.33, state='sent', require_payment=True, prepayment_percent=0.3)
        self._answer(self._start_order(offer, 100))
        self.assertEqual(offer.state, 'sale')
        self.assertAlmostEqual(offer.customer_amount_payable, 233.33, places=2)
        self.assertIsNone(self._start_order(offer, 233.34))
        self._answer(self._start_order(offer, 233.33))
        self.assertEqual((offer.customer_amount_open, offer.customer_state), (0, 'paid'))

    def test_faults(self):
        """Issue 6.4: a refused, an abandoned and a failed payment leave the offer open for the next try."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True)
        abandoned = self._start_order(offer, 100)
        for state in ('error', 'cancel'):
            self._answer(self._start_order(offer, 100), state)
            self.assertEqual((offer.state, offer.customer_answer), ('sent', False))
        failing = self._start_order(offer, 100)
        failing._process('demo', {'reference': failing.reference, 'simulated_state': 'done'})
        self.env.flush_all()
        with patch.object(type(offer), 'action_confirm', side_effect=OSError('disk full')), self.assertRaises(OSError):
            failing._post_process()
        failing.invalidate_recordset()
        self.assertEqual((failing.state, failing.is_post_processed), ('done', False))
        failing._post_process()
        self.assertEqual((offer.state, abandoned.state), ('sale', 'draft'))

    def test_pending(self):
        """Issue 6.4: while a payment is on its way, the offer can neither be rejected nor paid a second time."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True)
        transaction = self._start_order(offer, 100)
        self._answer(transaction, 'pending')
        self.assertFalse(offer._can_reject_online())
        self.assertIsNone(self._start_order(offer, 100))
        self._answer(transaction, 'done')
        self.assertEqual(offer.state, 'sale')

    def test_late_after_rejection(self):
        """Issue 6.4: a payment that arrives after the offer was rejected is kept, staff is told, the offer stays."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True, user_id=self.agent.id)
        transaction = self._start_order(offer, 100)
        self.post_form(f'/my/quotes/{offer.id}/reject', {'reason_id': self.reason.id})
        offer.invalidate_recordset()
        self.assertEqual(offer.state, 'cancel')
        transaction._set_done()
        transaction._post_process()
        self.assertEqual((offer.state, offer.customer_answer), ('cancel', 'rejected'))
        self.assertEqual(len(offer.activity_ids.filtered(lambda activity: activity.user_id == self.agent)), 1)
        self.assertTrue(transaction.payment_id)
        self.assertIsNone(self._start_order(offer, 100))

    def test_done_after_cancelled_transaction(self):
        """Issue 6.4: money for a cancelled transaction changes no state, but staff is told."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True, user_id=self.agent.id)
        transaction = self._start_order(offer, 100)
        self._answer(transaction, 'cancel')
        with mute_logger('odoo.addons.payment.models.payment_transaction'):
            self._answer(transaction, 'done')
        self.assertEqual((offer.state, transaction.state), ('sent', 'cancel'))
        self.assertEqual(len(offer.activity_ids), 1)

    # -- invoices -----------------------------------------------------------

    def test_invoice(self):
        """Issue 6.3: an invoice is paid in parts; more than what is left is refused."""
        self._answer(self._start_invoice(self.invoice_a1, 30))
        self.assertEqual(self.invoice_a1.amount_residual, 70)
        self.assertIsNone(self._start_invoice(self.invoice_a1, 70.01))
        self._answer(self._start_invoice(self.invoice_a1, 70))
        self.assertEqual(self.invoice_a1.amount_residual, 0)
        self.assertIsNone(self._start_invoice(self.invoice_a1, 1))
        self.assertEqual(self.order_a1.customer_state, 'paid')

    def test_several_invoices(self):
        """Issue 6.3: several invoices by one payment, each reconciled; foreign and paid ones are refused."""
        both = self.invoice_a1 | self.invoice_a2
        self.assertIsNone(self._start_invoices(both | self.invoice_b1, 300))
        self.assertIsNone(self._start_invoices(both, 200.01))
        self._answer(self._start_invoices(both, 200))
        self.assertEqual(both.mapped('amount_residual'), [0, 0])
        self.assertEqual(self.invoice_b1.amount_residual, 100)
        self.assertIsNone(self._start_invoices(both, 1))

    def test_parallel(self):
        """Issue 6.4: of two payments of the same invoice in two windows one succeeds, the other charges nothing."""
        first, second = self._start_invoice(self.invoice_a1, 100), self._start_invoice(self.invoice_a1, 100)
        for transaction in (first, second):
            self._rpc('/payment/demo/simulate_payment', reference=transaction.reference, payment_details='4242',
                      simulated_state='done')
        (first | second).invalidate_recordset()
        (first | second).filtered(lambda transaction: not transaction.is_post_processed)._post_process()
        self.assertEqual((first.state, second.state), ('done', 'error'))
        self.assertEqual(self.invoice_a1.amount_residual, 0)
        self.assertEqual(self.env['account.payment'].search_count(
            [('payment_transaction_id', 'in', (first | second).ids)]), 1)

    def test_paid_twice_at_the_provider(self):
        """Issue 6.4: a provider that took the money twice: both are kept, the invoice is paid once, staff is told."""
        self.invoice_a1.invoice_user_id = self.agent
        first, second = self._start_invoice(self.invoice_a1, 100), self._start_invoice(self.invoice_a1, 100)
        for transaction in (first, second):
            transaction._set_done()
            transaction._post_process()
        self.assertEqual(self.invoice_a1.amount_residual, 0)
        self.assertEqual(len((first | second).payment_id), 2)
        activities = self.invoice_a1.activity_ids.filtered(lambda activity: activity.user_id == self.agent)
        self.assertEqual(len(activities), 1)

    def test_foreign(self):
        """Issue 6.5: nobody starts a payment for a document of others, neither by id nor with a wrong token."""
        self.authenticate(self.user_b1.login, self.user_b1.login)
        self.assertIsNone(self._start(f'/my/orders/{self.offer_a1.id}/transaction', 100, access_token='x'))
        self.assertIsNone(self._start(f'/invoice/transaction/{self.invoice_a1.id}', 100, access_token='x'))
        self.assertIsNone(self._start_invoices(self.invoice_a1, 100))
        self.assertFalse(self.env['payment.transaction'].search(
            [('partner_id', '=', self.user_b1.partner_id.id)]))
