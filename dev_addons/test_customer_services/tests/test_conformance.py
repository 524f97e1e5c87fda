import sys

from odoo.tests import TransactionCase, tagged
from odoo.tests.loader import get_module_test_cases

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    addon = 'test_customer_services'

    def test_documents_are_found(self):
        """Issue 2.13: the checks really see the documents of an addon."""
        self.assertEqual(
            {model._name for model in self._documents()},
            {'test.customer.document', 'test.customer.paper', 'test.customer.receipt'})

    def test_checks_are_run(self):
        """Issue 2.13: Odoo, which leaves out inherited tests, runs those of the mixin."""
        checks = {name for name in dir(ConformanceMixin) if name.startswith('test_')}
        self.assertTrue(checks)
        run = {case._testMethodName for case in get_module_test_cases(sys.modules[__name__])}
        self.assertLessEqual(checks, run)
