from odoo import fields, models


class CustomerRmaRule(models.Model):
    _inherit = 'customer.rma.rule'

    credit_allowed = fields.Boolean(
        string='Store credit possible', help='Where the company has chosen a program for it in the settings.')
