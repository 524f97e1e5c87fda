import json

from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.customer_services.const import GROUP_AGENT
from odoo.addons.customer_services.tests.conformance import ConformanceMixin
from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet, menus_xml_ids_in_spreadsheet


@tagged('post_install', '-at_install')
class TestDashboard(ConformanceMixin, TransactionCase):
    """The dashboard of tickets."""

    addon = 'customer_helpdesk_dashboard'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref('customer_helpdesk_dashboard.spreadsheet_dashboard_customer_ticket')
        cls.data = json.loads(cls.dashboard.spreadsheet_data)

    def test_fields_and_menus_exist(self):
        """Issue 5.31: every field, and every menu, that the dashboard names exists."""
        found = fields_in_spreadsheet(self.data)
        self.assertIn('customer.ticket', found)
        for model, names in found.items():
            for name in names:
                if name == '__count':
                    continue
                Model = self.env[model]
                for part in name.split('.'):
                    field = Model._fields[part.split(':')[0]]
                    Model = self.env[field.comodel_name] if field.relational else Model
        for xml_id in menus_xml_ids_in_spreadsheet(self.data):
            self.assertEqual(self.env.ref(xml_id)._name, 'ir.ui.menu')

    def test_charts_can_be_read(self):
        """Issue 5.31: the groups and measures of every chart and pivot are read with the rights of an agent."""
        agent = new_test_user(self.env, 'dashboard_agent', groups=f'base.group_user,{GROUP_AGENT}')
        Ticket = self.env['customer.ticket'].with_user(agent)
        charts = [figure['data'] for figure in self.data['sheets'][0]['figures']]
        measures = [(chart['metaData']['groupBy'], chart['metaData']['measure'], chart['searchParams']['domain'])
                    for chart in charts if chart['type'].startswith('odoo_')]
        measures += [([row['fieldName'] for row in pivot['rows']], pivot['measures'][0]['fieldName'], pivot['domain'])
                     for pivot in self.data['pivots'].values()]
        self.assertGreater(len(measures), 8)
        for groups, measure, domain in measures:
            aggregate = '__count' if measure == '__count' else f'{measure}:avg'
            Ticket.formatted_read_group(domain, groups, [aggregate])

    def test_who_sees_it(self):
        """Issue 5.31: staff of customer services see the dashboard, other employees do not."""
        agent = new_test_user(self.env, 'dashboard_agent', groups=f'base.group_user,{GROUP_AGENT}')
        employee = new_test_user(self.env, 'dashboard_employee', groups='base.group_user')
        mine = [('id', '=', self.dashboard.id)]
        self.assertTrue(self.env['spreadsheet.dashboard'].with_user(agent).search(mine))
        self.assertFalse(self.env['spreadsheet.dashboard'].with_user(employee).search(mine))
