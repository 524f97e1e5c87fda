from odoo import models


class CustomerAppointment(models.Model):
    _name = 'customer.appointment'
    _inherit = ['customer.appointment', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'appointment'
