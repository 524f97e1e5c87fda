from odoo import api, fields, models


class CustomerRegistrationPolicy(models.Model):
    _inherit = 'customer.registration.policy'

    service = fields.Selection(selection_add=[('blog', 'Blog')], ondelete={'blog': 'set default'})

    @api.model
    def _services_by_path(self):
        return {**super()._services_by_path(), 'blog': 'blog'}
