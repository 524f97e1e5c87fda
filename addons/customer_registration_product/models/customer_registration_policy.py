from odoo import fields, models


class CustomerRegistrationPolicy(models.Model):
    _inherit = 'customer.registration.policy'

    pricelist_id = fields.Many2one(
        'product.pricelist', check_company=True, ondelete='restrict', help='The new customer gets this pricelist.')
