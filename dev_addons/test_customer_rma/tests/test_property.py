from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_rma.tests.common import RmaCommon

#: what happens to returns of one order: ask for so many, receive so many, cancel, close a back order, replace
STEPS = st.lists(st.tuples(
    st.sampled_from(['request', 'replace', 'receive', 'cancel', 'drop', 'jobs']), st.integers(1, 4)), min_size=3, max_size=9)


@tagged('post_install', '-at_install')
class TestProperty(RmaCommon):
    """Whatever happens in which order, goods and money agree with moves and ledger."""

    @mute_logger('odoo.models.unlink')
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(delivered=st.lists(st.integers(1, 3), min_size=1, max_size=2), steps=STEPS)
    def test_random(self, delivered, steps):
        """Issue 7.5: Issue 7.6: Issue 7.21: random deliveries, requests, receipts, cancellations, replays always agree."""
        savepoint = self.env.cr.savepoint()
        try:
            self._play(delivered, steps)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def _play(self, delivered, steps):
        order = self._sell(self.user_a1, sum(delivered), invoice=False)
        invoices = order._create_invoices()
        invoices.action_post()
        rmas = self.env['customer.rma']
        for number, (step, quantity) in enumerate(steps):
            if step in ('request', 'replace'):
                rmas |= self._ask(order, quantity, 'refund' if step == 'request' else 'replace')
            elif rmas:
                self._act(rmas[number % len(rmas)], step, quantity)
            self._check(order, invoices, rmas)

    def _ask(self, order, quantity, resolution):
        """Ask for a return; more than what is left is refused, and only that."""
        move = self._move(order)
        left = move._returnable_quantities()[move]
        try:
            with self.env.cr.savepoint():
                rma = self._request(self.user_a1, order, quantity, resolution=resolution)
        except (UserError, ValidationError):
            self.assertGreater(quantity, left)
            return self.env['customer.rma']
        self.assertLessEqual(quantity, left)
        rma._run_jobs()
        return rma

    def _act(self, rma, step, quantity):
        expected = rma._expected_pickings()[:1]
        if step == 'receive' and expected:
            self._ship(expected, min(quantity, expected.move_ids.product_uom_qty))
        elif step == 'drop' and expected and rma.state == 'transit':
            expected.action_cancel()
        elif step == 'cancel' and rma.state == 'approved':
            rma.with_user(self.user_a1)._cancel_by_customer()
        elif step == 'jobs':
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
        rma._run_jobs()

    def _check(self, order, invoices, rmas):
        self.assertFalse(rmas.job_ids.filtered('error').mapped('error'))
        stock, ledger = rmas._moved_quantities(), rmas._credited_quantities()
        for rma in rmas:
            self.assertEqual(rma._differences(stock, ledger), [])
        lines = rmas.line_ids
        for line in lines:
            given = line.quantity_replaced if line.resolution == 'replace' else line.quantity_refunded
            self.assertLessEqual(given, line.quantity_received)
            self.assertLessEqual(line.quantity_received, line.quantity_approved)
        move, notes = self._move(order), rmas.credit_note_ids
        self.assertGreaterEqual(move._returnable_quantities()[move], 0)
        self.assertLessEqual(sum(lines.mapped('quantity_claimed')), order.order_line.product_uom_qty)
        refunded = sum(lines.mapped('quantity_refunded'))
        self.assertAlmostEqual(sum(notes.mapped('amount_total')), 103.5 * refunded)
        self.assertAlmostEqual(sum(invoices.mapped('amount_residual')), invoices.amount_total - 103.5 * refunded)
        self.assertNotEqual(order.invoice_status, 'to invoice')
