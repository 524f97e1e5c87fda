from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import MONDAY, NOW, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestSlots(AgendaCommon):

    def test_working_hours(self):
        """Issue 8.2: slots lie in the working hours of the resource, on its clock."""
        self.assertEqual(self._starts(), [MONDAY, MONDAY + HOUR, MONDAY + 2 * HOUR])
        self.assertFalse(self._starts(start=datetime(2026, 10, 3), stop=datetime(2026, 10, 5)), 'a weekend')

    def test_rules_of_the_type(self):
        """Issue 8.1: interval, duration, buffers, minimum notice and horizon."""
        self.kind.write({'duration': 90, 'interval': 30})
        self.assertEqual(self._starts(), [MONDAY + HOUR * index / 2 for index in range(4)])
        self.kind.write({'duration': 30, 'interval': 30, 'buffer_before': 10, 'buffer_after': 20})
        self._create_appointment(self.user_a1, MONDAY + HOUR)
        self.assertEqual(
            self._starts(), [MONDAY, MONDAY + 2 * HOUR, MONDAY + 2.5 * HOUR], 'the buffers of both are kept')
        self.kind.notice_hours = int((MONDAY - NOW).total_seconds() // 3600) + 2
        self.assertEqual(self._starts(), [MONDAY + 2 * HOUR, MONDAY + 2.5 * HOUR])
        self.kind.write({'notice_hours': 0, 'horizon_days': 3})
        self.assertFalse(self._starts())

    def test_leaves_and_holidays(self):
        """Issue 8.2: leaves and public holidays are left out."""
        leave = {'name': 'Leave', 'calendar_id': self.calendar.id, 'date_from': MONDAY, 'date_to': MONDAY + HOUR}
        self.env['resource.calendar.leaves'].create(dict(leave, resource_id=self.resource.id))
        self.assertEqual(self._starts(), [MONDAY + HOUR, MONDAY + 2 * HOUR])
        self.env['resource.calendar.leaves'].create(dict(
            leave, date_from=MONDAY.replace(hour=0), date_to=MONDAY.replace(hour=22)))
        self.assertFalse(self._starts())

    def test_events_of_the_calendar(self):
        """Issue 8.2: busy events of Odoo's calendar are left out, free, declined and cancelled ones are not."""
        event = self.env['calendar.event'].with_context(no_mail_to_attendees=True).create({
            'name': 'Dentist', 'start': MONDAY + HOUR, 'stop': MONDAY + 2 * HOUR, 'user_id': self.agent.id,
            'partner_ids': [Command.set(self.agent.partner_id.ids)]})
        self.assertEqual(self._starts(), [MONDAY, MONDAY + 2 * HOUR])
        event.show_as = 'free'
        self.assertEqual(len(self._starts()), 3)
        event.show_as = 'busy'
        event.attendee_ids.state = 'declined'
        self.assertEqual(len(self._starts()), 3)
        event.attendee_ids.state = 'accepted'
        event.write({'allday': True, 'start_date': MONDAY.date(), 'stop_date': MONDAY.date()})
        self.assertFalse(self._starts(), 'the whole day')
        event.active = False
        self.assertEqual(len(self._starts()), 3)

    def test_combination(self):
        """Issue 8.2: what needs a member of staff and a room needs both of them free."""
        room = self._create_resource('Room')
        self.kind.extra_resource_ids = room
        other = self._create_type(room, name='Cleaning')
        self.env['customer.appointment'].create({
            'type_id': other.id, 'partner_id': self.user_b1.partner_id.id, 'start': MONDAY})
        self.assertEqual(self._starts(), [MONDAY + HOUR, MONDAY + 2 * HOUR])
        appointment = self._book(self.user_a1, MONDAY + HOUR).sudo()
        self.assertEqual((appointment.resource_id, appointment.extra_resource_id), (self.resource, room))
        self.assertEqual(self._starts(other), [MONDAY + 2 * HOUR])

    def test_seats(self):
        """Issue 8.1: a slot with three seats is offered until they are taken; no other slot overlaps it."""
        self.kind.write({'capacity': 3, 'interval': 30})
        for number in range(3):
            self.assertIn(MONDAY + HOUR, self._starts(), f'{number} seats taken')
            self.assertEqual(MONDAY + HOUR / 2 in self._starts(), not number)
            self._create_appointment(self.user_a1, MONDAY + HOUR)
        self.assertEqual(self._starts(), [MONDAY, MONDAY + 2 * HOUR])
        other = self._create_type(self.resource, name='Other')
        self.assertEqual(self._starts(other), [MONDAY, MONDAY + 2 * HOUR])

    def test_limits(self):
        """Issue 8.1: limits per day and week, counted in the zone of the type."""
        self.kind.max_per_day = 1
        self._create_appointment(self.user_a1, MONDAY)
        self.assertFalse(self._starts())
        tuesday = MONDAY + timedelta(days=1)
        self.assertEqual(len(self._starts(start=tuesday, stop=tuesday + 6 * HOUR)), 3)
        self.kind.max_per_week = 1
        self.assertFalse(self._starts(start=tuesday, stop=tuesday + 6 * HOUR))
        next_week = MONDAY + timedelta(days=7)
        self.assertEqual(len(self._starts(start=next_week, stop=next_week + 6 * HOUR)), 3)

    def test_assignment(self):
        """Issue 8.2: in turn by weight, who has least to do, or whom the customer chooses."""
        kind = self._create_type(self.resource | self.resource_2, capacity=1, interval=30, duration=30)
        kind.line_ids[0].weight = 2
        taken = [self._book(self.user_a1, MONDAY + HOUR * index / 2, kind).sudo().resource_id for index in range(6)]
        self.assertEqual((taken.count(self.resource), taken.count(self.resource_2)), (4, 2))
        kind.assignment = 'least_loaded'
        tuesday = MONDAY + timedelta(days=1)
        self.assertEqual(self._book(self.user_a1, tuesday, kind).sudo().resource_id, self.resource_2)
        kind.assignment = 'choice'
        self.assertEqual(self._book(
            self.user_a1, tuesday + HOUR, kind, resource_id=self.resource.id).sudo().resource_id, self.resource)

    def test_summer_time(self):
        """Issue 8.5: 09:00 in Berlin stays 09:00 in the weeks around the change of the clock."""
        for day, hour in ((datetime(2026, 10, 23), 7), (datetime(2026, 10, 26), 8)):
            starts = self._starts(start=day, stop=day + timedelta(days=1))
            self.assertEqual(starts[0], day.replace(hour=hour))
        night = self.env['resource.calendar'].create({
            'name': 'Nights', 'tz': 'Europe/Berlin', 'attendance_ids': [Command.clear(), Command.create(
                {'name': 'Night', 'dayofweek': '6', 'hour_from': 0, 'hour_to': 6, 'day_period': 'morning'})]})
        self.resource.calendar_id = night
        self.kind.write({'duration': 30, 'interval': 30, 'horizon_days': 300})
        spring = self._starts(start=datetime(2027, 3, 27, 22), stop=datetime(2027, 3, 28, 6))
        self.assertEqual(
            [f'{(start + HOUR * (1 if start.hour in (23, 0) else 2)):%H:%M}' for start in spring[:6]],
            ['00:00', '00:30', '01:00', '01:30', '03:00', '03:30'])

    def test_queries(self):
        """Issue 8.13: the number of queries does not depend on the number of resources, events or days."""
        kind = self._create_type(self.resource | self.resource_2)

        def queries(days):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = kind._free_slots(MONDAY, MONDAY + timedelta(days=days))
            self.assertTrue(found)
            return self.env.cr.sql_log_count - before

        few = queries(1)
        more = self.env['resource.resource']
        for number in range(10):
            more |= self._create_resource(f'More {number}', self._create_staff(f'more{number}', 'base.group_user'))
        kind.line_ids = [Command.create({'resource_id': resource.id}) for resource in more]
        self.env['calendar.event'].with_context(no_mail_to_attendees=True, dont_notify=True).create([{
            'name': 'Busy', 'start': MONDAY + timedelta(days=number), 'stop': MONDAY + timedelta(days=number, minutes=30),
            'partner_ids': [Command.set(more.user_id.partner_id.ids)]} for number in range(20)])
        self.assertLessEqual(queries(30), few)
        self.assertLessEqual(few, 25)

    def test_free_slots_by_api(self):
        """Issue 8.14: an integrator asks for free slots and gets times in UTC and on the local clock."""
        kind = self.kind.with_user(self.agent)
        found = kind.get_free_slots('2026-10-05 00:00:00', '2026-10-06 00:00:00')
        self.assertEqual(found[0], {
            'start': '2026-10-05 07:00:00', 'stop': '2026-10-05 08:00:00', 'local_start': '2026-10-05T09:00:00+02:00',
            'resource_ids': self.resource.ids})
        self.assertEqual(len(found), 3)
        for start in ('tomorrow', '2026-13-01', False, 7):
            with self.assertRaises(Exception, msg=start) as caught:
                kind.get_free_slots(start, '2026-10-06 00:00:00')
            self.assertEqual(type(caught.exception).__name__, 'UserError', start)
