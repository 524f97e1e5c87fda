from odoo import api, fields, models


class ProductPublicCategory(models.Model):
    """A category that is closed closes its subcategories and all products in them."""

    _name = 'product.public.category'
    _inherit = ['product.public.category', 'customer.visible.mixin']

    # declared here too: else the table of the relation would belong to the addon of the mixin, and outlive this one
    customer_group_ids = fields.Many2many()

    @api.model
    def _customer_closed(self, domain):
        closed = super()._customer_closed(domain)
        return self.search([('id', 'child_of', closed.ids)]) if closed else closed
