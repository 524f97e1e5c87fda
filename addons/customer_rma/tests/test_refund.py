from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RmaCommon


@tagged('post_install', '-at_install')
class TestRefund(RmaCommon):
    """The money, to the cent: as it was invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule.refund_trigger = 'approval'

    def _refund(self, order, quantity):
        rma = self._requested(self.user_a1, order, quantity)
        self.assertEqual(set(rma.job_ids.mapped('state')), {'done'}, rma.job_ids.mapped('error'))
        return rma

    def test_discount_and_tax(self):
        """Issue 7.6: of 3 x 100 with 10 % discount and 15 % tax one is 103.50; the order is not invoiceable again."""
        rma = self._refund(self.sold_a1, 1)
        note = rma.credit_note_ids
        self.assertEqual((note.amount_untaxed, note.amount_tax, note.amount_total), (90.0, 13.5, 103.5))
        self.assertEqual(note.invoice_line_ids.discount, 10)
        self.assertEqual(note.reversed_entry_id, self.sold_a1.invoice_ids - note)
        line = self.sold_a1.order_line
        self.assertEqual((line.qty_to_invoice, line.qty_invoiced, self.sold_a1.invoice_status), (0, 3, 'invoiced'))
        self._receive(rma)
        self.assertEqual((line.qty_to_invoice, self.sold_a1.invoice_status), (0, 'invoiced'))
        self.assertAlmostEqual(self.sold_a1.customer_amount_open, 207.0)

    def test_invoiced_by_delivery(self):
        """Issue 7.6: of an order invoiced by delivered quantities nothing is invoiced again, before and after receipt."""
        self.lamp.invoice_policy = 'delivery'
        order = self._sell(self.user_a1)
        rma = self._refund(order, 2)
        line = order.order_line
        self.assertEqual((line.qty_to_invoice, order.invoice_status), (0, 'invoiced'))
        self._receive(rma)
        self.assertEqual((line.qty_delivered, line.qty_to_invoice, order.invoice_status), (1, 0, 'invoiced'))

    def test_as_invoiced(self):
        """Issue 7.6: taxes and prices that were changed after the invoice do not matter."""
        other = self.tax.copy({'name': 'Tax of 50', 'amount': 50})
        self.lamp.write({'taxes_id': [Command.set(other.ids)], 'list_price': 999})
        self.assertAlmostEqual(self._refund(self.sold_a1, 2).credit_note_ids.amount_total, 207.0)

    def test_reduced(self):
        """Issue 7.6: of an order with a line that takes 20 % off, people decide; a refund is of what was paid, graded or not."""
        discount = self.env['product.product'].create({
            'name': 'Discount', 'type': 'service', 'invoice_policy': 'order', 'taxes_id': [Command.set(self.tax.ids)]})
        order = self._sell(self.user_a1, order_line=[
            Command.create({'product_id': product.id, 'product_uom_qty': quantity, 'price_unit': price})
            for product, quantity, price in ((self.lamp, 2, 100), (discount, 1, -40))])
        item = self.env['customer.rma'].with_user(self.user_a1)._returnable_items(order.with_user(self.user_a1))[0]
        self.assertEqual(item['estimate'], 92)
        self.assertIn('discounts', item['message'])
        rma = self._requested(self.user_a1, order, 1)
        self.assertEqual((rma.state, bool(rma.credit_note_ids)), ('review', False))
        self.assertIn('discounts', rma.line_ids.policy_trace)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            rma.with_user(self.agent).action_approve()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            rma.line_ids.with_user(self.agent).paid_percent = 100
        rma.with_user(self.manager).action_approve()
        rma._run_jobs()
        self.assertEqual(rma.credit_note_ids.amount_total, 92)
        rma.line_ids.grade_id = self.env.ref('customer_rma.customer_rma_grade_used')
        self.assertAlmostEqual(rma.line_ids.refund_percent, 64)

    def test_tax_included(self):
        """Issue 7.6: with taxes in the price, one of 3 x 100 is 100."""
        self.lamp.taxes_id = self.tax.copy({'name': 'Included', 'price_include_override': 'tax_included'})
        order = self._sell(self.user_a1, discount=0)
        note = self._refund(order, 1).credit_note_ids
        self.assertEqual((note.amount_total, note.amount_tax), (100.0, 13.04))

    def test_currency(self):
        """Issue 7.6: a refund is in the currency of the invoice."""
        currency = self.env['res.currency'].with_context(active_test=False).search([
            ('id', '!=', self.company.currency_id.id), ('rounding', '=', 0.01)], limit=1)
        currency.active = True
        self.env['res.currency.rate'].create({'currency_id': currency.id, 'rate': 2.0, 'name': '2020-01-01'})
        pricelist = self.env['product.pricelist'].create({'name': 'Foreign', 'currency_id': currency.id})
        order = self._sell(self.user_a1, pricelist_id=pricelist.id)
        self.env['res.currency.rate'].create({'currency_id': currency.id, 'rate': 4.0, 'name': '2020-01-02'})
        note = self._refund(order, 1).credit_note_ids
        self.assertEqual((note.currency_id, note.amount_total), (currency, 103.5))

    def test_down_payment(self):
        """Issue 7.6: after a down payment, what comes back is credited as the goods were invoiced."""
        order = self._sell(self.user_a1, invoice=False)
        for method, amount in (('percentage', 50), ('delivered', 0)):
            self.env['sale.advance.payment.inv'].with_context(
                active_model='sale.order', active_ids=order.ids).create({
                    'advance_payment_method': method, 'amount': amount}).create_invoices()
            order.invoice_ids.filtered(lambda move: move.state == 'draft').action_post()
        self.assertAlmostEqual(sum(order.invoice_ids.mapped('amount_total')), 310.5)
        note = self._refund(order, 1).credit_note_ids
        self.assertAlmostEqual(note.amount_total, 103.5)
        self.assertEqual(len(note.invoice_line_ids), 1)

    def test_several_invoices(self):
        """Issue 7.6: goods on several invoices are credited invoice by invoice, each with its own price."""
        self.lamp.invoice_policy = 'delivery'
        order = self._create_order(self.user_a1, order_line=[Command.create({
            'product_id': self.lamp.id, 'product_uom_qty': 3, 'price_unit': 100})])
        self._ship(order.picking_ids, 2)
        first = order._create_invoices()
        first.action_post()
        self._ship(order.picking_ids.filtered(lambda picking: picking.state != 'done'))
        second = order._create_invoices()
        second.invoice_line_ids.price_unit = 80
        second.action_post()
        moves = order.order_line.move_ids
        rma = self._request_lines(
            self.user_a1, [{'move_id': move.id, 'quantity': move.quantity} for move in moves])
        rma._run_jobs()
        notes = {note.reversed_entry_id: note.amount_total for note in rma.credit_note_ids}
        self.assertEqual(notes, {first: 230.0, second: 92.0})
        self.assertEqual(rma.line_ids.mapped('quantity_refunded'), [2, 1])

    def test_credited_by_hand(self):
        """Issue 7.6: Issue 7.8: what was credited by hand is not credited again; staff are told."""
        invoice = self.sold_a1.invoice_ids
        invoice._reverse_moves([{}], cancel=True)
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self.assertFalse(rma.credit_note_ids)
        self.assertIn('Refund by hand', rma.activity_ids.mapped('summary'))

    def test_replayed(self):
        """Issue 7.8: jobs that run five times, and jobs that are added again, credit once."""
        rma = self._refund(self.sold_a1, 2)
        count = len(rma.job_ids)
        for _time in range(5):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
            rma._add_job('return')
            rma._add_job('refund', 'approval')
        self.assertEqual(len(rma.job_ids.filtered(lambda job: job.kind in ('return', 'decide'))), 2)
        self.assertLessEqual(len(rma.job_ids), count + 5)
        self.assertEqual((len(rma.credit_note_ids), len(rma.picking_ids), rma.line_ids.quantity_refunded), (1, 1, 2))

    def test_kept(self):
        """Issue 7.13: what is worth less than the ceiling of the rule is refunded without coming back."""
        self.rule.write({'keep_amount': 110, 'refund_trigger': 'receipt'})
        rma = self._refund(self.sold_a1, 1)
        self.assertFalse(rma.picking_ids)
        self.assertAlmostEqual(rma.credit_note_ids.amount_total, 103.5)
        self.assertEqual(rma.state, 'resolved')
        self.assertFalse(self._requested(self.user_a1, self.sold_a1, 2).line_ids.is_kept)
