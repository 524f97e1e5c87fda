from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestAuthorisationDocuments(DocumentFixture, TransactionCase):
    """Processors, transactions on the customer's form, and who can see what, and why."""

    def _explain(self, record, user):
        """Return ``(verdict, text)`` as the manager gets it."""
        reasons = self.env['customer.explanation'].with_user(self.manager)._explain(
            record.with_user(self.manager), user)
        self.assertTrue(all(text for _opens, text in reasons))
        return all(opens for opens, _text in reasons), ' '.join(text for _opens, text in reasons)

    def test_open_transactions(self):
        """Issue 3.2: Issue 3.3: open transactions per kind are counted as the user sees them, and searched."""
        Partner = self.env['res.partner']
        customers = self.customer_a | self.customer_b
        for user, expected in ((self.manager, [2, 1]), (self.specialist, [2])):
            visible = customers.with_user(user)._filtered_access('read')
            counts = [
                next(kind['value'] for kind in customer.customer_open_statistics
                     if kind['model'] == 'test.customer.document') for customer in visible]
            self.assertEqual(counts, expected)
        (self.doc_a1 | self.doc_a2).unlink()
        domain = [('id', 'in', customers.ids)]
        Staff = Partner.with_user(self.manager)
        self.assertEqual(Staff.search([*domain, ('customer_has_open', '=', True)]), self.customer_b)
        self.assertEqual(Staff.search([*domain, ('customer_has_open', '=', False)]), self.customer_a)
        self.assertEqual(Staff.search([*domain, ('customer_open_kind', 'ilike', 'document of a')]), self.customer_b)
        self.assertFalse(Staff.search([*domain, ('customer_open_kind', 'ilike', 'no such kind')]))

    def test_button_of_the_form(self):
        """Issue 3.3: the button of a kind opens the customer's transactions of that kind, of no other model."""
        customer = self.customer_a.with_user(self.manager)
        action = customer.with_context(
            customer_document_model='test.customer.document').action_open_customer_documents()
        self.assertEqual(
            self.env[action['res_model']].with_user(self.manager).search(action['domain']), self.doc_a1 | self.doc_a2)
        self.assertTrue(action['views'], 'the web client needs them from a field')
        self.assertFalse(customer.with_context(customer_document_model='res.users').action_open_customer_documents())

    def test_processors_on_the_form(self):
        """Issue 3.10: a manager sets additional processors of a document; they see it, others do not change it."""
        document = self.doc_b1.with_user(self.manager)
        document.processor_user_ids = self.specialist
        self.assertTrue(self.doc_b1.with_user(self.specialist).has_access('read'))
        row = self.env['customer.authorisation'].search(
            [('customer_id', '=', self.customer_b.id), ('kind', '=', 'processor')])
        self.assertEqual((row.user_id, row.res_id), (self.specialist, self.doc_b1.id))
        for user in (self.agent, self.specialist):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.doc_b1.with_user(user).write({'processor_user_ids': [Command.link(user.id)]})
        self.assertEqual(document.processor_user_ids, self.specialist)
        document.processor_user_ids = False
        self.assertFalse(self.doc_b1.with_user(self.specialist).has_access('read'))

    def test_determine_processors(self):
        """Issue 3.9: several processors of several transactions at once, chosen from the open ones."""
        action = self.env['customer.authorisation'].with_user(self.manager).with_context(
            default_customer_id=self.customer_b.id).action_determine_processors()
        Wizard = self.env[action['res_model']].with_user(self.manager).with_context(**action['context'])
        doc_b2 = self.doc_b1.copy()
        with Form(Wizard) as form:
            form.user_ids.add(self.specialist)
            form.user_ids.add(self.agent)
            self.assertEqual(len(form.line_ids), 2)
            for index in range(2):
                with form.line_ids.edit(index) as line:
                    line.selected = True
        form.record.action_apply()
        processors = self.env['customer.processor'].search(
            [('res_model', '=', doc_b2._name), ('res_id', 'in', (self.doc_b1 | doc_b2).ids)])
        self.assertEqual(len(processors), 4)
        rows = self.env['customer.authorisation'].with_user(self.manager).search([
            ('customer_id', '=', self.customer_b.id), ('kind', '=', 'processor'), ('user_id', '=', self.agent.id)])
        self.assertEqual(len(rows), 2)
        self.assertTrue(all(name.startswith('of b1') for name in rows.mapped('document_name')))
        rows.action_remove()
        self.assertEqual(processors.exists().user_id, self.specialist)

    def test_explanation_equals_access(self):
        """Issue 3.10: for all users and documents the verdict is what ``has_access`` says."""
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        self._access(self.user_b2).scope = 'kinds'
        Paper = self.env['test.customer.paper']
        papers = [
            Paper.create({'name': 'of b', 'partner_id': self.customer_b.id, 'document_id': self.doc_b1.id}),
            Paper.create({'name': 'of a, hangs on b', 'partner_id': self.customer_a.id, 'document_id': self.doc_b1.id}),
            Paper.with_user(self.specialist).create({'name': 'of nobody'}).with_env(self.env)]
        self._access(self.user_b1).scope = 'own'
        users = (
            self.user_a1 | self.user_a2 | self.user_b1 | self.user_b2 | self.revoked | self.visitor | self.agent
            | self.specialist | self.manager | self.employee | self.other_company_agent)
        verdicts = set()
        for user in users:
            for record in (*self.docs, *papers, self.customer_a, self.customer_b, self.user_a1.partner_id,
                           self.company.partner_id):
                record = record.with_context(allowed_company_ids=(self.company | self.company_2).ids)
                expected = user.active and record.with_user(user).with_context(
                    allowed_company_ids=None).has_access('read')
                verdict, text = self._explain(record, user)
                self.assertEqual(verdict, expected, f'{user.login} {record.display_name}: {text}')
                verdicts.add(verdict)
        self.assertEqual(verdicts, {True, False})

    def test_explanation_names_the_reason(self):
        """Issue 3.10: the rule, grant or scope that opens or closes is named."""
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        for record, user, text in (
            (self.doc_a1, self.specialist, 'administers Customer A'),
            (self.doc_b1, self.specialist, 'additional processor of of b1'),
            (self.doc_a1, self.user_a1, 'All documents of the customer'),
            (self.doc_a1, self.user_a2, 'Own documents only'),
            (self.doc_b1, self.user_a1, 'no access and no authorisation to Customer B'),
            (self.doc_a1, self.revoked, 'archived' if not self.revoked.active else 'Revoked'),
            (self.doc_a1, self.agent, 'agent'),
            (self.doc_company_2, self.agent, 'companies of the user'),
            (self.doc_a1, self.employee, 'No group'),
            (self.doc_nobody, self.specialist, 'no customer'),
        ):
            with self.subTest(user=user.login, record=record.name):
                self.assertIn(text, self._explain(record, user)[1])

    def test_explanation_of_periods(self):
        """Issue 3.10: a right that ended closes, and its dates are told."""
        right = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        right.date_end = fields.Date.today() - timedelta(1)
        verdict, text = self._explain(self.doc_a1, self.specialist)
        self.assertFalse(verdict)
        self.assertIn(f'until {right.date_end}', text)

    def test_explain_wizard(self):
        """Issue 3.10: the wizard tells managers of one user, or of all with a right; others may not ask."""
        Wizard = self.env['customer.explain.wizard']
        wizard = Wizard.with_user(self.manager).create({'record': f'{self.doc_a1._name},{self.doc_a1.id}'})
        opened = {line.user_id.login: line.opens for line in wizard.line_ids}
        self.assertEqual(opened, {
            'test_a1': True, 'test_a2': False, 'test_revoked': False, 'test_specialist': True})
        wizard.user_id = self.user_b1
        self.assertEqual(wizard.verdict, 'closed')
        for user in (self.agent, self.specialist, self.employee, self.user_a1):
            with self.assertRaises(AccessError):
                Wizard.with_user(user).create({'record': f'{self.doc_a1._name},{self.doc_a1.id}'})

    def test_wizard_offers_visible_documents(self):
        """Issue 3.9: without a chosen transaction nothing happens."""
        wizard = self.env['customer.authorise.wizard'].with_user(self.manager).create({
            'kind': 'processor', 'customer_ids': [Command.set(self.customer_a.ids)],
            'user_ids': [Command.set(self.agent.ids)]})
        self.assertEqual(set(wizard.line_ids.mapped('name')) - {'elsewhere'}, {'of a1', 'of a2'})
        with self.assertRaises(UserError):
            wizard.action_apply()
