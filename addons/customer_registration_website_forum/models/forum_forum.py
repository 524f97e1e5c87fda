from odoo import models


class ForumForum(models.Model):
    _name = 'forum.forum'
    _inherit = ['forum.forum', 'customer.visible.mixin']
