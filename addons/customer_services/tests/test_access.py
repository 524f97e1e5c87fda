from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CustomerCommon


@tagged('post_install', '-at_install')
class TestCustomerAccess(CustomerCommon):
    """Grants: how accesses come into being, and who may give them."""

    def test_login_of_contact_gets_own_scope(self):
        """Issue 2.13: a contact of a company who gets a login sees what he requested himself."""
        user = self._create_portal_user('new', self.customer_a)
        access = self._access(user)
        self.assertEqual((access.customer_id, access.scope), (self.customer_a, 'own'))

    def test_login_of_person_gets_all(self):
        """Issue 2.13: a person who gets a login sees everything of himself."""
        person = self.env['res.partner'].create({'name': 'Person', 'email': 'person@example.com'})
        user = self.env['res.users'].create({
            'login': 'test_person', 'partner_id': person.id,
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]})
        access = self._access(user)
        self.assertEqual((access.customer_id, access.scope), (person, 'all'))

    def test_portal_wizard_gives_access(self):
        """Issue 2.12: "Grant portal access" of a contact, as first steps for staff say, gives the access."""
        contact = self.env['res.partner'].create(
            {'name': 'Contact', 'email': 'contact@example.com', 'parent_id': self.customer_b.id})
        wizard = self.env['portal.wizard'].with_user(self.agent).with_context(active_ids=contact.ids).create({})
        wizard.user_ids.action_grant_access()
        self.assertEqual(self._access(contact.user_ids).customer_id, self.customer_b)

    def test_access_does_not_need_complete_data(self):
        """Issue 3.1: who gets an access becomes a customer, also if his old data lack what is mandatory today."""
        company = self.env['res.partner'].create({'name': 'No mail, no phone', 'is_company': True})
        self._create_portal_user('lacking', company)
        self.assertTrue(company.customer_number)

    def test_revoked_access_stays_revoked(self):
        """Issue 2.13: touching the login does not bring back an access that staff took away."""
        self.revoked.write({'active': False})
        self.revoked.write({'active': True})
        accesses = self.env['customer.access'].search([('user_id', '=', self.revoked.id)])
        self.assertEqual(accesses.mapped('state'), ['revoked'])

    def test_employee_gets_no_access(self):
        """Issue 2.13: internal users never get an access, neither by themselves nor by hand."""
        self.assertFalse(self._access(self.employee))
        with self.assertRaises(ValidationError):
            self.env['customer.access'].create({'customer_id': self.customer_a.id, 'user_id': self.employee.id})

    def test_access_is_to_a_customer(self):
        """Issue 2.13: an access opens a customer, not one of its contacts."""
        with self.assertRaises(ValidationError):
            self.env['customer.access'].create(
                {'customer_id': self.user_a1.partner_id.id, 'user_id': self.user_b1.id})

    @mute_logger('odoo.sql_db')
    def test_access_is_unique(self):
        """Issue 2.13: one access a login and customer, in the database."""
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env['customer.access'].create({'customer_id': self.customer_a.id, 'user_id': self.user_a1.id})

    def test_who_may_grant(self):
        """Issue 2.13: customers and employees grant nothing, specialists nothing to others' customers; managers all."""
        access = self._access(self.user_a2)
        administrator = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        foreign = self._access(self.user_b2)
        for user in (self.user_a1, self.user_b1, self.visitor, self.employee, self.specialist):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    (foreign if user == self.specialist else access).with_user(user).write({'scope': 'all'})
                with self.assertRaises(AccessError):
                    administrator.with_user(user).write({'user_id': user.id})
                with self.assertRaises(AccessError):
                    self.env['customer.administrator'].with_user(user).create(
                        {'customer_id': self.customer_b.id, 'user_id': user.id})
        self.assertEqual((access | foreign).mapped('scope'), ['own', 'own'])
        self.assertEqual(administrator.user_id, self.specialist)
        access.with_user(self.agent).write({'scope': 'all'})
        with self.assertRaises(AccessError):
            administrator.with_user(self.agent).unlink()
        administrator.with_user(self.manager).unlink()
        self.assertFalse(administrator.exists())

    def test_specialist_reads_own_rights_only(self):
        """Issue 2.13: a specialist does not learn who else administers which customer."""
        self.env['customer.administrator'].create({'customer_id': self.customer_b.id, 'user_id': self.agent.id})
        found = self.env['customer.administrator'].with_user(self.specialist).search([])
        self.assertEqual(found.user_id, self.specialist)
