from odoo import fields, models


class CustomerFileCategory(models.Model):
    """What kind of paper a file is: offer, contract, plan, ..."""

    _name = 'customer.file.category'
    _description = 'Category of files'
    _order = 'sequence, name, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    needs_confirmation = fields.Boolean(
        string='Ask for confirmation', help='New files of this category ask the customer to confirm the receipt.')
