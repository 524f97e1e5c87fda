from odoo import fields, models


class CustomerTicketTag(models.Model):
    """A word by which staff find and count tickets."""

    _name = 'customer.ticket.tag'
    _description = 'Ticket tag'
    _order = 'name, id'

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(string='Colour')
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex('(name)', 'There is a tag of this name already.')
