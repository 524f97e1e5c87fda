from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MONDAY, AgendaCommon


@tagged('post_install', '-at_install')
class TestAccess(AgendaCommon):

    def test_scope(self):
        """Issue 8.7: every access within scope sees the appointments, nobody else does."""
        appointment = self._book(self.user_a2)
        expected = {
            self.user_a1: True, self.user_a2: True, self.user_b1: False, self.revoked: False, self.specialist: True,
            self.agent: True, self.other_company_agent: False}
        for user, may in expected.items():
            mine = appointment.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            self.assertEqual(mine.has_access('read'), may, user.login)
        mine = self._book(self.user_a1, MONDAY.replace(hour=8))
        self.assertFalse(mine.with_user(self.user_a2).has_access('read'), 'scope own')

    def test_internal_notes(self):
        """Issue 8.7: no customer reads internal notes or what staff plan, by RPC, search, mail, file or feed."""
        appointment = self._book(self.user_a1).sudo()
        appointment.with_user(self.agent).internal_note = '<p>SECRET</p>'
        appointment.with_user(self.agent).message_post(body='SECRET note', subtype_xmlid='mail.mt_note')
        mine = appointment.with_user(self.user_a1)
        with self.assertRaises(AccessError):
            mine.read(['internal_note'])
        with self.assertRaises(AccessError):
            mine.search([('internal_note', 'ilike', 'SECRET')])
        self.assertNotIn('SECRET', str(mine.read([
            name for name, field in mine.fields_get().items() if field['store'] and not name.startswith('activity')])))
        self.assertNotIn(b'SECRET', mine._ics())
        self.assertFalse(mine.env['mail.message'].search([('body', 'ilike', 'SECRET')]))
        self.assertFalse(mine.env['mail.message'].search([('body', 'ilike', 'link=')]), 'the links of mails')
        self.assertNotIn('SECRET', ''.join(self._mails(appointment).mapped('body_html')))

    def test_event(self):
        """Issue 8.7: the event in Odoo's calendar is nothing that customers or colleagues can read."""
        appointment = self._book(self.user_a1).sudo()
        event = appointment.event_id
        self.assertEqual((event.start, event.privacy, event.partner_ids), (MONDAY, 'private', self.agent.partner_id))
        with self.assertRaises(AccessError):
            event.with_user(self.user_a1).read(['name'])
        self.assertFalse(self.env['calendar.event'].with_user(self.user_a1).search([('id', '=', event.id)]))
        event.invalidate_recordset()
        self.assertNotIn('Customer A', event.with_user(self.employee).name)
        event.invalidate_recordset()
        self.assertIn('Customer A', event.with_user(self.agent).name)

    def test_write(self):
        """Issue 8.6: a customer changes nothing by RPC, only through his entry."""
        appointment = self._book(self.user_a1)
        for call in (
            lambda: appointment.write({'start': MONDAY.replace(hour=8)}), lambda: appointment.cancel('x'),
            lambda: appointment.reschedule('2026-10-05 08:00:00'), appointment.action_confirm, appointment.unlink,
            lambda: appointment.book({'type_id': self.kind.id}), appointment.action_mark_posted,
            lambda: self.kind.with_user(self.user_a1).get_free_slots('2026-10-05 00:00:00', '2026-10-06 00:00:00'),
        ):
            with self.assertRaises(AccessError):
                call()
        for user in (self.user_b1, self.specialist, self.user_a2):
            with self.assertRaises(AccessError, msg=user.login):
                appointment.with_user(user)._change_as_customer('cancel', '')
        self.assertEqual((appointment.state, appointment.start), ('confirmed', MONDAY))
