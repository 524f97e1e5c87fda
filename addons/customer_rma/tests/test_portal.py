from odoo.fields import Command
from odoo.tests import tagged

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
        for text in (rma.number, 'It flickers', 'photo.png', 'Approved', 'Return slip', 'What happened'):
            self.assertIn(text, page)

    def test_errors(self):
        """Issue 7.2: Issue 7.3: what is refused says why, keeps what was typed and stores nothing."""
        move, foreign = self._move(self.sold_a1), self._move(self.sold_b1)
        for data, text in (
            ({f'quantity_{move.id}': '4'}, '3 left'), ({f'quantity_{move.id}': 'many'}, 'Please enter a quantity'),
            ({f'quantity_{foreign.id}': '1'}, 'not delivered to you'), ({}, 'Please choose'),
            ({f'quantity_{move.id}': '1', f'reason_{move.id}': '999999'}, 'reasons'),
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
        self.assertEqual(self._count(), 0)

    def test_blocked(self):
        """Issue 7.7: Issue 7.10: what is too late is shown greyed with the date, and cannot be chosen."""
        self._deliver_ago(self.sold_a1, 31)
        page = self.url_open(f'/my/rmas/new?orders={self.sold_a1.id}').text
        self.assertIn('ended on', page)
        self.assertNotIn('name="quantity_', page)

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

    def _queries(self, call):
        """Return how many queries the second of two equal calls takes (savepoints of the test not counted)."""
        call()
        return self._queries_once(call)

    def _queries_once(self, call):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before

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
        for name, limit in {'list': 18, 'page': 20, 'form': 30, 'request': 33}.items():
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

    def _post_queries(self, order, moves):
        """Return how many queries a request for one piece of each of the moves takes, on warm caches."""
        data = {'orders': order.id, **{f'quantity_{move.id}': '1' for move in moves}}
        response = []
        count = self._queries_once(lambda: response.append(self.post_form('/my/rmas/new', data)))
        self.assertEqual(response[0].status_code, 303)
        return count
