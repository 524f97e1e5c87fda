"""Stripe and Mollie as their API documentation describes them, at the edge of HTTP: what Odoo sends is answered here.

A fake gateway keeps the payments that it was asked for; a test says what becomes of them (`states`) and what is broken
(`fault`).
"""
import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

import requests

STRIPE_SECRET = 'whsec_test'


def answer(url, status, body):
    """Return an answer as the library requests gives it."""
    response = requests.Response()
    response.status_code, response.url = status, url
    response.headers['Content-Type'] = 'application/json'
    response._content = json.dumps(body).encode()
    return response


class Gateway:
    """A payment provider on the other side of the internet.

    :ivar payments: {id: dict as the API returns it}
    :ivar calls: [(method, path), ...]
    :ivar fault: None, an exception to raise, or a status to answer
    """

    host = ''

    def __init__(self):
        self.payments, self.calls, self.fault = {}, [], None

    def request(self, method, url, *, data=None, json=None, headers=None, **kwargs):
        """Stand in for ``requests.request``."""
        address = urlsplit(url)
        assert address.scheme == 'https' and address.hostname == self.host, url
        self.calls.append((method, address.path))
        if isinstance(self.fault, Exception):
            raise self.fault
        if self.fault:
            return answer(url, self.fault, self.error('out of order'))
        headers = {name.lower(): value for name, value in headers.items()}
        assert self.key in headers['authorization'], 'no key'
        return answer(url, *self.respond(method, address.path, data or json or {}, headers))


class Stripe(Gateway):
    """https://docs.stripe.com/api: customers and payment intents; webhooks are signed."""

    code, host, key = 'stripe', 'api.stripe.com', 'sk_test_1'
    settings = {
        'stripe_secret_key': 'sk_test_1', 'stripe_publishable_key': 'pk_test_1', 'stripe_webhook_secret': STRIPE_SECRET}
    method, flow, channel = 'payment.payment_method_card', 'direct', 'inline'
    states = {'done': 'succeeded', 'pending': 'processing', 'cancel': 'canceled', 'error': 'requires_payment_method'}

    def error(self, text):
        return {'error': {'message': text}}

    def respond(self, method, path, values, headers):
        if (method, path) == ('POST', '/v1/customers'):
            return 200, {'id': 'cus_1', 'object': 'customer'}
        if (method, path) == ('POST', '/v1/payment_intents'):
            number = f'pi_{headers["idempotency-key"][:12]}'
            return 200, self.payments.setdefault(number, {
                'id': number, 'object': 'payment_intent', 'client_secret': f'{number}_secret', 'customer': 'cus_1',
                'amount': values['amount'], 'currency': values['currency'], 'description': values['description'],
                'status': 'requires_payment_method', 'payment_method': None})
        if method == 'GET' and path.startswith('/v1/payment_intents/'):
            return 200, self.payments[path.rsplit('/', 1)[1]]
        return 404, self.error(path)

    def of(self, transaction):
        """Return the payment of a transaction."""
        return next(one for one in self.payments.values() if one['description'] == transaction.reference)

    def settle(self, transaction, state):
        """Let the customer pay, give up or fail in the fields that Stripe serves."""
        self.of(transaction).update(status=self.states[state], payment_method={'type': 'card', 'card': {'brand': 'visa'}})

    def come_back(self, test, transaction):
        """The browser returns; return the response."""
        payment = self.of(transaction)
        return test.url_open(
            f'/payment/stripe/return?reference={transaction.reference}&payment_intent={payment["id"]}',
            allow_redirects=False)

    def notify(self, test, transaction, state=None, signature=None, **changes):
        """Send a webhook about the payment as it is, or was in ``state``; return the response."""
        payment = {**self.of(transaction), **changes}
        if state:
            payment['status'] = self.states[state]
        kind = {'done': 'succeeded', 'pending': 'processing', 'cancel': 'canceled'}.get(
            next(name for name, value in self.states.items() if value == payment['status']), 'payment_failed')
        body = json.dumps({'type': f'payment_intent.{kind}', 'data': {'object': payment}})
        moment = int(time.time())
        signed = signature or hmac.new(
            STRIPE_SECRET.encode(), f'{moment}.{body}'.encode(), hashlib.sha256).hexdigest()
        return test.url_open('/payment/stripe/webhook', data=body, headers={
            'Content-Type': 'application/json', 'Stripe-Signature': f't={moment},v1={signed}'})


class Mollie(Gateway):
    """https://docs.mollie.com/reference: payments with a page of their own; a webhook only names the payment."""

    code, host, key = 'mollie', 'api.mollie.com', 'test_key_1'
    settings = {'mollie_api_key': 'test_key_1'}
    method, flow, channel = 'payment.payment_method_ideal', 'redirect', 'redirect'
    states = {'done': 'paid', 'pending': 'pending', 'cancel': 'canceled', 'error': 'failed'}

    def error(self, text):
        return {'status': 422, 'title': 'Unprocessable Entity', 'detail': text}

    def respond(self, method, path, values, headers):
        if (method, path) == ('POST', '/v2/payments'):
            number = f'tr_{len(self.payments) + 1}'
            self.payments[number] = {
                **values, 'id': number, 'resource': 'payment', 'status': 'open', 'method': 'ideal',
                '_links': {'checkout': {'href': f'https://www.mollie.com/checkout/{number}?token=1'}}}
            return 201, self.payments[number]
        if method == 'GET' and path.startswith('/v2/payments/'):
            return 200, self.payments[path.rsplit('/', 1)[1]]
        return 404, self.error(path)

    def of(self, transaction):
        """Return the payment of a transaction."""
        return next(one for one in self.payments.values() if one['description'] == transaction.reference)

    def settle(self, transaction, state):
        """Let the customer pay, give up or fail on Mollie's page."""
        self.of(transaction)['status'] = self.states[state]

    def come_back(self, test, transaction):
        """The browser returns to the address that Mollie was given; return the response."""
        return test.url_open(test.local(self.of(transaction)['redirectUrl']), allow_redirects=False)

    def notify(self, test, transaction, state=None, **changes):
        """Call the webhook that Mollie was given; Odoo asks what became of the payment."""
        payment = self.of(transaction)
        before = dict(payment)
        payment.update(changes, status=self.states[state] if state else payment['status'])
        response = test.url_open(test.local(payment['webhookUrl']), data={'id': payment['id']})
        if state or changes:
            payment.clear()
            payment.update(before)
        return response
