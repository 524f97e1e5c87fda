"""Mail about appointments: invitations that calendars understand, with links that show and act only after a POST."""
from datetime import timedelta

from odoo import fields, models
from odoo.tools import consteq, hmac, plaintext2html

from .. import ics, slots
from ..const import OPEN_STATES

AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'}
#: what a calendar has to be told with each kind of mail; None: nothing
METHODS = {
    'confirmed': 'REQUEST', 'moved': 'REQUEST', 'cancelled': 'CANCEL', 'requested': 'REQUEST', 'offered': None,
    'reminder': None}
#: how a calendar shows a state
STATUSES = {'offered': 'TENTATIVE', 'requested': 'TENTATIVE', 'cancelled': 'CANCELLED'}


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def _link_token(self):
        """Return the secret of the links in mails: it holds until the appointment changes, begins, or an access is revoked."""
        self.ensure_one()
        # sudo: the secret of the database signs; the share token is rotated when an access is closed
        appointment_sudo = self.sudo()
        return hmac(self.env(su=True), 'customer_agenda.link', (
            self.id, appointment_sudo.uid, appointment_sudo.revision, appointment_sudo._portal_ensure_token()))

    def _check_link(self, token):
        """Tell whether the secret of a link opens the appointment now."""
        self.ensure_one()
        appointment_sudo = self.sudo()
        # never make a token in a request that only reads: without one no link is out
        if not appointment_sudo.access_token or not isinstance(token, str):
            return False
        is_over = appointment_sudo.state not in OPEN_STATES or appointment_sudo.start < fields.Datetime.now()
        return consteq(appointment_sudo._link_token().encode(), token.encode(errors='replace')) and not is_over

    # ------------------------------------------------------------------
    # Calendar data
    # ------------------------------------------------------------------

    def _ics_event(self, is_staff=False):
        """Return the appointment as :func:`ics.event_lines` takes it, and its zone.

        Internal notes are never part of it.
        """
        self.ensure_one()
        appointment = self.sudo()
        company = appointment.company_id
        address = company.partner_id.email_normalized or 'noreply@invalid.invalid'
        attendees = [(appointment.partner_id.name, appointment.partner_id.email_normalized)]
        attendees += [(guest, guest) for guest in appointment._guests()]
        who = appointment.resource_id.name
        lines = [appointment.type_id.description, who and self.env._('With: %s', who), appointment.video_url]
        summary = appointment.name
        if is_staff:
            summary = f'{summary} – {appointment.commercial_partner_id.name}'
            lines += [appointment.answers, appointment.customer_note]
        return {
            'uid': appointment.uid,
            'sequence': appointment.revision,
            'stamp': appointment.write_date or fields.Datetime.now(),
            'start': appointment.start,
            'stop': appointment.stop,
            'summary': summary,
            'location': appointment.location or appointment.video_url
            or (self.env._('By phone') if appointment.place_kind == 'phone' else ''),
            'description': '\n'.join(line for line in lines if line),
            'url': appointment.get_base_url() + appointment.access_url,
            'status': STATUSES.get(appointment.state, 'CONFIRMED'),
            'organizer': (company.name, address),
            'attendees': [person for person in attendees if person[1]],
        }, slots.zone(appointment.tz)

    def _ics(self, method='PUBLISH', is_staff=False):
        """Return the appointments as calendar data (bytes).

        :param str method: ``'REQUEST'``, ``'CANCEL'`` or ``'PUBLISH'``
        """
        name = self.env._('Appointments') if method == 'PUBLISH' else ''
        return ics.calendar([appointment._ics_event(is_staff) for appointment in self], method, name)

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def _announce(self, event, old_start=None):
        """Queue the mails about an event: to the customer and his guests, and to the staff if somebody else did it.

        :param str event: a key of ``METHODS``
        :param old_start: when the appointment was before, if it moved
        """
        self.ensure_one()
        context = self.env.context
        if (context.get('tracking_disable') or context.get('import_file')
                or self.start < fields.Datetime.now() or event not in METHODS):
            return
        appointment_sudo = self.sudo()
        mails = appointment_sudo._mail_values(event, old_start)
        if mails:
            self.env['mail.mail'].sudo().create(mails)
            self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()

    def _mail_values(self, event, old_start=None):
        """Return the values of the mails about an event, one a recipient; see :meth:`_announce`."""
        mails = []
        partner = self.partner_id
        if partner.email_normalized and self._may_be_told(partner):
            mails.append(self._mail_to(event, partner.lang, old_start, partner=partner))
        if event not in ('offered', 'requested'):
            mails += [self._mail_to(event, partner.lang, old_start, email=guest)
                      for guest in self._guests() if guest != partner.email_normalized]
        staff = self.user_id
        # the event in Odoo's calendar tells who did it himself
        is_news = event != 'reminder' and (event != 'offered' or self.hold_kind in (False, 'wait'))
        if staff.active and staff.email_normalized and staff.id != self.env.uid and is_news:
            mails.append(self._mail_to(event, staff.lang, old_start, partner=staff.partner_id, is_staff=True))
        return mails

    def _may_be_told(self, partner):
        """Tell whether a contact still belongs to the appointment: nobody is told whose access was withdrawn."""
        users = partner.with_context(active_test=False).user_ids
        if not users:
            return True
        return any(user.active and self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids).has_access('read') for user in users)

    def _mail_to(self, event, lang, old_start=None, partner=None, email=None, is_staff=False):
        """Return the values of one mail in the language of its recipient."""
        lang = lang or self.company_id.partner_id.lang or self.env.lang
        appointment = self.with_context(lang=lang)
        method = METHODS[event]
        values = {
            'appointment': appointment,
            'event': event,
            'is_staff': is_staff,
            'recipient': partner,
            'when': appointment.when,
            'old_when': old_start and old_start != self.start and appointment._format_when(old_start, None, self.tz),
            'company': self.company_id,
            'link': appointment._mail_link(partner, is_staff),
            'hold_until': self.hold_until and appointment._format_when(self.hold_until, None, self.tz),
            'lang': lang,
        }
        body = self.env['ir.qweb'].with_context(lang=lang)._render('customer_agenda.mail_appointment', values, lang=lang)
        return {
            'subject': (subject := appointment._mail_subject(event)),
            'body': plaintext2html(subject),  # for the chatter: without the link of the recipient
            'body_html': body,
            'model': self._name,
            'res_id': self.id,
            'message_type': 'auto_comment',
            'is_internal': True,  # the body carries the recipient's own link
            'author_id': self.company_id.partner_id.id,
            'email_from': self.company_id.email_formatted or self.env.user.email_formatted,
            'reply_to': self.user_id.email_formatted or self.company_id.email_formatted or False,
            'recipient_ids': [fields.Command.link(partner.id)] if partner else [],
            'email_to': email or False,
            'headers': repr(AUTOMATIC_HEADERS),
            'auto_delete': False,
            'attachment_ids': [fields.Command.create({
                'name': 'appointment.ics',
                'raw': appointment._ics(method, is_staff),
                'mimetype': f'text/calendar; method={method}; charset=utf-8',
            })] if method else [],
        }

    def _mail_link(self, partner, is_staff):
        """Return the address in a mail: guests get none."""
        if is_staff:
            return f'{self.get_base_url()}/odoo/customer-appointments/{self.id}'
        if not partner:
            return ''
        return f'{self.get_base_url()}{self.access_url}?link={self._link_token()}'

    def _customer_lang(self):
        """Return the language of who booked, or nothing."""
        return self.partner_id.lang

    def _mail_subject(self, event):
        """Return the subject of a mail, in the language of the context."""
        texts = {
            'confirmed': lambda: self.env._('Appointment: %(name)s, %(when)s', name=self.name, when=self.when),
            'requested': lambda: self.env._('Your request: %(name)s, %(when)s', name=self.name, when=self.when),
            'moved': lambda: self.env._('New time: %(name)s, %(when)s', name=self.name, when=self.when),
            'cancelled': lambda: self.env._('Cancelled: %(name)s, %(when)s', name=self.name, when=self.when),
            'offered': lambda: self.env._('A slot became free: %(name)s, %(when)s', name=self.name, when=self.when),
            'reminder': lambda: self.env._('Reminder: %(name)s, %(when)s', name=self.name, when=self.when),
        }
        return texts[event]()

    # ------------------------------------------------------------------
    # Conversation
    # ------------------------------------------------------------------

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send what the customer writes to who takes the appointment, and what staff write to the customer.

        Whoever may not see the appointment gets nothing, for whatever reason he was added; internal notes never leave.
        """
        msg_vals = dict(msg_vals or {})
        # sudo: a customer posts, he reads neither users nor subtypes
        message_sudo, appointment_sudo = message.sudo(), self.sudo()
        is_public = bool(message_sudo.filtered_domain(self._public_message_domain()))
        author = message_sudo.author_id
        from_customer = not author or author.partner_share
        if is_public:
            other = appointment_sudo.user_id.partner_id if from_customer else appointment_sudo.partner_id
            msg_vals['partner_ids'] = [*msg_vals.get('partner_ids', message_sudo.partner_ids.ids), *other.ids]
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return [
            recipient for recipient in recipients
            if recipient['id'] and not (recipient['share'] and (from_customer or not is_public))
            and appointment_sudo._may_get(self.env['res.partner'].sudo().browse(recipient['id']))]

    def _may_get(self, partner):
        """Tell whether a contact may get what is written: he may see the appointment, or belongs to its customer."""
        if not partner.with_context(active_test=False).user_ids and (
                partner.commercial_partner_id != self.commercial_partner_id):
            return False
        return self._may_be_told(partner)

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    def _plan_notices(self):
        """Plan the reminders of the appointments as they are now; older plans are void."""
        # sudo: plans are the system's
        Notice = self.env['customer.appointment.notice'].sudo()
        Notice.search([('appointment_id', 'in', self.ids), ('state', '=', 'waiting')]).state = 'void'
        if self.env.context.get('import_file'):
            return
        now = fields.Datetime.now()
        values = []
        for appointment in self.sudo().filtered(lambda appointment: appointment.state == 'confirmed'):
            for reminder in appointment.type_id.reminder_ids:
                due = appointment.start - timedelta(hours=reminder.hours)
                if due > now:
                    values.append({
                        'appointment_id': appointment.id, 'channel': reminder.channel, 'hours': reminder.hours,
                        'revision': appointment.revision, 'due': due})
        Notice.create(values)
