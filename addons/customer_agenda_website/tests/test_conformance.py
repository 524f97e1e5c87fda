from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 8.3: the public booking page keeps the rules of every addon."""

    addon = 'customer_agenda_website'
    public_routes = frozenset({'/appointments'})
