"""Fixtures for the tests of appointments: a Monday in Berlin, two members of staff, a type."""
from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon

#: a Wednesday, 08:00 UTC
NOW = datetime(2026, 9, 30, 8)
#: the Monday after, 09:00 in Berlin
MONDAY = datetime(2026, 10, 5, 7)


class AgendaFixture:
    """Two resources with working hours in Berlin and a type of one hour; no mail while they are created."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW, tick=False))
        cls.env['customer.appointment.type'].search([]).active = False
        cls.calendar = cls.env['resource.calendar'].create({
            'name': 'Mornings', 'tz': 'Europe/Berlin', 'company_id': cls.company.id, 'attendance_ids': [Command.clear()] + [
                Command.create({'name': 'Morning', 'dayofweek': str(day), 'hour_from': 9, 'hour_to': 12,
                                'day_period': 'morning'}) for day in range(5)]})
        cls.resource = cls._create_resource('Alex', cls.agent)
        cls.resource_2 = cls._create_resource('Mia', cls.manager)
        cls.kind = cls._create_type(cls.resource)

    @classmethod
    def _create_resource(cls, name, user=None, **values):
        return cls.env['resource.resource'].create({
            'name': name, 'user_id': user and user.id, 'resource_type': 'user' if user else 'material',
            'calendar_id': cls.calendar.id, 'company_id': cls.company.id, 'tz': 'Europe/Berlin', **values})

    @classmethod
    def _create_type(cls, resources, **values):
        return cls.env['customer.appointment.type'].create({
            'name': 'Consultation', 'duration': 60, 'interval': 60, 'notice_hours': 0, 'horizon_days': 60,
            'tz': 'Europe/Berlin', 'company_id': False, 'location': 'Harbour Street 5',
            'line_ids': [Command.create({'resource_id': resource.id}) for resource in resources], **values})

    @classmethod
    def _create_appointment(cls, user, start=MONDAY, **values):
        return cls.env['customer.appointment'].create({
            'type_id': cls.kind.id, 'partner_id': user.partner_id.id, 'start': start, 'tz': 'Europe/Berlin', **values})

    def _book(self, user, start=MONDAY, kind=None, **values):
        """Book as a portal user would."""
        return self.env['customer.appointment'].with_user(user)._create_from_customer(
            {'type_id': (kind or self.kind).id, 'start': str(start), 'tz': 'Europe/Berlin', **values})

    def _starts(self, kind=None, start=None, stop=None, **options):
        """Return the free starts of the Monday, or of another time, naive UTC."""
        start = start or MONDAY.replace(hour=0)
        stop = stop or MONDAY.replace(hour=23)
        return [slot.start for slot in (kind or self.kind)._free_slots(start, stop, **options)]

    def _mails(self, appointment=None, clear=False):
        """Return the mails in the queue about appointments, oldest first."""
        domain = [('model', '=', 'customer.appointment')]
        if appointment:
            domain.append(('res_id', '=', appointment.id))
        return self.env['mail.mail'].search(domain, order='id')


class AgendaCommon(AgendaFixture, CustomerCommon):
    """For tests of models."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))


class AgendaHttpCommon(AgendaFixture, CustomerHttpCommon):
    """For tests of routes and pages."""
