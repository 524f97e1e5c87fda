import re
from urllib.parse import urlencode

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import RmaHttpCommon


@tagged('post_install', '-at_install')
class TestRmaPortal(RmaHttpCommon):
    """What customers see and do in the portal."""

    def setUp(self):
        super().setUp()
        self.authenticate('test_a1', 'test_a1')

    def _count(self):
        return self.env['customer.rma'].search_count([('commercial_partner_id', '=', self.customer_a.id)])

    def test_request(self):
        """Issue 7.1: Issue 7.10: from the page of the order to the request, with a photo; sent twice it is one return."""
        page = self.url_open(f'/my/orders/{self.sold_a1.id}').text
        self.assertIn(f'/my/rmas/new?orders={self.sold_a1.id}', page)
        self.assertNotIn('/my/picking/return/pdf/', page, "Odoo's own return label leads past the rules")
        page = self.url_open(f'/my/rmas/new?orders={self.sold_a1.id}').text
        self.assertIn('103.50', page)
        move = self._move(self.sold_a1)
        data = {'orders': self.sold_a1.id, f'quantity_{move.id}': '2', f'reason_{move.id}': self.reason.id,
                'description': 'It flickers', 'form_key': 'once'}
        files = [('attachments', ('photo.png', b'\x89PNG\r\n\x1a\n1234', 'image/png'))]
        for _time in range(2):
            response = self.post_form('/my/rmas/new', data, files)
            self.assertEqual(response.status_code, 303)
        self.assertEqual(self._count(), 1)
        rma = self.env['customer.rma'].search([], limit=1)
        self.assertEqual((rma.line_ids.quantity, rma.line_ids.reason_id, rma.create_uid), (2, self.reason, self.user_a1))
        rma._run_jobs()
        page = self.url_open(f'/my/rmas/{rma.id}').text
        for text in (rma.number, 'It flickers', 'photo.png', 'Approved', 'Return slip', 'What happened',
                     '<div class="o_customer_label">Reason</div>'):  # text: Odoo translates no attributes of data
            self.assertIn(text, page)

    def test_errors(self):
        """Issue 7.2: Issue 7.3: what is refused says why, keeps what was typed and stores nothing."""
        move, foreign = self._move(self.sold_a1), self._move(self.sold_b1)
        for data, text in (
            ({f'quantity_{move.id}': '4'}, '3 left'), ({f'quantity_{move.id}': 'many'}, 'Please enter a quantity'),
            ({f'quantity_{foreign.id}': '1'}, 'not delivered to you'), ({}, 'Please choose'),
            ({f'quantity_{move.id}': '1', f'reason_{move.id}': '999999'}, 'reasons'),
            ({f'quantity_{move.id}': '1', 'method_id': 'x'}, 'ways in the list'),
        ):
            response = self.post_form(
                '/my/rmas/new', {'orders': self.sold_a1.id, 'description': 'typed text', **data})
            self.assertEqual(response.status_code, 200)
            self.assertIn(text, response.text)
            self.assertIn('typed text', response.text)
        response = self.post_form(
            '/my/rmas/new', {'orders': self.sold_a1.id, f'quantity_{move.id}': '1'},
            [('attachments', ('program.exe', b'MZ', 'application/octet-stream'))])
        self.assertIn('not allowed', response.text)
        # a file where a text belongs
        response = self.post_form('/my/rmas/new', {f'quantity_{move.id}': 'x'}, [('orders', ('orders.txt', b'1', 'text/plain'))])
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self._count(), 0)

    def test_blocked(self):
        """Issue 7.7: Issue 7.10: what is too late is shown greyed with the date, and cannot be chosen."""
        self._deliver_ago(self.sold_a1, 31)
        page = self.url_open(f'/my/rmas/new?orders={self.sold_a1.id}').text
        self.assertIn('ended on', page)
        self.assertNotIn('name="quantity_', page)
        self.assertNotIn('Send request', page)
        self.assertIn('None of these goods can come back in this way', page)
        # each kind has rules of its own: the way to them is a link
        self.env['customer.rma.rule'].create({
            'name': 'Claims', 'kind': 'claim', 'decision': 'review', 'window_days': 730, 'sequence': 1})
        link = f'/my/rmas/new?kind=claim&amp;orders={self.sold_a1.id}'
        self.assertIn(link, page)
        page = self.url_open(link.replace('&amp;', '&')).text
        self.assertIn('name="quantity_', page)
        self.assertIn('name="kind" value="claim"', page)

    def test_several_orders(self):
        """Issue 7.9: the form takes goods of several orders; foreign ones are not offered."""
        page = self.url_open('/my/rmas/new').text
        self.assertIn(self.sold_a1.name, page)
        self.assertIn(self.sold_a2.name, page)
        self.assertNotIn(self.sold_b1.name, page)
        orders = f'{self.sold_a1.id},{self.sold_a2.id},{self.sold_b1.id}'
        page = self.url_open(f'/my/rmas/new?orders={orders}').text
        self.assertNotIn(self.sold_b1.name, page)
        data = {f'quantity_{self._move(order).id}': '1' for order in (self.sold_a1, self.sold_a2)}
        self.assertEqual(self.post_form('/my/rmas/new', {'orders': orders, **data}).status_code, 303)
        rma = self.env['customer.rma'].search([], limit=1)
        self.assertEqual(rma.line_ids.order_id, self.sold_a1 | self.sold_a2)

    def test_actions(self):
        """Issue 7.11: Issue 7.12: the customer enters his parcel, prints the slip, cancels; later the page says why not."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        url = f'/my/rmas/{rma.id}'
        self.assertIn('at most 60', self.post_form(f'{url}/tracking', {'tracking_ref': 'x' * 61}).text)
        self.assertFalse(rma.tracking_ref, 'nothing is cut silently')
        self.post_form(f'{url}/tracking', {'tracking_ref': ' 3S  ABC '})
        self.assertEqual(rma.tracking_ref, '3S ABC')
        slip = self.url_open(f'{url}/slip')
        self.assertEqual(slip.headers['Content-Type'], 'application/pdf')
        self.assertIn(rma.number, slip.text)  # tests render reports as HTML
        self.post_form(f'{url}/reply', {'body': 'On Monday.'})
        self.assertIn('On Monday.', self.url_open(url).text)
        self.assertEqual(self.post_form(f'{url}/cancel').status_code, 303)
        self.assertEqual(rma.state, 'cancelled')
        self.assertIn('No parcel is expected', self.post_form(f'{url}/tracking', {'tracking_ref': 'x'}).text)
        self.assertEqual(self.url_open(f'{url}/slip').status_code, 404)

    def test_home(self):
        """Issue 7.17: the home page tells of goods to send back; the list finds returns by number and product."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self.assertIn(f'Return {rma.number}', self.url_open('/my').text)
        for query in ('', '?search=Reading', f'?search={rma.number}', '?filterby=send', '?groupby=state'):
            self.assertIn(rma.number, self.url_open(f'/my/rmas{query}').text)
        self.assertNotIn(rma.number, self.url_open('/my/rmas?filterby=closed').text)

    def test_without_orders(self):
        """Issue 7, also: a customer without any order sees what to do; nothing is offered that leads nowhere."""
        self._create_customer('c')
        self.authenticate('test_c1', 'test_c1')
        for path, text in (('/my', 'Returns'), ('/my/orders', 'No orders yet'), ('/my/rmas', 'No returns yet'),
                           ('/my/rmas/new', 'As soon as goods of an order arrive')):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            self.assertIn(text, response.text)
        self.assertNotIn('Send request', response.text)
        self.assertNotIn('type="search"', response.text)

    def test_500_orders(self):
        """Issue 7, also: of 500 orders each can be found, by page, number, reference and product, with few queries."""
        service = self.env['product.product'].create({'name': 'Old assembly', 'type': 'service', 'invoice_policy': 'order'})
        order = self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'state': 'sale', 'name': 'OLD',
            'order_line': [Command.create({'product_id': service.id, 'qty_delivered': 1})]})
        orders = self._copies(order, 500)
        page = self.url_open('/my/rmas/new').text
        self.assertIn(self.sold_a1.name, page)
        self.assertLessEqual(len(re.findall(r'href="/my/rmas/new\?orders=\d', page)), 20)
        self.assertIn('Older orders', page)
        self.assertNotIn('Newer orders', page)
        last = self.url_open('/my/rmas/new?choose=1&page=26').text
        self.assertIn('OLD/000', last)
        self.assertIn('Newer orders', last)
        for text, found in (('OLD/007', 'OLD/007'), ('your-499', 'OLD/499'), ('Reading lamp', self.sold_a1.name), ('%', None),
                            ('nothing like it', None)):
            page = self.url_open('/my/rmas/new?' + urlencode({'search': text})).text
            self.assertIn(found or 'No delivered order fits', page)
        for wrong in ('page=0', 'page=-1', 'page=x', 'page=99999999', 'search=%00', 'page=500'):
            self.assertEqual(self.url_open(f'/my/rmas/new?{wrong}').status_code, 200)
        # goods of a second order: the first one stays chosen
        page = self.url_open(f'/my/rmas/new?choose=1&orders={orders[3].id}&search=OLD/004').text
        self.assertIn(f'orders={orders[3].id}%2C{orders[4].id}', page)
        self.assertIn('/my/orders/page/2', self.url_open('/my/orders').text)
        self.assertLessEqual(self._queries(lambda: self.url_open('/my/rmas/new')), 30)

    def _copies(self, order, number):
        """Return copies of an order with one line, made by the database: named and dated by their number."""
        def columns(records, *others):
            return SQL(', ').join(
                SQL.identifier(name) for name, field in records._fields.items()
                if field.store and field.column_type and name not in ('id', *others))

        self.env.flush_all()
        names = columns(order, 'name', 'client_order_ref', 'date_order')
        rows = self.env.execute_query(SQL(
            "INSERT INTO sale_order (name, client_order_ref, date_order, %s) SELECT 'OLD/' || to_char(n, 'FM000'),"
            " 'your-' || to_char(n, 'FM000'), timestamp '2020-01-01' + n * interval '1 hour', %s"
            ' FROM sale_order, generate_series(0, %s) n WHERE id = %s ORDER BY n RETURNING id',
            names, names, number - 1, order.id))
        copies = order.browse([row[0] for row in rows])
        names = columns(order.order_line, 'order_id')
        self.env.execute_query(SQL(
            'INSERT INTO sale_order_line (order_id, %s) SELECT copy, %s FROM sale_order_line, unnest(%s) copy WHERE id = %s'
            ' RETURNING id', names, names, copies.ids, order.order_line.id))
        return copies

    def test_half_paid(self):
        """Issue 7, also: of a half-paid order the form and the page say that what is open becomes less first."""
        invoice = self.sold_a1.invoice_ids
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({'amount': 155.25})._create_payments()
        page = self.url_open(f'/my/orders/{self.sold_a1.id}').text
        self.assertIn('Left to pay', page)
        self.assertIn('155.25', page)
        page = self.url_open(f'/my/rmas/new?orders={self.sold_a1.id}').text
        self.assertRegex(page, r'155\.25[^.]*</strong> of this order are not paid yet')
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self._receive(rma)
        self.assertAlmostEqual(rma.credit_note_ids.amount_residual, 51.75)
        self.assertEqual((invoice.amount_residual, self.sold_a1.customer_amount_open), (0, 0))
        page = self.url_open(f'/my/rmas/{rma.id}').text
        self.assertRegex(page, r'207\.00.*155\.25.*were not paid yet')
        # of a paid one, nothing is said
        self._pay(self.sold_a2.invoice_ids)
        self.assertNotIn('not paid yet', self.url_open(f'/my/rmas/new?orders={self.sold_a2.id}').text)

    def test_queries(self):
        """Issue 7.4: the list, the pages and a request take a constant number of queries, few enough for the budget."""
        large = self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': self.lamp.id, 'product_uom_qty': 9}) for _line in range(8)]})
        large.action_confirm()
        self._ship(large.picking_ids)
        moves = large.order_line.move_ids
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        pages = {'list': '/my/rmas', 'page': f'/my/rmas/{rma.id}', 'form': f'/my/rmas/new?orders={self.sold_a1.id}'}
        few = {name: self._queries(lambda url=url: self.url_open(url)) for name, url in pages.items()}
        few['request'] = self._post_queries(self.sold_a1, self._move(self.sold_a1))
        for name, limit in {'list': 18, 'page': 20, 'form': 27, 'request': 29}.items():
            self.assertLessEqual(few[name], limit, name)
            self.assertGreater(few[name], 5, 'the queries of the request were counted')
        big = self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 1} for move in moves])
        big._run_jobs()
        for _number in range(4):
            self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 1} for move in moves])
        pages.update(page=f'/my/rmas/{big.id}', form=f'/my/rmas/new?orders={large.id}')
        for name, url in pages.items():
            # the large return has a transfer, as the small one has: each kind of thing is one query more, not each line
            self.assertLessEqual(self._queries(lambda url=url: self.url_open(url)), few[name], name)
        self.assertLessEqual(self._post_queries(large, moves), few['request'])
