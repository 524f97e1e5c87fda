"""Mails about tickets reach the mail server once, also if the process that sends them is killed."""
import logging
import smtplib
from contextlib import contextmanager

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import email_normalize

_logger = logging.getLogger(__name__)

#: context key: id of the mail that is being handed to the mail server
HANDING_KEY = 'customer_ticket_handing_over'
OK = 250  # a mail server has taken a message (RFC 5321)


class MailMail(models.Model):
    _inherit = 'mail.mail'

    def _send(self, auto_commit=False, **kwargs):
        """Hand mails about tickets over one by one, so that each step is stored before the next one.

        Odoo stores only at the end that a mail was sent: killed before, it would send it again. Here a mail that is just
        being handed over counts as failed with a reason, since nobody can know whether it arrived, and stands in the
        ledger to be sent again by a click; what was not handed over yet is sent by the next run of the queue.
        """
        tickets = self.filtered(lambda mail: mail.model == 'customer.ticket') if auto_commit else self.browse()
        if self - tickets:
            super(MailMail, self - tickets)._send(auto_commit=auto_commit, **kwargs)
        for mail in tickets:
            if mail._take_or_leave():
                super(MailMail, mail.with_context(**{HANDING_KEY: mail.id}))._send(auto_commit=auto_commit, **kwargs)
        return True

    def _take(self):
        """Hold the notifications and then the mail until the next commit.

        Odoo's queue and the closing of an access take them in this order too, so that nobody waits for each other.
        """
        self.env.cr.execute(
            'SELECT id FROM mail_notification WHERE mail_mail_id = %s ORDER BY id FOR NO KEY UPDATE',
            [self.id], log_exceptions=False)
        self.env.cr.execute(
            'SELECT id FROM mail_mail WHERE id = %s FOR NO KEY UPDATE', [self.id], log_exceptions=False)

    def _take_or_leave(self):
        """Take the mail, return True; return False if somebody is just changing it: the next run of the queue sends it."""
        try:
            with self.env.cr.savepoint(flush=False):
                self._take()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info('Mail %s is left to the next run of the queue: %s', self.id, error)
            return False
        return True

    def _postprocess_sent_message(self, *args, **kwargs):
        """Take the mail before Odoo deletes it, which changes its notifications."""
        if self.env.context.get(HANDING_KEY):
            self._take()
        return super()._postprocess_sent_message(*args, **kwargs)

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Leave out the recipients to whom a mail was handed over before its process was killed."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        if not self.env.context.get(HANDING_KEY):
            return emails
        notified = self.env['mail.notification'].sudo().search([
            ('mail_message_id', '=', self.mail_message_id.id), ('notification_type', '=', 'email')])
        waiting = self._waiting_notifications()
        done = notified.res_partner_id - waiting.res_partner_id
        return [email for email in emails if not email['partner_id'] or email['partner_id'] not in done]

    def _waiting_notifications(self):
        """Return the notifications that this mail has still to bring."""
        return self.env['mail.notification'].sudo().search([
            ('mail_mail_id', '=', self.id), ('notification_type', '=', 'email'),
            ('notification_status', 'not in', ('sent', 'canceled'))])

    @contextmanager
    def _handing_over(self, session, addresses):
        """Store before the text of a message leaves that it may arrive, and when it was taken that it has.

        :param session: the ``smtplib.SMTP``
        :param list addresses: whom the message goes to
        """
        data = session.data

        def hand_over(message):
            notifications = self._doubt(addresses)
            code, answer = data(message)
            if code == OK:
                notifications.write({'notification_status': 'sent', 'failure_type': False, 'failure_reason': False})
            notifications.mail_mail_id = self
            if code == OK:
                self._commit_step()
            return code, answer

        session.data = hand_over
        try:
            yield
        finally:
            del session.data

    def _doubt(self, addresses):
        """Store that a message to the addresses may arrive; return its notifications.

        They leave the mail, which a killed process leaves to the others.
        """
        self._take()
        # sudo: the queue may be run by somebody who reads no notifications
        mail_sudo, waiting = self.sudo(), self._waiting_notifications()
        wanted = {email_normalize(address) for address in addresses}
        notifications = waiting.filtered(
            lambda notification: email_normalize(
                notification.mail_email_address or notification.res_partner_id.email) in wanted)
        reason = self.env._('Sending was interrupted: the mail may have arrived.')
        failed = {'failure_type': 'unknown', 'failure_reason': reason}
        notifications.write({**failed, 'notification_status': 'exception', 'mail_mail_id': False})
        others = waiting - notifications
        others.write({'notification_status': 'ready', 'failure_type': False, 'failure_reason': False})
        mail_sudo.write({'state': 'outgoing'} if others else {**failed, 'state': 'exception'})
        self._commit_step()
        return notifications

    def _commit_step(self):
        """Commit: what is said to a mail server cannot be taken back either."""
        self.env.cr.commit()  # pylint: disable=invalid-commit


class IrMailServer(models.Model):
    _inherit = 'ir.mail_server'

    def send_email(self, message, *args, smtp_session=None, **kwargs):
        """Hand a message about a ticket over in steps that are stored, see :meth:`mail.mail._send`."""
        mail = self.env['mail.mail'].browse(self.env.context.get(HANDING_KEY) or [])
        if not mail or not isinstance(smtp_session, smtplib.SMTP):
            return super().send_email(message, *args, smtp_session=smtp_session, **kwargs)
        with mail._handing_over(smtp_session, self.env.context.get('send_validated_to') or []):
            return super().send_email(message, *args, smtp_session=smtp_session, **kwargs)
