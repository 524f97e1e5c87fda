from odoo.tests import tagged

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestStates(SaleCommon):
    """How far an order is, and what is left to pay: to the cent what the documents post."""

    def _assert_open(self, order, amount, payable, state):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertAlmostEqual(order.customer_amount_open, amount, places=2)
        self.assertAlmostEqual(order.customer_amount_payable, payable, places=2)
        self.assertEqual(order.customer_state, state)

    def test_order_without_invoice(self):
        """Issue 6.2: a confirmed order is placed; where payment was asked for, it awaits it."""
        order = self._create_confirmed(self.user_a1, price=99.99)
        self._assert_open(order, 99.99, 99.99, 'placed')
        order.require_payment = True
        self._assert_open(order, 99.99, 99.99, 'awaiting_payment')
        self.assertTrue(order._can_pay_rest())

    def test_invoice_and_payments(self):
        """Issue 6.2: an invoice takes the amount over; partial and full payment count."""
        order = self.order_a1
        self._assert_open(order, 100, 0, 'awaiting_payment')
        self.assertFalse(order._can_pay_rest())
        self._pay(self.invoice_a1, 40)
        self._assert_open(order, 60, 0, 'awaiting_payment')
        self._pay(self.invoice_a1)
        self._assert_open(order, 0, 0, 'paid')
        self.assertEqual(order.order_line.customer_state, 'paid')

    def test_down_payment(self):
        """Issue 6.2: Issue 6.6: after a paid down payment the rest is payable by the order."""
        order = self._create_confirmed(self.user_a1, price=333.33)
        wizard = self.env['sale.advance.payment.inv'].with_context(active_ids=order.ids).create(
            {'advance_payment_method': 'percentage', 'amount': 30})
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        self._assert_open(order, 333.33, 333.33 - invoice.amount_total, 'awaiting_payment')
        self._pay(invoice)
        self._assert_open(order, 333.33 - invoice.amount_total, 333.33 - invoice.amount_total, 'placed')

    def test_credit_note(self):
        """Issue 6.2: Issue 6.6: what was credited is not asked for again; all credited is refunded."""
        self._pay(self.invoice_a1)
        refund = self.invoice_a1._reverse_moves()
        refund.action_post()
        self._assert_open(self.order_a1, 0, 0, 'refunded')
        self.assertFalse(self.order_a1._can_pay_rest())
        self.assertEqual(self.order_a1.order_line.customer_state, 'refunded')

    def test_cancelled(self):
        """Issue 6.2: a cancelled order asks for nothing."""
        order = self._create_confirmed(self.user_a1)
        order._action_cancel()
        self._assert_open(order, 0, 0, 'cancelled')

    def test_taxes_discounts_currency(self):
        """Issue 6.6: taxes, discounts and a foreign currency: the open amount equals the invoice's residual."""
        tax = self.env['account.tax'].create({'name': '19', 'amount': 19, 'company_id': self.company.id})
        currency = self.env['res.currency'].with_context(active_test=False).search(
            [('name', '=', 'CHF')], limit=1)
        currency.active = True
        pricelist = self.env['product.pricelist'].create({'name': 'CHF', 'currency_id': currency.id})
        for discount in (0, 33.33):
            order = self._create_order(self.user_a1, price=19.99, quantity=3, pricelist_id=pricelist.id)
            order.order_line.write({'discount': discount, 'tax_ids': tax.ids, 'price_unit': 19.99})
            order.action_confirm()
            self.assertEqual(order.currency_id, currency)
            self._assert_open(order, order.amount_total, order.amount_total, 'placed')
            invoice = self._invoice(order)
            self._assert_open(order, invoice.amount_residual, 0, 'awaiting_payment')
            self.assertAlmostEqual(invoice.amount_residual, order.amount_total, places=2)
