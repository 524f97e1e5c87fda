import base64
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..const import LABEL_KEY
from .common import RmaCommon


@tagged('post_install', '-at_install')
class TestGoods(RmaCommon):
    """Serial numbers, steps, places, labels; other goods instead of money; fees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_tracked, cls.serials = cls._sell_tracked('serial', 3)

    @classmethod
    def _sell_tracked(cls, tracking, quantity):
        """Return a delivered order of a tracked product and the lots that were delivered with it."""
        product = cls.env['product.product'].create({
            'name': f'Radio by {tracking}', 'is_storable': True, 'tracking': tracking, 'list_price': 50,
            'taxes_id': [Command.clear()]})
        lots = cls.env['stock.lot'].create([
            {'name': f'{tracking}-{number}', 'product_id': product.id, 'company_id': cls.company.id}
            for number in range(quantity if tracking == 'serial' else 2)])
        share = 1 if tracking == 'serial' else quantity / 2
        for lot in lots:
            cls.env['stock.quant']._update_available_quantity(product, cls.warehouse.lot_stock_id, share, lot_id=lot)
        order = cls.env['sale.order'].create({
            'partner_id': cls.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': quantity, 'price_unit': 50})]})
        order.action_confirm()
        order.picking_ids.move_ids.picked = True
        order.picking_ids.with_context(skip_backorder=True, skip_sms=True).button_validate()
        order._create_invoices().action_post()
        return order, lots

    def _variants(self, *extras):
        """Return variants of one product: the first one sold to A for 100, the others at an extra price."""
        attribute = self.env['product.attribute'].create({
            'name': 'Shade', 'value_ids': [Command.create({'name': f'{extra}', 'default_extra_price': extra}) for extra in extras]})
        template = self.env['product.template'].create({
            'name': 'Shaded lamp', 'is_storable': True, 'list_price': 100, 'taxes_id': [Command.set(self.tax.ids)],
            'invoice_policy': 'delivery', 'attribute_line_ids': [Command.create({
                'attribute_id': attribute.id, 'value_ids': [Command.set(attribute.value_ids.ids)]})]})
        for product in template.product_variant_ids:
            self.env['stock.quant']._update_available_quantity(product, self.warehouse.lot_stock_id, 10)
        order = self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': template.product_variant_ids[0].id, 'product_uom_qty': 1})]})
        order.action_confirm()
        self._ship(order.picking_ids)
        order._create_invoices().action_post()
        self._pay(order.invoice_ids)
        return order, template.product_variant_ids

    def _refused(self, **line):
        before = self.env['customer.rma'].search_count([])
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self._request(self.user_a1, self.order_tracked, **line)
        self.assertEqual(self.env['customer.rma'].search_count([]), before)
        return str(caught.exception)

    # ------------------------------------------------------------------
    # Serial numbers and lots
    # ------------------------------------------------------------------

    def test_serials(self):
        """Issue 7.3: Issue 7.15: serial numbers are asked for; foreign, missing and taken ones are refused."""
        self.assertEqual(self.env['customer.rma']._returnable_items(self.order_tracked)[0]['lots'], self.serials)
        foreign = self.env['stock.lot'].create(
            {'name': 'foreign', 'product_id': self.serials.product_id.id, 'company_id': self.company.id})
        self.assertIn('serial', self._refused(quantity=2))
        self.assertIn('serial', self._refused(quantity=2, lot_ids=self.serials[:1].ids))
        self.assertIn('list', self._refused(quantity=1, lot_ids=foreign.ids))
        self.assertIn('list', self._refused(quantity=1, lot_ids=['1']))
        rma = self._requested(self.user_a1, self.order_tracked, 2, lot_ids=self.serials[:2].ids)
        self.assertEqual(rma.picking_ids.move_line_ids.lot_id, self.serials[:2])
        self.assertIn('list', self._refused(quantity=1, lot_ids=self.serials[:1].ids))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():  # staff do not pass it either
            self.env['customer.rma.line'].create({
                'rma_id': self.env['customer.rma'].create({'partner_id': self.user_a1.partner_id.id}).id,
                'move_id': self._move(self.order_tracked).id, 'quantity': 1, 'lot_ids': [Command.set(self.serials[0].ids)]})
        # what is left needs no choice
        rest = self._request(self.user_a1, self.order_tracked, 1)
        self.assertEqual(rest.line_ids.lot_ids, self.serials[2])
        rest.with_user(self.user_a1)._cancel_by_customer()
        # the warehouse gets another piece than was ever delivered
        move = rma.picking_ids.move_ids
        move.move_line_ids[0].lot_id = foreign
        with self.assertRaises(UserError), self.env.cr.savepoint():
            rma.with_user(self.agent).action_receive()
        self.assertFalse(rma.line_ids.quantity_received)
        move.move_line_ids[0].lot_id = self.serials[0]
        rma.with_user(self.agent).action_receive()
        rma._run_jobs()
        self.assertEqual((rma.state, rma.line_ids.quantity_refunded), ('resolved', 2))
        quants = self.env['stock.quant'].search(
            [('lot_id', 'in', self.serials.ids), ('location_id', '=', self.warehouse.lot_stock_id.id), ('quantity', '>', 0)])
        self.assertEqual(quants.lot_id, self.serials[:2])

    def test_lots(self):
        """Issue 7.15: of goods by lot, the customer names the lots, no more than was delivered of them."""
        self.order_tracked, lots = self._sell_tracked('lot', 4)
        self._refused(quantity=1)
        self._refused(quantity=3, lot_ids=lots[:1].ids)
        rma = self._requested(self.user_a1, self.order_tracked, 2, lot_ids=lots[:1].ids)
        self._receive(rma)
        self.assertEqual(rma.picking_ids.move_line_ids.lot_id, lots[:1])
        self.assertEqual(rma.line_ids.quantity_received, 2)

    # ------------------------------------------------------------------
    # Steps and places
    # ------------------------------------------------------------------

    def test_steps(self):
        """Issue 7.15: Issue 7.16: a receipt in two steps is followed: each scan is a step, all transfers are the return's."""
        self.warehouse.reception_steps = 'two_steps'
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        scan = self.env['customer.rma.scan'].with_user(self.agent).create({'code': rma.number})
        scan.action_scan()
        rma._run_jobs()
        self.assertIn(rma.number, scan.result)
        self.assertEqual((rma.line_ids.quantity_received, rma.line_ids.quantity_refunded), (2, 2))
        self.assertEqual(len(rma.picking_ids), 2)
        inner = rma.picking_ids.filtered(lambda picking: picking.location_id == self.warehouse.wh_input_stock_loc_id)
        self.assertEqual((inner.state, inner.location_dest_id), ('assigned', self.warehouse.lot_stock_id))
        scan.code = rma.number
        scan.action_scan()
        self.assertEqual((inner.state, scan.code, scan.error), ('done', False, False))
        self.assertEqual(rma.line_ids.quantity_received, 2)
        scan.code = rma.number
        scan.action_scan()
        self.assertIn(rma.number, scan.error)
        self.assertFalse(rma._differences(rma._moved_quantities(), rma._credited_quantities()))

    def test_grade_location(self):
        """Issue 7.13: Issue 7.14: what is graded is brought to the place of its grade, or scrapped."""
        self.rule.refund_trigger = 'inspection'
        places = self.env['stock.location'].create([
            {'name': 'B goods', 'usage': 'internal', 'location_id': self.warehouse.lot_stock_id.id, 'company_id': self.company.id},
            {'name': 'Scrapped', 'usage': 'inventory', 'company_id': self.company.id}])
        for place, sold, percent in zip(places, (self.sold_a1, self.sold_a2), (60, 0), strict=True):
            grade = self.env['customer.rma.grade'].create(
                {'name': place.name, 'location_id': place.id, 'refund_percent': percent})
            rma = self._requested(self.user_a1, sold, 2)
            self._receive(rma)
            rma.line_ids.with_user(self.agent).grade_id = grade
            rma.with_user(self.agent).action_inspect()
            rma._run_jobs()
            self.assertEqual(rma.picking_ids.filtered(lambda picking: picking.location_id.usage == 'internal').state, 'done')
            self.assertEqual(sum(self.env['stock.quant'].search(
                [('location_id', '=', place.id), ('product_id', '=', self.lamp.id)]).mapped('quantity')), 2)
            self.assertAlmostEqual(rma.credit_note_ids.amount_total, 2 * 103.5 * percent / 100)
            self.assertEqual((rma.state, rma.line_ids.quantity_received), ('resolved', 2))

    # ------------------------------------------------------------------
    # Labels
    # ------------------------------------------------------------------

    def test_label_pool(self):
        """Issue 7.11: each return gets one uploaded label, no label goes to two; without one staff are told."""
        method = self.env['customer.rma.method'].create({'name': 'Prepaid', 'label_source': 'pool'})
        labels = self.env['customer.rma.label'].create([{
            'name': f'{number}.pdf', 'content': base64.b64encode(b'%PDF-1.4'), 'method_id': method.id,
            'tracking_ref': f'P{number}'} for number in range(2)])
        rmas = self.env['customer.rma']
        for _time in range(3):
            rmas |= self._request_lines(
                self.user_a1, [{'move_id': self._move(self.sold_a1).id, 'quantity': 1}], method_id=method.id)
        rmas._run_jobs()
        self.assertEqual(rmas.mapped('label_ids'), labels)
        self.assertEqual(rmas.mapped('tracking_ref'), ['P0', 'P1', False])
        self.assertEqual(labels.rma_id, rmas[:2])
        job = rmas[2].job_ids.filtered(lambda job: job.kind == 'label')
        self.assertEqual((job.state, len(rmas[2].activity_ids)), ('todo', 1))
        self.assertIn('No label is left', job.error)
        for _time in range(2):
            rmas[0].job_ids.filtered(lambda job: job.kind == 'label').state = 'todo'
            rmas[0]._run_jobs()
        self.assertEqual(len(rmas[0].label_ids), 1)
        with self.assertRaises(AccessError):
            labels.with_user(self.user_a1).read(['content'])
        with self.assertRaises(UserError):
            labels[0].with_user(self.manager).tracking_ref = 'other'
        # a parcel is received by its own number too
        self.assertEqual(self.env['customer.rma'].with_user(self.agent).receive_scan('P1'), rmas[1].number)

    def test_label_of_carrier(self):
        """Issue 7.11: a carrier is asked for the label of the expected transfer."""
        product = self.env['product.product'].create({'name': 'Shipping', 'type': 'service'})
        carrier = self.env['delivery.carrier'].create({'name': 'Post', 'product_id': product.id, 'delivery_type': 'fixed'})
        method = self.env['customer.rma.method'].create(
            {'name': 'By post', 'label_source': 'carrier', 'carrier_id': carrier.id})
        rma = self._request_lines(
            self.user_a1, [{'move_id': self._move(self.sold_a1).id, 'quantity': 1}], method_id=method.id)

        keys = []

        def label(carrier, pickings, tracking_number=None, origin_date=None):
            keys.append((pickings.env.context[LABEL_KEY], carrier.env.context[LABEL_KEY]))
            pickings.carrier_tracking_ref = 'C1'
            self.env['ir.attachment'].create({
                'name': f'{carrier.get_return_label_prefix()}-1.pdf', 'raw': b'%PDF-1.4 x', 'res_model': 'stock.picking',
                'res_id': pickings.id})

        Carrier = type(carrier)
        with patch.object(Carrier, 'can_generate_return', True), patch.object(
                Carrier, 'fixed_get_return_label', label, create=True):
            rma._run_jobs()
            self.assertEqual((base64.b64decode(rma.label_ids.content), rma.tracking_ref), (b'%PDF-1.4 x', 'C1'))
            # what the carrier left is taken, not asked for again
            rma.label_ids.unlink()
            rma.job_ids.filtered(lambda job: job.kind == 'label').state = 'todo'
            rma._run_jobs()
        self.assertEqual(len(rma.label_ids), 1)
        self.assertEqual(keys, [(f'{rma.number}-{rma.picking_ids.id}',) * 2])

    # ------------------------------------------------------------------
    # Other goods instead of money
    # ------------------------------------------------------------------

    def test_replacement(self):
        """Issue 7.13: the same product is sent once more, once, without credit; it can come back again."""
        rma = self._requested(self.user_a1, self.sold_a1, 2, resolution='replace')
        line = rma.line_ids
        self.assertFalse(line.replacement_move_ids)
        self._receive(rma, 1)
        self.assertEqual(line.replacement_move_ids.product_uom_qty, 1)
        self._receive(rma)
        for _time in range(3):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
        self.assertEqual(sum(line.replacement_move_ids.mapped('product_uom_qty')), 2)
        self.assertEqual((rma.state, bool(rma.credit_note_ids)), ('received', False))
        self._ship(line.replacement_move_ids.picking_id)
        rma._run_jobs()
        self.assertEqual((rma.state, line.quantity_replaced, line.quantity_refunded), ('resolved', 2, 0))
        self.assertEqual((self.sold_a1.order_line.qty_delivered, self.sold_a1.invoice_status), (3, 'invoiced'))
        self.assertIn('Replacement sent', [step['title'] for step in rma._timeline()])
        left = self.sold_a1.order_line.move_ids.filtered(
            lambda move: move.location_dest_id.usage == 'customer')._returnable_quantities()
        self.assertEqual(sum(left.values()), 3)

    def test_exchange(self):
        """Issue 7.13: a dearer product is shipped after the difference is paid; of a cheaper one the difference goes back."""
        order, variants = self._variants(0, 20, -30)
        choices = self.env['customer.rma']._returnable_items(order)[0]['resolutions']
        self.assertEqual(
            [(name, product.id, round(price, 2)) for name, product, price in choices],
            [('refund', False, 0), ('replace', False, 0), ('exchange', variants[1].id, 23),
             ('exchange', variants[2].id, -34.5)])
        for wrong in ({'exchange_product_id': self.lamp.id}, {'exchange_product_id': variants[0].id}, {}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._request(self.user_a1, order, 1, resolution='exchange', **wrong)
        dearer = self._requested(
            self.user_a1, order, 1, resolution='exchange', exchange_product_id=variants[1].id)
        self.assertFalse(dearer.exchange_order_ids)
        self._receive(dearer)
        other = dearer.exchange_order_ids
        self.assertEqual((other.order_line.product_id, other.customer_rma_hold), (variants[1], True))
        self.assertFalse(other.picking_ids)
        self.assertAlmostEqual(other.invoice_ids.amount_residual, 23)
        self.assertEqual(dearer.credit_note_ids.amount_residual, 0)
        self.assertEqual(dearer.state, 'received')
        mails = self.env['mail.mail'].search([('model', '=', 'customer.rma'), ('res_id', '=', dearer.id)], order='id')
        self.assertIn('23.00', mails[-1].body_html)
        self._pay(other.invoice_ids)
        dearer._run_jobs()
        self.assertEqual((other.picking_ids.move_ids.product_id, dearer.state), (variants[1], 'resolved'))
        self.assertFalse(dearer.activity_ids)

        order, variants = self._variants(0, -30)
        cheaper = self._requested(
            self.user_a1, order, 1, resolution='exchange', exchange_product_id=variants[1].id)
        self._receive(cheaper)
        self.assertEqual(cheaper.exchange_order_ids.picking_ids.move_ids.product_id, variants[1])
        self.assertAlmostEqual(cheaper.credit_note_ids.amount_residual, 34.5)
        self.assertIn('Pay back by hand', cheaper.activity_ids.mapped('summary'))

    def test_cancelled_exchange(self):
        """Issue 7.13: a cancelled exchange is paid back by itself, with the difference that was paid; shipped ones are not."""
        order, variants = self._variants(0, 20)
        rma = self._requested(self.user_a1, order, 1, resolution='exchange', exchange_product_id=variants[1].id)
        self._receive(rma)
        other = rma.exchange_order_ids
        self._pay(other.invoice_ids)
        note = rma.credit_note_ids
        self.assertEqual(note.amount_residual, 0)
        other._action_cancel()
        for _time in range(2):
            rma._run_jobs()
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
        reversal = rma.credit_note_ids - note
        self.assertEqual([round(part.amount_residual, 2) for part in (note, reversal, reversal.reversed_entry_id)], [115, 23, 0])
        self.assertEqual((rma.line_ids.resolution, rma.exchange_order_ids, rma.state), ('refund', other, 'received'))
        self.assertIn('Pay back by hand', rma.activity_ids.mapped('summary'))
        for credit in rma.credit_note_ids:
            self._pay(credit)
        rma._close_if_settled()
        self.assertEqual(rma.state, 'resolved')

        order, variants = self._variants(0, -30)
        rma = self._requested(self.user_a1, order, 1, resolution='exchange', exchange_product_id=variants[1].id)
        self._receive(rma)
        self._ship(rma.exchange_order_ids.picking_ids)
        rma.exchange_order_ids._action_cancel()
        rma._run_jobs()
        self.assertEqual(len(rma.credit_note_ids), 1)
        self.assertIn('Exchange was cancelled', rma.activity_ids.mapped('summary'))

    def test_manager_sets_up(self):
        """Issue 7.14: Issue 7.16: a manager without rights in the inventory chooses places and carriers; others do not."""
        self.assertFalse(self.manager.has_group('stock.group_stock_user'))
        product = self.env['product.product'].create({'name': 'Shipping', 'type': 'service'})
        self.env['delivery.carrier'].create({'name': 'Post', 'product_id': product.id, 'delivery_type': 'fixed'})
        for model, field, value in (
                ('customer.rma.grade', 'location_id', self.warehouse.lot_stock_id.name), ('customer.rma.method', 'carrier_id', 'Post')):
            Model = self.env[model].with_user(self.manager)
            found = self.env[Model._fields[field].comodel_name].with_user(self.manager).name_search(value)
            record = Model.create({'name': 'Set up', field: found[0][0]})
            record.invalidate_recordset()
            self.assertEqual(record.web_read({field: {'fields': {'display_name': {}}}})[0][field]['display_name'], found[0][1])
            with self.assertRaises(AccessError):
                record.with_user(self.agent).write({field: False})

    def test_possibilities(self):
        """Issue 7.13: a rule says what customers may ask for and in which way; a withdrawal is a refund."""
        self.rule.replace_allowed = False
        move = self._move(self.sold_a1)
        for line, values in (({'resolution': 'replace'}, {}), ({'resolution': 'free'}, {})):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 1, **line}], **values)
        self.rule.write({'replace_allowed': True, 'method_ids': [Command.link(self.env.ref(
            'customer_rma.customer_rma_method_hand').id)]})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 1}],
                                method_id=self.env.ref('customer_rma.customer_rma_method_parcel').id)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self._request_lines(
                self.user_a1, [{'move_id': move.id, 'quantity': 1, 'resolution': 'replace'}], kind='withdrawal')

    def test_fees(self):
        """Issue 7.13: restocking fee and fee for shipping are lines of the credit note, with its taxes; shipping only once."""
        self.rule.write({'restocking_percent': 10, 'shipping_fee': 5})
        self.env['res.lang']._activate_lang('de_DE')
        self.env['res.lang']._activate_lang('nl_NL')
        self.user_a1.lang, self.agent.lang = 'de_DE', 'nl_NL'
        self.assertAlmostEqual(self.env['customer.rma']._returnable_items(self.sold_a1)[0]['estimate'], 93.15)
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        rma.user_id = self.agent
        self._pay(self.sold_a1.invoice_ids)
        self._receive(rma, 1)
        self._receive(rma)
        # each reads his own language, whoever runs the jobs
        texts = ' '.join(rma.credit_note_ids.line_ids.filtered('name').mapped('name'))
        self.assertIn('Wiedereinlagerungsgebühr', texts)
        self.assertIn('Gebühr für den Rückversand', texts)
        self.assertEqual(set(rma.activity_ids.mapped('summary')), {'Met de hand terugbetalen'})
        self.assertEqual([round(note.amount_total, 2) for note in rma.credit_note_ids.sorted('id')],
                         [round(93.15 - 5.75, 2), 93.15])
        self.assertEqual(rma.line_ids.quantity_refunded, 2)
        self.assertEqual(self.sold_a1.invoice_status, 'invoiced')
        self.assertFalse(rma._differences(rma._moved_quantities(), rma._credited_quantities()))
        with self.assertRaises(AccessError):
            rma.line_ids.with_user(self.agent).restocking_percent = 0

    def test_kept_by_staff(self):
        """Issue 7.13: refund approvers let the customer keep the goods: money without a parcel; others cannot."""
        self.rule.decision = 'review'
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        for user in (self.agent, self.employee, self.user_a1):
            with self.assertRaises(AccessError):
                rma.line_ids.with_user(user).action_keep()
        self.assertFalse(rma.line_ids.is_kept)
        rma.line_ids.with_user(self.manager).action_keep()
        rma.with_user(self.manager).action_approve()
        rma._run_jobs()
        self.assertFalse(rma.picking_ids)
        self.assertEqual((rma.line_ids.quantity_refunded, rma.state), (1, 'resolved'))
        with self.assertRaises(UserError):
            rma.line_ids.with_user(self.manager).action_keep()
