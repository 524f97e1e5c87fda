from odoo import models
from odoo.fields import Domain


class Website(models.Model):
    _inherit = 'website'

    def _get_basic_feed_product_domain(self):
        """Feeds are for search engines: they hold what every visitor sees."""
        closed = self.env['product.public.category'].with_user(self.user_id)._customer_closed_ids()
        return super()._get_basic_feed_product_domain() & Domain(
            'public_categ_ids', 'not any!', Domain('id', 'in', closed))
