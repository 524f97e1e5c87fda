"""Issue 6: offers, invoices and payments from outside: a program by JSON-2 and XML-RPC, parallel payments on two workers."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

SALES_FIELDS = ['customer_offer_state', 'customer_answer', 'customer_answer_way', 'customer_answer_name',
                'customer_reject_reason_id', 'customer_reject_comment', 'customer_state', 'customer_amount_open']


@pytest.fixture(scope='module')
def product(outside):
    """A service that is invoiced when it is ordered."""
    return outside.xmlrpc('admin')('product.product', 'create', {
        'name': 'Check-up', 'type': 'service', 'list_price': 120, 'invoice_policy': 'order', 'taxes_id': [(5, 0, 0)]})


def partner_of(outside, login):
    [(partner,)] = outside.query('SELECT partner_id FROM res_users WHERE login = %s', login)
    return partner


def offer_values(outside, product, **values):
    return {'partner_id': partner_of(outside, 'clara'), 'require_signature': False, 'require_payment': False,
            'order_line': [[0, 0, {'product_id': product, 'product_uom_qty': 2, 'price_unit': 120}]], **values}


def by_json2(outside):
    def call(model, method, **arguments):
        answer = outside.json2('integrator', model, method, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()
    return call


def by_xmlrpc(outside):
    proxy = outside.xmlrpc('integrator')

    def call(model, method, ids=None, **arguments):
        positional = {'create': ['vals_list'], 'search_read': ['domain']}.get(method, [])
        values = [arguments.pop(name) for name in positional]
        return proxy(model, method, *([ids] if ids else []), *values, **arguments)
    return call


@pytest.mark.parametrize('client', [by_json2, by_xmlrpc])
def test_integrator(outside, mail, product, client):
    """Issue 6.8: a program creates an offer, sends it, reads the answer, downloads the PDF and reads the payments."""
    call = client(outside)
    before = len(outside.complaints())  # other files use the same server
    [offer] = call('sale.order', 'create', vals_list=[offer_values(outside, product, require_payment=True)])
    assert call('sale.order', 'action_customer_send', ids=[offer]) is True
    outside.send_mail_queue()
    [row] = call('sale.order', 'search_read', domain=[['id', '=', offer]], fields=['name', 'state', *SALES_FIELDS])
    assert (row['state'], row['customer_offer_state'], row['customer_answer']) == ('sent', 'new', False)
    [message] = mail.wait(row['name'], 'clara@deco.example.com')
    assert any(part.get_content_type() == 'application/pdf' for part in message.walk())
    clara = outside.portal('clara')
    pay(clara, start(clara, f'/my/orders/{offer}'), 'done')
    [row] = call('sale.order', 'search_read', domain=[['id', '=', offer]], fields=SALES_FIELDS)
    assert (row['customer_offer_state'], row['customer_answer'], row['customer_answer_way']) == (
        'accepted', 'accepted', 'payment')
    assert (row['customer_state'], row['customer_amount_open']) == ('paid', 0)
    payments = call('payment.transaction', 'search_read', domain=[['sale_order_ids', 'in', [offer]]],
                    fields=['reference', 'state', 'amount', 'provider_code'])
    assert [(one['state'], one['amount'], one['provider_code']) for one in payments] == [('done', 240, 'demo')]
    url = call('sale.order', 'get_portal_url', ids=[offer], report_type='pdf', download=True)
    answer = outside.portal().get(url)
    assert (answer.status_code, answer.headers['Content-Type'], answer.content[:5]) == (200, 'application/pdf', b'%PDF-')
    assert b'Lato' in answer.content, 'a page of the website prints without its style sheets'
    assert outside.complaints()[before:] == []


def test_rejection_read_by_a_program(outside, product):
    """Issue 6.8: the program reads reason and comment of a rejection; a closed offer is not sent again."""
    call = by_json2(outside)
    [offer] = call('sale.order', 'create', vals_list=[offer_values(outside, product)])
    call('sale.order', 'action_customer_send', ids=[offer])
    [(reason,)] = outside.query("SELECT res_id FROM ir_model_data WHERE name = 'customer_reject_reason_price'")
    clara = outside.portal('clara')
    form = clara.form(f'/my/orders/{offer}')
    answer = clara.post(f'/my/quotes/{offer}/reject', {
        'csrf_token': form['csrf_token'], 'reason_id': reason, 'comment': 'Too dear'}, allow_redirects=False)
    assert answer.status_code == 303
    [row] = call('sale.order', 'search_read', domain=[['id', '=', offer]], fields=SALES_FIELDS)
    assert (row['customer_offer_state'], row['customer_reject_reason_id'][0], row['customer_reject_comment']) == (
        'rejected', reason, 'Too dear')
    refused = outside.json2('integrator', 'sale.order', 'action_customer_send', ids=[offer])
    assert refused.status_code == 422
    before = outside.query('SELECT count(*) FROM sale_order')
    for login in ('clara', 'specialist', 'agent'):
        answer = outside.json2(login, 'sale.order', 'create', vals_list=[offer_values(outside, product)])
        assert answer.status_code == 403, login
    assert outside.query('SELECT count(*) FROM sale_order') == before


# ----------------------------------------------------------------------
# Payments
# ----------------------------------------------------------------------

def rpc(portal, path, **params):
    """Call a JSON-RPC route as the payment form does; return (result, error)."""
    answer = portal.session.post(
        portal.url + path, json={'jsonrpc': '2.0', 'method': 'call', 'params': params}, timeout=300)
    assert answer.status_code == 200, answer.text
    return answer.json().get('result'), answer.json().get('error')


def start(portal, path):
    """Start the payment that the form on a page asks for; return the reference of the transaction."""
    page = portal.get(path).text
    form = re.search(r'<form[^>]*id="o_payment_form"[^>]*>', page)[0]
    data = dict(re.findall(r'data-([\w-]+)="([^"]*)"', form))
    option = re.search(r'<input name="o_payment_radio"[^>]*>', page, re.DOTALL)[0]
    chosen = dict(re.findall(r'data-([\w-]+)="([^"]*)"', option))
    result, error = rpc(
        portal, data['transaction-route'], provider_id=int(chosen['provider-id']),
        payment_method_id=int(chosen['payment-option-id']), token_id=None, amount=float(data['amount']), flow='direct',
        tokenization_requested=False, landing_route='/my',
        **({'payment_reference': data['payment-reference']} if 'payment-reference' in data
           else {'access_token': data.get('access-token')}))
    assert not error, error['data']['message']
    return result['reference']


def pay(portal, reference, state):
    """Let the demo provider answer, and the status page ask until it knows."""
    result, error = rpc(portal, '/payment/demo/simulate_payment', reference=reference, payment_details='4242',
                        simulated_state=state)
    assert not error, json.dumps(error)
    rpc(portal, '/payment/status/poll')
    return result


def invoice_of(outside, product, login):
    """Return the id of a new posted invoice over 240 for the customer of a login."""
    admin = outside.xmlrpc('admin')
    [invoice] = admin('account.move', 'create', [{
        'move_type': 'out_invoice', 'partner_id': partner_of(outside, login), 'ref': uuid.uuid4().hex,
        'invoice_line_ids': [(0, 0, {'product_id': product, 'quantity': 2, 'price_unit': 120, 'tax_ids': [(5, 0, 0)]})]}])
    admin('account.move', 'action_post', [invoice])
    return invoice


@pytest.mark.parametrize('several', [False, True])
def test_parallel_payments(outside, product, several):
    """Issue 6.4: one invoice, and two at once, paid in eight windows at the same time on two workers: one succeeds."""
    invoices = [invoice_of(outside, product, 'clara') for _index in range(1 + several)]
    before = len(outside.complaints())
    path = f'/my/invoices/pay?ids={",".join(map(str, invoices))}' if several else f'/my/invoices/{invoices[0]}'
    windows = [outside.portal('clara') for _index in range(8)]
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(lambda window: start(window, path), windows))
        assert len(set(references)) == 8
        list(pool.map(lambda pair: pay(*pair, 'done'), zip(windows, references, strict=True)))
    states = [state for state, in outside.query(
        'SELECT state FROM payment_transaction WHERE reference = ANY(%s)', references)]
    assert sorted(states) == ['done'] + ['error'] * 7
    assert outside.query("""
        SELECT count(*), sum(amount) FROM account_payment WHERE payment_transaction_id IN (
            SELECT id FROM payment_transaction WHERE reference = ANY(%s))""", references) == [(1, 240 * len(invoices))]
    assert outside.query('SELECT sum(amount_residual) FROM account_move WHERE id = ANY(%s)', invoices) == [(0,)]
    # what could not be serialized was tried again
    assert [line for line in outside.complaints()[before:] if 'odoo.sql_db: bad query' not in line] == []
