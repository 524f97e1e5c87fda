from odoo.exceptions import AccessDenied, AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestEscalation(DocumentFixture, TransactionCase):
    """What a specialist could try by RPC to see or become somebody else; each refusal changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.customer_a | cls.customer_b)._draw_customer_numbers()
        cls.env.flush_all()

    def _refused(self, call):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            call()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_owner_is_not_written(self):
        """Issue 3.11: neither the owner nor the requester moves a document to another customer."""
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_b1._name, 'res_id': self.doc_b1.id})
        doc_a, doc_b = self.doc_a1.with_user(self.specialist), self.doc_b1.with_user(self.specialist)
        self._refused(lambda: doc_a.write({'commercial_partner_id': self.customer_b.id}))
        self._refused(lambda: doc_b.write({'commercial_partner_id': self.customer_a.id}))
        self._refused(lambda: doc_b.write({'partner_id': self.user_a1.partner_id.id}))
        self._refused(lambda: doc_a.create({
            'name': 'planted', 'partner_id': self.user_b1.partner_id.id, 'commercial_partner_id': self.customer_a.id}))
        self.assertEqual((self.doc_a1.commercial_partner_id, self.doc_b1.commercial_partner_id),
                         (self.customer_a, self.customer_b))
        self.assertFalse(doc_a.sudo().search([('name', '=', 'planted')]))
        doc_a.write({'partner_id': self.user_a2.partner_id.id})
        self.assertEqual(self.doc_a1.partner_id, self.user_a2.partner_id)

    def test_login_is_not_taken_over(self):
        """Issue 3.11: no signup key of a hidden contact, no new address of who serves another customer too."""
        hidden = self.user_b1.partner_id.with_user(self.specialist)
        self._refused(hidden.signup_get_auth_param)
        shared = self.user_a1.partner_id
        shared.with_user(self.specialist).write({'email': 'corrected@example.com'})
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'state': 'activated'})
        access = self._access(self.user_a1).filtered(lambda access: access.customer_id == self.customer_a)
        for record in (shared, access):
            for values in ({'email': 'mine@example.com'}, {'phone': '+31 6 12345678'}):
                self._refused(lambda record=record, values=values: record.with_user(self.specialist).write(values))
        self.assertEqual((shared.email, shared.phone), ('corrected@example.com', False))
        self.assertEqual(access.email, 'corrected@example.com')

    def test_contact_is_not_planted(self):
        """Issue 3.11: the customer of a contact follows from its company and is not written, nor given at creation."""
        contact = self.user_a1.partner_id
        contact.with_user(self.specialist).write({'commercial_partner_id': self.customer_b.id})
        planted = contact.with_user(self.specialist).create(
            {'name': 'planted', 'commercial_partner_id': self.customer_b.id})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((contact.commercial_partner_id, planted.commercial_partner_id), (self.customer_a, planted))

    def test_phone_is_for_staff(self):
        """Issue 3.7: colleagues see name and mail address of an access, not the phone number."""
        access = self._access(self.user_a1).with_user(self.user_a2)
        self.assertEqual(access.read(['name', 'email'])[0]['name'], 'End user A1')
        with self.assertRaises(AccessError):
            access.read(['phone'])

    def test_access_does_not_reveal_contacts(self):
        """Issue 3.11: an access for a contact of a hidden customer is refused, so nothing is read through it."""
        self._refused(lambda: self.env['customer.access'].with_user(self.specialist).create(
            {'customer_id': self.customer_a.id, 'partner_id': self.user_b1.partner_id.id}))
        self.assertFalse(self.env['customer.access'].search([
            ('customer_id', '=', self.customer_a.id), ('partner_id', '=', self.user_b1.partner_id.id)]))

    def test_groups_are_for_agents(self):
        """Issue 3.12: a specialist puts neither accesses nor customers into groups, nor takes them out."""
        group = self.env['customer.group'].create({'name': 'With rights'})
        self.customer_a.customer_group_ids = group
        access = self._access(self.user_a1).with_user(self.specialist)
        self._refused(lambda: access.write({'group_ids': [Command.link(group.id)]}))
        self._refused(lambda: self.customer_a.with_user(self.specialist).write({'customer_group_ids': False}))
        self.assertFalse(access.sudo().group_ids)
        self.assertEqual(self.customer_a.customer_group_ids, group)

    def test_customer_stays_hidden(self):
        """Issue 3.11: a specialist neither empties the number of a customer nor clears the flag that guards it."""
        customer = self.customer_a.with_user(self.specialist)
        self._refused(lambda: customer.write({'customer_number': False}))
        customer.write({'customer_owned': False})
        self.assertTrue(self.customer_a.customer_number)
        self.assertTrue(self.customer_a.customer_owned)

    def test_gateway_is_not_for_users(self):
        """Issue 3.11: restricted users do not feed the mail gateway, which believes the sender of a mail."""
        mail = f'From: {self.agent.email}\nTo: x@example.com\nSubject: forged\n\nforged'
        before = len(self.doc_b1.message_ids)
        for user in (self.specialist, self.user_a1):
            with self.assertRaises(AccessDenied):
                self.env['mail.thread'].with_user(user).message_process(self.doc_b1._name, mail, thread_id=self.doc_b1.id)
        self.assertEqual(len(self.doc_b1.message_ids), before)
