from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.customer_helpdesk.tests.common import TicketHttpCommon


@tagged('post_install', '-at_install')
class TestSuggestions(TicketHttpCommon):
    """Suggested answers with a blog and forums."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['blog.post'].search([]).website_published = False
        cls.env['forum.post'].search([]).active = False
        cls.blog = cls.env['blog.blog'].create({'name': 'News'})
        cls.post = cls._post('Toner of the zebraprinter')
        cls.forum_public, cls.forum_login, cls.forum_private = (
            cls.env['forum.forum'].create({
                'name': f'Forum {privacy}', 'privacy': privacy, 'mode': 'questions',
                'authorized_group_id': privacy == 'private' and cls.env.ref('base.group_system').id})
            for privacy in ('public', 'connected', 'private'))

    @classmethod
    def _post(cls, name, **values):
        return cls.env['blog.post'].create({
            'name': name, 'blog_id': cls.blog.id, 'website_published': True, 'content': '<p>Nothing</p>',
            'post_date': fields.Datetime.now() - timedelta(days=1), **values})

    def _question(self, forum, name, **values):
        return self.env['forum.post'].create({'name': name, 'forum_id': forum.id, 'content': '<p>How?</p>', **values})

    def _suggested(self, text, user=None):
        """Return the titles that a visitor, or somebody with a login, is suggested."""
        self.env.flush_all()
        self.authenticate(*(user.login, user.login) if user else (None, None))
        response = self.url_open('/support/suggestions', params={'q': text})
        self.assertEqual(response.status_code, 200)
        return [suggestion['title'] for suggestion in response.json()['suggestions']]

    def test_found(self):
        """Issue 5.28: posts are found by words of title and text in a whole sentence, the best first, with their address."""
        both = self._post('The zebraprinter and its xylophone', content='<p>Long text</p>')
        text = self._post('Nothing in the title', content='<p>A quagmire of ink</p>')
        self.assertEqual(
            self._suggested('My zebraprinter has no xylophone any more'), [both.name, self.post.name])
        self.assertEqual(self._suggested('quagmire?'), [text.name])
        suggestion = self.url_open('/support/suggestions', params={'q': 'quagmire'}).json()['suggestions'][0]
        self.assertEqual((suggestion['url'], suggestion['kind']), (text.website_url, 'Blog'))
        self.assertEqual(self.url_open(suggestion['url']).status_code, 200)
        self.assertEqual(self._suggested('zebraprintr'), [both.name, self.post.name])  # a typing error
        self.assertEqual(self._suggested('unheardofword'), [])

    def test_unpublished(self):
        """Issue 5.28: drafts, planned, archived posts and posts of another website never appear, not even to designers."""
        website = self.env['website'].create({'name': 'Other website', 'domain': 'other.example.com'})
        self._post('zebraprinter draft', website_published=False)
        self._post('zebraprinter planned', post_date=fields.Datetime.now() + timedelta(days=2))
        self._post('zebraprinter archived', active=False)
        other = self.env['blog.blog'].create({'name': 'Elsewhere', 'website_id': website.id})
        self._post('zebraprinter elsewhere', blog_id=other.id)
        self.manager.group_ids |= self.env.ref('website.group_website_designer')
        for user in (None, self.user_a1, self.agent, self.manager):
            self.assertEqual(self._suggested('zebraprinter', user), [self.post.name])

    def test_restricted(self):
        """Issue 5.28: a forum for members, or for a group, is suggested to those only who may read it."""
        public = self._question(self.forum_public, 'wombat in public')
        member = self._question(self.forum_login, 'wombat for members')
        self._question(self.forum_private, 'wombat in private')
        self._question(self.forum_public, 'wombat pending', state='pending')
        self._question(self.forum_public, 'wombat closed', active=False)
        self.assertEqual(self._suggested('wombat'), [public.name])
        for user in (self.user_a1, self.agent):
            self.assertEqual(set(self._suggested('wombat', user)), {public.name, member.name})

    def test_few(self):
        """Issue 5.28: at most five pages are suggested, for however long a text, and reading them changes nothing."""
        for number in range(8):
            self._post(f'kangaroo {number}')
        before = self.env['blog.post'].search_read([], ['write_date', 'visits'])
        self.assertEqual(len(self._suggested('kangaroo ' * 500)), 5)
        self.env.invalidate_all()
        self.assertEqual(self.env['blog.post'].search_read([], ['write_date', 'visits']), before)
