from datetime import timedelta

from psycopg2 import IntegrityError
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RmaCommon


@tagged('post_install', '-at_install')
class TestRequest(RmaCommon):
    """What a customer may ask for."""

    def _assert_refused(self, user, lines, error=UserError, text='', **values):
        count = self.env['customer.rma'].search_count([])
        with self.assertRaises(error) as caught, self.env.cr.savepoint():
            self._request_lines(user, lines, **values)
        self.assertIn(text, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(self.env['customer.rma'].search_count([]), count)

    def test_quantity_left(self):
        """Issue 7.2: of 3 delivered, 2 may come back; 2 more are refused with what is left, 1 more is not."""
        self._request(self.user_a1, self.sold_a1, 2)
        move = self._move(self.sold_a1)
        self._assert_refused(self.user_a1, [{'move_id': move.id, 'quantity': 2}], text='1 left')
        self._request(self.user_a1, self.sold_a1, 1)
        self._assert_refused(self.user_a1, [{'move_id': move.id, 'quantity': 1}])

    def test_quantity_is_free_again(self):
        """Issue 7.2: what was cancelled may be asked for again; what was returned without a request may not."""
        rma = self._request(self.user_a1, self.sold_a1, 3)
        rma._cancel()
        self._request(self.user_a1, self.sold_a1, 2)
        wizard = self.env['stock.return.picking'].with_context(
            active_id=self.sold_a2.picking_ids.id, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 2
        self._ship(wizard._create_return())
        self._assert_refused(
            self.user_a2, [{'move_id': self._move(self.sold_a2).id, 'quantity': 2}], text='1 left')

    def test_staff_cannot_pass_the_guard(self):
        """Issue 7.2: Issue 7.3: what staff or integrators write by RPC is guarded as well."""
        rma = self.env['customer.rma'].with_user(self.agent).create({'partner_id': self.user_a1.partner_id.id})
        Line = self.env['customer.rma.line'].with_user(self.agent)
        line = Line.create({'rma_id': rma.id, 'move_id': self._move(self.sold_a1).id, 'quantity': 3})
        for values in (
            {'move_id': self._move(self.sold_a1).id, 'quantity': 1},
            {'move_id': self._move(self.sold_b1).id, 'quantity': 1},
            {'move_id': self.chair_move_of_nobody().id, 'quantity': 1},
        ):
            other = self.env['customer.rma'].with_user(self.agent).create({'partner_id': self.user_a1.partner_id.id})
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                Line.create({'rma_id': other.id, **values})
            self.assertFalse(other.line_ids)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            line.quantity = 12
        for values in ({'quantity_approved': 3}, {'decision': 'approve'}, {'move_id': self._move(self.sold_a2).id}):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                line.write(values)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            rma.state = 'approved'
        for quantity in (float('nan'), float('inf'), 1e308, 'x', [1], None, 0):
            with self.assertRaises(UserError, msg=quantity), self.env.cr.savepoint():
                line.write({'quantity': quantity})
            with self.assertRaises(UserError, msg=quantity), self.env.cr.savepoint():
                Line.create({'rma_id': rma.id, 'move_id': self._move(self.sold_a2).id, 'quantity': quantity})
        text = Line.create({'rma_id': rma.id, 'move_id': self._move(self.sold_a2).id, 'quantity': '1'})
        self.assertEqual((text.quantity, text.sudo().decision), (1, 'approve'), 'programs may send numbers as text')
        for fee in (float('nan'), 1e308, -1):
            for record in (line.sudo(), self.rule):
                with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                    record.shipping_fee = fee
                    record.flush_recordset()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            rma.partner_id = self.user_b1.partner_id
        self.env.invalidate_all()
        self.assertEqual((line.quantity, rma.state, rma.partner_id), (3, 'requested', self.user_a1.partner_id))

    def chair_move_of_nobody(self):
        """Return a delivered move that belongs to no order."""
        picking = self.env['stock.picking'].create({
            'picking_type_id': self.warehouse.out_type_id.id, 'location_id': self.warehouse.lot_stock_id.id,
            'location_dest_id': self.env.ref('stock.stock_location_customers').id,
            'partner_id': self.user_a1.partner_id.id,
            'move_ids': [Command.create({
                'product_id': self.lamp.id, 'product_uom_qty': 1,
                'location_id': self.warehouse.lot_stock_id.id,
                'location_dest_id': self.env.ref('stock.stock_location_customers').id})]})
        picking.action_confirm()
        self._ship(picking)
        return picking.move_ids

    def test_foreign_ids(self):
        """Issue 7.3: a dozen of one unit, foreign goods, ids that do not exist, and wrong values are refused."""
        mine, foreign = self._move(self.sold_a1).id, self._move(self.sold_b1).id
        colleague = self._move(self.sold_a2).id
        receipt = self._requested(self.user_b1, self.sold_b1, 1).picking_ids.move_ids.id
        for number in (foreign, receipt, 2**31, 999999999, 0, -1):
            self._assert_refused(self.user_a1, [{'move_id': number, 'quantity': 1}])
        # scope own: the goods of a colleague are foreign
        self._assert_refused(self.user_a2, [{'move_id': mine, 'quantity': 1}])
        self._request_lines(self.user_a1, [{'move_id': colleague, 'quantity': 1}])
        for quantity in (12, 3.001, -1, 0, 0.5, 'x', None, float('nan'), 10**12, True):
            self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': quantity}])
        for line in (
            {'move_id': mine, 'quantity': 1, 'reason_id': 999999}, {'move_id': str(mine), 'quantity': 1},
            {'move_id': mine, 'quantity': 1, 'resolution': 'gold'},
        ):
            self._assert_refused(self.user_a1, [line])
        self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': 1}] * 2)
        self._assert_refused(self.user_a1, [])
        self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': 1}], kind='gift')
        self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': 1}], method_id=999999)

    def test_foreign_fields(self):
        """Issue 7.3: fields that are not the customer's are refused."""
        mine = self._move(self.sold_a1).id
        for name in ('quantity_approved', 'order_line_id', 'product_id', 'is_kept', 'refund_percent', 'rma_id'):
            self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': 1, name: 1}], AccessError)
        for name in ('state', 'partner_id', 'company_id', 'refund_trigger', 'number'):
            self._assert_refused(self.user_a1, [{'move_id': mine, 'quantity': 1}], AccessError, **{name: 1})

    def test_services(self):
        """Issue 7.15: services are shown as what cannot come back."""
        service = self.env['product.product'].create({'name': 'Assembly', 'type': 'service', 'list_price': 10})
        order = self._sell(self.user_a1)
        order.write({'order_line': [Command.create({'product_id': service.id})]})
        items = self.env['customer.rma'].with_user(self.user_a1)._returnable_items(order.with_user(self.user_a1))
        self.assertEqual([bool(item['blocked']) for item in items], [False, True])

    def test_window(self):
        """Issue 7.7: Issue 7.10: day 30 after delivery is in time, day 31 is refused, with the date."""
        order = self.sold_a1.with_user(self.user_a1)
        Rma = self.env['customer.rma'].with_user(self.user_a1)
        self._deliver_ago(self.sold_a1, 30)
        self.assertFalse(Rma._returnable_items(order)[0]['blocked'])
        self._deliver_ago(self.sold_a1, 31)
        item = Rma._returnable_items(order)[0]
        self.assertEqual(item['deadline'], fields.Date.today() - timedelta(days=1))
        self.assertIn('ended on', item['blocked'])
        self._assert_refused(
            self.user_a1, [{'move_id': self._move(self.sold_a1).id, 'quantity': 1}], text='ended on')

    def test_override(self):
        """Issue 7.7: a refund approver may approve what is late; who did it is logged, others may not."""
        self._deliver_ago(self.sold_a1, 40)
        rma = self.env['customer.rma'].with_user(self.agent).create({
            'partner_id': self.user_a1.partner_id.id,
            'line_ids': [Command.create({'move_id': self._move(self.sold_a1).id, 'quantity': 1})]})
        rma.action_submit()
        rma.sudo()._run_jobs()
        self.assertEqual((rma.line_ids.decision, rma.state), ('refuse', 'review'))
        with self.assertRaises(AccessError):
            rma.action_approve()
        self.assertEqual(rma.state, 'review')
        rma.with_user(self.manager).action_approve()
        self.assertEqual(rma.state, 'approved')
        self.assertIn(self.manager.name, str(rma.sudo().message_ids.mapped('body')))

    def test_rule_is_kept(self):
        """Issue 7.19: every line keeps the rule that decided and why others did not fit; customers do not read it."""
        other = self.env['customer.rma.rule'].create(
            {'name': 'Claims', 'kind': 'claim', 'decision': 'review', 'sequence': 1})
        rma = self._request(self.user_a1, self.sold_a1, 1, reason_id=self.reason.id)
        self.assertEqual((rma.line_ids.rule_id, rma.line_ids.decision), (self.rule, 'approve'))
        self.assertRegex(rma.line_ids.policy_trace, f'{other.name}: .*\n{self.rule.name}: fits')
        self.assertNotIn('policy_trace', rma.line_ids.with_user(self.user_a1).read()[0])
        claim = self._request_lines(
            self.user_a1, [{'move_id': self._move(self.sold_a1).id, 'quantity': 1}], kind='claim')
        claim._run_jobs()
        self.assertEqual((claim.line_ids.rule_id, claim.state), (other, 'review'))

    def test_category(self):
        """Issue 7.19: a rule for a category of products fits the categories below it, and no others."""
        above, other = self.env['product.category'].create([{'name': 'Light'}, {'name': 'Sound'}])
        self.lamp.categ_id = self.env['product.category'].create({'name': 'Lamps', 'parent_id': above.id})
        rule = self.env['customer.rma.rule'].create({
            'name': 'No light', 'decision': 'refuse', 'sequence': 1, 'categ_ids': [Command.set(above.ids)]})
        self.assertTrue(self.env['customer.rma']._returnable_items(self.sold_a1)[0]['blocked'])
        rule.categ_ids = other
        self.assertFalse(self.env['customer.rma']._returnable_items(self.sold_a1)[0]['blocked'])

    def test_named_by_rule(self):
        """Issue 7.19: what a rule names is not deleted, and counts when it is archived: else the rule would fit everything."""
        chair = self.env['product.product'].create({'name': 'Chair'})
        rule = self.env['customer.rma.rule'].create({
            'name': 'No chairs', 'decision': 'refuse', 'sequence': 1, 'product_ids': [Command.set(chair.ids)]})
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            chair.unlink()
        chair.active = False
        rule.name = 'No chairs any more'
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(rule._to_policy()[0].products, frozenset(chair.ids))
        self.assertFalse(self.env['customer.rma']._returnable_items(self.sold_a1)[0]['blocked'])
        rule.with_context(active_test=False).product_ids = self.lamp
        self.assertTrue(self.env['customer.rma']._returnable_items(self.sold_a1)[0]['blocked'])

    def test_refused_by_reason(self):
        """Issue 7.19: a rule for a reason refuses with its message, nothing is stored."""
        self.env['customer.rma.rule'].create({
            'name': 'No second thoughts', 'decision': 'refuse', 'sequence': 1, 'message': 'Not this time.',
            'reason_ids': [Command.set(self.reason.ids)]})
        move = self._move(self.sold_a1)
        self._assert_refused(
            self.user_a1, [{'move_id': move.id, 'quantity': 1, 'reason_id': self.reason.id}], text='Not this time.')
        self._request(self.user_a1, self.sold_a1, 1)

    def test_simulation(self):
        """Issue 7.19: the simulator replays returns against the drafts, lists what would change and changes nothing."""
        first, second = (self._request(self.user_a1, order, 1) for order in (self.sold_a1, self.sold_a2))
        Rule = self.env['customer.rma.rule'].with_user(self.manager)
        simulation = self.env['customer.rma.simulation'].with_user(self.manager).create({})
        with self.assertRaises(UserError):
            simulation.action_simulate()
        Rule.action_copy_to_draft()
        draft = Rule.search([('is_draft', '=', True)])
        self.assertEqual(draft.name, self.rule.name)
        simulation.action_simulate()
        self.assertGreaterEqual(simulation.line_count, 2)
        lines = (first | second).line_ids
        self.assertFalse(simulation.change_ids.filtered(lambda change: change.line_id in lines))
        self._deliver_ago(self.sold_a2, 8)
        draft.window_days = 7
        simulation.action_simulate()
        change = simulation.change_ids.filtered(lambda change: change.line_id in lines)
        self.assertEqual((change.line_id, change.old_decision, change.new_decision, change.old_rule_id, change.new_rule_id),
                         (second.line_ids, 'approve', 'refuse', self.rule, draft))
        self.assertEqual(second.line_ids.decision, 'approve')
        self.assertFalse(self.env['customer.rma']._returnable_items(self.sold_a2)[0]['blocked'])
        with self.assertRaises(AccessError):
            self.env['customer.rma.rule'].with_user(self.agent).action_put_into_effect()
        Rule.action_put_into_effect()
        self.assertFalse(self.rule.active)
        self.assertTrue(self.env['customer.rma']._returnable_items(self.sold_a2)[0]['blocked'])

    def test_photos(self):
        """Issue 7.10: where a rule asks for a photo, a request without one is refused."""
        self.rule.photos_required = True
        move = self._move(self.sold_a1)
        self._assert_refused(self.user_a1, [{'move_id': move.id, 'quantity': 1}], text='photo')

    def test_estimate(self):
        """Issue 7.10: the refund of one unit is estimated as it was invoiced, else as it was ordered."""
        items = self.env['customer.rma']._returnable_items(self.sold_a1 | self._sell(self.user_a1, invoice=False))
        self.assertEqual([item['estimate'] for item in items], [103.5, 103.5])
