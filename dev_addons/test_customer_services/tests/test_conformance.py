from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    addon = 'test_customer_services'

    def test_documents_are_found(self):
        """Issue 2.13: the checks really see the documents of an addon."""
        self.assertEqual(
            {model._name for model in self._documents()},
            {'test.customer.document', 'test.customer.paper', 'test.customer.receipt'})
