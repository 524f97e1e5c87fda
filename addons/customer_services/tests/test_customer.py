from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CustomerCommon

COMPANY = {'name': 'New company', 'is_company': True, 'email': 'new@example.com', 'is_customer': True}


@tagged('post_install', '-at_install')
class TestCustomer(CustomerCommon):
    """What makes a partner a customer, who may do it, what a customer must have."""

    def _create(self, user, **values):
        return self.env['res.partner'].with_user(user).create(dict(COMPANY, **values))

    def test_number_from_sequence(self):
        """Issue 3.1: each customer gets the next number, once; copies and contacts get none."""
        first, second = self._create(self.agent), self._create(self.agent)
        self.assertRegex(first.customer_number, r'^C\d{5}$')
        self.assertEqual(int(second.customer_number[1:]), int(first.customer_number[1:]) + 1)
        first.write({'is_customer': True})
        self.assertEqual(int(second.customer_number[1:]), int(first.customer_number[1:]) + 1)
        self.assertFalse(first.copy().customer_number)
        contact = self.env['res.partner'].create({'name': 'Contact', 'parent_id': first.id})
        self.assertFalse(contact.is_customer)

    def test_form_of_company_with_contacts(self):
        """Issue 3.1: the action "Customers" makes the company a customer, not the contacts created along."""
        action = self.env['ir.actions.act_window']._for_xml_id('customer_services.res_partner_action_customer')
        Partner = self.env['res.partner'].with_user(self.agent).with_context(
            default_is_customer=True, default_is_company=True)
        self.assertIn('default_is_customer', action['context'])
        with Form(Partner, 'customer_services.res_partner_view_form_customer') as form:
            form.name = 'Form Inc'
            form.email = 'form@example.com'
            self.assertIn('e-mail or phone', form.customer_needs)
        customer = form.record
        customer.with_context(default_is_customer=True).write(
            {'child_ids': [Command.create({'name': 'Child', 'email': 'child@example.com'})]})
        self.assertTrue(customer.customer_number)
        self.assertFalse(customer.child_ids.customer_number)
        found = Partner.search([('is_customer', '=', True), ('id', 'in', (customer | customer.child_ids).ids)])
        self.assertEqual(found, customer)

    def test_search_is_customer(self):
        """Issue 3.1: vendors, contacts and own companies are no customers."""
        vendor = self.env['res.partner'].create({'name': 'Vendor', 'is_company': True})
        partners = vendor | self.customer_a | self.user_a1.partner_id | self.company.partner_id
        Partner = self.env['res.partner'].with_context(active_test=False)
        self.assertEqual(Partner.search([('id', 'in', partners.ids), ('is_customer', '=', True)]), self.customer_a)
        self.assertEqual(
            Partner.search([('id', 'in', partners.ids), ('is_customer', '=', False)]), partners - self.customer_a)

    def test_contact_is_no_customer(self):
        """Issue 3.1: a contact of a company is refused."""
        with self.assertRaises(ValidationError):
            self._create(self.agent, is_company=False, parent_id=self.customer_a.id)

    def test_person_joins_company(self):
        """Issue 3.4: a person with a login who becomes a contact keeps his documents and gets an own access."""
        person = self._create(self.agent, is_company=False)
        user = self.env['res.users'].create({
            'login': 'test_joins', 'partner_id': person.id,
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]})
        person.with_user(self.manager).write({'parent_id': self.customer_a.id})
        accesses = self._access(user)
        self.assertEqual(
            {(access.customer_id, access.scope, access.state) for access in accesses},
            {(person, 'all', 'activated'), (self.customer_a, 'own', 'activated')})

    def test_own_company_is_no_customer(self):
        """Issue 3.1: the own company gets no number, by whatever way."""
        self.company.partner_id.with_user(self.agent).sudo(False)
        with self.assertRaises(ValidationError):
            self.company.partner_id.write({'customer_number': 'C99999'})
        self.company.partner_id._draw_customer_numbers()
        self.assertFalse(self.company.partner_id.customer_number)

    def test_mandatory_by_kind(self):
        """Issue 3.1: a company needs e-mail or phone, a person an e-mail address; the message names it."""
        for values, missing in (
            ({'email': False}, 'e-mail or phone'), ({'is_company': False, 'email': False}, 'Email'),
        ):
            with self.assertRaisesRegex(ValidationError, missing), self.env.cr.savepoint():
                self._create(self.agent, **values)
        self.assertTrue(self._create(self.agent, email=False, phone='+49 30 1234567').customer_number)
        customer = self._create(self.agent)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            customer.write({'email': False})
        self.assertFalse(self.env['res.partner'].search([('name', '=', COMPANY['name']), ('email', '=', False),
                                                         ('phone', '=', False)]))

    def test_mandatory_by_settings(self):
        """Issue 3.1: what is mandatory is chosen in the settings; old data are left alone until touched."""
        old = self._create(self.agent)
        settings = self.env['res.config.settings'].create({})
        vat = self.env['ir.model.fields']._get('res.partner', 'vat')
        settings.customer_company_field_ids |= vat
        settings.customer_company_reachable = False
        settings.execute()
        with self.assertRaisesRegex(ValidationError, 'Tax ID'), self.env.cr.savepoint():
            self._create(self.agent)
        self.assertTrue(self._create(self.agent, vat='BE0477472701', email=False).customer_number)
        self.assertTrue(self._create(self.agent, is_company=False).customer_number, 'persons have their own list')
        old.write({'comment': 'untouched'})
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            old.write({'email': 'touched@example.com'})

    def test_import_makes_customers(self):
        """Issue 3.1: an import by an agent draws numbers and checks what is mandatory."""
        Partner = self.env['res.partner'].with_user(self.agent)
        result = Partner.load(['name', 'is_company', 'email', 'is_customer'], [
            ['Imported', 'True', 'imported@example.com', 'True']])
        self.assertFalse(result['messages'])
        self.assertTrue(Partner.browse(result['ids']).customer_number)
        result = Partner.load(['name', 'is_company', 'is_customer'], [['Incomplete', 'True', 'True']])
        self.assertIn('e-mail or phone', result['messages'][0]['message'])

    def test_number_by_hand(self):
        """Issue 3.1: only managers give numbers by hand (import of old ones), and no number twice."""
        for user in (self.agent, self.specialist):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._create(user, customer_number='OLD-1')
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.customer_a.with_user(user).write({'customer_number': 'OLD-1'})
        self.assertEqual(self._create(self.manager, customer_number='OLD-1').customer_number, 'OLD-1')
        with self.assertRaises(UserError):
            self.customer_a.with_user(self.manager).write({'is_customer': False})

    def test_specialist_administers_what_he_creates(self):
        """Issue 3.1: a specialist creates a customer with contacts and is its administrator at once."""
        customer = self._create(
            self.specialist, street='Street 1', city='Berlin',
            child_ids=[Command.create({'name': 'Contact', 'email': 'contact@example.com'})])
        administrators = self.env['customer.administrator'].search([('customer_id', '=', customer.id)])
        self.assertEqual(administrators.user_id, self.specialist)
        self.assertTrue(customer.customer_number)
        customer.write({'city': 'Hamburg'})
        customer.child_ids.write({'phone': '+49 40 1234567'})
        self.assertEqual(customer.child_ids.mapped('city'), ['Hamburg'])
        self.assertFalse(self._create(self.agent).sudo().customer_administrator_ids)

    def test_refused_creation_leaves_nothing(self):
        """Issue 3.1: when the creation fails, there is neither partner nor right."""
        before = self.env['customer.administrator'].search_count([])
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._create(self.specialist, name='Refused', email=False)
        self.assertEqual(self.env['customer.administrator'].search_count([]), before)
        self.assertFalse(self.env['res.partner'].search([('name', '=', 'Refused')]))

    def test_specialist_takes_nobody(self):
        """Issue 3.1: a specialist makes no existing partner his customer and writes no foreign partner."""
        vendor = self.env['res.partner'].create({'name': 'Vendor', 'is_company': True, 'email': 'v@example.com'})
        for partner in (vendor, self.customer_b, self.company.partner_id, self.manager.partner_id):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                partner.with_user(self.specialist).write({'is_customer': True})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                partner.with_user(self.specialist).write({'name': 'taken'})
        self.assertFalse(vendor.customer_number)
        self.assertNotIn('taken', (vendor | self.customer_b | self.company.partner_id).mapped('name'))
        self.customer_a.with_user(self.specialist).write({'city': 'Köln'})
        self.user_a1.partner_id.with_user(self.specialist).write({'city': 'Köln'})
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env['res.partner'].with_user(self.specialist).create(
                {'name': 'Mole', 'parent_id': self.customer_b.id})

    def test_right_ends_by_date(self):
        """Issue 3.1: Issue 3.8: what a specialist may write ends with the period of his right."""
        right = self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)])
        right.write({'date_start': '2020-01-01', 'date_end': '2020-12-31'})
        with self.assertRaises(AccessError):
            self.customer_a.with_user(self.specialist).write({'city': 'Köln'})
        self.assertFalse(self.customer_a.with_user(self.specialist).sudo().customer_administered)

    def test_employees_and_customers_create_none(self):
        """Issue 3.1: other employees and portal users create no customers."""
        for user in (self.employee, self.user_a1):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self._create(user)
        self.assertFalse(self.env['res.partner'].search([('name', '=', COMPANY['name'])]))

    def test_make_a_customer(self):
        """Issue 3.1: an agent makes an existing contact's company a customer."""
        company = self.env['res.partner'].create({'name': 'Lead', 'is_company': True, 'email': 'l@example.com'})
        contact = self.env['res.partner'].create({'name': 'Contact', 'parent_id': company.id})
        contact.with_user(self.agent).action_make_customer()
        self.assertTrue(company.customer_number)
        self.assertFalse(contact.customer_number)

    def test_access_makes_a_customer(self):
        """Issue 3.1: who gets an access is a customer."""
        partner = self.env['res.partner'].create({'name': 'Buyer', 'email': 'buyer@example.com'})
        user = self.env['res.users'].create({
            'login': 'test_buyer', 'partner_id': partner.id,
            'group_ids': [Command.set(self.env.ref('base.group_portal').ids)]})
        self.assertTrue(partner.customer_number)
        self.assertEqual(self._access(user).customer_id, partner)
