from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _is_add_to_cart_allowed(self):
        """Odoo asks in superuser mode for optional products: nobody buys what is closed to him."""
        return self.product_tmpl_id.customer_visible and super()._is_add_to_cart_allowed()

    def _can_return_content(self, field_name=None, access_token=None):
        """Pictures of products are as closed as their categories."""
        # sudo: who asks stays who he is
        return self.sudo().product_tmpl_id.customer_visible and super()._can_return_content(field_name, access_token)
