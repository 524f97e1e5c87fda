from odoo import fields, models

from odoo.addons.customer_services.const import GROUP_AGENT


class WebsitePageProperties(models.TransientModel):
    _inherit = 'website.page.properties'

    customer_group_ids = fields.Many2many(
        related='target_model_id.view_id.customer_group_ids', readonly=False, groups=GROUP_AGENT)
