import json
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleHttpCommon


@tagged('post_install', '-at_install')
class TestSalePortal(SaleHttpCommon):
    """The pages of offers, orders and invoices."""

    def setUp(self):
        super().setUp()
        self.login(self.user_a1)

    def login(self, user):
        self.authenticate(user.login, user.login)

    def test_lists(self):
        """Issue 6.1: Issue 6.2: Issue 6.3: Issue 6.5: lists show what the visitor may see, whatever the query string says."""
        for url, shown, hidden in (
            ('/my/quotes', self.offer_a1 | self.offer_a2, self.offer_b1),
            ('/my/orders', self.order_a1 | self.order_a2, self.order_b1),
            ('/my/invoices', self.invoice_a1 | self.invoice_a2, self.invoice_b1),
        ):
            for query in ('', '?sortby=nonsense&filterby=x&search_in=y&page=-1', '?search=%25&sortby=amount'):
                response = self.url_open(url + query)
                self.assertEqual(response.status_code, 200, url + query)
                self.assertNotIn(hidden.name, response.text)
                if not query.startswith('?search='):
                    for name in shown.mapped('name'):
                        self.assertIn(name, response.text, url + query)
            self.assertFalse(any(shown.mapped('access_token')), 'a list writes no token')
        self.login(self.user_a2)
        text = self.url_open('/my/quotes').text
        self.assertIn(self.offer_a2.name, text)
        self.assertNotIn(self.offer_a1.name, text)

    def test_queries(self):
        """Issue 6.2: Issue 6.3: the number of queries of a list does not grow with its rows."""
        counts = {'/my/quotes': [], '/my/orders': [], '/my/invoices': []}
        for number in (1, 4):
            for _index in range(number):
                self.offers |= self._create_order(self.user_a1, state='sent')
                self._invoice(self._create_confirmed(self.user_a1))
            self.env.flush_all()
            for url, found in counts.items():
                self.url_open(url)
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.url_open(url)
                found.append(self.env.cr.sql_log_count - before)
        for url, found in counts.items():
            self.assertEqual(*found, url)
            self.assertLessEqual(found[0], 24, url)

    def test_queries_of_page(self):
        """Issue 6.3: the number of queries of the page of an order does not grow with its lines, and stays ten below Odoo's 41."""
        large = self._create_confirmed(self.user_a1, order_line=[
            Command.create({'product_id': self.product.id, 'price_unit': 10}) for _line in range(8)])
        self._invoice(large)
        found = []
        for order in (self.order_a1, large):
            self.env.flush_all()
            for _time in range(2):
                before = self.env.cr.sql_log_count
                self.assertEqual(self.url_open(f'/my/orders/{order.id}').status_code, 200)
            found.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(found[1], found[0])
        self.assertLessEqual(found[0], 30)

    def test_home(self):
        """Issue 6.1: the home page asks for an answer to offers first, and for overdue invoices."""
        self.invoice_a1.invoice_date_due = fields.Date.today() - timedelta(days=1)
        text = self.url_open('/my').text
        self.assertIn(f'Offer {self.offer_a1.name}', text)
        self.assertIn(f'Invoice {self.invoice_a1.name}', text)
        self.assertNotIn(self.offer_b1.name, text)

    def test_accept(self):
        """Issue 6.1: accept by click: page, POST, page; GET changes nothing; a second POST changes nothing."""
        offer = self.offer_a1
        self.assertIn('modalacceptclick', self.url_open(f'/my/orders/{offer.id}').text)
        self.assertIn(self.url_open(f'/my/quotes/{offer.id}/accept').status_code, (404, 405))
        self.assertEqual(offer.state, 'sent')
        for _index in range(2):
            response = self.post_form(f'/my/quotes/{offer.id}/accept')
            self.assertEqual(response.status_code, 303)
        offer.invalidate_recordset()
        self.assertEqual((offer.state, offer.customer_answer_way), ('sale', 'click'))
        self.assertEqual(offer.customer_answer_access_id, self._access(self.user_a1))
        self.assertEqual(offer.customer_answer_address, '127.0.0.1')
        self.assertIn('your order is placed', self.url_open(response.headers['Location']).text)

    def test_reject(self):
        """Issue 6.1: reject with a reason; without one the page says what is missing and nothing changes."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True)
        text = self.url_open(f'/my/orders/{offer.id}').text
        self.assertIn(self.reason.name, text)
        response = self.post_form(f'/my/quotes/{offer.id}/reject', {'comment': 'no'})
        self.assertIn('Please choose a reason', self.url_open(response.headers['Location']).text)
        self.assertEqual(offer.state, 'sent')
        self.post_form(f'/my/quotes/{offer.id}/reject', {'reason_id': self.reason.id, 'comment': '<b>no</b>'})
        offer.invalidate_recordset()
        self.assertEqual((offer.state, offer.customer_reject_comment), ('cancel', '<b>no</b>'))
        self.assertNotIn('<b>no</b>', self.url_open(f'/my/orders/{offer.id}').text)
        self.assertIn(offer.name, self.url_open('/my/quotes?filterby=rejected').text)

    def test_sign(self):
        """Issue 6.1: Odoo's acceptance by signature also keeps who signed from where."""
        offer = self._create_order(self.user_a1, state='sent', require_signature=True)
        self.assertIn('id="accept"', self.url_open(f'/my/orders/{offer.id}').text)
        pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
        result = self.make_jsonrpc_request(
            f'/my/orders/{offer.id}/accept', {'name': 'Anna', 'signature': pixel})
        self.assertTrue(result.get('force_refresh'), result)
        self.assertEqual((offer.state, offer.customer_answer_way), ('sale', 'signature'))
        self.assertEqual(offer.customer_answer_name, 'Anna')
        self.assertEqual(offer.customer_answer_access_id, self._access(self.user_a1))

    def test_foreign(self):
        """Issue 6.5: foreign customer, colleague with scope own, revoked: no page, no PDF, no answer, no payment."""
        documents = (
            f'/my/orders/{self.offer_a1.id}', f'/my/orders/{self.offer_a1.id}?report_type=pdf',
            f'/my/invoices/{self.invoice_a1.id}', f'/my/invoices/{self.invoice_a1.id}?report_type=pdf',
        )
        posts = (
            f'/my/quotes/{self.offer_a1.id}/accept', f'/my/quotes/{self.offer_a1.id}/reject',
            f'/my/orders/{self.order_a1.id}/reorder', f'/my/orders/{self.offer_a1.id}/decline')
        count = self.env['sale.order'].search_count([])
        for user in (self.user_b1, self.user_a2, self.revoked):
            self.login(user)
            for url in documents:
                response = self.url_open(url, allow_redirects=False)
                self.assertIn(response.status_code, (303, 404), url)
                self.assertNotIn(self.offer_a1.name, response.text)
            for url in posts:
                self.assertEqual(self.post_form(url, {'reason_id': self.reason.id}).status_code, 404, url)
            self.assertEqual(self.url_open(f'/my/statement/{self.customer_a.id}').status_code, 404)
            for url in (f'/my/invoices/pay/{self.invoice_a1.id}/transaction',
                        f'/my/invoices/pay/{self.invoice_a1.id},{self.invoice_b1.id}/transaction'):
                response = self.url_open(
                    url, data=json.dumps({'params': {'amount': 1}}), headers={'Content-Type': 'application/json'})
                self.assertIn('error', response.json(), url)
            self.assertNotIn(self.invoice_a1.name, self.url_open(f'/my/invoices/pay?ids={self.invoice_a1.id}').text)
        self.assertEqual(self.offer_a1.state, 'sent')
        self.assertEqual(self.env['sale.order'].search_count([]), count)
        self.assertFalse(self.env['payment.transaction'].search([('invoice_ids', 'in', self.invoice_a1.ids)]))

    def test_share_link(self):
        """Issue 6.5: who holds the share link reads and answers, as in Odoo; a broken one is refused."""
        token = self.offer_a1._portal_ensure_token()
        self.authenticate(None, None)
        url = f'/my/quotes/{self.offer_a1.id}/reject'
        data = {'reason_id': self.reason.id}
        self.assertEqual(self.post_form(f'{url}?access_token=x{token}', data).status_code, 404)
        self.assertEqual(self.offer_a1.state, 'sent')
        self.assertEqual(self.post_form(f'{url}?access_token={token}', data).status_code, 303)
        self.offer_a1.invalidate_recordset()
        self.assertEqual(self.offer_a1.customer_answer, 'rejected')
        self.assertFalse(self.offer_a1.customer_answer_access_id)
        self.assertEqual(self.offer_a1.customer_answer_address, '127.0.0.1')

    def test_reorder(self):
        """Issue 6.2: order again, once for each form."""
        count = self.env['sale.order'].search_count([])
        for _index in range(2):
            response = self.post_form(f'/my/orders/{self.order_a1.id}/reorder', {'form_key': 'k1'})
            self.assertEqual(response.status_code, 303)
        self.assertEqual(self.env['sale.order'].search_count([]), count + 1)
        self.assertIn('send you an offer', self.url_open(response.headers['Location']).text)

    def test_invoices_together(self):
        """Issue 6.3: the chosen invoices are summed up; other currencies are left for later."""
        text = self.url_open(f'/my/invoices/pay?ids={self.invoice_a1.id}&ids={self.invoice_a2.id}').text
        self.assertIn('200.00', text)
        self.assertIn(self.invoice_a2.name, text)
        self._pay(self.invoice_a2)
        text = self.url_open(f'/my/invoices/pay?ids={self.invoice_a1.id},{self.invoice_a2.id},999999999').text
        self.assertIn('100.00', text)
        self.assertNotIn(self.invoice_a2.name, text)
        self.assertIn('Nothing is to be paid', self.url_open('/my/invoices/pay?ids=x%00').text)

    def test_overdue_of_the_company(self):
        """Issue 6.3: who sees all invoices of his company pays all that are overdue, also those of colleagues."""
        (self.invoice_a1 | self.invoice_a2).invoice_date_due = fields.Date.today() - timedelta(days=3)
        text = self.url_open('/my/invoices/overdue').text
        self.assertIn(self.invoice_a1.name, text)
        self.assertIn(self.invoice_a2.name, text)

    def test_statement(self):
        """Issue 6.3: the statement of account comes as PDF to who sees all invoices."""
        response = self.url_open(f'/my/statement/{self.customer_a.id}?date_from=nonsense')
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self._access(self.user_a1).write({'scope': 'kinds', 'kind_ids': [Command.clear()]})
        self.assertEqual(self.url_open(f'/my/statement/{self.customer_a.id}').status_code, 404)

    def test_amounts_on_the_page(self):
        """Issue 6.6: the page of an order shows what is left to pay, as the invoice has it."""
        self._pay(self.invoice_a1, 33.33)
        self.assertIn('66.67', self.url_open(f'/my/orders/{self.order_a1.id}').text)
        rest = self._create_confirmed(self.user_a1, price=77.77)
        self.assertIn('o_customer_pay_rest', self.url_open(f'/my/orders/{rest.id}').text)
        self.assertIn('77.77', self.url_open(f'/my/orders/{rest.id}?pay_rest=1').text)
