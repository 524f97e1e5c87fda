from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: repairs keep the rules of the suite."""

    addon = 'customer_rma_repair'
    public_methods = frozenset({'customer.rma.action_repair', 'customer.rma.action_open_repairs'})


@tagged('post_install', '-at_install')
class TestRepair(RmaCommon):
    """Issue 7.13: repair instead of refund."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.write({'refund_trigger': 'inspection', 'repair_allowed': True})

    def _received(self, resolution='refund', **line):
        line = dict({'move_id': self._move(self.sold_a1).id, 'quantity': 2, 'resolution': resolution}, **line)
        rma = self._request_lines(self.user_a1, [line], kind='claim')
        rma._run_jobs()
        self._receive(rma)
        self.assertEqual(rma.state, 'received')
        return rma

    def _inspect(self, rma):
        rma.line_ids.grade_id = self.env.ref('customer_rma.customer_rma_grade_new')
        rma.action_inspect()
        rma._run_jobs()

    def _titles(self, rma):
        return [step['title'] for step in rma.with_user(self.user_a1)._timeline()]

    def test_repair(self):
        """Issue 7.13: received, repaired under warranty, sent back: nothing is credited, the return is resolved."""
        self.lamp.invoice_policy = 'delivery'
        rma = self._received()
        rma.with_user(self.agent).action_repair()
        line = rma.line_ids
        repair = line.repair_ids
        self.assertEqual(
            (len(repair), repair.product_qty, repair.under_warranty, repair.state, line.resolution),
            (1, 2, True, 'confirmed', 'repair'))
        self.assertEqual((repair.partner_id, rma.repair_count), (self.user_a1.partner_id, 1))
        with self.assertRaises(UserError):
            rma.action_repair()
        self._inspect(rma)
        self.assertEqual((rma.state, rma.credit_note_ids.ids, line.repair_ids), ('inspected', [], repair))
        self.assertIn('Repair planned', self._titles(rma))
        self.assertNotIn('Repair begun', self._titles(rma))
        repair.action_repair_start()
        repair.action_repair_end()
        back = line.replacement_move_ids
        self.assertEqual((back.product_uom_qty, back.picking_id.state), (2, 'assigned'))
        self.assertEqual(rma.state, 'inspected')
        self._ship(back.picking_id)
        rma._run_jobs()
        self.assertEqual(
            (rma.state, line.quantity_received, line.quantity_refunded, line.quantity_replaced), ('resolved', 2, 0, 2))
        titles = self._titles(rma)
        self.assertEqual(
            [title for title in titles if 'epair' in title or 'ent' in title],
            ['Repair planned', 'Repair begun', 'Repaired', 'Sent back to you'])
        sold = self.sold_a1.order_line
        self.assertEqual((sold.qty_delivered, sold.qty_to_invoice, self.sold_a1.invoice_status), (3, 0, 'invoiced'))
        left = (self._move(self.sold_a1) | back)._returnable_quantities()
        self.assertEqual(sorted(left.values()), [1, 2], 'what was repaired can be returned once more')
        activities = rma.activity_ids
        self.env['customer.rma']._cron_reconcile()
        self.assertEqual(rma.activity_ids, activities, 'stock and ledger agree')

    def test_asked_for(self):
        """Issue 7.13: Issue 7.8: where the rule allows it customers ask for it; jobs make one repair, however often they run."""
        rma = self._received('repair')
        line = rma.line_ids
        self.assertFalse(line.repair_ids)
        self._inspect(rma)
        self.assertEqual((len(line.repair_ids), line.repair_ids.product_qty), (1, 2))
        for _time in range(5):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
        self.assertEqual((len(line.repair_ids), rma.state, rma.credit_note_ids.ids), (1, 'inspected', []))
        self.rule.repair_allowed = False
        with self.assertRaises(UserError):
            self._request(self.user_a1, self.sold_a1, 1, resolution='repair')

    def test_kept_and_parts(self):
        """Issue 7.13: goods to be repaired have to come, whatever they are worth; each receipt is repaired for itself."""
        self.rule.write({'keep_amount': 1000, 'refund_trigger': 'receipt'})
        rma = self._requested(self.user_a1, self.sold_a1, 2, resolution='repair')
        self.assertEqual((rma.line_ids.is_kept, rma.state), (False, 'approved'))
        for count in (1, 2):
            self._receive(rma, 1)
            self.assertEqual(rma.line_ids.repair_ids.mapped('product_qty'), [1] * count)

    def test_serial_numbers(self):
        """Issue 7.13: Issue 7.15: each serial number has its repair, and exactly that one goes back, also from another place."""
        place = self.env['stock.location'].create({'name': 'Workshop', 'location_id': self.warehouse.lot_stock_id.id})
        self.env.ref('customer_rma.customer_rma_grade_new').location_id = place
        self.lamp = self.env['product.product'].create({
            'name': 'Numbered lamp', 'is_storable': True, 'tracking': 'serial', 'taxes_id': [Command.clear()]})
        lots = self.env['stock.lot'].create([{'name': f'N{number}', 'product_id': self.lamp.id} for number in range(3)])
        for lot in lots:
            self.env['stock.quant']._update_available_quantity(self.lamp, self.warehouse.lot_stock_id, 1, lot_id=lot)
        order = self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': self.lamp.id, 'product_uom_qty': 2})]})
        order.action_confirm()
        self._ship(order.picking_ids)
        move = order.order_line.move_ids
        rma = self._received('repair', move_id=move.id)
        self._inspect(rma)
        repairs = rma.line_ids.repair_ids
        self.assertEqual((repairs.lot_id, repairs.mapped('product_qty')), (move.lot_ids, [1, 1]))
        for repair in repairs:
            repair.action_repair_start()
            repair.action_repair_end()
            sent = repair.customer_rma_picking_id
            self.assertEqual((sent.state, sent.move_line_ids.lot_id), ('assigned', repair.lot_id))
            self._ship(sent)
        rma._run_jobs()
        self.assertEqual(rma.state, 'resolved')
        here = self.env['stock.quant'].search([('product_id', '=', self.lamp.id), ('location_id.usage', '=', 'internal')])
        self.assertEqual(sum(here.mapped('quantity')), 1)
        self.assertFalse(here.filtered(lambda quant: quant.quantity < 0))

    def test_cancelled(self):
        """Issue 7.13: a repair that is cancelled is refunded instead; what was refunded is not repaired."""
        rma = self._received()
        rma.action_repair()
        repair = rma.line_ids.repair_ids
        repair.action_repair_cancel()
        self.assertEqual(rma.line_ids.resolution, 'refund')
        self._inspect(rma)
        self.assertEqual(rma.line_ids.quantity_refunded, 2)
        with self.assertRaises(UserError):
            rma.action_repair()
        repair.action_repair_cancel_draft()
        repair.action_repair_start()
        repair.action_repair_end()
        self.assertFalse(repair.customer_rma_picking_id, 'the money went back, so the goods stay')

    def test_rights(self):
        """Issue 7.13: only users of returns repair, who see it in the form; customers read no repair; nothing changes."""
        rma = self._received()
        for user in (self.user_a1, self.employee, self.specialist, self.other_company_agent):
            with self.assertRaises(AccessError, msg=user.login):
                rma.with_user(user).action_repair()
        self.assertEqual((rma.line_ids.resolution, rma.line_ids.repair_ids.ids), ('refund', []))
        rma.action_repair()
        repair = rma.line_ids.repair_ids
        for user in (self.user_a1, self.user_b1):
            with self.assertRaises(AccessError):
                repair.with_user(user).read(['name'])
            with self.assertRaises(AccessError):
                self.env['repair.order'].with_user(user).search([])
        with self.assertRaises(AccessError):
            rma.line_ids.with_user(self.user_a1).read(['repair_ids'])
        self.assertEqual(rma.with_user(self.agent).repair_count, 1)
