from datetime import timedelta

import vobject

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MONDAY, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestCalendar(AgendaCommon):

    def test_event_follows(self):
        """Issue 8.2: the appointment is an event in the calendar of who takes it, moves with it and goes with it."""
        appointment = self._book(self.user_a1).sudo()
        event = appointment.event_id
        self.assertEqual((event.start, event.stop, event.user_id), (MONDAY, MONDAY + HOUR, self.agent))
        appointment.write({'start': MONDAY + HOUR})
        self.assertEqual((event.start, event.stop), (MONDAY + HOUR, MONDAY + 2 * HOUR))
        appointment.resource_id = self.resource_2
        self.assertEqual((event.user_id, event.partner_ids), (self.manager, self.manager.partner_id))
        appointment.cancel()
        self.assertFalse(event.exists())

    def test_appointment_follows(self):
        """Issue 8.6: staff who move or delete the event move or cancel the appointment, if they may."""
        appointment = self._book(self.user_a1).sudo()
        event = appointment.event_id
        event.with_user(self.agent).write({'start': MONDAY + HOUR, 'stop': MONDAY + 2 * HOUR})
        self.assertEqual((appointment.start, appointment.revision), (MONDAY + HOUR, 1))
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            event.with_user(self.employee).write({'start': MONDAY, 'stop': MONDAY + HOUR})
        event.with_user(self.agent).unlink()
        self.assertEqual(appointment.state, 'cancelled')

    def test_feed(self):
        """Issue 8.8: a feed shows what its user may see now; a new secret voids the old one; it can be revoked."""
        self._book(self.user_a1, customer_note='for staff')
        self._book(self.user_b1, MONDAY + HOUR)
        Feed = self.env['customer.appointment.feed']
        token = Feed.with_user(self.user_a1)._renew()
        parsed = vobject.readOne(Feed._read_feed(token).decode())
        self.assertEqual(parsed.method.value, 'PUBLISH')
        self.assertEqual(len(parsed.vevent_list), 1)
        self.assertNotIn(token, Feed.sudo().search([]).mapped('token_hash'))
        staff = Feed._read_feed(Feed.with_user(self.agent)._renew()).decode()
        self.assertEqual(len(vobject.readOne(staff).vevent_list), 2)
        self.assertIn('Customer B', staff)
        self.assertIsNone(Feed._read_feed('x'))
        self.assertIsNone(Feed._read_feed(None))
        newer = Feed.with_user(self.user_a1)._renew()
        self.assertIsNone(Feed._read_feed(token))
        Feed.with_user(self.user_a1)._revoke()
        self.assertIsNone(Feed._read_feed(newer))
        last = Feed.with_user(self.user_a1)._renew()
        self._access(self.user_a1).sudo().action_revoke()
        self.assertIsNone(Feed._read_feed(last), 'his login is closed')
