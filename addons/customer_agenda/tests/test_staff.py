from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .. import slots
from .common import MONDAY, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestStaff(AgendaCommon):

    def test_form(self):
        """Issue 8.10: staff make an appointment for a customer, also outside of the working hours."""
        with Form(self.env['customer.appointment'].with_user(self.agent)) as form:
            form.partner_id = self.user_a1.partner_id
            form.type_id = self.kind
            form.start = MONDAY + 8 * HOUR
        appointment = form.record
        self.assertEqual((appointment.resource_id, appointment.stop), (self.resource, MONDAY + 9 * HOUR))
        self.assertEqual(appointment.commercial_partner_id, self.customer_a)
        self.assertTrue(self._mails(appointment.sudo()))

    def test_repeat(self):
        """Issue 8.10: a repeated appointment stays at 09:00 when the clock is changed; taken times are left out."""
        appointment = self._create_appointment(self.user_a1, datetime(2026, 10, 12, 7), guest_emails='g@example.com')
        self._create_appointment(self.user_b1, datetime(2026, 10, 19, 7))
        wizard = self.env['customer.appointment.repeat.wizard'].with_user(self.agent).create(
            {'appointment_id': appointment.id, 'count': 3})
        action = wizard.action_apply()
        self.assertEqual(action['res_id'], wizard.id)
        self.assertIn('October 19', wizard.skipped)
        series = self.env['customer.appointment'].search([('series', '=', appointment.series)], order='start')
        berlin = slots.zone('Europe/Berlin')
        self.assertEqual([f'{slots.to_wall(start, berlin):%d.%m. %H:%M}' for start in series.mapped('start')],
                         ['12.10. 09:00', '26.10. 09:00', '02.11. 09:00'])
        self.assertEqual(set(series.mapped('guest_emails')), {'g@example.com'})
        self.assertEqual(len(set(series.mapped('uid'))), 3)
        with self.assertRaises(UserError):
            wizard.count = 1000

    def test_change_wizard(self):
        """Issue 8.6: staff cancel with a reason, or move."""
        appointment = self._create_appointment(self.user_a1)
        Wizard = self.env['customer.appointment.change.wizard'].with_user(self.agent)
        Wizard.with_context(active_ids=appointment.ids).create(
            {'kind': 'move', 'start': MONDAY + HOUR, 'reason': 'ill'}).action_apply()
        self.assertEqual((appointment.start, appointment.reason), (MONDAY + HOUR, 'ill'))
        Wizard.with_context(active_ids=appointment.ids).create({'reason': 'closed'}).action_apply()
        self.assertEqual((appointment.state, appointment.reason), ('cancelled', 'closed'))

    def test_outcome(self):
        """Issue 8.12: done, not attended, and how many of each."""
        first, second = self._create_appointment(self.user_a1), self._create_appointment(self.user_b1, MONDAY + HOUR)
        with freeze_time(MONDAY + 5 * HOUR):
            first.with_user(self.agent).action_done()
            second.with_user(self.agent).action_no_show()
        self.assertEqual((first.state, second.state), ('done', 'no_show'))
        second.with_user(self.agent).action_done()
        self.assertEqual(second.state, 'done')
        with self.assertRaises(UserError):
            first.with_user(self.agent).action_confirm()
        groups = self.env['customer.appointment'].with_user(self.agent)._read_group(
            [('type_id', '=', self.kind.id)], ['state'], ['__count'])
        self.assertEqual(groups, [('done', 2)])

    def test_customer_form(self):
        """Issue 8.10: the customer's form counts what is open and leads to his appointments."""
        self._create_appointment(self.user_a1)
        action = self.env['ir.actions.act_window']._for_xml_id('customer_agenda.customer_appointment_action_partner')
        found = self.env['customer.appointment'].search([('partner_id', 'child_of', self.customer_a.id)])
        self.assertTrue(found)
        self.assertIn('default_partner_id', action['context'])

    def test_delete(self):
        """Issue 8.6: an appointment that is deleted is cancelled in all calendars first."""
        appointment = self._create_appointment(self.user_a1)
        event = appointment.event_id
        appointment.with_user(self.manager).unlink()
        self.assertFalse(event.exists())
        self.assertIn(MONDAY, self._starts())
