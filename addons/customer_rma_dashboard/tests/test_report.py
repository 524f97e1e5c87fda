import json

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin
from odoo.addons.spreadsheet.utils.validate_data import fields_in_spreadsheet, menus_xml_ids_in_spreadsheet


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the analysis keeps the rules of the suite."""

    addon = 'customer_rma_dashboard'


@tagged('post_install', '-at_install')
class TestReport(RmaCommon):
    """Issue 7.23: the figures of returns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref('customer_rma_dashboard.spreadsheet_dashboard_customer_rma')
        cls.data = json.loads(cls.dashboard.spreadsheet_data)
        cls.lamps = [('product_id', '=', cls.lamp.id)]

    def _figures(self, groups=(), user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env['customer.rma.report'].with_user(user or self.agent)._read_group(
            self.lamps, groups, ['quantity_delivered:sum', 'quantity_returned:sum', 'rate:avg', 'product_rate:sum',
                                 'cycle_days:avg', 'cost:sum', 'open_value:sum'])

    def test_figures(self):
        """Issue 7.23: rate of what was delivered, cost as credited, open value, days to resolution; refused ones do not count."""
        # three orders of three lamps at 90 each; they are alone in this fixture
        self.assertEqual(self._figures(), [(9, 0, 0, 0, False, 0, 0)])
        rma = self._requested(self.user_a1, self.sold_a1, 2, reason_id=self.reason.id)
        other = self._requested(self.user_b1, self.sold_b1, 1)
        [(delivered, returned, rate, product_rate, cycle, cost, open_value)] = self._figures()
        self.assertEqual((delivered, returned, cycle, cost), (9, 3, False, 0))
        self.assertAlmostEqual(rate, 100 / 3)
        self.assertAlmostEqual(product_rate, 100 / 3)
        self.assertAlmostEqual(open_value, 270)
        other.action_cancel()
        self._receive(rma)
        rma._close_if_settled()
        rma.request_date = rma.resolved_date
        [(delivered, returned, rate, product_rate, cycle, cost, open_value)] = self._figures()
        self.assertEqual((delivered, returned, open_value, cycle), (9, 2, 0, 0))
        self.assertAlmostEqual(rate, 200 / 9)
        self.assertAlmostEqual(cost, 180)
        by_reason = {reason: values[3] for reason, *values in self._figures(['reason_id'])}
        self.assertAlmostEqual(by_reason[self.reason], 200 / 9)

    def test_rights(self):
        """Issue 7.23: agents and managers of the company read it; customers, employees and specialists do not."""
        for user in (self.user_a1, self.employee, self.specialist, self.visitor):
            with self.assertRaises(AccessError, msg=user.login):
                self._figures(user=user)
        for user, count in ((self.manager, 9), (self.other_company_agent, 0)):
            env = self.env(user=user, context=dict(self.env.context, allowed_company_ids=user.company_ids.ids))
            [(delivered,)] = env['customer.rma.report']._read_group(self.lamps, [], ['quantity_delivered:sum'])
            self.assertEqual(delivered or 0, count, user.login)
        mine = [('id', '=', self.dashboard.id)]
        self.assertTrue(self.env['spreadsheet.dashboard'].with_user(self.agent).search(mine))
        self.assertFalse(self.env['spreadsheet.dashboard'].with_user(self.employee).search(mine))

    def test_dashboard(self):
        """Issue 7.23: every field and menu of the dashboard exists, and an agent reads every chart and pivot."""
        self.assertEqual(set(fields_in_spreadsheet(self.data)), {'customer.rma.report'})
        for xml_id in menus_xml_ids_in_spreadsheet(self.data):
            self.assertEqual(self.env.ref(xml_id)._name, 'ir.ui.menu')
        Report = self.env['customer.rma.report'].with_user(self.agent)
        reads = [
            (chart['searchParams']['domain'], chart['metaData']['groupBy'], chart['metaData']['measure'])
            for chart in (figure['data'] for figure in self.data['sheets'][0]['figures']) if chart['type'].startswith('odoo_')]
        reads += [(pivot['domain'], [], pivot['measures'][0]['fieldName']) for pivot in self.data['pivots'].values()]
        self.assertEqual(len(reads), 13)
        for domain, groups, name in reads:
            aggregator = Report._fields[name].aggregator or 'count_distinct'
            Report.formatted_read_group(domain, groups, [f'{name}:{aggregator}'])
