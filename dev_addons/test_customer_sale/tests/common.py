"""Payments as the payment form starts them, and Odoo's demo provider."""
import json

from odoo.tools import mute_logger


class DemoProvider:
    """Odoo's demo provider, ready to pay with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env.ref('payment.payment_provider_demo')
        cls.provider.write({'company_id': cls.company.id, 'state': 'test', 'is_published': True})
        if not cls.provider.journal_id:
            cls.provider.journal_id = cls.env['account.journal'].search(
                [('type', '=', 'bank'), ('company_id', '=', cls.company.id)], limit=1)
        cls.method = cls.provider.payment_method_ids[:1]


class PaymentSteps(DemoProvider):
    """What the payment form does, for tests with ``HttpCase``."""

    flow = 'direct'

    def setUp(self):
        super().setUp()
        self.authenticate(self.user_a1.login, self.user_a1.login)

    def _rpc(self, url, **params):
        """POST JSON-RPC and return ``(result, error)``."""
        response = self.url_open(
            url, data=json.dumps({'jsonrpc': '2.0', 'params': params}), headers={'Content-Type': 'application/json'})
        answer = response.json()
        return answer.get('result'), answer.get('error')

    def _start(self, url, amount, **params):
        """Start a payment by card as the payment form does; return its transaction, or None if it was refused."""
        values = {
            'provider_id': self.provider.id, 'payment_method_id': self.method.id, 'token_id': None, 'amount': amount,
            'flow': self.flow, 'tokenization_requested': False, 'landing_route': '/my', **params}
        with mute_logger('odoo.http'):
            result, error = self._rpc(url, **values)
        if error:
            return None
        return self.env['payment.transaction'].search([('reference', '=', result['reference'])])

    def _start_order(self, order, amount):
        return self._start(
            f'/my/orders/{order.id}/transaction', amount, access_token=order._portal_ensure_token())

    def _start_invoice(self, invoice, amount):
        return self._start(
            f'/invoice/transaction/{invoice.id}', amount, access_token=invoice._portal_ensure_token())

    def _start_invoices(self, invoices, amount):
        ids = ','.join(map(str, invoices.ids))
        return self._start(f'/my/invoices/pay/{ids}/transaction', amount, payment_reference='several')

    def _answer(self, transaction, state='done'):
        """The provider answers, then the page polls, or the cron comes."""
        self._rpc('/payment/demo/simulate_payment', reference=transaction.reference, payment_details='4242',
                  simulated_state=state)
        transaction.invalidate_recordset()
        if not transaction.is_post_processed:
            transaction._post_process()
        self.env.flush_all()
        self.env.invalidate_all()
