from odoo.tests import tagged

from .common import TicketHttpCommon
from .test_mail import TicketMailCommon


@tagged('post_install', '-at_install')
class TestPagesQueries(TicketHttpCommon):
    """Numbers of queries, counted in whole requests of a logged-in customer on warm caches."""

    def _queries(self, call):
        """Return how many queries the second of two equal calls takes (savepoints of the test not counted)."""
        call()
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before

    def test_list(self):
        """Issue 2.14, Issue 5.30: the list takes at most 18 queries, and not more for 200 tickets than for 10."""
        self.env['customer.ticket'].create([
            {'partner_id': self.user_a1.partner_id.id, 'name': f'Number {number}', 'team_id': self.team.id}
            for number in range(8)])
        self.authenticate('test_a1', 'test_a1')
        for url in ('/my/tickets', '/my/tickets?groupby=stage&search=number&sortby=update'):
            few = self._queries(lambda url=url: self.url_open(url))
            self.assertLessEqual(few, 18, url)
            self.assertGreater(few, 3, 'the queries of the request were counted')
        self.env['customer.ticket'].create([
            {'partner_id': self.user_a1.partner_id.id, 'name': f'Number {number}', 'team_id': self.team.id}
            for number in range(190)])
        many = self._queries(lambda: self.url_open(url))
        self.assertLessEqual(many, few)

    def test_page(self):
        """Issue 2.14: the page of a ticket takes at most 33 queries, and not more for 40 messages than for 4."""
        shared = self._attachment(self.ticket_a1, 'shared.txt', b'public')
        for number in range(4):
            self._comment(self.ticket_a1, self.agent, f'Message {number}', attachment_ids=shared.ids)
        self.authenticate('test_a1', 'test_a1')
        few = self._queries(lambda: self.url_open(f'/my/tickets/{self.ticket_a1.id}'))
        self.assertLessEqual(few, 33)
        for number in range(36):
            self._comment(self.ticket_a1, self.user_a1 if number % 2 else self.manager, f'More {number}')
        self.assertLessEqual(self._queries(lambda: self.url_open(f'/my/tickets/{self.ticket_a1.id}')), few)

    def _post_queries(self, url, data):
        """Return how many queries a POST takes that creates something."""
        for _time in range(2):
            self.assertEqual(self.post_form(url, data).status_code, 303)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.post_form(url, data).status_code, 303)
        return self.env.cr.sql_log_count - before

    def test_posts(self):
        """Issue 5.7: a new ticket takes at most 20 queries, an answer at most 29: mail is made after them."""
        self.env = self.env(context={
            key: value for key, value in self.env.context.items() if key != 'tracking_disable'})
        self.authenticate('test_a1', 'test_a1')
        for url, data, limit in (
            ('/my/tickets/new', {'name': 'Door', 'description': 'It jams'}, 20),
            (f'/my/tickets/{self.ticket_a1.id}/reply', {'body': 'Hello'}, 29),
        ):
            self.assertLessEqual(self._post_queries(url, data), limit, url)

    def test_home(self):
        """Issue 2.14: the home page with its counters takes at most 40 queries."""
        self.authenticate('test_a1', 'test_a1')
        self.assertLessEqual(self._queries(lambda: self.url_open('/my')), 40)


@tagged('post_install', '-at_install')
class TestTicketQueries(TicketMailCommon):
    """Numbers of queries of the ORM, mail included, on warm caches."""

    def _queries(self, call):
        for _time in range(2):
            call()
            self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_batch(self):
        """Issue 5.4: 100 tickets of staff, each with its request, take at most 300 queries, one at most 16."""
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        values = {
            'partner_id': self.user_a1.partner_id.id, 'name': 'Door', 'description': '<p>It jams</p>',
            'team_id': self.team.id}
        self.assertLessEqual(self._queries(lambda: Ticket.create([dict(values)])), 16)
        self.assertLessEqual(self._queries(lambda: Ticket.create([dict(values) for _index in range(100)])), 298)

    def test_staff(self):
        """Issue 5, Performance: list, searches, board and form of staff take no more queries for 80 tickets than for 8."""
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        values = {'partner_id': self.user_a1.partner_id.id, 'name': 'Valve', 'team_id': self.team.id}
        quiet = Ticket.with_context(tracking_disable=True)
        quiet.create([dict(values) for _number in range(8)])
        names = {'display_name': {}}
        spec = {'number': {}, 'name': {}, 'priority': {}, 'sla_status': {}, 'tag_ids': {'fields': names}, **{
            name: {'fields': names} for name in ('partner_id', 'commercial_partner_id', 'user_id', 'team_id', 'stage_id')}}
        calls = {
            'list': (12, lambda: Ticket.web_search_read([], spec, limit=80, count_limit=10001)),
            'by customer': (12, lambda: Ticket.web_search_read(
                [('commercial_partner_id', 'ilike', 'Customer A')], spec, limit=80, count_limit=10001)),
            'by text': (12, lambda: Ticket.web_search_read(
                ['|', ('number', 'ilike', 'alv'), ('name', 'ilike', 'alv')], spec, limit=80, count_limit=10001)),
            'board': (17, lambda: (
                Ticket.web_read_group([], ['stage_id'], auto_unfold=True, unfold_read_specification=spec,
                                      unfold_read_default_limit=80),
                Ticket.read_progress_bar([], 'stage_id', {'field': 'sla_status', 'colors': {'late': 'danger'}}))),
            'form': (14, lambda: self.ticket_a1.with_user(self.agent).web_read({**spec, 'description': {}})),
        }
        few = {name: self._queries(call) for name, (_limit, call) in calls.items()}
        for name, (limit, _call) in calls.items():
            self.assertLessEqual(few[name], limit, name)
        quiet.create([dict(values) for _number in range(72)])
        for name, (_limit, call) in calls.items():
            # a page that is full is followed by counting the rest
            self.assertLessEqual(self._queries(call), few[name] + (name in ('list', 'by customer', 'by text')), name)

    def test_batch_without_mail(self):
        """Issue 2.14: 100 imported tickets take hardly more queries than one."""
        Ticket = self.env['customer.ticket'].with_context(tracking_disable=True)
        values = {'partner_id': self.user_a1.partner_id.id, 'name': 'Old', 'team_id': self.team.id}
        one = self._queries(lambda: Ticket.create([dict(values)]))
        hundred = self._queries(lambda: Ticket.create([dict(values) for _number in range(100)]))
        self.assertLessEqual(hundred, one + 5)
