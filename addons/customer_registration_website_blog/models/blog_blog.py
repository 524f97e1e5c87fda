from odoo import fields, models


class BlogBlog(models.Model):
    _name = 'blog.blog'
    _inherit = ['blog.blog', 'customer.visible.mixin']

    # declared here too: else the table of the relation would belong to the addon of the mixin, and outlive this one
    customer_group_ids = fields.Many2many()
