from odoo import fields, models


class ForumForum(models.Model):
    _name = 'forum.forum'
    _inherit = ['forum.forum', 'customer.visible.mixin']

    # declared here too: else the table of the relation would belong to the addon of the mixin, and outlive this one
    customer_group_ids = fields.Many2many()
