from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_mail import TicketMailCommon

TEAM = 'first-aid@desk.example.com'


class ClosingCommon(TicketMailCommon):

    def _age(self, ticket, days, *names):
        """Make dates of a ticket older by so many days."""
        for name in names:
            self.env.cr.execute(
                f"UPDATE customer_ticket SET {name} = {name} - interval '{days} days' WHERE id = %s", [ticket.id])
        self.env.invalidate_all()

    def _close(self, ticket, days=0):
        ticket.stage_id = self.stages['closed']
        self.env.flush_all()
        self._age(ticket, days, 'closed_date')


@tagged('post_install', '-at_install')
class TestReopening(ClosingCommon):

    def test_answer_reopens(self):
        """Issue 5.21: an answer within the days of the team opens the ticket again, by mail and in the portal."""
        for state in ('closed', 'cancelled'):
            self.ticket_a1.stage_id = self.stages[state]
            self._post_public(self.user_a1)
            self.assertEqual(self.ticket_a1.state, 'open')
        self._close(self.ticket_a1, 20)
        self._receive('a1@example.com', TEAM, f'Re: [#{self.ticket_a1.number}]')
        self.assertEqual((self.ticket_a1.state, self.ticket_a1.closed_date), ('open', False))
        self._close(self.ticket_a1)
        self._post_public(self.agent)
        self.assertEqual(self.ticket_a1.state, 'closed', 'a word of staff opens nothing')

    def test_late_answer_by_mail(self):
        """Issue 5.21: a later answer opens a new ticket that is linked to the old one, which stays closed."""
        self._close(self.ticket_a1, 40)
        ticket = self._receive('a1@example.com', TEAM, f'Re: [#{self.ticket_a1.number}] Lamp', 'It is dark again')
        self.assertEqual(ticket.follow_up_of_id, self.ticket_a1)
        self.assertEqual((ticket.state, self.ticket_a1.state), ('new', 'closed'))
        self.assertEqual(ticket.partner_id, self.user_a1.partner_id)
        self.assertIn('It is dark again', self._last(ticket).body)

    def test_late_answer_in_the_portal(self):
        """Issue 5.21: the same in the portal, once: the next answer belongs to the follow-up."""
        self._close(self.ticket_a1, 40)
        first, second = self._post_public(self.user_a1, 'Again'), self._post_public(self.user_a1, 'And again')
        ticket = self.ticket_a1.follow_up_ids
        self.assertEqual(len(ticket), 1)
        self.assertEqual({first.sudo().res_id, second.sudo().res_id}, set(ticket.ids))
        self.assertEqual(ticket.commercial_partner_id, self.customer_a)
        self.assertEqual(self.ticket_a1.state, 'closed')
        self.assertIn('a1@example.com', self._recipients(self._mails()))

    def test_late_answer_of_a_robot(self):
        """Issue 5.21: the late answer of a robot opens nothing at all."""
        self._close(self.ticket_a1, 40)
        ticket = self._receive('a1@example.com', TEAM, f'Re: [#{self.ticket_a1.number}]', Precedence='bulk')
        self.assertEqual((ticket, ticket.state), (self.ticket_a1, 'closed'))
        self.assertFalse(ticket.follow_up_ids)

    def test_always_the_same(self):
        """Issue 5.21: a team can keep answers on the same ticket for ever."""
        self.team.reopen_days = 0
        self._close(self.ticket_a1, 400)
        self._post_public(self.user_a1)
        self.assertEqual(self.ticket_a1.state, 'open')

    def test_by_the_customer(self):
        """Issue 5.29: who may see a ticket closes and reopens it; nobody else does."""
        ticket = self.ticket_a1.with_user(self.user_a1)
        for user in (self.user_b1, self.revoked, self.user_a2):
            with self.assertRaises(AccessError):
                self.ticket_a1.with_user(user)._close_by_customer()
            self.assertEqual(self.ticket_a1.state, 'new')
        for _time in range(2):
            ticket._close_by_customer()
            self.assertEqual(self.ticket_a1.state, 'closed')
        for _time in range(2):
            ticket._reopen_by_customer()
            self.assertEqual(self.ticket_a1.state, 'open')
        self._close(self.ticket_a1, 40)
        with self.assertRaises(UserError):
            ticket._reopen_by_customer()
        self.assertEqual(self.ticket_a1.state, 'closed')


@tagged('post_install', '-at_install')
class TestClosingByAge(ClosingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_team = cls.env['customer.ticket.team'].create({'name': 'Other', 'company_id': False})
        (cls.team | cls.other_team).write({'warn_days': 5, 'close_days': 2})

    def _wait(self, ticket, days):
        ticket.stage_id = self.stages['waiting']
        self.env.flush_all()
        self._age(ticket, days, 'last_message_date')

    def test_all_teams(self):
        """Issue 5.22: tickets of all teams whose last message is old are warned of, once, and closed later."""
        self.ticket_b1.team_id = self.other_team
        for ticket in (self.ticket_a1, self.ticket_b1):
            self._wait(ticket, 6)
        self._wait(self.ticket_a2, 4)
        for _time in range(2):
            self.env['customer.ticket']._cron_close()
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'b1@example.com'])
        self.assertEqual(self.ticket_a1.state, 'waiting')
        for ticket in (self.ticket_a1, self.ticket_b1):
            self._age(ticket, 3, 'close_warning_date', 'last_message_date')
        self.env['customer.ticket']._cron_close()
        self.assertEqual((self.ticket_a1 | self.ticket_b1).mapped('state'), ['closed', 'closed'])
        self.assertEqual(self.ticket_a2.state, 'waiting')
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'b1@example.com'])

    def test_answer_cancels(self):
        """Issue 5.22: an answer ends the waiting; the age starts anew, with a warning of its own."""
        self._wait(self.ticket_a1, 6)
        self.env['customer.ticket']._cron_close()
        self._age(self.ticket_a1, 3, 'close_warning_date', 'last_message_date')
        self._post_public(self.user_a1)
        self.ticket_a1.stage_id = self.stages['waiting']
        self._mails()
        self.env['customer.ticket']._cron_close()
        self.assertEqual(self.ticket_a1.state, 'waiting')
        self._age(self.ticket_a1, 6, 'last_message_date')
        self.env.cr.execute("UPDATE customer_ticket SET close_warning_date = now() - interval '9 days' WHERE id = %s", [
            self.ticket_a1.id])
        self.env.invalidate_all()
        self.env['customer.ticket']._cron_close()
        self.assertEqual(self.ticket_a1.state, 'waiting', 'it is warned again first')
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'])

    def test_off(self):
        """Issue 5.22: teams that do not want it close nothing."""
        self.team.warn_days = 0
        self._wait(self.ticket_a1, 400)
        self.env['customer.ticket']._cron_close()
        self.assertEqual(self.ticket_a1.state, 'waiting')
        self.assertFalse(self._mails())


@tagged('post_install', '-at_install')
class TestRating(ClosingCommon):

    def _ask(self):
        self.env['customer.ticket']._cron_ask_rating()
        return self._mails()

    def test_once_per_closure(self):
        """Issue 5.26: the requester is asked once for each closing, and reminded once."""
        self._close(self.ticket_a1)
        self.assertEqual(self._recipients(self._ask()), ['a1@example.com'])
        self.assertFalse(self._ask())
        self.env.cr.execute("UPDATE customer_ticket_closure SET create_date = create_date - interval '6 days'")
        self.env.invalidate_all()
        self.assertEqual(self._recipients(self._ask()), ['a1@example.com'])
        self.assertFalse(self._ask())
        self.ticket_a1.stage_id = self.stages['open']
        self._close(self.ticket_a1, 1)
        self.assertEqual(self._recipients(self._ask()), ['a1@example.com'])
        self.assertEqual(len(self.ticket_a1.closure_ids), 2)

    def test_no_reminder(self):
        """Issue 5.26: who rated, or whose ticket is open again, is not reminded."""
        for ticket in (self.ticket_a1, self.ticket_b1):
            self._close(ticket)
        self._ask()
        self.ticket_a1._rate(self.ticket_a1.closure_ids.rating_id, 5)
        self.ticket_b1.stage_id = self.stages['open']
        self._mails()
        self.env.cr.execute("UPDATE customer_ticket_closure SET create_date = create_date - interval '6 days'")
        self.env.invalidate_all()
        self.assertFalse(self._ask())

    def test_nobody_is_asked(self):
        """Issue 5.26: not after cancelling, not for old or imported closings, not if the team does not ask."""
        self.ticket_a1.stage_id = self.stages['cancelled']
        self._close(self.ticket_a2, 30)
        self.ticket_b1.team_id = self.env['customer.ticket.team'].create(
            {'name': 'Quiet', 'company_id': False, 'asks_rating': False})
        self._close(self.ticket_b1)
        self.env['customer.ticket'].create({
            'name': 'Imported', 'partner_id': self.user_a1.partner_id.id, 'team_id': self.team.id,
            'stage_id': self.stages['closed'].id})
        self._mails()
        self.assertFalse(self._ask())

    def test_rate(self):
        """Issue 5.26: a rating is stored once, the assignee is told, and the ticket stays closed."""
        self.ticket_a1.user_id = self.agent
        self._close(self.ticket_a1)
        self._ask()
        rating = self.ticket_a1.closure_ids.rating_id
        for value in (0, 6, -1):
            with self.assertRaises(UserError):
                self.ticket_a1._rate(rating, value)
        self.assertFalse(rating.consumed)
        self.ticket_a1._rate(rating, 4, 'Quick')
        for again in (lambda: self.ticket_a1._rate(rating, 1), lambda: self.ticket_a1.rating_apply(1, rating=rating),
                      lambda: self.ticket_a2._rate(rating, 1)):
            with self.assertRaises(UserError):
                again()
        self.assertEqual((rating.rating, rating.feedback, self.ticket_a1.rating_last_value), (4, 'Quick', 4))
        self.assertEqual(rating.rated_partner_id, self.agent.partner_id)
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.assertEqual(self.ticket_a1.state, 'closed')

    def test_delay(self):
        """Issue 5.26: a team can wait some hours before it asks."""
        self.team.rating_delay = 4
        self._close(self.ticket_a1)
        self.assertFalse(self._ask())
        self.ticket_a1.flush_recordset()
        self.env.cr.execute('UPDATE customer_ticket SET closed_date = %s WHERE id = %s', [
            fields.Datetime.now() - timedelta(hours=5), self.ticket_a1.id])
        self.env.invalidate_all()
        self.assertEqual(self._recipients(self._ask()), ['a1@example.com'])
