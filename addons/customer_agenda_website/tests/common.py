"""Fixtures for bookings by visitors."""
from odoo.addons.customer_agenda.tests.common import MONDAY, AgendaCommon, AgendaFixture, AgendaHttpCommon

NETWORK = '192.0.2.1'


class VisitorFixture(AgendaFixture):
    """A type for everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind.audience = 'public'

    def _visit(self, start=MONDAY, network=NETWORK, kind=None, **visitor):
        """Book as a visitor would."""
        return self.env['customer.appointment'].with_user(self.visitor).with_context(
            tracking_disable=False)._create_from_visitor(
                {'type_id': (kind or self.kind).id, 'start': str(start), 'tz': 'Europe/Berlin', 'customer_note': 'My own words'},
                {'name': 'Vera Visitor', 'email': 'Vera@Example.com ', 'phone': '+49 30 123', **visitor}, network)

    def _confirm(self, appointment):
        """Do what the link in the mail does after its POST."""
        appointment.with_user(self.visitor).sudo()._change_as_customer('accept', '')


class VisitorCommon(VisitorFixture, AgendaCommon):
    """For tests of models."""

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()  # what is counted in a transaction of its own is undone too


class VisitorHttpCommon(VisitorFixture, AgendaHttpCommon):
    """For tests of pages."""
