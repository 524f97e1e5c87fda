from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestInvoices(SaleCommon):
    """Statement of account, overdue, and what may be paid."""

    def _statement(self, user, customer=None):
        today = fields.Date.today()
        return (customer or self.customer_a).with_user(user)._customer_statement(
            today - timedelta(days=30), today)

    def test_statement(self):
        """Issue 6.3: Issue 6.6: the statement has each invoice, payment and credit note once, and balances to the cent."""
        self._pay(self.invoice_a1, 33.33)
        part, = self._statement(self.user_a1)
        self.assertEqual([row['amount'] for row in part['lines']], [100, 100, -33.33])
        self.assertAlmostEqual(part['closing'], 166.67, places=2)
        self.assertEqual(part['opening'], 0)
        self.assertAlmostEqual(sum(row['residual'] for row in part['lines']), part['closing'], places=2)
        today = fields.Date.today()
        later, = self.customer_a.with_user(self.user_a1)._customer_statement(
            today + timedelta(days=1), today + timedelta(days=2))
        self.assertAlmostEqual(later['opening'], 166.67, places=2)
        self.assertFalse(later['lines'])

    def test_statement_access(self):
        """Issue 6.5: only who sees all invoices of the customer gets its statement."""
        self.assertTrue(self._statement(self.user_a1))
        accountant = self._create_staff('accountant', 'account.group_account_invoice')
        for user in (self.specialist, self.agent, self.manager, accountant):
            self.assertTrue(self._statement(user), user.login)
        for user in (self.user_a2, self.user_b1, self.revoked, self.visitor, self.employee):
            with self.assertRaises(AccessError, msg=user.login):
                self._statement(user)
        with self.assertRaises(AccessError):
            self._statement(self.specialist, self.customer_b)
        self._access(self.user_a2).write({
            'scope': 'kinds', 'kind_ids': [Command.set(self.env['ir.model']._get('account.move').ids)]})
        self.assertTrue(self._statement(self.user_a2))

    def test_statement_report(self):
        """Issue 6.3: the report prints number, opening and closing balance; in sudo it keeps the rights of the user."""
        report = self.env['ir.actions.report']
        html = report.with_user(self.agent)._render_qweb_html(
            'customer_sale.report_statement', self.customer_a.ids)[0].decode()
        self.assertIn(self.invoice_a1.name, html)
        self.assertIn('200.00', html)
        self.assertNotIn(self.invoice_b1.name, html)
        with self.assertRaises(AccessError):
            report.sudo()._render_qweb_html(
                'customer_sale.report_statement', self.customer_a.ids, data={'user_id': self.user_b1.id})

    def test_overdue(self):
        """Issue 6.3: overdue by reading and by searching."""
        self.invoice_a1.invoice_date_due = fields.Date.today() - timedelta(days=1)
        found = self.env['account.move'].search(
            [('customer_is_overdue', '=', True), ('id', 'in', self.invoices.ids)])
        self.assertEqual(found, self.invoice_a1)
        self.assertTrue(self.invoice_a1.customer_is_overdue)
        self._pay(self.invoice_a1)
        self.assertFalse(self.invoice_a1.customer_is_overdue)

    def test_payable(self):
        """Issue 6.4: a payment of what is paid, cancelled, foreign in currency or too high is refused."""
        Transaction = self.env['payment.transaction'].sudo()
        none = self.env['sale.order'], self.env['account.move']
        Transaction._check_payable(none[0], self.invoice_a1 | self.invoice_a2, 200)
        self._pay(self.invoice_a1)
        draft = self._create_confirmed(self.user_a1)._create_invoices()
        cancelled = self._create_order(self.user_a1, state='cancel')
        expired = self._create_order(
            self.user_a1, state='sent', validity_date=fields.Date.today() - timedelta(days=1))
        confirmed = self._create_confirmed(self.user_a1)
        Transaction._check_payable(confirmed, none[1], 100)
        for orders, invoices, amount in (
            (none[0], self.invoice_a1, 100), (none[0], self.invoice_a1 | self.invoice_a2, 100), (none[0], draft, 100),
            (none[0], self.invoice_a2, 100.01), (cancelled, none[1], 100), (expired, none[1], 100),
            (confirmed, none[1], 100.01), (self.offer_a1, none[1], 100.01), (self.order_a1, none[1], 1),
        ):
            with self.assertRaises(ValidationError, msg=f'{orders} {invoices} {amount}'):
                Transaction._check_payable(orders, invoices, amount)
