from odoo import api, fields, models


class BlogPost(models.Model):
    _inherit = 'blog.post'

    customer_visible = fields.Boolean(compute='_compute_customer_visible')

    @api.depends('blog_id.customer_visible')
    @api.depends_context('uid')
    def _compute_customer_visible(self):
        for post in self:
            post.customer_visible = post.sudo().blog_id.customer_visible  # sudo: who asks stays who he is

    def _can_return_content(self, field_name=None, access_token=None):
        """Pictures of posts are as closed as their blog."""
        return self.customer_visible and super()._can_return_content(field_name, access_token)
