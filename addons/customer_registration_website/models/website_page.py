from odoo import api, models
from odoo.fields import Domain


class WebsitePage(models.Model):
    _inherit = 'website.page'

    @api.model
    def _search_get_detail(self, website, order, options):
        """Find pages for user groups for their members only."""
        detail = super()._search_get_detail(website, order, options)
        user = self.env.user
        if not user._is_internal():
            mine = self.env['customer.group']._of_user(user)
            detail['base_domain'].append(
                Domain('visibility', '!=', 'customer_group')
                | Domain('view_id.customer_group_ids', 'any!', Domain('id', 'in', mine.ids)))
        return detail
