from unittest.mock import patch
from urllib.parse import urlsplit

import requests

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_sale.tests.common import SaleHttpCommon

from .common import PaymentSteps
from .gateways import Mollie, Stripe

#: what providers and Odoo say of faults that are played here
LOGGERS = (
    'odoo.addons.payment.models.payment_provider', 'odoo.addons.payment.models.payment_transaction',
    'odoo.addons.payment_stripe.controllers.main', 'odoo.addons.payment_mollie.controllers.main', 'odoo.http')


class GatewayCase(PaymentSteps, SaleHttpCommon):
    """The flows of one provider through the portal; only what lies beyond HTTP is played."""

    allow_inherited_tests_method = True
    gateway_class = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        gateway = cls.gateway_class
        cls.provider = cls.env.ref(f'payment.payment_provider_{gateway.code}')
        cls.provider.write({
            **gateway.settings, 'company_id': cls.company.id, 'state': 'test', 'is_published': True})
        if not cls.provider.journal_id:
            cls.provider.journal_id = cls.env['account.journal'].search(
                [('type', '=', 'bank'), ('company_id', '=', cls.company.id)], limit=1)
        cls.method = cls.env.ref(gateway.method)
        cls.flow = gateway.flow

    def setUp(self):
        super().setUp()
        self.gateway = self.gateway_class()
        edge = patch('odoo.addons.payment.models.payment_provider.requests.request', self.gateway.request)
        edge.start()
        self.addCleanup(edge.stop)
        self.offer = self._create_order(self.user_a1, state='sent', require_payment=True, user_id=self.agent.id)

    def local(self, url):
        """Return the path of an address of ours that a gateway was given."""
        address = urlsplit(url)
        return f'{address.path}?{address.query}'

    def _process(self, transaction):
        """The page polls, or the scheduled action comes."""
        transaction.invalidate_recordset()
        if not transaction.is_post_processed:
            transaction._post_process()
        self.env.flush_all()
        self.env.invalidate_all()

    def _state(self, transaction):
        """Return all that a callback could change."""
        self.env.invalidate_all()
        orders, invoices = transaction.sale_order_ids, transaction.invoice_ids
        return {
            'transaction': (transaction.state, transaction.is_post_processed, transaction.amount),
            'orders': [(order.state, order.customer_answer, order.customer_amount_open) for order in orders],
            'invoices': [(invoice.payment_state, invoice.amount_residual) for invoice in invoices],
            'payments': self.env['account.payment'].search([('payment_transaction_id', '=', transaction.id)]).ids,
            'entries': self.env['account.move.line'].search_count([('partner_id', 'child_of', self.customer_a.id)]),
            'messages': len(orders.message_ids | invoices.message_ids),
            'activities': len(orders.activity_ids | invoices.activity_ids),
        }


class Flows:
    """The tests, for each provider."""

    def test_pay_and_come_back(self):
        """Issue 6.4: pay an offer and come back; the webhook late, twice and out of order changes nothing twice."""
        transaction = self._start_order(self.offer, 100)
        self.assertEqual(self.gateway.of(transaction)['description'], transaction.reference)
        self.gateway.settle(transaction, 'done')
        response = self.gateway.come_back(self, transaction)
        self.assertEqual((response.status_code, urlsplit(response.headers['Location']).path), (303, '/payment/status'))
        self._process(transaction)
        self.assertEqual((transaction.state, self.offer.state, self.offer.customer_answer_way), ('done', 'sale', 'payment'))
        before = self._state(transaction)
        self.assertEqual(len(before['payments']), 1)
        with mute_logger(*LOGGERS):
            for state in (None, None, 'pending', 'cancel', 'error', 'done'):
                self.assertEqual(self.gateway.notify(self, transaction, state).status_code, 200)
                self._process(transaction)
                self.assertEqual(self._state(transaction), before, state)
            self.gateway.come_back(self, transaction)
        self._process(transaction)
        self.assertEqual(self._state(transaction), before)

    def test_webhook_first(self):
        """Issue 6.4: several invoices paid at once; the webhook comes before the browser, which may never come."""
        invoices = self.invoice_a1 | self.invoice_a2
        transaction = self._start_invoices(invoices, 200)
        self.gateway.settle(transaction, 'pending')
        self.gateway.notify(self, transaction)
        self._process(transaction)
        self.assertEqual((transaction.state, invoices.mapped('amount_residual')), ('pending', [100, 100]))
        self.assertIsNone(self._start_invoices(invoices, 200), 'a payment is on its way')
        self.gateway.settle(transaction, 'done')
        self.gateway.notify(self, transaction)
        self._process(transaction)
        self.assertEqual((transaction.state, invoices.mapped('amount_residual')), ('done', [0, 0]))
        before = self._state(transaction)
        self.gateway.come_back(self, transaction)
        self._process(transaction)
        self.assertEqual(self._state(transaction), before)

    def test_late_after_cancellation(self):
        """Issue 6.4: money for an offer that was rejected meanwhile is kept, the offer stays, staff is told once."""
        transaction = self._start_order(self.offer, 100)
        self.post_form(f'/my/quotes/{self.offer.id}/reject', {'reason_id': self.reason.id})
        self.gateway.settle(transaction, 'done')
        for _index in range(2):
            self.gateway.notify(self, transaction)
            self._process(transaction)
        self.assertEqual((self.offer.state, self.offer.customer_answer, transaction.state), ('cancel', 'rejected', 'done'))
        self.assertEqual(len(self.offer.activity_ids), 1)
        self.assertEqual(len(self._state(transaction)['payments']), 1)

    def test_given_up_and_paid_later(self):
        """Issue 6.4: a payment that was given up leaves the offer open; money that comes all the same tells staff."""
        transaction = self._start_order(self.offer, 100)
        self.gateway.settle(transaction, 'cancel')
        self.gateway.come_back(self, transaction)
        self._process(transaction)
        self.assertEqual((transaction.state, self.offer.state), ('cancel', 'sent'))
        with mute_logger(*LOGGERS):
            self.gateway.notify(self, transaction, 'done')
        self._process(transaction)
        self.assertEqual((transaction.state, self.offer.state, len(self.offer.activity_ids)), ('cancel', 'sent', 1))
        again = self._start_order(self.offer, 100)
        self.gateway.settle(again, 'done')
        self.gateway.come_back(self, again)
        self._process(again)
        self.assertEqual((again.state, self.offer.state), ('done', 'sale'))

    def test_fault_at_each_step(self):
        """Issue 6.4: the gateway is out of order when the payment starts or when the browser comes back: no harm."""
        with mute_logger(*LOGGERS):
            for fault in (requests.exceptions.ConnectionError(), requests.exceptions.Timeout(), 402, 500):
                self.gateway.fault = fault
                failed = self._start_order(self.offer, 100)
                self.assertIn(failed.state if failed else 'error', ('error', 'draft'), fault)
                self.assertFalse(self.gateway.payments)
            self.gateway.fault = None
            transaction = self._start_order(self.offer, 100)
            self.gateway.settle(transaction, 'done')
            for fault in (requests.exceptions.Timeout(), 500):
                self.gateway.fault = fault
                self.assertEqual(self.gateway.come_back(self, transaction).status_code, 303)
                self._process(transaction)
                self.assertEqual((transaction.state, self.offer.state), ('draft', 'sent'), fault)
        self.gateway.fault = None
        self.gateway.notify(self, transaction)
        self._process(transaction)
        self.assertEqual((transaction.state, self.offer.state), ('done', 'sale'))
        self.assertEqual(len(self._state(transaction)['payments']), 1)

    def test_form(self):
        """Issue 6.4: pages of offers and invoices offer the provider, in its way: inline or on its own page."""
        for url in (f'/my/orders/{self.offer.id}', f'/my/invoices/pay?ids={self.invoice_a1.id}'):
            text = self.url_open(url).text
            self.assertIn(f'data-provider-code="{self.gateway.code}"', text, url)
            self.assertEqual('pk_test_1' in text, self.gateway.channel == 'inline', url)
            self.assertNotIn(self.gateway.key, text, 'a secret key on a page')


@tagged('post_install', '-at_install')
class TestStripe(Flows, GatewayCase):
    """Stripe: card data in fields that Stripe serves; signed webhooks."""

    gateway_class = Stripe

    def test_forged_webhook(self):
        """Issue 6.4: a webhook with a wrong signature, or about another amount, books nothing."""
        transaction = self._start_order(self.offer, 100)
        self.gateway.settle(transaction, 'done')
        before = self._state(transaction)
        with mute_logger(*LOGGERS):
            self.assertEqual(self.gateway.notify(self, transaction, signature='0' * 64).status_code, 403)
            self.assertEqual(self._state(transaction), before)
            self.gateway.notify(self, transaction, amount=1)
        self._process(transaction)
        self.assertEqual((transaction.state, self.offer.state), ('error', 'sent'))
        self.assertFalse(self._state(transaction)['payments'])


@tagged('post_install', '-at_install')
class TestMollie(Flows, GatewayCase):
    """Mollie: the customer pays on its page (iDEAL); a webhook says nothing but the number of the payment."""

    gateway_class = Mollie

    def test_redirect(self):
        """Issue 6.4: the form sends the customer to Mollie's page, with amount, currency and the addresses of ours."""
        result, error = self._rpc(
            f'/my/orders/{self.offer.id}/transaction', access_token=self.offer._portal_ensure_token(), amount=100,
            provider_id=self.provider.id, payment_method_id=self.method.id, token_id=None, flow='redirect',
            tokenization_requested=False, landing_route='/my')
        self.assertFalse(error)
        payment, = self.gateway.payments.values()
        self.assertIn('https://www.mollie.com/checkout/tr_1', result['redirect_form_html'])
        self.assertEqual(payment['amount'], {'currency': self.offer.currency_id.name, 'value': '100.00'})
        self.assertTrue(payment['webhookUrl'].endswith(f'/payment/mollie/webhook?ref={result["reference"]}'))

    def test_forged_webhook(self):
        """Issue 6.4: a webhook that names a payment of somebody else is asked back, for the transaction's own payment."""
        paid = self._start_order(self.offer, 100)
        other = self._start_invoice(self.invoice_a1, 100)
        self.gateway.settle(paid, 'done')
        self.url_open(f'/payment/mollie/webhook?ref={other.reference}', data={'id': self.gateway.of(paid)['id']})
        self._process(other)
        self.assertEqual((other.state, self.invoice_a1.amount_residual), ('pending', 100))
        with mute_logger(*LOGGERS):
            self.gateway.notify(self, paid, amount={'currency': self.offer.currency_id.name, 'value': '1.00'})
        self._process(paid)
        self.assertEqual((paid.state, self.offer.state), ('error', 'sent'))
