from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaHttpCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: sets keep the rules of the suite."""

    addon = 'customer_rma_mrp'
    public_methods = frozenset({'customer.rma.line.action_accept_incomplete'})


@tagged('post_install', '-at_install')
class TestKits(RmaHttpCommon):
    """Issue 7.15: sets come back as they were sold: a stand with two lamps, and a box of it inside of the set."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stand, cls.radio, cls.box, cls.kit = cls.env['product.product'].create([
            {'name': name, 'is_storable': name != 'Studio set', 'list_price': price, 'invoice_policy': 'order',
             'tracking': tracking, 'taxes_id': [Command.set(cls.tax.ids)]}
            for name, price, tracking in (
                ('Stand', 5, 'none'), ('Radio', 7, 'serial'), ('Box', 9, 'none'), ('Studio set', 100, 'none'))])
        # the box is a set in the set: one stand
        cls.bom = cls._make_bom(cls.kit, {cls.box: 1, cls.lamp: 2})
        cls._make_bom(cls.box, {cls.stand: 1})
        cls.env['stock.quant']._update_available_quantity(cls.stand, cls.warehouse.lot_stock_id, 100)
        cls.sold = cls._sell_kits(3)

    @classmethod
    def _make_bom(cls, product, parts):
        return cls.env['mrp.bom'].create({
            'product_tmpl_id': product.product_tmpl_id.id, 'type': 'phantom',
            'bom_line_ids': [Command.create({'product_id': part.id, 'product_qty': number}) for part, number in parts.items()]})

    @classmethod
    def _sell_kits(cls, quantity, ship=True):
        order = cls.env['sale.order'].create({
            'partner_id': cls.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({
                'product_id': cls.kit.id, 'product_uom_qty': quantity, 'price_unit': 100, 'discount': 10})]})
        order.action_confirm()
        if ship:
            cls._ship(order.picking_ids)
            order._create_invoices().action_post()
        return order

    def _items(self, order):
        return self.env['customer.rma'].with_user(self.user_a1)._returnable_items(order.with_user(self.user_a1))

    def _anchor(self, order):
        [item] = self._items(order)
        return item['move']

    def _ask(self, order, quantity, **line):
        return self._request_lines(self.user_a1, [{'move_id': self._anchor(order).id, 'quantity': quantity, **line}])

    def _ask_and_run(self, order, quantity, **line):
        rma = self._ask(order, quantity, **line)
        rma._run_jobs()
        return rma

    def _assert_agrees(self, rma):
        self.assertFalse(rma._differences(rma._moved_quantities(), rma._credited_quantities()))

    def _by_product(self, moves):
        return {product: sum(group.mapped('product_uom_qty')) for product, group in moves.grouped('product_id').items()}

    # ------------------------------------------------------------------
    # Whole sets
    # ------------------------------------------------------------------

    def test_whole(self):
        """Issue 7.15: 2 of 3 sets come back: all parts are expected, received in two parcels, refunded as invoiced."""
        [item] = self._items(self.sold)
        self.assertEqual((item['product'], item['left'], item['delivered'], item['estimate'], item['blocked']),
                         (self.kit, 3, 3, 103.5, ''))
        self.assertEqual(sorted(item['contents'].split(', ')), ['1\N{NO-BREAK SPACE}× Stand', '2\N{NO-BREAK SPACE}× Reading lamp'])
        rma = self._ask_and_run(self.sold, 2)
        line, moves = rma.line_ids, rma.picking_ids.move_ids
        self.assertEqual((line.product_id, line.quantity_claimed, line.deadline), (
            self.kit, 2, fields.Date.today() + timedelta(days=30)))
        self.assertEqual(self._by_product(moves), {self.stand: 2, self.lamp: 4})
        self.assertEqual(moves.origin_returned_move_id, self.sold.picking_ids.move_ids - moves)
        self.assertEqual(moves.customer_rma_line_id, line)
        self.assertIn('4\N{NO-BREAK SPACE}× Reading lamp', line._contents())
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self._ask(self.sold, 2)
        self.assertIn('1 left', str(caught.exception))
        # two stands and two lamps: one set is complete
        for move in moves:
            move.write({'quantity': 2, 'picked': True})
        rma.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        rma._run_jobs()
        self.assertEqual((rma.state, line.quantity_received, line.quantity_refunded), ('transit', 1, 1))
        self.assertEqual(line.kit_missing, '2\N{NO-BREAK SPACE}× Reading lamp')
        self._receive(rma)
        self.assertEqual((rma.state, line.quantity_received, line.quantity_refunded, line.kit_missing),
                         ('resolved', 2, 2, ''))
        self.assertEqual([round(total, 2) for total in rma.credit_note_ids.mapped('amount_total')], [103.5, 103.5])
        self.assertEqual((self.sold.order_line.qty_delivered, self.sold.invoice_status), (1, 'invoiced'))
        self.assertFalse(rma.activity_ids)
        self._assert_agrees(rma)
        self.assertEqual(self._ask(self.sold, 1).line_ids.quantity, 1)

    def test_deliveries(self):
        """Issue 7.15: Issue 7.7: the last part completes a set: window, quantity and transfers follow the deliveries."""
        order = self._sell_kits(3, ship=False)
        first = order.picking_ids
        for move in first.move_ids:  # all stands, and lamps for one set and a half
            move.write({'quantity': 3, 'picked': True})
        first.with_context(skip_backorder=True, skip_sms=True).button_validate()
        [item] = self._items(order)
        self.assertEqual((item['left'], item['move'].picking_id), (1, first))
        second = order.picking_ids - first
        self._ship(second)
        order._create_invoices().action_post()
        first.date_done = first.move_ids.date = fields.Datetime.now() - timedelta(days=31)
        items = self._items(order)
        self.assertEqual([(item['left'], bool(item['blocked']), item['move'].picking_id) for item in items],
                         [(1, True, first), (2, False, second)])
        rma = self._request_lines(self.user_a1, [{'move_id': items[1]['move'].id, 'quantity': 2}])
        rma._run_jobs()
        # the stands came with the first delivery, the lamps with the second one and one with the first
        expected = rma.picking_ids
        self.assertEqual(expected.return_id, first | second)
        self.assertEqual(self._by_product(expected.move_ids), {self.stand: 2, self.lamp: 4})
        self.assertEqual(
            self._by_product(expected.filtered(lambda picking: picking.return_id == second).move_ids), {self.lamp: 3})
        for picking in expected:
            self._ship(picking)
        rma._run_jobs()
        self.assertEqual((rma.state, rma.line_ids.quantity_refunded), ('resolved', 2))
        self._assert_agrees(rma)

    def test_part(self):
        """Issue 7.15: a part alone is refused with a text, by all ways; staff take it back in the inventory."""
        moves = self.sold.picking_ids.move_ids
        part = moves - self._anchor(self.sold)
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self._request_lines(self.user_a1, [{'move_id': part.id, 'quantity': 1}])
        self.assertIn('whole set', str(caught.exception))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.env['customer.rma'].with_user(self.agent).create({
                'partner_id': self.user_a1.partner_id.id,
                'line_ids': [Command.create({'move_id': part.id, 'quantity': 1})]})
        for quantity in (0.5, 4):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._ask(self.sold, quantity)
        wizard = self.env['stock.return.picking'].with_context(
            active_id=self.sold.picking_ids.id, active_model='stock.picking').create({})
        wizard.product_return_moves.filtered(lambda row: row.move_id == part).quantity = 1
        self._ship(wizard._create_return())
        self.assertEqual(self._items(self.sold)[0]['left'], 2)

    def test_changed(self):
        """Issue 7.15: what was changed since the delivery is for people; a return that runs keeps its parts."""
        rma = self._ask_and_run(self.sold, 1)
        self.bom.bom_line_ids.filtered(lambda row: row.product_id == self.lamp).product_qty = 1
        [item] = self._items(self.sold)
        self.assertIn('write to us', item['blocked'])
        self._receive(rma)
        self.assertEqual((rma.state, rma.line_ids.quantity_refunded), ('resolved', 1))

    def test_queries(self):
        """Issue 7.4: Issue 7.15: with 12 different sets, form, request, page and staff's form take as many queries as with 4."""
        self.authenticate('test_a1', 'test_a1')
        few, many = self._sell_different(4), self._sell_different(12)
        counts = [self._count_queries(order) for order in (self._sell_different(1), few, many)][1:]
        for name, number in counts[0].items():
            self.assertGreater(number, 0, name)
            self.assertLessEqual(counts[1][name], number, name)

    def _sell_different(self, number):
        """Return a delivered order of different sets, each with a part that others do not have, and a set in it."""
        parts = self.env['product.product'].create([
            {'name': f'Part {index}', 'is_storable': True, 'tracking': 'lot'} for index in range(number)])
        lots = self.env['stock.lot'].create([
            {'name': f'lot-{part.id}', 'product_id': part.id, 'company_id': self.company.id} for part in parts])
        sets = self.env['product.product'].create([
            {'name': f'Set {index}', 'list_price': 50, 'invoice_policy': 'order'} for index in range(2 * number)])
        for index, part in enumerate(parts):
            self._make_bom(sets[index], {part: 1})
            # every second one has no part but the set in it
            self._make_bom(sets[number + index], {sets[index]: 1, **({self.lamp: 2} if index % 2 else {})})
            self.env['stock.quant']._update_available_quantity(part, self.warehouse.lot_stock_id, 9, lot_id=lots[index])
        order = self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': 2}) for product in sets[number:]]})
        order.action_confirm()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        return order

    def _count_queries(self, order):
        """Return how many queries pages and models take for an order of sets, as dict."""
        moves = order.order_line.move_ids._delivered_goods()
        self.assertEqual(len(moves), len(order.order_line))
        url = f'/my/rmas/new?orders={order.id}'
        counts = {'form': self._queries(lambda: self.assertIn('1\N{NO-BREAK SPACE}× Part 0', self.url_open(url).text))}
        counts['request'] = self._post_queries(order, moves)
        rma = order.order_line.customer_rma_line_ids.rma_id
        self.assertEqual(len(rma.line_ids), len(moves))
        counts['page'] = self._queries(lambda: self.assertIn('1\N{NO-BREAK SPACE}× Part 0', self.url_open(f'/my/rmas/{rma.id}').text))
        rma._run_jobs()
        self.env.invalidate_all()
        rmas = self.env['customer.rma'].with_user(self.agent).browse(rma.ids)
        counts['staff'] = self._queries_once(lambda: rmas.web_read({
            'order_names': {}, 'line_ids': {'fields': {'is_kit': {}, 'kit_missing': {}, 'quantity_received': {}}}}))
        return counts

    # ------------------------------------------------------------------
    # Missing parts, numbers, other goods
    # ------------------------------------------------------------------

    def test_missing(self):
        """Issue 7.15: a set without all parts is not received; staff are told and take it, for a share, or do not."""
        rma = self._ask_and_run(self.sold, 1)
        line = rma.line_ids
        lamps = rma.picking_ids.move_ids.filtered(lambda move: move.product_id == self.lamp)
        for move in rma.picking_ids.move_ids:
            move.write({'quantity': 1, 'picked': True})
        rma.picking_ids.with_context(cancel_backorder=True, skip_backorder=True, skip_sms=True).button_validate()
        backorder = self.env['stock.picking'].search([('backorder_id', 'in', rma.picking_ids.ids)])
        backorder.action_cancel()
        rma._run_jobs()
        self.assertEqual(lamps.state, 'done')
        self.assertEqual((rma.state, line.quantity_received, line.kit_missing), ('received', 0, '1\N{NO-BREAK SPACE}× Reading lamp'))
        self.assertFalse(rma.credit_note_ids)
        self.assertIn('A set is not complete', rma.activity_ids.mapped('summary'))
        for user in (self.agent, self.user_a1):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                line.with_user(user).action_accept_incomplete()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            line.with_user(self.agent).is_incomplete_accepted = True
        self.assertFalse(line.is_incomplete_accepted)
        line.with_user(self.manager).refund_percent = 60
        line.with_user(self.manager).action_accept_incomplete()
        rma._run_jobs()
        self.assertEqual((rma.state, line.quantity_received, line.quantity_refunded), ('resolved', 1, 1))
        self.assertAlmostEqual(rma.credit_note_ids.amount_total, 62.1)
        self._assert_agrees(rma)
        with self.assertRaises(UserError):
            line.with_user(self.manager).action_accept_incomplete()

    def test_serials(self):
        """Issue 7.15: of parts with serial numbers the customer names those that come back; others are refused."""
        self._make_bom(self.box, {self.radio: 1})
        self.env['mrp.bom'].search([('product_tmpl_id', '=', self.box.product_tmpl_id.id)], order='id', limit=1).active = False
        serials = self.env['stock.lot'].create([
            {'name': f'radio-{number}', 'product_id': self.radio.id, 'company_id': self.company.id} for number in range(3)])
        for serial in serials[:2]:
            self.env['stock.quant']._update_available_quantity(self.radio, self.warehouse.lot_stock_id, 1, lot_id=serial)
        order = self._sell_kits(2, ship=False)
        order.picking_ids.move_ids.picked = True
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        order._create_invoices().action_post()
        self.assertEqual(self._items(order)[0]['lots'], serials[:2])
        for lots in ([], serials[2:].ids, serials[:2].ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._ask(order, 1, lot_ids=lots)
        rma = self._ask_and_run(order, 1, lot_ids=serials[1].ids)
        self.assertEqual(rma.picking_ids.move_line_ids.lot_id, serials[1])
        self.assertEqual(self._items(order)[0]['lots'], serials[0])
        rma.picking_ids.move_line_ids.filtered('lot_id').lot_id = serials[2]
        with self.assertRaises(UserError), self.env.cr.savepoint():
            rma.action_receive()
        rma.picking_ids.move_line_ids.filtered('lot_id').lot_id = serials[1]
        rma.action_receive()
        rma._run_jobs()
        self.assertEqual((rma.state, rma.line_ids.lot_names), ('resolved', 'radio-1'))

    def test_replacement(self):
        """Issue 7.13: Issue 7.15: a replaced set is sent with all of its parts, once; it can come back again."""
        rma = self._ask_and_run(self.sold, 2, resolution='replace')
        line = rma.line_ids
        self._receive(rma)
        for _time in range(3):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
        sent = line.replacement_move_ids
        self.assertEqual(self._by_product(sent), {self.stand: 2, self.lamp: 4})
        self.assertEqual((rma.state, bool(rma.credit_note_ids)), ('received', False))
        self._ship(sent.picking_id)
        rma._run_jobs()
        self.assertEqual((rma.state, line.quantity_replaced), ('resolved', 2))
        self.assertEqual((self.sold.order_line.qty_delivered, self.sold.invoice_status), (3, 'invoiced'))
        self.assertEqual([item['left'] for item in self._items(self.sold)], [1, 2])
        self._assert_agrees(rma)

    def test_grade(self):
        """Issue 7.14: Issue 7.15: all parts of a graded set are brought to the place of the grade."""
        self.rule.refund_trigger = 'inspection'
        place = self.env['stock.location'].create({
            'name': 'B goods', 'usage': 'internal', 'location_id': self.warehouse.lot_stock_id.id, 'company_id': self.company.id})
        rma = self._ask_and_run(self.sold, 1)
        self._receive(rma)
        rma.line_ids.grade_id = self.env['customer.rma.grade'].create(
            {'name': 'B', 'location_id': place.id, 'refund_percent': 50})
        rma.action_inspect()
        rma._run_jobs()
        quants = self.env['stock.quant'].search([('location_id', '=', place.id)])
        self.assertEqual({quant.product_id: quant.quantity for quant in quants}, {self.stand: 1, self.lamp: 2})
        self.assertEqual((rma.state, round(rma.credit_note_ids.amount_total, 2)), ('resolved', 51.75))
        self._assert_agrees(rma)
