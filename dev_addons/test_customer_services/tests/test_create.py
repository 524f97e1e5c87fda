from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestCreate(DocumentFixture, TransactionCase):
    """The one entry by which customers create documents."""

    def _create(self, user, values):
        return self.env['test.customer.document'].with_user(user)._create_from_customer(values)

    def test_owner_is_the_user(self):
        """Issue 2.13: owner, requester and company come from the login, control characters go."""
        document = self._create(self.user_a2, {'name': 'a\x00b'})
        self.assertEqual(document.env.user, self.user_a2)
        self.assertFalse(document.env.su)
        document = document.sudo()
        self.assertEqual(
            (document.name, document.partner_id, document.commercial_partner_id, document.company_id),
            ('ab', self.user_a2.partner_id, self.customer_a, self.user_a2.company_id))

    def test_foreign_fields_are_refused(self):
        """Issue 2.15: anything but the whitelisted fields is refused and nothing is stored."""
        before = self.env['test.customer.document'].search_count([])
        for values in ({'partner_id': self.user_b1.partner_id.id}, {'company_id': self.company_2.id},
                       {'secret': 'x'}, {'state': 'closed'}, {'access_token': 'x'}, {'nonsense': 1}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self._create(self.user_a1, {'name': 'x', **values})
        self.assertEqual(self.env['test.customer.document'].search_count([]), before)

    def test_who_may_not_create(self):
        """Issue 2.13: visitors, staff and revoked accesses have no entry here."""
        before = self.env['test.customer.document'].search_count([])
        for user in (self.visitor, self.revoked, self.employee, self.agent):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._create(user, {'name': 'x'})
        self.assertEqual(self.env['test.customer.document'].search_count([]), before)

    def test_no_other_way(self):
        """Issue 2.13: customers cannot create, change or delete by the ORM (and so by RPC)."""
        Document = self.env['test.customer.document'].with_user(self.user_a1)
        with self.assertRaises(AccessError):
            Document.create({'name': 'x', 'partner_id': self.user_a1.partner_id.id})
        with self.assertRaises(AccessError):
            self.doc_a1.with_user(self.user_a1).write({'name': 'x'})
        with self.assertRaises(AccessError):
            self.doc_a1.with_user(self.user_a1).unlink()
        self.assertEqual(self.doc_a1.name, 'of a1')
