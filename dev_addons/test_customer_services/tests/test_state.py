from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestState(DocumentFixture, TransactionCase):
    """The one gate through which states move."""

    def test_moves_and_is_idempotent(self):
        """Issue 2.13: the gate moves from allowed states, and a second call changes nothing."""
        documents = self.doc_a1 | self.doc_a2
        self.assertEqual(documents._transition(('new',), 'open'), documents)
        self.assertFalse(documents._transition(('new',), 'open'))
        self.assertEqual(set(documents.mapped('state')), {'open'})

    def test_refuses_all_or_nothing(self):
        """Issue 2.13: one document in a wrong state stops all, with a readable message."""
        self.doc_a2.state = 'closed'
        with self.assertRaisesRegex(UserError, 'of a2.*Closed.*Open'):
            (self.doc_a1 | self.doc_a2)._transition(('new',), 'open')
        self.assertEqual((self.doc_a1.state, self.doc_a2.state), ('new', 'closed'))

    def test_needs_write_access(self):
        """Issue 2.13: the gate is closed to who may not write the document."""
        for user in (self.user_a1, self.user_b1, self.employee):
            with self.assertRaises(AccessError):
                self.doc_a1.with_user(user)._transition(('new',), 'closed')
        with self.assertRaises(AccessError):
            self.doc_b1.with_user(self.specialist)._transition(('new',), 'closed')
        self.assertEqual((self.doc_a1 | self.doc_b1).mapped('state'), ['new', 'new'])
