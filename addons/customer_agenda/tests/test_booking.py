from datetime import timedelta

from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exceptions import SlotTaken
from .common import MONDAY, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestBooking(AgendaCommon):

    def _rows(self, appointment):
        return self.env['customer.appointment.busy'].search([('appointment_id', '=', appointment.id)])

    def test_book(self):
        """Issue 8.3: a customer books; owner, company, resource and end follow."""
        appointment = self._book(self.user_a2, customer_note='See you', guest_emails='g@example.com').sudo()
        self.assertEqual(appointment.partner_id, self.user_a2.partner_id)
        self.assertEqual(appointment.commercial_partner_id, self.customer_a)
        self.assertEqual((appointment.resource_id, appointment.user_id), (self.resource, self.agent))
        self.assertEqual((appointment.state, appointment.stop), ('confirmed', MONDAY + HOUR))
        self.assertEqual((appointment.name, appointment.location), ('Consultation', 'Harbour Street 5'))
        self.assertRegex(appointment.number, r'^A\d{5,}$')
        self.assertIn('9:00', appointment.when)
        self.assertIn('Europe/Berlin', appointment.when)
        self.assertNotIn(MONDAY, self._starts())

    def test_taken(self):
        """Issue 8.4: who comes second gets a clear answer with the next free slots, and nothing is stored."""
        self._book(self.user_a1)
        count = self.env['customer.appointment'].search_count([])
        with self.assertRaisesRegex(SlotTaken, '2026-10-05 08:00:00'), self.env.cr.savepoint():
            self._book(self.user_b1)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._create_appointment(self.user_b1, resource_id=self.resource.id)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._create_appointment(self.user_b1, MONDAY + HOUR / 2)
        self.assertEqual(self.env['customer.appointment'].search_count([]), count)

    def test_refused_by_the_database(self):
        """Issue 8.4: the constraints refuse a double booking, whoever inserts the row; three seats take three."""
        appointment = self._book(self.user_a1).sudo()
        row = self._rows(appointment)
        self.assertEqual((row.resource_id, row.seat), (self.resource, 1))
        values = {'appointment_id': appointment.id, 'resource_id': self.resource.id, 'busy_start': row.busy_start,
                  'busy_stop': row.busy_stop}
        for error, more in ((ExclusionViolation, {'key': 'other', 'seat': 2}), (UniqueViolation, {'key': row.key, 'seat': 1})):
            with self.assertRaises(error), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                self.env['customer.appointment.busy'].create(dict(values, **more))
                self.env.flush_all()
        self.kind.capacity = 3
        for user in (self.user_a2, self.user_b1):
            self._book(user)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._book(self.user_b2)
        self.assertEqual(sorted(self.env['customer.appointment.busy'].search(
            [('key', '=', row.key)]).mapped('seat')), [1, 2, 3])

    def test_stale_search(self):
        """Issue 8.4: even if the search for slots saw the time free, the database decides."""
        self._book(self.user_a1)
        self.patch(type(self.kind), '_free_starts', lambda kind, resources, start, stop, ignore: (
            {resource.id: {MONDAY} for resource in resources}, set()))
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._book(self.user_b1)

    def test_next_candidate(self):
        """Issue 8.4: if one resource is taken, the next one takes the appointment."""
        self.kind.line_ids = [Command.create({'resource_id': self.resource_2.id})]
        first, second = self._book(self.user_a1).sudo(), self._book(self.user_b1).sudo()
        self.assertEqual(first.resource_id | second.resource_id, self.resource | self.resource_2)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._book(self.user_b2)

    def test_audience(self):
        """Issue 8.1: who may book: all, user groups, invited ones, staff only."""
        Kind = self.env['customer.appointment.type']
        group = self.env['customer.group'].create({'name': 'Top', 'partner_ids': [Command.set(self.customer_a.ids)]})
        cases = [
            ({'audience': 'customers'}, True, True),
            ({'audience': 'groups', 'group_ids': [Command.set(group.ids)]}, True, False),
            ({'audience': 'invited', 'invited_partner_ids': [Command.set(self.user_b1.partner_id.ids)]}, False, True),
            ({'audience': 'staff'}, False, False),
            ({'audience': 'customers', 'company_id': self.company_2.id}, False, False),
        ]
        for values, for_a, for_b in cases:
            self.kind.write(values)
            for user, expected in ((self.user_a1, for_a), (self.user_b1, for_b)):
                with self.subTest(values=values, user=user.login):
                    self.assertEqual(self.kind in Kind._offered_to(user), expected)
                    if not expected:
                        with self.assertRaises(UserError):
                            self._book(user)

    def test_refused(self):
        """Issue 8.3: foreign fields, wrong times and other users are refused, and nothing is stored."""
        count = self.env['customer.appointment'].search_count([])
        for error, values in (
            (AccessError, {'partner_id': self.user_b1.partner_id.id}), (AccessError, {'state': 'done'}),
            (AccessError, {'internal_note': 'x'}), (UserError, {'start': 'soon'}),
            (UserError, {'start': str(MONDAY + timedelta(minutes=7))}), (UserError, {'start': '2026-09-01 07:00:00'}),
            (UserError, {'type_id': 2 ** 31}), (UserError, {'guest_emails': 'nobody'}),
            (UserError, {'customer_note': 'x' * 3000}),
        ):
            with self.assertRaises(error, msg=str(values)[:60]), self.env.cr.savepoint():
                self._book(self.user_a1, **values)
        for user in (self.revoked, self.employee):
            with self.assertRaises(AccessError, msg=user.login), self.env.cr.savepoint():
                self._book(user)
        self.assertEqual(self.env['customer.appointment'].search_count([]), count)

    def test_manual_confirmation(self):
        """Issue 8.1: a request holds the slot until it is confirmed."""
        self.kind.is_confirmed_manually = True
        appointment = self._book(self.user_a1).sudo()
        self.assertEqual(appointment.state, 'requested')
        self.assertNotIn(MONDAY, self._starts())
        appointment.with_user(self.agent).action_confirm()
        appointment.with_user(self.agent).action_confirm()
        self.assertEqual(appointment.state, 'confirmed')

    def test_move(self):
        """Issue 8.6: an appointment moves, also by staff who drag it; its old time is free, the new one is taken."""
        appointment = self._book(self.user_a1)
        appointment._change_as_customer('move', ' no  time ', MONDAY + HOUR)
        appointment = appointment.sudo()
        self.assertEqual((appointment.start, appointment.stop), (MONDAY + HOUR, MONDAY + 2 * HOUR))
        self.assertEqual((appointment.revision, appointment.reason), (1, 'no time'))
        self.assertEqual(self._starts(), [MONDAY, MONDAY + 2 * HOUR])
        other = self._book(self.user_b1)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            appointment.with_user(self.agent).write({'start': MONDAY})
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            other._change_as_customer('move', '', MONDAY + HOUR)
        appointment.with_user(self.agent).write({'start': MONDAY + 2 * HOUR, 'stop': MONDAY + 2.5 * HOUR})
        self.assertEqual(appointment.stop - appointment.start, HOUR / 2)
        self.assertEqual(len(self._rows(appointment)), 1)

    def test_cancel(self):
        """Issue 8.6: a cancelled appointment gives its time back; twice is once; it does not come back."""
        appointment = self._book(self.user_a1)
        appointment._change_as_customer('cancel', 'ill')
        self.assertEqual((appointment.state, appointment.reason), ('cancelled', 'ill'))
        self.assertIn(MONDAY, self._starts())
        self.assertFalse(self._rows(appointment))
        with self.assertRaises(UserError):
            appointment._change_as_customer('cancel', '')
        with self.assertRaises(UserError):
            appointment.sudo().action_confirm()
        self.assertEqual(appointment.sudo().revision, 1)

    def test_cut_off(self):
        """Issue 8.6: after the cut-off customers change nothing, staff do."""
        self.kind.cutoff_hours = 24 * 10
        appointment = self._book(self.user_a1)
        self.assertFalse(appointment.customer_can_change)
        for change in ('cancel', 'move'):
            with self.assertRaisesRegex(UserError, '240 hours'):
                appointment._change_as_customer(change, '', MONDAY + HOUR)
        self.assertEqual((appointment.state, appointment.start), ('confirmed', MONDAY))
        appointment.with_user(self.agent).cancel('closed')
        self.assertEqual(appointment.state, 'cancelled')

    def test_state_through_the_gate_only(self):
        """Issue 8.6: nobody writes a state past the gate."""
        appointment = self._book(self.user_a1).sudo()
        for values in ({'state': 'done'}, {'number': 'A1'}, {'uid': 'x'}):
            with self.assertRaises(UserError, msg=values):
                appointment.with_user(self.manager).write(values)
        self.assertEqual(appointment.state, 'confirmed')

    def test_api(self):
        """Issue 8.14: an integrator books, moves and cancels for a customer, and gets clear refusals."""
        Appointment = self.env['customer.appointment'].with_user(self.agent)
        values = {'type_id': self.kind.id, 'partner_id': self.user_a1.partner_id.id, 'start': '2026-10-05 07:00:00'}
        booked = Appointment.book(values)
        self.assertEqual(booked['start'], '2026-10-05 07:00:00')
        self.assertEqual(booked['resource_id'], self.resource.id)
        with self.assertRaisesRegex(UserError, '2026-10-05 08:00:00'), self.env.cr.savepoint():
            Appointment.book(values)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            Appointment.book(dict(values, state='done'))
        appointment = Appointment.browse(booked['id'])
        self.assertEqual(appointment.reschedule('2026-10-05 09:00:00')['stop'], '2026-10-05 10:00:00')
        self.assertTrue(appointment.cancel('by phone'))
        self.assertTrue(appointment.cancel('again'))
        self.assertEqual((appointment.state, appointment.reason), ('cancelled', 'by phone'))
        with self.assertRaises(UserError):
            appointment.reschedule('2026-10-05 08:00:00')
