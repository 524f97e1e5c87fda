from odoo.tests import tagged

from .common import RmaCommon


@tagged('post_install', '-at_install')
class TestAudit(RmaCommon):
    """Goods and money of returns agree, or somebody is told."""

    SUMMARY = 'Goods and money do not agree'

    def _audit(self, rma):
        """Return the texts of the activities of the reconciliation."""
        self.env['customer.rma']._cron_reconcile()
        return [str(activity.note) for activity in rma.activity_ids if activity.summary == self.SUMMARY]

    def test_agrees(self):
        """Issue 7.21: returns in every state, also received in part and settled, agree with stock and ledger."""
        rmas = self.env['customer.rma']
        for order, quantity in ((self.sold_a1, 2), (self.sold_a1, 1), (self.sold_a2, 3)):
            rmas |= self._requested(self.user_a1, order, quantity)
        self._receive(rmas[0], 1)
        self._receive(rmas[2])
        self.assertEqual(rmas.mapped('state'), ['transit', 'approved', 'resolved'])
        for rma in rmas:
            self.assertEqual(self._audit(rma), [])

    def test_differs(self):
        """Issue 7.21: a quantity in stock or in the ledger that differs is one activity, however many nights pass."""
        rma = self._requested(self.user_a1, self.sold_a1, 3)
        self._receive(rma, 2)
        line = rma.line_ids
        self.assertEqual((line.quantity_received, line.quantity_refunded), (2, 2))
        self.env.flush_all()
        self.env.cr.execute('UPDATE customer_rma_line SET quantity_received = 1 WHERE id = %s', [line.id])
        self.env.invalidate_all()
        for _night in range(2):
            texts = self._audit(rma)
            self.assertEqual(len(texts), 1)
            self.assertIn('received 1', texts[0])
        rma.activity_ids.unlink()
        self.env.cr.execute(
            'UPDATE customer_rma_line SET quantity_received = 2, quantity_refunded = 3 WHERE id = %s', [line.id])
        self.env.invalidate_all()
        self.assertIn('credited 2', self._audit(rma)[0])

    def test_open_credit_note(self):
        """Issue 7.21: a closed return with an open credit note is an activity."""
        self._pay(self.sold_a1.invoice_ids)
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self._receive(rma)
        self.assertEqual(self._audit(rma), [])
        rma._move_to('resolved')
        self.assertIn('credit note is open', self._audit(rma)[0])
