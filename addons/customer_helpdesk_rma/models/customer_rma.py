from odoo import models


class CustomerRma(models.Model):
    _name = 'customer.rma'
    _inherit = ['customer.rma', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'rma'
