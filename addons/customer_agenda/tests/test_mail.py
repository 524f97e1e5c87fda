from datetime import timedelta
from zoneinfo import ZoneInfo

import vobject
from freezegun import freeze_time

from odoo.tests import tagged

from .. import ics
from .common import MONDAY, NOW, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestMail(AgendaCommon):

    def _invitation(self, mail):
        """Return ``(METHOD, VEVENT)`` of a mail, read by a parser that is not ours."""
        attachment = mail.attachment_ids
        calendar = vobject.readOne(attachment.raw.decode())
        self.assertEqual(
            attachment.mimetype.lower(), f'text/calendar; method={calendar.method.value.lower()}; charset=utf-8')
        return calendar.method.value, calendar.vevent

    def test_life_in_a_calendar(self):
        """Issue 8.8: one UID, a growing SEQUENCE, REQUEST and CANCEL: a calendar keeps one entry and removes it."""
        appointment = self._book(self.user_a1, guest_emails='g@example.com')
        appointment._change_as_customer('move', '', MONDAY + HOUR)
        appointment._change_as_customer('cancel', '')
        mails = self._mails(appointment).filtered(lambda mail: self.user_a1.partner_id in mail.recipient_ids)
        found = [self._invitation(mail) for mail in mails]
        self.assertEqual([method for method, _event in found], ['REQUEST', 'REQUEST', 'CANCEL'])
        self.assertEqual([event.sequence.value for _method, event in found], ['0', '1', '2'])
        self.assertEqual({event.uid.value for _method, event in found}, {appointment.sudo().uid})
        self.assertEqual([event.status.value for _method, event in found], ['CONFIRMED', 'CONFIRMED', 'CANCELLED'])
        berlin = ZoneInfo('Europe/Berlin')
        self.assertEqual([f'{event.dtstart.value.astimezone(berlin):%H:%M}' for _method, event in found], ['09:00', '10:00', '10:00'])
        self.assertEqual(found[0][1].dtstart.params['X-VOBJ-ORIGINAL-TZID'], ['Europe/Berlin'])
        self.assertEqual(found[0][1].location.value, 'Harbour Street 5')
        self.assertEqual(
            {attendee.value for attendee in found[0][1].attendee_list}, {'mailto:a1@example.com', 'mailto:g@example.com'})

    def test_timezone(self):
        """Issue 8.8: the VTIMEZONE gives the right offset on both sides of a change, for zones with half an hour too."""
        for name in ('Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC'):
            for start in (MONDAY, MONDAY + timedelta(days=60)):
                event = {'uid': 'x', 'sequence': 0, 'stamp': NOW, 'start': start, 'stop': start + HOUR, 'summary': 'A, b; c\n\\',
                         'status': 'CONFIRMED'}
                text = ics.calendar([(event, ZoneInfo(name))], 'REQUEST').decode()
                parsed = vobject.readOne(text)
                self.assertEqual(
                    parsed.vevent.dtstart.value.astimezone(ZoneInfo('UTC')).replace(tzinfo=None), start, name)
                self.assertEqual(parsed.vevent.summary.value, 'A, b; c\n\\')
                self.assertLessEqual(max(len(line.encode()) for line in text.split('\r\n')), 75)

    def test_who_gets_what(self):
        """Issue 8.6: customer, guests and staff are told once each, in their language; only the customer gets the link."""
        self.env['res.lang']._activate_lang('de_DE')
        self.user_a1.partner_id.lang = 'de_DE'
        appointment = self._book(self.user_a1, guest_emails='g@example.com').sudo()
        mails = self._mails(appointment)
        by_address = {mail.email_to or mail.recipient_ids.email: mail for mail in mails}
        self.assertEqual(set(by_address), {'a1@example.com', 'g@example.com', 'agent@staff.example.com'})
        self.assertEqual(len(mails), 3)
        self.assertIn('Montag', by_address['a1@example.com'].body_html)
        self.assertIn('Monday', by_address['agent@staff.example.com'].body_html)
        self.assertIn('link=', by_address['a1@example.com'].body_html)
        for address in ('g@example.com', 'agent@staff.example.com'):
            self.assertNotIn('link=', by_address[address].body_html)
        self.assertIn('auto-generated', by_address['a1@example.com'].headers)
        appointment.with_user(self.agent).cancel()
        self.assertEqual(len(self._mails(appointment)), 5, 'the member of staff did it himself')

    def test_link(self):
        """Issue 8.6: a link holds until the next change, the beginning, or until an access is revoked."""
        appointment = self._book(self.user_a1)
        token = appointment._link_token()
        self.assertTrue(appointment._check_link(token))
        for broken in ('', 'x', token[:-1], f'{token}x', 'é' * 64, None, 7):
            self.assertFalse(appointment._check_link(broken), broken)
        self.assertFalse(self._book(self.user_b1, MONDAY + HOUR)._check_link(token))
        appointment._change_as_customer('move', '', MONDAY + 2 * HOUR)
        self.assertFalse(appointment._check_link(token), 'voided by the change')
        token = appointment._link_token()
        with freeze_time(MONDAY + 3 * HOUR):
            self.assertFalse(appointment._check_link(token), 'expired')
        self.assertTrue(appointment._check_link(token))
        self._access(self.user_a1).sudo().action_revoke()
        self.assertFalse(appointment.sudo()._check_link(token), 'revoked')

    def test_nobody_is_told_without_access(self):
        """Issue 8.7: whose access was revoked gets no mail about what his customer's appointments do."""
        appointment = self._book(self.user_a1).sudo()
        self._access(self.user_a1).sudo().action_revoke()
        before = self._mails(appointment)
        appointment.with_user(self.agent).cancel()
        self.assertFalse((self._mails(appointment) - before).filtered(lambda mail: 'a1@' in (mail.email_to or '')
                         or self.user_a1.partner_id in mail.recipient_ids))

    def test_quiet(self):
        """Issue 8.6: imports and what is over are not mailed."""
        for context, start in (({'tracking_disable': True}, MONDAY), ({'import_file': True}, MONDAY + HOUR),
                               ({}, NOW - timedelta(days=1))):
            appointment = self.env['customer.appointment'].with_context(**context).create(
                {'type_id': self.kind.id, 'partner_id': self.user_a1.partner_id.id, 'start': start})
            self.assertFalse(self._mails(appointment), context)

    def test_content_type(self):
        """Issue 8.8: in the mail itself the part says its method: calendars act on that."""
        appointment = self._book(self.user_a1)
        [email] = self._mails(appointment)[0]._prepare_outgoing_list()
        message = self.env['ir.mail_server']._build_email__(
            'a@example.com', ['b@example.com'], 'x', 'x', attachments=email['attachments'])
        [part] = [part for part in message.walk() if part.get_content_type() == 'text/calendar']
        self.assertEqual(part.get_param('method'), 'REQUEST')

    def test_conversation(self):
        """Issue 8.7: the customer's words go to who takes the appointment, the answer to him, notes to nobody outside."""
        appointment = self._book(self.user_a1)
        message = appointment.message_post(body='May I bring a dog?')
        self.assertEqual(message.sudo().notified_partner_ids, self.agent.partner_id)
        staff = appointment.with_user(self.agent)
        answer = staff.message_post(body='Yes', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(answer.sudo().notified_partner_ids, self.user_a1.partner_id)
        note = staff.message_post(
            body='He has a dog', subtype_xmlid='mail.mt_note', partner_ids=self.user_a1.partner_id.ids)
        self.assertFalse(note.sudo().notified_partner_ids)
        self._access(self.user_a1).sudo().action_revoke()
        late = staff.message_post(body='Hello?', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertFalse(late.sudo().notified_partner_ids)
