from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestPredicate(DocumentFixture, TransactionCase):
    """Who sees which document: search and check give the same answer on every way in."""

    def _visible(self, user):
        """Return the documents that the user sees, after comparing all ways to ask."""
        Document = self.env['test.customer.document'].with_user(user)
        domain = [('id', 'in', self.docs.ids)]
        found = Document.search(domain)
        self.assertEqual(Document.search_count(domain), len(found))
        self.assertEqual(
            sum(count for _state, count in Document._read_group(domain, ['state'], ['__count'])), len(found))
        self.assertEqual({row[0] for row in Document.name_search('', domain)}, set(found.ids))
        self.assertEqual(self.docs.with_user(user)._filtered_access('read'), found.sorted(lambda doc: self.docs.ids.index(doc.id)))
        for doc in self.docs - found.with_env(self.env):
            with self.assertRaises(AccessError):
                doc.with_user(user).read(['name'])
            with self.assertRaises(AccessError):
                doc.with_user(user).write({'name': 'changed'})
            with self.assertRaises(AccessError):
                doc.with_user(user).unlink()
        self.assertNotIn('changed', self.docs.mapped('name'))
        self.assertEqual(self.docs.exists(), self.docs)
        return found.with_env(self.env)

    def test_who_sees_what(self):
        """Issue 2.13: the owner and the access decide, for customers and staff alike."""
        all_of_company = self.docs - self.doc_company_2
        self.assertEqual(self._visible(self.user_a1), self.doc_a1 | self.doc_a2)
        self.assertEqual(self._visible(self.user_a2), self.doc_a2)
        self.assertEqual(self._visible(self.user_b1), self.doc_b1)
        self.assertEqual(self._visible(self.specialist), self.doc_a1 | self.doc_a2)
        self.assertEqual(self._visible(self.agent), all_of_company)
        self.assertEqual(self._visible(self.manager), all_of_company)
        self.assertEqual(self._visible(self.other_company_agent), self.doc_company_2)

    def test_revoked_sees_nothing(self):
        """Issue 2.13: neither own nor other documents are left to a revoked access."""
        self.doc_a1.partner_id = self.revoked.partner_id
        self.assertFalse(self._visible(self.revoked))

    def test_outsiders_have_no_right_at_all(self):
        """Issue 2.13: visitors and employees without a role are refused by the ACL."""
        for user in (self.visitor, self.employee):
            with self.assertRaises(AccessError):
                self.env['test.customer.document'].with_user(user).search([])

    def test_two_customers_by_two_accesses(self):
        """Issue 2.13: a user with accesses to two customers sees both."""
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'all', 'state': 'activated'})
        self.assertEqual(self._visible(self.user_a1), self.doc_a1 | self.doc_a2 | self.doc_b1)

    def test_grants_take_effect_at_once(self):
        """Issue 2.13: search and check agree after a grant and after its withdrawal, in one transaction."""
        access = self._access(self.user_a2)
        access.scope = 'all'
        self.assertEqual(self._visible(self.user_a2), self.doc_a1 | self.doc_a2)
        access.state = 'revoked'
        self.assertFalse(self._visible(self.user_a2))

    def test_chosen_kinds(self):
        """Issue 3.4: an access to chosen kinds opens documents of these kinds, and no others, not even own ones."""
        access = self._access(self.user_a2)
        access.scope = 'kinds'
        self.assertFalse(self._visible(self.user_a2))
        access.kind_ids = self.env['ir.model']._get(self.doc_a1._name)
        self.assertEqual(self._visible(self.user_a2), self.doc_a1 | self.doc_a2)

    def test_only_activated_opens(self):
        """Issue 3.6: in every other state an access opens nothing."""
        access = self._access(self.user_a1)
        for state, _label in access._fields['state'].selection:
            access.state = state
            self.assertEqual(bool(self._visible(self.user_a1)), state == 'activated', state)

    def test_administrator_by_period(self):
        """Issue 3.8: the right of an administrator starts and ends by date."""
        administrator = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        today = fields.Date.today()
        for start, end, expected in (
            (today, today, True), (today + timedelta(1), False, False), (False, today - timedelta(1), False),
        ):
            administrator.write({'date_start': start, 'date_end': end})
            self.assertEqual(bool(self._visible(self.specialist)), expected, (start, end))

    def test_processor_sees_one_document(self):
        """Issue 2.13: a processor sees the document that he processes and nothing else of its customer."""
        processor = self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        self.assertEqual(self._visible(self.specialist), self.doc_a1 | self.doc_a2 | self.doc_b1)
        self.doc_b1.unlink()
        self.assertFalse(processor.exists())

    def test_follower_and_assignee_get_nothing(self):
        """Issue 2.13: following a document opens nothing."""
        self.doc_b1.message_subscribe(partner_ids=(self.user_a1.partner_id | self.specialist.partner_id).ids)
        self.assertNotIn(self.doc_b1, self._visible(self.user_a1))
        self.assertNotIn(self.doc_b1, self._visible(self.specialist))

    def test_owner_stays_when_contact_moves(self):
        """Issue 2.13: a contact who changes employer does not carry documents along."""
        self.user_a1.partner_id.parent_id = self.customer_b
        self.env.flush_all()
        self.assertEqual(self.doc_a1.commercial_partner_id, self.customer_a)
        self.assertIn(self.doc_a1, self._visible(self.user_a1))
        self.assertNotIn(self.doc_a1, self._visible(self.user_b1))

    def test_nobody_moves_a_document_out_of_sight(self):
        """Issue 2.13: the new owner is checked too; a refused move changes nothing."""
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.doc_a1.with_user(self.specialist).write({'partner_id': self.user_b1.partner_id.id})
        self.env.invalidate_all()
        self.assertEqual(self.doc_a1.commercial_partner_id, self.customer_a)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env['test.customer.document'].with_user(self.specialist).create(
                {'name': 'foreign', 'partner_id': self.user_b1.partner_id.id})
        self.assertFalse(self.env['test.customer.document'].search([('name', '=', 'foreign')]))

    def test_negative_search(self):
        """Issue 2.13: asking for what one may *not* see answers nothing, also for documents without a customer."""
        Document = self.env['test.customer.document']
        domain = [('id', 'in', self.docs.ids)]
        self.assertFalse(Document.with_user(self.user_a1).search([*domain, ('customer_accessible', '=', False)]))
        hidden = Document.with_user(self.specialist).sudo().search([*domain, ('customer_accessible', '=', False)])
        self.assertEqual(hidden.with_env(self.env), self.doc_b1 | self.doc_nobody)

    def test_constant_queries(self):
        """Issue 2.13: checking documents costs the same few queries for 5 and for 100; a search adds none."""
        Document = self.env['test.customer.document']
        documents = Document.create([
            {'name': str(number), 'partner_id': self.user_a1.partner_id.id} for number in range(100)])
        self.env.flush_all()
        for user in (self.user_a1, self.specialist):
            counts = []
            documents.with_user(user).mapped('customer_accessible')  # warms what is cached per process
            for records in (documents[:5], documents):
                user.has_group('base.group_user')
                self.env.invalidate_all(flush=False)
                before = self.env.cr.sql_log_count
                self.assertTrue(all(records.with_user(user).mapped('customer_accessible')))
                counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(counts[0], counts[1], user.login)
            Document.with_user(user).search([])
            with self.assertQueryCount(1):
                Document.with_user(user).search([('name', '=', '7')])


@tagged('post_install', '-at_install')
class TestPartners(DocumentFixture, TransactionCase):
    """Customers' own records are as visible as the customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.customer_a | cls.customer_b)._draw_customer_numbers()
        cls.vendor = cls.env['res.partner'].create({'name': 'Vendor', 'is_company': True})
        cls.address_a, cls.address_b = cls.env['res.partner'].create([
            {'name': 'Address', 'type': 'delivery', 'parent_id': customer.id}
            for customer in (cls.customer_a, cls.customer_b)])
        cls.people = (
            cls.customer_a | cls.customer_b | cls.vendor | cls.address_a | cls.address_b
            | cls.user_a1.partner_id | cls.user_b1.partner_id)
        cls.env.flush_all()

    def _visible(self, user):
        Partner = self.env['res.partner'].with_user(user)
        found = Partner.search([('id', 'in', self.people.ids)])
        self.assertEqual(set(self.people.with_user(user)._filtered_access('read').ids), set(found.ids))
        self.assertEqual(
            {row[0] for row in Partner.name_search('', [('id', 'in', self.people.ids)])}, set(found.ids))
        return found.with_env(self.env)

    def test_staff(self):
        """Issue 3.11: a specialist sees his customers with contacts and addresses, and who is no customer."""
        of_a = self.customer_a | self.address_a | self.user_a1.partner_id
        self.assertEqual(self._visible(self.specialist), of_a | self.vendor)
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        self.assertEqual(self._visible(self.specialist), self.people)
        for user in (self.employee, self.agent, self.manager):
            self.assertEqual(self._visible(user), self.people, user.login)

    def test_customers(self):
        """Issue 3.11: a customer sees the records of the customers to which he has an activated access."""
        of_a = self.customer_a | self.address_a | self.user_a1.partner_id
        self.assertEqual(self._visible(self.user_a1), of_a)
        self.assertEqual(self._visible(self.user_a2), of_a)
        self.assertFalse(self._visible(self.revoked))
        self.assertTrue(self.revoked.partner_id.with_user(self.revoked).has_access('read'))
        self.env['customer.access'].create(
            {'customer_id': self.customer_a.id, 'user_id': self.user_b1.id, 'state': 'activated'})
        self.assertEqual(self._visible(self.user_b1), self.people - self.vendor)

    def test_contact_is_not_moved_out_of_sight(self):
        """Issue 3.11: a specialist moves no contact to a customer that he may not see; nothing changes."""
        contact = self.user_a1.partner_id
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            contact.with_user(self.specialist).write({'parent_id': self.customer_b.id})
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contact.parent_id, self.customer_a)

    def test_flag_follows_the_customer(self):
        """Issue 3.11: contacts that join a customer are guarded from then on."""
        contact = self.env['res.partner'].create({'name': 'Loose'})
        self.assertTrue(contact.with_user(self.specialist).has_access('read'))
        contact.parent_id = self.customer_b
        self.assertFalse(contact.with_user(self.specialist).has_access('read'))
