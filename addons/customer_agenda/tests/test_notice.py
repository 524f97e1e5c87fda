import contextlib
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MONDAY, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestNotice(AgendaCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind.reminder_ids = [Command.create({'channel': channel, 'hours': hours}) for channel, hours in (
            ('email', 24), ('email', 2), ('sms', 2))]
        cls.user_a1.partner_id.write({'phone': '+49 151 23456789', 'country_id': cls.env.ref('base.de').id})
        cls.sent = []

    def setUp(self):
        super().setUp()
        self.sent.clear()
        self.patch(type(self.env['mail.mail']), 'send', lambda mails, **kwargs: self.sent.append(
            ('email', mails.subject, mails.env.context.get('lang'))))
        self.patch(type(self.env['sms.sms']), 'send', self._send_sms)

    def _send_sms(self, **kwargs):
        raise AssertionError('replaced below')

    def _run(self, moment):
        def send(records, **kwargs):
            self.sent.append(('sms', records.body, records.number))
            records.state = 'sent'
        with freeze_time(moment), patch.object(type(self.env['sms.sms']), 'send', send):
            self.env['customer.appointment.notice']._cron_send()

    def _states(self, appointment):
        return {(notice.channel, notice.hours, notice.revision): notice.state for notice in appointment.sudo().notice_ids}

    def test_offsets(self):
        """Issue 8.9: each reminder goes out once, at its time, by its channel; its delivery is visible."""
        appointment = self._book(self.user_a1)
        self._run(MONDAY - 25 * HOUR)
        self.assertFalse(self.sent)
        self._run(MONDAY - 23 * HOUR)
        self._run(MONDAY - 23 * HOUR)
        self.assertEqual([channel for channel, *_rest in self.sent], ['email'])
        self._run(MONDAY - HOUR)
        self._run(MONDAY - HOUR)
        self.assertEqual(sorted(channel for channel, *_rest in self.sent), ['email', 'email', 'sms'])
        self.assertEqual(set(self._states(appointment).values()), {'sent'})
        self.assertEqual(
            set(appointment.sudo().notice_ids.mapped('recipient')), {'a1@example.com', '+4915123456789'})
        self.assertIn('+4915123456789', [row[2] for row in self.sent])

    def test_not_after_the_appointment(self):
        """Issue 8.9: what was missed is not sent after the appointment has begun."""
        appointment = self._book(self.user_a1)
        self._run(MONDAY + HOUR / 60)
        self.assertFalse(self.sent)
        self.assertEqual(set(self._states(appointment).values()), {'skipped'})

    def test_moved_and_cancelled(self):
        """Issue 8.9: a move plans anew, a cancellation plans nothing."""
        appointment = self._book(self.user_a1)
        appointment._change_as_customer('move', '', MONDAY + 2 * HOUR)
        states = self._states(appointment)
        self.assertEqual({key[2]: state for key, state in states.items()}, {0: 'void', 1: 'waiting'})
        self._run(MONDAY - HOUR)
        self.assertEqual(len(self.sent), 1, 'only the one of a day before')
        appointment.sudo()._cancel()
        self._run(MONDAY + HOUR)
        self.assertEqual(len(self.sent), 1)

    def test_preference_and_language(self):
        """Issue 8.9: in the recipient's language, and by the channels that he wants."""
        self.env['res.lang']._activate_lang('de_DE')
        partner = self.user_a1.partner_id
        partner.write({'lang': 'de_DE', 'appointment_reminder': 'sms'})
        appointment = self._book(self.user_a1)
        self._run(MONDAY - HOUR)
        self.assertEqual([channel for channel, *_rest in self.sent], ['sms'])
        self.assertIn('Montag', self.sent[0][1])
        self.assertEqual(sorted(self._states(appointment).values()), ['sent', 'skipped', 'skipped'])

    def test_killed_in_the_middle(self):
        """Issue 8.9: a worker that is killed while it sends leaves the reminder marked: it is never sent again."""
        appointment = self._book(self.user_a1)

        class Killed(BaseException):
            """As SIGKILL: nothing of the code below runs."""

        # assertRaises would undo the claim, which a killed worker has committed
        with freeze_time(MONDAY - 23 * HOUR), contextlib.suppress(Killed), patch.object(
                type(self.env['customer.appointment.notice']), '_deliver', side_effect=Killed) as deliver:
            self.env['customer.appointment.notice']._cron_send()
        deliver.assert_called_once()
        self.env.invalidate_all()
        self.assertEqual(self._states(appointment)['email', 24, 0], 'sending')
        self._run(MONDAY - 23 * HOUR + HOUR / 60)
        self._run(MONDAY - 22 * HOUR)
        self.assertFalse(self.sent)
        self.assertEqual(self._states(appointment)['email', 24, 0], 'failed')

    def test_failure_is_tried_again(self):
        """Issue 8.9: what a server refused is tried three times, and then shows why it was not sent."""
        appointment = self._book(self.user_a1)
        Notice = type(self.env['customer.appointment.notice'])
        for number in range(5):
            with freeze_time(MONDAY - 23 * HOUR + number * HOUR / 6), patch.object(
                    Notice, '_send_email', side_effect=ValueError('mailbox full')):
                self.env['customer.appointment.notice']._cron_send()
        notice = appointment.sudo().notice_ids.filtered(lambda notice: notice.hours == 24)
        self.assertEqual((notice.state, notice.tries, notice.failure), ('failed', 3, 'mailbox full'))

    def test_unique(self):
        """Issue 8.9: the same reminder cannot be planned twice."""
        appointment = self._book(self.user_a1).sudo()
        notice = appointment.notice_ids[0]
        with self.assertRaises(UniqueViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            notice.copy()
            self.env.flush_all()
