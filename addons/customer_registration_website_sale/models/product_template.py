from odoo import api, fields, models
from odoo.fields import Domain


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    customer_visible = fields.Boolean(compute='_compute_customer_visible', search='_search_customer_visible')

    @api.depends('public_categ_ids.customer_visible')
    @api.depends_context('uid')
    def _compute_customer_visible(self):
        closed = set(self.env['product.public.category']._customer_closed_ids())
        for product in self:
            # sudo: the categories that are closed count
            product.customer_visible = not closed or closed.isdisjoint(product.sudo().public_categ_ids.ids)

    @api.model
    def _search_customer_visible(self, operator, value):
        """A product is closed as soon as one of its categories is."""
        if operator != 'in':
            return NotImplemented
        closed = self.env['product.public.category']._customer_closed_ids()
        return Domain('public_categ_ids', 'not any!', Domain('id', 'in', closed)) if closed else Domain.TRUE

    def _can_return_content(self, field_name=None, access_token=None):
        """Pictures of products are as closed as their categories."""
        return self.customer_visible and super()._can_return_content(field_name, access_token)
