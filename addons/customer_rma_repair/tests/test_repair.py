from odoo.exceptions import AccessError, UserError
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
        cls.rule.refund_trigger = 'inspection'

    def _received(self):
        rma = self._request_lines(self.user_a1, [{'move_id': self._move(self.sold_a1).id, 'quantity': 2}], kind='claim')
        rma._run_jobs()
        self._receive(rma)
        self.assertEqual(rma.state, 'received')
        return rma

    def test_repair(self):
        """Issue 7.13: received, repaired under warranty, sent back: nothing is credited, the return is resolved."""
        rma = self._received()
        rma.with_user(self.agent).action_repair()
        line = rma.line_ids
        repair = line.repair_ids
        self.assertEqual((len(repair), repair.product_qty, repair.under_warranty, repair.state), (1, 2, True, 'confirmed'))
        self.assertEqual(repair.partner_id, self.user_a1.partner_id)
        with self.assertRaises(UserError):
            rma.action_repair()
        line.grade_id = self.env.ref('customer_rma.customer_rma_grade_new')
        rma.action_inspect()
        rma._run_jobs()
        self.assertEqual((rma.state, rma.credit_note_ids.ids), ('inspected', []))
        repair.action_repair_start()
        repair.action_repair_end()
        back = line._repaired_moves()
        self.assertEqual((back.product_uom_qty, back.picking_id.state), (2, 'assigned'))
        self._ship(back.picking_id)
        rma._run_jobs()
        self.assertEqual((rma.state, line.quantity_received, line.quantity_refunded), ('resolved', 0, 0))
        titles = [step['title'] for step in rma._timeline()]
        for title in ('Received', 'Repaired', 'Sent back to you'):
            self.assertEqual(titles.count(title), 1, titles)
        activities = rma.activity_ids
        self.env['customer.rma']._cron_reconcile()
        self.assertEqual(rma.activity_ids, activities, 'stock and ledger agree')

    def test_cancelled(self):
        """Issue 7.13: a repair that is cancelled is refunded instead; what was refunded is not repaired."""
        rma = self._received()
        rma.action_repair()
        rma.line_ids.repair_ids.action_repair_cancel()
        self.assertEqual(rma.line_ids.resolution, 'refund')
        rma.line_ids.grade_id = self.env.ref('customer_rma.customer_rma_grade_new')
        rma.action_inspect()
        rma._run_jobs()
        self.assertEqual(rma.line_ids.quantity_refunded, 2)
        with self.assertRaises(UserError):
            rma.action_repair()

    def test_rights(self):
        """Issue 7.13: only users of returns; nothing changes for others."""
        rma = self._received()
        for user in (self.user_a1, self.employee, self.specialist, self.other_company_agent):
            with self.assertRaises(AccessError, msg=user.login):
                rma.with_user(user).action_repair()
        self.assertEqual((rma.line_ids.resolution, rma.line_ids.repair_ids.ids), ('refund', []))
