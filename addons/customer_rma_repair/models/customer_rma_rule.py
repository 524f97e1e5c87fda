from odoo import fields, models


class CustomerRmaRule(models.Model):
    _inherit = 'customer.rma.rule'

    repair_allowed = fields.Boolean(
        string='Repair possible', help='Customers may ask for it; staff can repair instead of refunding in any case.')
