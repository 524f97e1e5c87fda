from odoo import models


class SaleOrder(models.Model):
    _name = 'sale.order'
    _inherit = ['sale.order', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'order'
