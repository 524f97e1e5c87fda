"""Outbox of reminders: what leaves the database is marked first, committed, and then sent."""
import logging
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.tools import SQL

from ..const import REMINDER_CHANNELS

_logger = logging.getLogger(__name__)

#: reminders that one run of the job sends
BATCH = 200
MAX_TRIES = 3
RETRY_MINUTES = 5
#: a reminder that is being sent so long was interrupted: nobody knows whether it left, so it is not sent again
STALE_MINUTES = 15


class CustomerAppointmentNotice(models.Model):
    """One reminder of one appointment by one channel, and what became of it."""

    _name = 'customer.appointment.notice'
    _description = 'Reminder of an appointment'
    _order = 'due, id'
    _log_access = False

    appointment_id = fields.Many2one('customer.appointment', required=True, ondelete='cascade', index=True)
    channel = fields.Selection(REMINDER_CHANNELS, string='By', required=True)
    hours = fields.Integer(string='Hours before', required=True)
    revision = fields.Integer(required=True)
    due = fields.Datetime(string='Due on', required=True)
    state = fields.Selection([
        ('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('failed', 'Failed'),
        ('skipped', 'Not sent'), ('void', 'Replaced'),
    ], required=True, default='waiting')
    tries = fields.Integer()
    date = fields.Datetime(string='Last try')
    recipient = fields.Char()
    failure = fields.Char(string='Why not')

    _once = models.UniqueIndex('(appointment_id, channel, hours, revision)', 'This reminder is planned already.')
    _due_idx = models.Index("(due) WHERE state IN ('waiting', 'sending')")

    @api.model
    def _cron_send(self):
        """Send what is due, one by one, each in transactions of its own."""
        self._give_up_stale()
        for _index in range(BATCH):
            if not self._send_next():
                return
        self.env.ref('customer_agenda.ir_cron_send_customer_appointment_notice')._trigger()

    @api.model
    def _give_up_stale(self):
        """Mark what was interrupted while it was sent: it left once or not at all, and is not sent again."""
        self.flush_model()
        limit = fields.Datetime.now() - timedelta(minutes=STALE_MINUTES)
        self.env.execute_query(SQL(
            "UPDATE customer_appointment_notice SET state = 'failed', failure = %s"
            " WHERE state = 'sending' AND date < %s RETURNING id", self.env._('Interrupted while it was sent'), limit))
        self.invalidate_model(flush=False)
        self._commit()

    @api.model
    def _send_next(self):
        """Claim the next reminder, commit, send it, commit.

        Parallel workers skip what another one has claimed. Whoever is killed after the claim leaves it marked as being
        sent: it is never sent twice.

        :return: whether there was one
        """
        self.flush_model()
        rows = self.env.execute_query(SQL(
            """UPDATE customer_appointment_notice SET state = 'sending', date = %(now)s, tries = coalesce(tries, 0) + 1
                WHERE id = (SELECT id FROM customer_appointment_notice WHERE state = 'waiting' AND due <= %(now)s
                             ORDER BY due, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) RETURNING id""",
            now=fields.Datetime.now()))
        if not rows:
            return False
        self._commit()
        notice = self.browse(rows[0])
        notice.invalidate_recordset()
        try:
            with self.env.cr.savepoint():
                values = notice._deliver()
        except Exception as error:  # noqa: BLE001 - whatever a mail server or gateway says
            _logger.info('reminder %s was not sent: %s', notice.id, error)
            values = notice._failure_values(str(error) or type(error).__name__)
        notice.write(values)
        self.env.flush_all()
        self._commit()
        return True

    def _failure_values(self, text):
        """Return the values after a failure: it is tried again as long as it makes sense."""
        again = self.tries < MAX_TRIES
        return {
            'state': 'waiting' if again else 'failed', 'failure': text[:200],
            'due': fields.Datetime.now() + timedelta(minutes=RETRY_MINUTES) if again else self.due}

    def _skip_reason(self):
        """Return why the reminder is not sent any more, or nothing."""
        appointment, partner = self.appointment_id, self.appointment_id.partner_id
        wanted = partner.appointment_reminder
        if appointment.state != 'confirmed' or appointment.revision != self.revision:
            return self.env._('The appointment was changed')
        if appointment.start <= fields.Datetime.now():
            return self.env._('The appointment has begun')
        if wanted and wanted not in ('both', self.channel):
            return self.env._('The customer does not want it')
        if not appointment._may_be_told(partner):
            return self.env._('The customer has no access any more')
        return None

    def _deliver(self):
        """Send the reminder now.

        :return: values for the row
        :raises Exception: if it was not sent
        """
        self.ensure_one()
        if reason := self._skip_reason():
            return {'state': 'skipped', 'failure': reason}
        recipients = self._send_email() if self.channel == 'email' else self._send_sms()
        if not recipients:
            return {'state': 'skipped', 'failure': self.env._('No address')}
        return {'state': 'sent', 'failure': False, 'recipient': ', '.join(recipients)}

    def _send_email(self):
        """Send the mails and return the addresses."""
        mails = self.env['mail.mail'].create(self.appointment_id._mail_values('reminder'))
        for mail in mails:
            mail.send(raise_exception=True)
        return [mail.email_to or mail.recipient_ids.email_normalized for mail in mails]

    def _send_sms(self):
        """Send the SMS and return the number, in a list."""
        appointment = self.appointment_id
        partner = appointment.partner_id
        number = partner.phone and partner._phone_format(fname='phone')
        if not number:
            return []
        appointment = appointment.with_context(lang=partner.lang or self.env.lang)
        text = appointment.env._(
            '%(company)s: reminder of your appointment %(name)s, %(when)s', company=appointment.company_id.name,
            name=appointment.name, when=appointment.when)
        sms = self.env['sms.sms'].create({'number': number, 'body': text, 'partner_id': partner.id})
        sms.send(unlink_failed=False, unlink_sent=False, raise_exception=True)
        if sms.state in ('error', 'outgoing'):
            raise ValueError(sms.failure_type or sms.state)
        return [number]

    @api.model
    def _commit(self):
        """Commit, but in tests, which undo everything."""
        if not modules.module.current_test:
            # a claim has to hold before anything leaves
            self.env.cr.commit()  # pylint: disable=invalid-commit
