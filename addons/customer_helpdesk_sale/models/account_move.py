from odoo import models


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'invoice'
