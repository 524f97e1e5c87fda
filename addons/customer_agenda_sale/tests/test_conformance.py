from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 8.1: paid appointments keep the rules of every addon."""

    addon = 'customer_agenda_sale'
    public_methods = frozenset({
        'customer.appointment.action_open_order', 'sale.order.action_open_customer_appointments'})
