from odoo import fields, models


class CustomerAppointmentChangeWizard(models.TransientModel):
    """Cancel appointments and say why, or move one."""

    _name = 'customer.appointment.change.wizard'
    _description = 'Cancel or move appointments'

    appointment_ids = fields.Many2many(
        'customer.appointment', string='Appointments', required=True,
        default=lambda self: self.env.context.get('active_ids'))
    kind = fields.Selection([('cancel', 'Cancel the appointments'), ('move', 'Move')], required=True, default='cancel')
    reason = fields.Char(help='The participants read it.')
    start = fields.Datetime(string='New time')

    def action_apply(self):
        """Do it with the rights of the user."""
        self.ensure_one()
        if self.kind == 'cancel':
            self.appointment_ids.cancel(self.reason or '')
        else:
            for appointment in self.appointment_ids:
                appointment.write({'start': self.start, 'reason': self.reason or False})
        return {'type': 'ir.actions.act_window_close'}
