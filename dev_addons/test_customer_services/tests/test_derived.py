from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.models import customer_accessible_mixin

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestDerived(DocumentFixture, TransactionCase):
    """What hangs on a document, what belongs to nobody, and the two shapes of the predicate (DESIGN, section 4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Paper = cls.env['test.customer.paper']
        customer_b = cls.customer_b.id
        # like an invoice and its payment: made by the system, for the company, without a requester of their own
        cls.paper = Paper.create({'name': 'of b1', 'partner_id': customer_b, 'document_id': cls.doc_b1.id})
        cls.receipt = cls.env['test.customer.receipt'].create(
            {'name': 'of the paper', 'partner_id': customer_b, 'paper_id': cls.paper.id})
        cls.foreign = Paper.create({'name': 'of nobody we know', 'partner_id': customer_b})
        cls.papers = cls.paper | cls.foreign
        cls.lines = cls.env['test.customer.line'].create([
            {'name': document.name, 'document_id': document.id} for document in cls.doc_a1 | cls.doc_b1])

    def _visible(self, user, records=None):
        """Return what the user sees, after comparing search and check."""
        records = self.papers if records is None else records
        self.env.flush_all()
        found = records.with_user(user).search([('id', 'in', records.ids)])
        self.assertEqual(set(records.with_user(user)._filtered_access('read').ids), set(found.ids), user.login)
        return found.with_env(self.env)

    def test_processor_sees_what_hangs_on_it(self):
        """Issue 3.11: who processes a document sees what hangs on it, over several steps, and nothing else."""
        self.assertFalse(self._visible(self.specialist))
        self.assertFalse(self._visible(self.specialist, self.receipt))
        processor = self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        self.assertEqual(self._visible(self.specialist), self.paper)
        self.assertEqual(self._visible(self.specialist, self.receipt), self.receipt)
        self.receipt.with_user(self.specialist).write({'name': 'seen'})
        processor.unlink()
        self.assertFalse(self._visible(self.specialist))
        self.assertFalse(self._visible(self.specialist, self.receipt))

    def test_processor_of_what_hangs_on_it(self):
        """Issue 3.11: who processes an invoice does not see the order by it."""
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.paper._name, 'res_id': self.paper.id})
        self.assertEqual(self._visible(self.specialist), self.paper)
        self.assertEqual(self._visible(self.specialist, self.receipt), self.receipt)
        self.assertFalse(self._visible(self.specialist, self.doc_b1))

    def test_own_scope_covers_what_derives(self):
        """Issue 3.4: Issue 3.11: scope own opens what derives from an own document, and no more to a colleague."""
        self.doc_b1.partner_id = self.user_b2.partner_id
        self.assertEqual(self._visible(self.user_b2), self.paper)
        self.assertEqual(self._visible(self.user_b2, self.receipt), self.receipt)
        self._access(self.user_b1).scope = 'own'
        self.assertFalse(self._visible(self.user_b1))
        self._access(self.user_b2).state = 'blocked'
        self.assertFalse(self._visible(self.user_b2))
        self.assertFalse(self._visible(self.user_b2, self.receipt))

    def test_chosen_kinds_open_no_other_kind(self):
        """Issue 3.4: chosen kinds open documents of these kinds, not what hangs on them."""
        access = self._access(self.user_b1)
        access.write({'scope': 'kinds', 'kind_ids': self.env['ir.model']._get(self.doc_b1._name).ids})
        self.assertEqual(self._visible(self.user_b1, self.doc_b1), self.doc_b1)
        self.assertFalse(self._visible(self.user_b1))

    def test_without_customer(self):
        """Issue 3.11: each model states who sees a document without customer: nobody, who made it, or all staff."""
        mine = self.env['test.customer.paper'].with_user(self.specialist).create({'name': 'mine'}).with_env(self.env)
        for_me = mine.copy({'user_id': self.specialist.id})
        nobodys = self.env['test.customer.paper'].create({'name': 'nobodys'})
        papers = mine | for_me | nobodys
        self.assertEqual(self._visible(self.specialist, papers), mine | for_me)
        self.assertFalse(self._visible(self.user_a1, papers))
        self.assertEqual(self._visible(self.agent, papers), papers)
        Paper = type(self.env['test.customer.paper'])
        for kind, expected in (('internal', papers), ('hidden', papers.browse())):
            self.patch(Paper, '_customer_ownerless', kind)
            self.env.invalidate_all()
            self.assertEqual(self._visible(self.specialist, papers), expected, kind)
            self.assertFalse(self._visible(self.user_a1, papers), kind)

    def test_lines_follow_their_document(self):
        """Issue 3.11: a line of a hidden document is neither found, read, changed nor created."""
        line_a, line_b = self.lines
        for user in (self.specialist, self.user_a1):
            self.assertEqual(self._visible(user, self.lines), line_a)
            with self.assertRaises(AccessError):
                line_b.with_user(user).read(['name'])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            line_b.with_user(self.specialist).write({'name': 'changed'})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            line_a.create([{'name': 'planted', 'document_id': self.doc_b1.id}]).with_user(self.specialist).read(['name'])
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            line_a.with_user(self.specialist).create({'name': 'planted', 'document_id': self.doc_b1.id})
        self.assertFalse(self.env['test.customer.line'].search([('name', 'in', ('planted', 'changed'))]))
        groups = line_a.with_user(self.specialist)._read_group([], ['document_id'], ['__count'])
        self.assertEqual([document.id for document, _count in groups], self.doc_a1.ids)

    def test_related_fields_ask_for_rights(self):
        """Issue 3.11: a related field into a guarded model shows nothing of a hidden document."""
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.paper._name, 'res_id': self.paper.id})
        with self.assertRaises(AccessError):
            self.paper.with_user(self.specialist).read(['document_name'])

    def test_followers_and_assignees_get_nothing(self):
        """Issue 3.11: being responsible for a document of a customer opens nothing."""
        self.foreign.user_id = self.specialist
        self.assertFalse(self._visible(self.specialist))

    def test_both_shapes_find_the_same(self):
        """Issue 3.15: with few and with many customers a specialist finds the same, by another shape of SQL."""
        registry = self.env.registry
        Document = self.env['test.customer.document'].with_user(self.specialist)
        Partner = self.env['res.partner'].with_user(self.specialist)
        (self.customer_a | self.customer_b)._draw_customer_numbers()
        partners = [('id', 'in', (self.customer_a | self.customer_b | self.company.partner_id).ids)]
        found = []
        for few in (1000, 0):
            self.patch(customer_accessible_mixin, 'FEW_CUSTOMERS', few)
            registry.clear_cache()
            self.env.invalidate_all()
            for limit, order in ((80, 'id desc'), (None, 'id desc'), (80, None)):
                query = Document._search([('state', '=', 'new')], limit=limit, order=order).select()
                self.assertEqual('IN (SELECT customer_id FROM customer_administrator' in query.code,
                                 bool(not few and limit and order))
            found.append((
                Document.search([]).ids, Document.search([], limit=80).ids, Document.search_count([]), Partner.search(partners).ids,
                Partner.search(partners, limit=80).ids,
                self.env['customer.access'].with_user(self.specialist).search([], limit=80).ids,
                Document.sudo().search([('customer_accessible', '=', False)]).ids))
        registry.clear_cache()
        self.assertEqual(found[0], found[1])
        self.assertTrue(all(found[0]))

    def test_no_ids_in_the_rule(self):
        """Issue 3.11: rules are cached per user, so no id of a customer stands in them."""
        for user in (self.specialist, self.user_a1):
            Rule = self.env['ir.rule'].with_user(user)
            before = str(Rule._compute_domain(self.doc_a1._name))
            self.env['customer.administrator'].search([]).unlink()
            self._access(self.user_a1).state = 'blocked'
            self.env.flush_all()
            self.assertEqual(str(Rule._compute_domain(self.doc_a1._name)), before)
            self.assertIn('customer_accessible', before)
            self.assertNotIn(str(self.customer_a.id), before.replace(str(self.company.id), ''))

    def test_system_and_other_employees(self):
        """Issue 3.8: the superuser and employees of other roles are not restricted by the predicate."""
        for user in (self.env.ref('base.user_root'), self.employee):
            self.assertTrue(all(self.docs.with_user(user).sudo().mapped('customer_accessible')), user.login)
        self.assertFalse(any(self.docs.with_user(self.visitor).sudo().mapped('customer_accessible')))
        both = self._create_staff('accountant', 'base.group_partner_manager')
        self.assertTrue(self.customer_b.with_user(both).has_access('write'))
