from odoo import models

from ..const import SUPPORT_URL


class WebsiteMenu(models.Model):
    _inherit = 'website.menu'

    def _compute_visible(self):
        """Hide the way to the form as long as no team takes requests there."""
        result = super()._compute_visible()
        for menu in self:
            if menu.is_visible and menu.url == SUPPORT_URL:
                website = menu.website_id or self.env['website'].get_current_website()
                menu.is_visible = self.env['customer.ticket.team']._is_offered(website.company_id.id)
        return result
