"""Appointments in Odoo's own calendar, and so in those that are synchronised with it."""
from odoo import fields, models

from ..const import OPEN_STATES, SYNC_KEY

#: mail of Odoo's calendar is not sent: our own tells everybody once
QUIET = {
    'no_mail_to_attendees': True, 'dont_notify': True, 'skip_attendee_notification': True, 'mail_create_nolog': True,
    'mail_create_nosubscribe': True, 'tracking_disable': True, 'skip_contact_description': True, SYNC_KEY: True}


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    def _sync_event(self):
        """Keep the event of the staff member in step with the appointment.

        The event is private and has no customer among its attendees: customers can read events that they attend, with
        all their notes, and colleagues read events of customers whom they may not see.
        """
        if self.env.context.get('import_file'):
            return
        for appointment in self.sudo().with_context(**QUIET):
            users = appointment.resource_id.user_id | appointment.extra_resource_id.user_id
            if appointment.state not in OPEN_STATES or not users:
                if appointment.event_id and appointment.state == 'cancelled':
                    appointment.event_id.unlink()
                continue
            values = appointment._event_values(users)
            if appointment.event_id:
                appointment.event_id.write(values)
            else:
                appointment._write_quietly({'event_id': self.env['calendar.event'].sudo().with_context(
                    **QUIET).create(values).id})

    def _event_values(self, users):
        return {
            'name': f'{self.name} – {self.commercial_partner_id.name} [{self.number}]',
            'start': self.start,
            'stop': self.stop,
            'allday': False,
            'location': self.location or self.video_url or False,
            'privacy': 'private',
            'show_as': 'busy',
            'user_id': users[0].id,
            'partner_ids': [fields.Command.set(users.partner_id.ids)],
            'alarm_ids': [fields.Command.clear()],
        }
