from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_registration_website.tests.common import VisibleCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestForum(ConformanceMixin, VisibleCommon):
    addon = 'customer_registration_website_forum'

    def test_closed(self):
        """Issue 10.6: a forum for a user group: nobody else finds, reads or writes in it, by any way."""
        forum = self.env['forum.forum'].create({
            'name': 'Xylophones', 'privacy': 'public', 'customer_group_ids': [Command.set(self.group.ids)]})
        post = self.env['forum.post'].create({'name': 'Zebra wood', 'forum_id': forum.id, 'content': '<p>Zebra</p>'})
        tag = self.env['forum.tag'].create({'name': 'Zebra', 'forum_id': forum.id})
        records, address = (forum, post, tag), f'/forum/xylophones-{forum.id}'
        count = self.env['forum.post'].search_count([])
        for user in (None, self.user_b1):
            for path in (address, f'{address}/zebra-wood-{post.id}', f'{address}/tag'):
                self.assertIn(self.open_as(user, path).status_code, (403, 404), path)
            for path in ('/forum', '/forum/all'):
                self.assertNotIn('Zebra', self.url_open(path).text)
            self.assertNotIn('Zebra', self.found('forums', 'Zebra', user))
        with self.assertRaises(AccessError):
            self.env['forum.post'].with_user(self.user_b1).create({
                'name': 'Mine', 'forum_id': forum.id, 'content': 'x', 'parent_id': post.id})
        self.assertEqual(self.env['forum.post'].search_count([]), count)
        self.assertNotIn('xylophones', self.sitemap())
        for record in records:
            self.assert_reach((self.visitor, self.user_b1), record, False)
            self.assert_reach((self.user_a1, self.user_a2, self.employee), record, True)
        self.assertIn('Zebra', self.open_as(self.user_a1, address).text)
        forum.customer_group_ids = False
        self.assert_reach((self.visitor, self.user_b1), post, True)

    def test_policy(self):
        """Issue 10.1: Issue 10.6: who signs up to take part gets the policy of the forum."""
        self.assert_service('forum', '/forum/help-1')
        self.assertIn('/register/service', self.open_as(
            None, '/web/signup', params={'redirect': 'forum/help-1/question-2'}).headers['Location'])
