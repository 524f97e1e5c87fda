from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestSaleAccess(SaleCommon):
    """Who may do what with orders and invoices by ORM and RPC, whatever the pages show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._create_staff('stranger', GROUP_SPECIALIST)
        cls.salesman = cls._create_staff(
            'salesman', 'sales_team.group_sale_salesman_all_leads,account.group_account_invoice')
        cls.accountant = cls._create_staff('accountant', 'account.group_account_user')
        cls.sales_specialist = cls._create_staff(
            'sales_specialist', f'{GROUP_SPECIALIST},sales_team.group_sale_manager,account.group_account_invoice')
        cls.env['customer.administrator'].create({
            'customer_id': cls.customer_a.id, 'user_id': cls.sales_specialist.id})
        cls.orders = cls.order_a1 | cls.order_a2 | cls.order_b1

    def _assert_sees(self, user, records, expected, fields=('display_name',)):
        """Check search, count, groups and each record alone, of one model."""
        self.env.flush_all()
        self.env.invalidate_all()
        Model = records.browse().with_user(user)
        mine = [('id', 'in', records.ids)]
        label = f'{user.login} {records._name}'
        self.assertEqual(set(Model.search(mine).ids), set(expected.ids), label)
        self.assertEqual(Model.search_count(mine), len(expected), label)
        self.assertEqual(sum(count for _name, count in Model._read_group(mine, ['company_id'], ['__count'])),
                         len(expected), label)
        for record in records:
            if record in expected:
                record.with_user(user).read(fields)
            else:
                with self.assertRaises(AccessError, msg=label):
                    record.with_user(user).read(fields)

    def _assert_sees_all(self, user, orders, invoices):
        """Check orders, invoices, and the lines of both."""
        self._assert_sees(user, self.orders, orders, ('amount_total',))
        self._assert_sees(user, self.orders.order_line, orders.order_line, ('price_total',))
        self._assert_sees(user, self.invoices, invoices, ('amount_total',))
        self._assert_sees(user, self.invoices.line_ids, invoices.line_ids, ('balance',))

    def test_customer_with_scope_all(self):
        """Issue 6.5: who sees all of his company sees its orders and invoices, of colleagues too, and no others."""
        self._assert_sees_all(
            self.user_a1, self.order_a1 | self.order_a2, self.invoice_a1 | self.invoice_a2)

    def test_colleague_with_scope_own(self):
        """Issue 6.5: a colleague with scope own sees what he requested, and its invoices; not those of others."""
        self._assert_sees_all(self.user_a2, self.order_a2, self.invoice_a2)

    def test_scope_kinds(self):
        """Issue 6.5: with the kind invoices only, no order opens; the kinds are offered for choice."""
        kinds = self.env['customer.transaction.mixin']._customer_document_models()
        self.assertIn('sale.order', kinds)
        self.assertIn('account.move', kinds)
        self._access(self.user_a1).write({
            'scope': 'kinds', 'kind_ids': [Command.set(self.env['ir.model']._get('account.move').ids)]})
        self._assert_sees_all(
            self.user_a1, self.env['sale.order'], self.invoice_a1 | self.invoice_a2)

    def test_foreign_and_revoked(self):
        """Issue 6.5: another customer and a revoked access see nothing, not even what they requested once."""
        self._assert_sees_all(self.user_b1, self.order_b1, self.invoice_b1)
        self._assert_sees_all(self.user_b2, self.env['sale.order'], self.env['account.move'])
        own = self._create_confirmed(self.revoked)
        self._invoice(own)
        self.orders |= own
        self._assert_sees_all(self.revoked, self.env['sale.order'], self.env['account.move'])

    def test_revoked_later(self):
        """Issue 6.5: an access that is revoked closes orders at once and voids their share links."""
        token = self.order_a1._portal_ensure_token()
        invoice_token = self.invoice_a1._portal_ensure_token()
        self._access(self.user_a1)._revoke()
        self._assert_sees_all(self.user_a1, self.env['sale.order'], self.env['account.move'])
        self.assertNotEqual(self.order_a1._portal_ensure_token(), token)
        self.assertNotEqual(self.invoice_a1._portal_ensure_token(), invoice_token)

    def test_drafts_are_internal(self):
        """Issue 6.5: end users see neither offers in preparation nor draft invoices."""
        draft = self._create_order(self.user_a1)
        invoice = self._create_confirmed(self.user_a1)._create_invoices()
        self._assert_sees(self.user_a1, draft, draft.browse())
        self._assert_sees(self.user_a1, invoice, invoice.browse())

    def test_customers_change_nothing(self):
        """Issue 6.5: end users cannot write, create or delete by RPC; nothing changes."""
        before = self.order_a1.read(['state', 'amount_total', 'customer_answer', 'partner_id'])
        order = self.order_a1.with_user(self.user_a1)
        for call in (
            lambda: order.write({'state': 'cancel'}), lambda: order.order_line.write({'price_unit': 1}),
            order.unlink, lambda: order.create({'partner_id': self.user_a1.partner_id.id}),
            lambda: order.order_line.create({'order_id': self.order_b1.id, 'product_id': self.product.id}),
            lambda: self.invoice_a1.with_user(self.user_a1).write({'ref': 'x'}),
            lambda: order.write({'customer_answer': 'accepted'}), order.action_confirm, order.action_draft,
        ):
            with self.assertRaises(UserError):  # an AccessError, or a refusal by the state first
                call()
        self.env.invalidate_all()
        self.assertEqual(self.order_a1.read(['state', 'amount_total', 'customer_answer', 'partner_id']), before)

    def test_specialist(self):
        """Issue 6.5: a specialist reads orders and invoices of the customers that he administers, and no others."""
        self._assert_sees_all(
            self.specialist, self.order_a1 | self.order_a2, self.invoice_a1 | self.invoice_a2)
        self._assert_sees_all(self.stranger, self.env['sale.order'], self.env['account.move'])
        with self.assertRaises(AccessError):
            self.order_a1.with_user(self.specialist).write({'client_order_ref': 'x'})

    def test_specialist_of_the_sales_team(self):
        """Issue 6.5: Odoo's sales role does not open other customers to a specialist; he writes those of his own."""
        user = self.sales_specialist
        self._assert_sees_all(user, self.order_a1 | self.order_a2, self.invoice_a1 | self.invoice_a2)
        self.order_a1.with_user(user).client_order_ref = 'Mine'
        Line = self.env['sale.order.line'].with_user(user)
        count = self.env['sale.order.line'].search_count([])
        for call in (
            lambda: self.order_b1.with_user(user).write({'client_order_ref': 'x'}),
            lambda: Line.create({'order_id': self.order_b1.id, 'product_id': self.product.id}),
            lambda: self.env['sale.order'].with_user(user).create({'partner_id': self.user_b1.partner_id.id}),
            lambda: self.order_a1.with_user(user).write({'partner_id': self.user_b1.partner_id.id}),
            lambda: self.order_a1.with_user(user).write({'commercial_partner_id': self.customer_b.id}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                call()
        self.env.invalidate_all()
        self.assertEqual(self.env['sale.order.line'].search_count([]), count)
        self.assertEqual(self.order_a1.commercial_partner_id, self.customer_a)
        prospect = self.env['res.partner'].create({'name': 'Prospect'})
        order = self._create_order(self.user_a1)
        order.partner_id = prospect
        self._assert_sees(user, order, order)
        self._assert_sees(self.specialist, order, order.browse())
        self._assert_sees(self.agent, order, order.browse())

    def test_analysis(self):
        """Issue 6.5: the analyses count only what the user may see."""
        self.env.flush_all()
        for user, customers in ((self.sales_specialist, self.customer_a), (self.salesman, self.customer_a | self.customer_b)):
            reports = self.env['sale.report'].with_user(user).search([
                ('commercial_partner_id', 'in', (self.customer_a | self.customer_b).ids)])
            self.assertEqual(reports.sudo().commercial_partner_id, customers)
            moves = self.env['account.invoice.report'].with_user(user).search([('move_id', 'in', self.invoices.ids)])
            self.assertEqual(set(moves.sudo().move_id.commercial_partner_id.ids), set(customers.ids))

    def test_others_keep_their_rights(self):
        """Issue 6.5: salesmen, accountants, agents, managers and the system are not restricted."""
        self._assert_sees_all(self.salesman, self.orders, self.invoices)
        self._assert_sees_all(self.accountant, self.orders, self.invoices)
        for user in (self.agent, self.manager):
            self._assert_sees_all(user, self.orders, self.invoices)
        self.assertEqual(self.env['sale.order'].with_user(self.env.ref('base.user_root')).search_count(
            [('id', 'in', self.orders.ids)]), 3)
        bill = self.env['account.move'].create({
            'move_type': 'entry', 'line_ids': [], 'partner_id': False})
        self._assert_sees(self.accountant, bill, bill)
        self._assert_sees(self.agent, bill, bill.browse())

    def test_visitor_and_employee(self):
        """Issue 6.5: visitors and employees without a role see nothing."""
        for user in (self.visitor, self.employee):
            for records in (self.orders, self.invoices):
                with self.assertRaises(AccessError):
                    records.browse().with_user(user).search([])
                with self.assertRaises(AccessError):
                    records[:1].with_user(user).read(['display_name'])

    def test_messages_and_files(self):
        """Issue 6.5: messages and files of an order follow it; internal notes reach no customer, by no call."""
        note = self.order_a1.message_post(body='difficult customer', subtype_xmlid='mail.mt_note')
        public = self.order_a1.message_post(
            body='friendly', message_type='comment', subtype_xmlid='mail.mt_comment', attachments=[('a.txt', b'file')])
        self.env.flush_all()
        self.env.invalidate_all()
        Message = self.env['mail.message'].with_user(self.user_a1)
        self.assertEqual(Message.search([('model', '=', 'sale.order'), ('res_id', '=', self.order_a1.id)]), public)
        self.assertFalse(self.env['sale.order'].with_user(self.user_a1).search(
            [('message_ids.body', 'ilike', 'difficult')]))
        self.assertFalse(self.env['mail.message'].with_user(self.stranger).search([('id', 'in', (note | public).ids)]))
        self.env.invalidate_all()
        for call in (
            lambda: note.with_user(self.user_a1).read(['body']),
            lambda: public.with_user(self.user_b1).read(['body']),
            lambda: public.attachment_ids.with_user(self.user_b1).read(['raw']),
            lambda: public.with_user(self.stranger).read(['body']),
            lambda: public.with_user(self.user_a1).write({'body': 'x'}),
            lambda: Message.create({'model': 'sale.order', 'res_id': self.order_a1.id, 'body': 'x'}),
            lambda: self.order_a1.with_user(self.user_a2).message_post(body='x'),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_owner_stays(self):
        """Issue 6.5: an order stays with its customer when the contact changes employer."""
        self.user_a2.partner_id.parent_id = self.customer_b
        self.env.flush_all()
        self.assertEqual(self.order_a2.commercial_partner_id, self.customer_a)
        self._assert_sees(self.user_a1, self.order_a2, self.order_a2)
        self._assert_sees(self.user_b1, self.order_a2, self.order_a2.browse())

    def test_other_company(self):
        """Issue 6.5: the rules of companies stay: an agent of another company sees nothing."""
        self._assert_sees_all(self.other_company_agent, self.env['sale.order'], self.env['account.move'])
