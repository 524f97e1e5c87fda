from odoo import api, fields, models

from odoo.addons.customer_helpdesk.about import shown, stored


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    appointment_id = fields.Many2one('customer.appointment', string='Appointment (stored)', **stored())
    about_appointment_id = fields.Many2one('customer.appointment', string='Appointment', **shown('appointment'))

    @api.model
    def _about_kinds(self):
        return super()._about_kinds() | {'appointment'}
