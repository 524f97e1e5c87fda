from odoo import fields, models

from ..const import REMINDER_CHANNELS


class CustomerAppointmentReminder(models.Model):
    """When and how the participants of a type of appointment are reminded."""

    _name = 'customer.appointment.reminder'
    _description = 'Reminder of a type of appointment'
    _order = 'hours desc, channel, id'

    type_id = fields.Many2one('customer.appointment.type', required=True, ondelete='cascade', index=True)
    channel = fields.Selection(REMINDER_CHANNELS, string='By', required=True, default='email')
    hours = fields.Integer(string='Hours before', required=True, default=24)

    _unique = models.UniqueIndex('(type_id, channel, hours)', 'This reminder is in the list already.')
    _hours_positive = models.Constraint('CHECK(hours > 0)', 'A reminder goes out at least one hour before.')
