from odoo import fields, models

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    customer_appointment_ids = fields.One2many(
        'customer.appointment', 'ticket_id', string='Appointments', groups=GROUP_SPECIALIST)
    customer_appointment_count = fields.Integer(
        string='Number of appointments', compute='_compute_customer_appointment_count', groups=GROUP_SPECIALIST)

    def _compute_customer_appointment_count(self):
        counts = dict(self.env['customer.appointment']._read_group(
            [('ticket_id', 'in', self.ids)], ['ticket_id'], ['__count']))
        for ticket in self:
            ticket.customer_appointment_count = counts.get(ticket, 0)

    def action_open_customer_appointments(self):
        """Open the appointments about the ticket, to make new ones too."""
        return self.env['customer.appointment']._action_of(self, 'ticket_id')
