from odoo import api, fields, models


class CustomerRegistrationPolicy(models.Model):
    _inherit = 'customer.registration.policy'

    service = fields.Selection(selection_add=[('shop', 'Shop')], ondelete={'shop': 'set default'})

    @api.model
    def _services_by_path(self):
        return {**super()._services_by_path(), 'shop': 'shop'}
