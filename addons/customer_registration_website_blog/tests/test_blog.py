from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.customer_registration_website.tests.common import VisibleCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestBlog(ConformanceMixin, VisibleCommon):
    addon = 'customer_registration_website_blog'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.blog = cls.env['blog.blog'].create({'name': 'Xylophones', 'customer_group_ids': [Command.set(cls.group.ids)]})
        cls.post = cls.env['blog.post'].create({
            'name': 'Zebra wood', 'blog_id': cls.blog.id, 'is_published': True, 'content': '<p>Zebra</p>'})

    def test_closed(self):
        """Issue 10.6: a blog for a user group: nobody else finds or reads it or its posts, by any way."""
        blog = f'/blog/xylophones-{self.blog.id}'
        paths = [blog, f'{blog}/feed', f'{blog}/zebra-wood-{self.post.id}',
                 f'/web/content/blog.post/{self.post.id}/author_avatar']
        for user in (None, self.user_b1):
            for path in paths:
                answer = self.open_as(user, path)
                self.assertIn(answer.status_code, (403, 404), path)
            self.assertNotIn('Zebra', self.open_as(user, '/blog').text)
            self.assertNotIn('Zebra', self.found('blogs', 'Zebra', user))
            self.assertNotIn('Zebra', str(self._blocks(user)))
        self.assert_reach((self.visitor, self.user_b1), self.blog, False)
        self.assert_reach((self.visitor, self.user_b1), self.post, False)
        self.assertNotIn('xylophones', self.sitemap())
        self.assertIn('Zebra', self.open_as(self.user_a1, f'{blog}/feed').text)
        self.assertIn('Zebra', self.found('blogs', 'Zebra', self.user_a1))
        self.assertIn('Zebra', str(self._blocks(self.user_a1)))
        self.assert_reach((self.user_a1, self.user_a2, self.employee), self.blog, True)
        self.assert_reach((self.user_a1, self.user_a2, self.employee), self.post, True)

    def test_login_required(self):
        """Issue 10.6: a blog for everybody who is logged in; open again when the mark is taken away."""
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.group.unlink()  # or what was for it would be for everybody
        self.blog.write({'customer_group_ids': [Command.clear()], 'customer_login_required': True})
        self.assert_reach(self.visitor, self.post, False)
        self.assert_reach(self.user_b1, self.post, True)
        self.blog.customer_login_required = False
        self.assert_reach(self.visitor, self.post, True)
        self.assertIn('xylophones', self.sitemap())

    def test_policy(self):
        """Issue 10.1: Issue 10.6: who signs up to comment gets the policy of the blog."""
        self.assert_service('blog', '/blog/xylophones-1/zebra-1')

    def _blocks(self, user):
        """Return what a block with one post shows to a user."""
        self.authenticate(user and user.login, user and user.login)
        filter_id = self.env.ref('website_blog.dynamic_filter_latest_blog_posts').id
        return self.make_jsonrpc_request('/website/snippet/filters', {
            'filter_id': filter_id, 'template_key': 'website_blog.dynamic_filter_template_blog_post_list',
            'limit': 16, 'search_domain': [], 'res_model': 'blog.post', 'res_id': self.post.id})
