from odoo import models


class BlogBlog(models.Model):
    _name = 'blog.blog'
    _inherit = ['blog.blog', 'customer.visible.mixin']
