from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the form for visitors keeps the rules of the suite."""

    addon = 'customer_helpdesk_website'
    public_routes = frozenset({'/support/new', '/support/thanks', '/support/suggestions'})
