from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestDerivedAccess(SaleCommon):
    """What hangs on an order is as visible as the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.processor = cls._create_staff('processor', f'{GROUP_SPECIALIST},account.group_account_invoice')
        cls.env['customer.processor'].create({
            'user_id': cls.processor.id, 'res_model': 'sale.order', 'res_id': cls.order_b1.id})
        cls.payment_b1 = cls._pay(cls.invoice_b1)
        cls.payment_a1 = cls._pay(cls.invoice_a1)
        cls.provider = cls.env['payment.provider'].create({'name': 'Dummy', 'code': 'none'})
        cls.method = cls.env['payment.method'].with_context(active_test=False).search([], limit=1)
        cls.transaction_b1 = cls._transaction(cls.order_b1, cls.invoice_b1)
        cls.transaction_a1 = cls._transaction(cls.order_a1, cls.invoice_a1)

    @classmethod
    def _transaction(cls, order, invoice):
        return cls.env['payment.transaction'].create({
            'provider_id': cls.provider.id, 'payment_method_id': cls.method.id, 'amount': 1.0,
            'currency_id': order.currency_id.id, 'partner_id': order.partner_id.id, 'reference': f'tx {order.name}',
            'sale_order_ids': order.ids, 'invoice_ids': invoice.ids})

    def _sees(self, user, record):
        """Return whether the user finds and reads the record; both must agree."""
        self.env.flush_all()
        self.env.invalidate_all()
        mine = record.with_user(user)
        found = bool(mine.search([('id', '=', record.id)]))
        try:
            mine.read(['display_name'])
        except AccessError:
            self.assertFalse(found, f'{record} found, not readable')
            return False
        self.assertTrue(found, f'{record} readable, not found')
        return True

    def test_processor_of_an_order(self):
        """Issue 6.5: a processor of an order sees its invoices, payments and transactions; no others."""
        for record in (self.order_b1, self.invoice_b1, self.payment_b1, self.transaction_b1,
                       self.invoice_b1.line_ids[0], self.order_b1.order_line):
            self.assertTrue(self._sees(self.processor, record), record)
        for record in (self.order_a1, self.invoice_a1, self.payment_a1, self.transaction_a1, self.offer_b1,
                       self.invoice_a1.line_ids[0], self.order_a1.order_line):
            self.assertFalse(self._sees(self.processor, record), record)

    def test_processor_of_an_invoice(self):
        """Issue 6.5: a processor of an invoice sees its payment and registers one, though the order is hidden."""
        user = self._create_staff('biller', f'{GROUP_SPECIALIST},account.group_account_invoice')
        self.env['customer.processor'].create({
            'user_id': user.id, 'res_model': 'account.move', 'res_id': self.invoice_a2.id})
        self.assertTrue(self._sees(user, self.invoice_a2))
        self.assertFalse(self._sees(user, self.order_a2))
        payment = self.env['account.payment.register'].with_user(user).with_context(
            active_model='account.move', active_ids=self.invoice_a2.ids).create({})._create_payments()
        self.assertEqual(self.invoice_a2.amount_residual, 0)
        self.assertTrue(self._sees(user, payment.sudo(False)))

    def test_invoice_to_another_customer(self):
        """Issue 6.5: what was invoiced to another customer is visible to who ordered, and to who pays."""
        order = self._create_order(self.user_a2)
        order.partner_invoice_id = self.customer_b
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(invoice.commercial_partner_id, self.customer_b)
        for user, sees in (
            (self.user_a1, True), (self.user_a2, True), (self.user_b1, True), (self.user_b2, False),
            (self.specialist, True), (self.revoked, False),
        ):
            self.assertEqual(self._sees(user, invoice), sees, user.login)

    def test_placed_for_a_colleague(self):
        """Issue 6.5: with scope own, one also sees what one placed oneself, and its invoice."""
        order = self._create_confirmed(self.user_a1)
        invoice = self._invoice(order)
        self.assertFalse(self._sees(self.user_a2, order))
        self.env.cr.execute('UPDATE sale_order SET create_uid = %s WHERE id = %s', [self.user_a2.id, order.id])
        self.assertTrue(self._sees(self.user_a2, order))
        self.assertTrue(self._sees(self.user_a2, invoice))

    def test_credit_note(self):
        """Issue 6.5: a credit note is as visible as the order that it credits."""
        refund = self.invoice_a2._reverse_moves()
        refund.action_post()
        self.assertTrue(self._sees(self.user_a2, refund))
        self.assertFalse(self._sees(self.user_b1, refund))

    def test_reconciliation_and_tokens(self):
        """Issue 6.5: reconciliations and saved cards of other customers stay closed to a specialist."""
        partials = self.env['account.partial.reconcile'].search(
            [('debit_move_id.move_id', 'in', self.invoices.ids)])
        self.assertEqual(len(partials), 2)
        found = partials.with_user(self.processor).search([('id', 'in', partials.ids)])
        self.assertEqual(found.sudo().debit_move_id.move_id, self.invoice_b1)
        tokens = self.env['payment.token'].create([{
            'provider_id': self.provider.id, 'payment_method_id': self.method.id, 'provider_ref': 'x',
            'partner_id': user.partner_id.id} for user in (self.user_a1, self.user_b1)])
        salesman = self._create_staff('seller', f'{GROUP_SPECIALIST},sales_team.group_sale_salesman')
        self.env['customer.administrator'].create({'customer_id': self.customer_a.id, 'user_id': salesman.id})
        self.assertTrue(self._sees(salesman, tokens[0]))
        self.assertFalse(self._sees(salesman, tokens[1]))
        self.assertFalse(self._sees(self.user_a2, tokens[0]))
        self.assertTrue(self._sees(self.user_a1, tokens[0]))
