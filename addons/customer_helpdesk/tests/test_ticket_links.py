import re
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import TicketHttpCommon


@tagged('post_install', '-at_install')
class TestTicketLinks(TicketHttpCommon):
    """What opens a ticket to somebody without login, and what customers do on the page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env['res.partner'].create(
            {'name': 'No login', 'email': 'nologin@example.com', 'parent_id': cls.customer_a.id})
        cls.ticket = cls.env['customer.ticket'].create(
            {'partner_id': cls.contact.id, 'name': 'Window', 'team_id': cls.team.id})
        cls._comment(cls.ticket, cls.agent, '<p>Which one?</p><blockquote>It jams</blockquote>')
        cls.url = f'/my/tickets/{cls.ticket.id}'

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.uses = []
        # the log has a transaction of its own, which a test cannot open within a request that only reads
        self.patch(type(self.env['customer.ticket.link']), '_log_use', lambda link, action, address='': self.uses.append(
            (link.id, action, address)))

    def _link(self, kind, **values):
        return self.env['customer.ticket.link'].create({
            'ticket_id': self.ticket.id, 'kind': kind, 'expires': fields.Datetime.now() + timedelta(days=1), **values})

    def _post(self, link, **data):
        return self.post_form(f'{self.url}/reply', {'access_token': link._token(), 'body': 'By link', **data})

    def _messages(self):
        return self.env['mail.message'].search(self.ticket._public_messages_domain(), order='id')

    def test_read_only(self):
        """Issue 5.29: a link for reading shows the conversation, and answers nothing."""
        link = self._link('read')
        page = self.url_open(f'{self.url}?access_token={link._token()}')
        self.assertEqual(page.status_code, 200)
        self.assertIn('Which one?', page.text)
        self.assertIn('<summary>Earlier messages</summary>', page.text)
        self.assertNotIn('name="body"', page.text)
        self.assertNotIn('/close', page.text)
        self.assertEqual(self._post(link).status_code, 200)
        self.assertEqual(len(self._messages()), 1)

    def test_guest(self):
        """Issue 5.29: who answers by a link for guests is a guest with the name that he gives, never the customer."""
        link = self._link('guest')
        self.assertIn('name="guest"', self.url_open(f'{self.url}?access_token={link._token()}').text)
        self.assertEqual(self._post(link).status_code, 200)
        self.assertEqual(len(self._messages()), 1, 'a guest has a name')
        self.assertEqual(self._post(link, guest='Uncle Bob').status_code, 303)
        message = self._messages()[-1]
        self.assertFalse(message.author_id)
        self.assertIn('Uncle Bob (guest)', message.email_from)

    def test_personal(self):
        """Issue 5.29: only the personal link answers as that person; it ends when he has a login."""
        link = self.ticket._personal_link(self.contact)
        self.assertEqual(self.ticket._personal_link(self.contact), link)
        page = self.url_open(f'{self.url}?access_token={link._token()}')
        self.assertIn('You answer as', page.text)
        self.assertEqual(self._post(link, guest='Somebody else').status_code, 303)
        self.assertEqual(self._messages()[-1].author_id, self.contact)
        self.env['res.users'].create({
            'login': 'now', 'partner_id': self.contact.id, 'group_ids': self.env.ref('base.group_portal').ids})
        self.assertEqual(self.url_open(f'{self.url}?access_token={link._token()}').status_code, 404)

    def test_tokens(self):
        """Issue 5.29: expired, revoked, renewed, foreign and broken tokens open nothing, and write nothing."""
        expired = self._link('guest', expires=fields.Datetime.now() - timedelta(minutes=1))
        revoked = self._link('guest')
        revoked._revoke()
        renewed = self._link('guest')
        old = renewed._token()
        renewed.with_user(self.manager).action_rotate()
        good = self._link('guest')._token()
        other = self.env['customer.ticket.link'].create({
            'ticket_id': self.ticket_b1.id, 'kind': 'guest', 'expires': fields.Datetime.now() + timedelta(days=1)})
        for token in (expired._token(), revoked._token(), old, other._token(), good[:-1], good + 'x', '1-', '-', '0-0',
                      '99999999-' + 'a' * 40, '²-x'):
            self.assertEqual(self.url_open(f'{self.url}?access_token={token}').status_code, 404, token)
            self.post_form(f'{self.url}/reply', {'access_token': token, 'body': 'x', 'guest': 'x'})
        self.assertEqual(len(self._messages()), 1)
        self.assertEqual(self.url_open(f'{self.url}?access_token={renewed._token()}').status_code, 200)

    def test_uses_are_logged(self):
        """Issue 5.29: each use of a link is logged: when, what, from where."""
        link = self._link('guest')
        self.url_open(f'{self.url}?access_token={link._token()}')
        self._post(link, guest='Bob')
        self.assertEqual(self.uses, [(link.id, 'opened', '127.0.0.1'), (link.id, 'posted', '127.0.0.1')])

    def test_share(self):
        """Issue 5.29: who may see a ticket makes and voids links, within bounds; others do not."""
        self.authenticate('test_b1', 'test_b1')
        self.assertEqual(self.post_form(f'{self.url}/links', {'kind': 'guest', 'days': '5'}).status_code, 404)
        self.authenticate('test_a1', 'test_a1')
        for data in ({'kind': 'person', 'days': '5'}, {'kind': 'read', 'days': '900'}, {'kind': 'read', 'days': 'x'}, {}):
            self.assertIn('alert-danger', self.post_form(f'{self.url}/links', data).text)
        self.assertFalse(self.ticket.link_ids)
        page = self.post_form(f'{self.url}/links', {'kind': 'read', 'days': '5', 'note': 'Lawyer'})
        link = self.ticket.link_ids
        self.assertIn(link._token(), page.text)
        self.assertNotIn(link._token(), self.url_open(self.url).text, 'it is shown once')
        self.post_form(f'{self.url}/links/{link.id}/revoke')
        self.assertTrue(link.revoked)

    def test_revoked_access_voids_links(self):
        """Issue 5.29: when an access is revoked, the links that its end user may have made or kept are void."""
        link = self._link('read')
        self._access(self.user_a1).with_user(self.agent).action_revoke()
        self.assertTrue(link.revoked)

    def test_close_and_reopen(self):
        """Issue 5.29: the customer closes and reopens by POST; GET does nothing; others get a 404."""
        for login in ('test_b1', 'test_revoked', 'test_a2'):
            self.authenticate(login, login)
            self.assertEqual(self.post_form(f'{self.url}/close').status_code, 404, login)
        self.authenticate('test_a1', 'test_a1')
        self.assertIn(self.url_open(f'{self.url}/close').status_code, (404, 405))
        self.assertFalse(self.ticket.is_closed)
        self.assertEqual(self.post_form(f'{self.url}/close').status_code, 303)
        self.assertEqual(self.ticket.state, 'closed')
        self.assertEqual(self.post_form(f'{self.url}/reopen').status_code, 303)
        self.assertEqual(self.ticket.state, 'open')

    def test_people_in_copy(self):
        """Issue 5.15: the customer adds colleagues and removes anybody; strangers and foreign rows are refused."""
        self.authenticate('test_a1', 'test_a1')
        for address in ('stranger@example.org', 'b1@example.com', 'a2@example.com', 'nologin@example.com', 'x', ''):
            page = self.post_form(f'{self.url}/copied', {'email': address})
            self.assertIn('alert-danger', page.text, address)
        self.assertFalse(self.ticket.cc_ids)
        self.assertEqual(self.post_form(f'{self.url}/copied', {'email': 'A1@Example.com '}).status_code, 303)
        self.assertEqual(self.ticket.cc_ids.email, 'a1@example.com')
        self.assertIn('a1@example.com', self.url_open(self.url).text)
        foreign = self.ticket_b1._add_copied('b2@example.com')
        self.post_form(f'{self.url}/copied/{foreign.id}/remove')
        self.assertTrue(foreign.exists())
        self.post_form(f'{self.url}/copied/{self.ticket.cc_ids.id}/remove')
        self.assertFalse(self.ticket.cc_ids)

    def test_rating_page(self):
        """Issue 5.26: opening the link rates nothing; the form does, once; other tokens are a 404."""
        self.ticket.stage_id = self.stages['closed']
        self.env.flush_all()
        self.ticket._ask_rating()
        rating = self.ticket.closure_ids.rating_id
        address = re.sub('^https?://[^/]+', '', self.ticket._rating_url())
        for _time in range(2):
            self.assertIn('name="rating"', self.url_open(address).text)
        self.assertFalse(rating.consumed)
        self.assertIn('alert-danger', self.post_form(address, {'rating': '9'}).text)
        self.assertEqual(self.post_form(address, {'rating': '5', 'feedback': 'Good'}).status_code, 303)
        self.env.invalidate_all()
        self.assertEqual((rating.rating, rating.feedback), (5, 'Good'))
        self.assertIn('Thank you', self.url_open(address).text)
        self.assertIn('alert', self.post_form(address, {'rating': '1'}).text)
        self.assertEqual(rating.rating, 5)
        for wrong in (address[:-1], address.replace(str(self.ticket.id), str(self.ticket_b1.id), 1)):
            self.assertEqual(self.url_open(wrong).status_code, 404)


@tagged('post_install', '-at_install')
class TestLinkLog(TicketHttpCommon):

    def test_log(self):
        """Issue 5.29: a use is a row with its time, its kind and the network address."""
        link = self.env['customer.ticket.link'].create({
            'ticket_id': self.ticket_a1.id, 'kind': 'read', 'expires': '2099-01-01'})
        link._log_use('opened', '192.0.2.7')
        self.env.invalidate_all()
        self.assertEqual((link.use_ids.action, link.use_ids.address, link.use_count), ('opened', '192.0.2.7', 1))
        self.assertTrue(link.use_ids.date)
