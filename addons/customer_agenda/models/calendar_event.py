from odoo import models

from ..const import OPEN_STATES, SYNC_KEY


class CalendarEvent(models.Model):
    _inherit = 'calendar.event'

    def write(self, vals):
        """Move and cancel the appointment with its event, also if a synchronised calendar does it.

        :raises AccessError: for users who may not change the appointment
        """
        result = super().write(vals)
        if not self.env.context.get(SYNC_KEY) and not {'start', 'stop', 'active'}.isdisjoint(vals):
            for appointment in self._customer_appointments():
                event = appointment.sudo().event_id
                if not event.active:
                    appointment._cancel()
                elif (event.start, event.stop) != (appointment.start, appointment.stop):
                    appointment.write({'start': event.start, 'stop': event.stop})
        return result

    def unlink(self):
        """Cancel the appointments of events that are deleted."""
        if not self.env.context.get(SYNC_KEY):
            for appointment in self._customer_appointments():
                appointment.sudo().event_id = False
                appointment._cancel()
        return super().unlink()

    def _customer_appointments(self):
        """Return the appointments to come whose events these are, with the rights of the user."""
        # sudo: finds them; what is done with them is done with the rights of the user
        return self.env['customer.appointment'].sudo().search(
            [('event_id', 'in', self.ids), ('state', 'in', OPEN_STATES)]).sudo(self.env.su)
