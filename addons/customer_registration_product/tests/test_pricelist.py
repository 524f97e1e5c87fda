from odoo.tests import tagged

from odoo.addons.customer_services.tests.common import CustomerCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestPricelist(ConformanceMixin, CustomerCommon):
    addon = 'customer_registration_product'

    def test_pricelist(self):
        """Issue 10.1: the customer who comes of a policy has its pricelist, and the next one has none of it."""
        pricelist = self.env['product.pricelist'].create({'name': 'Dealers'})
        for number, expected in ((1, pricelist), (2, self.env['product.pricelist'])):
            policy = self.env['customer.registration.policy'].create({
                'name': 'Dealers', 'code': f'dealers-{number}', 'pricelist_id': expected.id})
            registration = self.env['customer.registration'].create({
                'policy_id': policy.id, 'state': 'email', 'name': 'Nina New', 'email': f'new{number}@example.com',
                'is_company': True, 'company_name': 'Newco', 'expiry': '2999-01-01'})
            registration._confirm_email('three green walking sticks')
            self.assertEqual(registration.state, 'active')
            customer = registration.partner_id.commercial_partner_id
            self.assertEqual(customer.specific_property_product_pricelist, expected)
            if expected:
                self.assertEqual(registration.partner_id.property_product_pricelist, pricelist)
