from odoo.fields import Command
from odoo.tests import tagged

from .common import CustomerCommon


@tagged('post_install', '-at_install')
class TestCustomerOverview(CustomerCommon):
    """The overview of customers: columns and search."""

    def _find(self, user, domain):
        """Return the names of the fixture's customers that the user finds."""
        customers = self.customer_a | self.customer_b
        found = self.env['res.partner'].with_user(user).search(
            [('is_customer', '=', True), ('id', 'in', customers.ids), *domain])
        return found.with_env(self.env)

    def _filter(self, name, text=None):
        """Return the domain of a field or filter of the search view."""
        view = self.env['res.partner'].get_view(
            self.env.ref('customer_services.res_partner_view_search_customer').id, 'search')
        self.assertIn(f'name="{name}"', view['arch'])
        return [(name, 'ilike', text)]

    def test_search_by_phone(self):
        """Issue 3.2: a number is found in any format, also that of a contact."""
        self.company.country_id = self.env.ref('base.de')
        self.customer_a.write({'phone': '+49 30 1234567', 'country_id': self.env.ref('base.de').id})
        self.user_b1.partner_id.write({'phone': '040/76 54 32-1', 'country_id': self.env.ref('base.de').id})
        for text in ('030 1234567', '+49 30 1234567', '0049 30 1234567', '030/12345-67', '49301234567', '1234567'):
            self.assertEqual(self._find(self.agent, self._filter('customer_find_phone', text)), self.customer_a, text)
        for text in ('+49 40 7654321', '0049407654321', '040 7654321'):
            self.assertEqual(self._find(self.agent, self._filter('customer_find_phone', text)), self.customer_b, text)
        self.company.country_id = self.env.ref('base.us')
        self.assertEqual(
            self._find(self.agent, self._filter('customer_find_phone', '030 1234567')), self.customer_a)
        for text in ('030 7654321', 'nonsense', '12'):
            self.assertFalse(self._find(self.agent, self._filter('customer_find_phone', text)), text)

    def test_search_by_email(self):
        """Issue 3.2: an address is found in any spelling, also that of an end user."""
        for text in ('INFO@A.example.com', '"Customer A" <info@a.example.com>', 'a1@example', 'A2@EXAMPLE.COM'):
            self.assertEqual(self._find(self.agent, self._filter('customer_find_email', text)), self.customer_a, text)
        self.assertFalse(self._find(self.agent, self._filter('customer_find_email', 'nobody@example.com')))

    def test_search_by_columns(self):
        """Issue 3.2: number, company, type, groups, tags, administrators and states of accesses are searched."""
        group = self.env['customer.group'].create({'name': 'Parent'})
        child = self.env['customer.group'].create(
            {'name': 'Child', 'parent_id': group.id, 'partner_ids': [Command.link(self.customer_a.id)]})
        tag = self.env['res.partner.category'].create({'name': 'Tag'})
        self.customer_a.write({'category_id': [Command.link(tag.id)], 'company_name': 'Holding'})
        self.customer_b.is_company = False
        self._access(self.user_a2).sudo().write({'state': 'blocked'})
        for domain in (
            [('customer_number', 'ilike', self.customer_a.customer_number)],
            [('customer_company', 'ilike', 'hold')],
            [('is_company', '=', True)],
            [('customer_group_ids', 'child_of', group.id)], [('customer_group_ids', 'ilike', 'child')],
            [('category_id', 'child_of', tag.id)],
            [('customer_administrator_ids.user_id', 'ilike', 'special')],
            [('customer_access_ids.state', '=', 'blocked')],
        ):
            self.assertEqual(self._find(self.agent, domain), self.customer_a, domain)
        self.assertEqual(child.complete_name, 'Parent / Child')
        self.assertFalse(self._find(self.agent, [('customer_access_ids', '=', False)]))

    def test_columns(self):
        """Issue 3.2: states of accesses are counted per state; administrators are those in their period."""
        customer = self.customer_a.with_user(self.agent)
        states = {entry['label']: entry['value'] for entry in customer.customer_access_statistics}
        self.assertEqual(states, {'Activated': 2, 'Revoked': 1})
        self.assertEqual(customer.customer_administrator_user_ids, self.specialist)
        self.env['customer.administrator'].search([]).write({'date_end': '2020-01-01'})
        self.assertFalse(customer.customer_administrator_user_ids)

    def test_specialist_finds_only_his(self):
        """Issue 3.2: a specialist finds his customers by search, name and count, and reads no other."""
        self.assertEqual(self._find(self.specialist, []), self.customer_a)
        Partner = self.env['res.partner'].with_user(self.specialist)
        self.assertFalse(Partner.name_search('Customer B'))
        self.assertFalse(Partner.search_count([('id', '=', self.customer_b.id)]))
        self.assertFalse(self._find(self.specialist, self._filter('customer_find_email', 'info@b.example.com')))
        self.assertEqual(self._find(self.agent, []), self.customer_a | self.customer_b)
        self.assertEqual(self._find(self.specialist, [('customer_administered', '=', True)]), self.customer_a)

    def test_overview_costs_constant_queries(self):
        """Issue 3.2: list and board of 5 and of 80 customers take the same number of queries."""
        self.env['res.partner'].create([
            {'name': f'Customer {number}', 'is_company': True, 'email': f'{number}@example.com', 'is_customer': True,
             'customer_number': f'T{number:05}'} for number in range(80)])
        administrators = self.env['res.partner'].search([('customer_number', '=like', 'T%')], limit=40)
        self.env['customer.administrator'].create(
            [{'customer_id': partner.id, 'user_id': self.specialist.id} for partner in administrators])
        self.env.flush_all()
        for view in ('list', 'kanban'):
            arch = self.env['res.partner'].get_view(
                self.env.ref(f'customer_services.res_partner_view_{view}_customer').id, view)
            names = set(arch['models']['res.partner'])
            specification = {name: {} for name in names if name in self.env['res.partner']._fields}
            for user in (self.agent, self.specialist):
                Partner = self.env['res.partner'].with_user(user)
                counts = []
                for limit in (5, 5, 40):  # the first one warms what is cached per process
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    rows = Partner.web_search_read(
                        [('customer_number', '=like', 'T%')], specification, limit=limit, count_limit=100)['records']
                    counts.append(self.env.cr.sql_log_count - before)
                    self.assertEqual(len(rows), limit)
                self.assertEqual(counts[1], counts[2], f'{view} {user.login}')
                self.assertLess(counts[2], 30)
