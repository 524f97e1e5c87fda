from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestMerge(DocumentFixture, TransactionCase):
    """Odoo merges partners by raw SQL: accesses, rights, owners and numbers come along, and only managers do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.customer_a | cls.customer_b)._draw_customer_numbers()
        (cls.customer_a | cls.customer_b).email = 'same@example.com'
        cls.numbers = cls.customer_a.customer_number, cls.customer_b.customer_number

    def _merge(self, sources, target, user=None):
        wizard = self.env['base.partner.merge.automatic.wizard'].with_user(user or self.manager)
        wizard._merge((sources | target).ids, target.with_user(user or self.manager))
        self.env.flush_all()
        self.env.invalidate_all()

    def _seen(self, user):
        documents = self.env['test.customer.document'].with_user(user)
        found = documents.search([('id', 'in', self.docs.ids)])
        self.assertEqual(set(self.docs.with_user(user)._filtered_access('read').ids), set(found.ids))
        return found.with_env(self.env)

    def test_two_companies(self):
        """Issue 3.11: two customers become one: all end users keep their access, documents get the new owner."""
        self._merge(self.customer_b, self.customer_a)
        self.assertFalse(self.customer_b.exists())
        accesses = self.env['customer.access'].search([('customer_id', '=', self.customer_a.id)])
        self.assertEqual(accesses.user_id, self.user_a1 | self.user_a2 | self.user_b1 | self.user_b2 | self.revoked)
        self.assertEqual(self.doc_b1.commercial_partner_id, self.customer_a)
        self.assertEqual(self._seen(self.user_b1), self.doc_a1 | self.doc_a2 | self.doc_b1)
        self.assertEqual(self._seen(self.user_b2), self.docs.browse())
        self.assertFalse(self._seen(self.revoked))
        self.assertEqual(self._seen(self.specialist), self.doc_a1 | self.doc_a2 | self.doc_b1)
        self.assertEqual(self.customer_a.customer_number, self.numbers[0])
        self.assertIn(self.numbers[1], str(self.customer_a.message_ids.mapped('body')))
        self.assertTrue(self.user_b1.partner_id.customer_owned)

    def test_number_goes_along(self):
        """Issue 3.1: who had no number gets that of the customer merged into it."""
        other = self.env['res.partner'].create({'name': 'A again', 'is_company': True, 'email': 'same@example.com'})
        self._merge(self.customer_b, other)
        self.assertEqual((other.customer_number, other.customer_owned), (self.numbers[1], True))
        self.assertEqual(self._access(self.user_b1).customer_id, other)

    def test_colliding_accesses(self):
        """Issue 3.11: who has access to both keeps one, never wider than either; nobody else loses his."""
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'own', 'state': 'activated'})
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'partner_id': self.user_a2.partner_id.id, 'scope': 'all'})
        self._merge(self.customer_b, self.customer_a)
        for user in (self.user_a1, self.user_a2):
            access = self._access(user)
            self.assertEqual((access.customer_id, access.scope, access.state), (self.customer_a, 'own', 'activated'))
        self.assertEqual(self._seen(self.user_a1), self.doc_a1)
        self.assertEqual(len(self.customer_a.customer_access_ids), 5)

    def test_colliding_kinds(self):
        """Issue 3.11: two scopes of which neither covers the other become own."""
        kind = self.env['ir.model']._get(self.doc_a1._name)
        self._access(self.user_a1).write({'scope': 'kinds', 'kind_ids': [Command.set(kind.ids)]})
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'own', 'state': 'activated'})
        self._merge(self.customer_b, self.customer_a)
        self.assertEqual((self._access(self.user_a1).scope, self._access(self.user_a1).kind_ids.ids), ('own', []))

    def test_colliding_administrators(self):
        """Issue 3.11: who administers both keeps the right that holds."""
        Right = self.env['customer.administrator']
        Right.create({'customer_id': self.customer_b.id, 'user_id': self.specialist.id, 'date_end': '2020-01-01'})
        Right.create({'customer_id': self.customer_b.id, 'user_id': self.agent.id})
        self._merge(self.customer_a, self.customer_b)
        rights = Right.search([('customer_id', '=', self.customer_b.id)])
        self.assertEqual(rights.user_id, self.specialist | self.agent)
        self.assertFalse(rights.filtered(lambda right: right.user_id == self.specialist).date_end)

    def test_person_becomes_contact(self):
        """Issue 3.11: a person merged with a contact of a company: his documents and helpers go to the company."""
        person = self.env['res.partner'].create(
            {'name': 'Person', 'email': 'b1@example.com', 'is_customer': True})
        helper = self.env['customer.access'].create({'customer_id': person.id, 'name': 'Help', 'email': 'help@example.com'})
        document = self.doc_a1.create({'name': 'of the person', 'partner_id': person.id})
        processor = self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': document._name, 'res_id': document.id})
        number = person.customer_number
        self._merge(person, self.user_b1.partner_id)
        self.assertEqual(document.partner_id, self.user_b1.partner_id)
        self.assertEqual((document.commercial_partner_id, helper.customer_id), (self.customer_b, self.customer_b))
        self.assertEqual(processor.customer_id, self.customer_b)
        self.assertFalse(self.user_b1.partner_id.customer_number)
        self.assertIn(number, str(self.user_b1.partner_id.message_ids.mapped('body'))
                      + str(self.customer_b.message_ids.mapped('body')))
        self.assertTrue(document.with_user(self.user_b1).has_access('read'))

    def test_end_users(self):
        """Issue 3.11: of two contacts of one end user the accesses become one, with the name of who stays."""
        twin = self.env['res.partner'].create(
            {'name': 'Twin', 'email': 'a1@example.com', 'parent_id': self.customer_a.id})
        self.env['customer.access'].create({'customer_id': self.customer_a.id, 'partner_id': twin.id})
        self._merge(twin, self.user_a1.partner_id)
        access = self._access(self.user_a1)
        self.assertEqual((len(access), access.state, access.scope), (1, 'activated', 'all'))
        self.assertEqual(access.name, self.user_a1.partner_id.name)

    def test_managers_only(self):
        """Issue 3.11: agents, specialists and employees merge and move no customers; nothing changes."""
        other = self._create_staff('contacts', 'base.group_partner_manager')
        for user in (self.agent, other, self.specialist):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._merge(self.customer_b, self.customer_a, user)
            self.env.invalidate_all()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                person = self.env['res.partner'].create(
                    {'name': 'Moved', 'email': 'moved@example.com', 'is_customer': True})
                person.with_user(user).write({'parent_id': self.customer_a.id})
            self.env.invalidate_all()
        self.assertEqual(self.customer_b.exists().customer_number, self.numbers[1])
        self.assertEqual(self.doc_b1.commercial_partner_id, self.customer_b)

    def test_others_are_left_to_odoo(self):
        """Issue 3.8: who manages contacts merges vendors as before."""
        vendors = self.env['res.partner'].create([{'name': 'Vendor', 'email': 'v@example.com'}] * 2)
        other = self._create_staff('contacts', 'base.group_partner_manager')
        self._merge(vendors[1], vendors[0], other)
        self.assertEqual(vendors.exists(), vendors[0])
