from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 8.10: the glue keeps the rules of every addon."""

    addon = 'customer_agenda_project'
    public_methods = frozenset({'project.project.action_open_customer_appointments'})
