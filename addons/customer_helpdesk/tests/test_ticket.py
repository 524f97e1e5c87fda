from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TicketCommon


@tagged('post_install', '-at_install')
class TestTicket(TicketCommon):
    """The ticket as a record: number, stage, assignee, what customers may enter."""

    def test_number(self):
        """Issue 2.14: each ticket has a number of its own, in one block for a batch, and never chosen by a client."""
        tickets = self.env['customer.ticket'].create([
            {'partner_id': self.customer_a.id, 'name': str(index), 'number': 'T99999'} for index in range(5)])
        self.assertEqual(len(set(tickets.mapped('number'))), 5)
        self.assertNotIn('T99999', tickets.mapped('number'))
        for number in tickets.mapped('number'):
            self.assertRegex(number, r'^T\d{5,}$')
        self.assertNotEqual(tickets[0].copy().number, tickets[0].number)

    def test_number_cannot_be_changed(self):
        """Issue 2.14: nobody changes the number of a ticket."""
        number = self.ticket_a1.number
        with self.assertRaises(AccessError):
            self.ticket_a1.with_user(self.manager).number = 'T1'
        self.assertEqual(self.ticket_a1.number, number)

    def test_number_of_other_sequences(self):
        """Issue 2.14: a sequence without gaps works as well; without any sequence the message says so."""
        sequence = self.env.ref('customer_helpdesk.ir_sequence_customer_ticket')
        sequence.write({'implementation': 'no_gap', 'number_next': 70000})
        tickets = self._create_ticket(self.user_a1) | self._create_ticket(self.user_a1)
        self.assertEqual(tickets.mapped('number'), ['T70000', 'T70001'])
        count = self.env['customer.ticket'].search_count([])
        sequence.active = False
        with self.assertRaisesRegex(UserError, 'customer.ticket'):
            self._create_ticket(self.user_a1)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)

    def test_subject(self):
        """Issue 2.14: the subject is needed, trimmed and of limited length; too long it is refused, not cut silently."""
        ticket = self._create_ticket(self.user_a1, name='  Door  ')
        self.assertEqual(ticket.name, 'Door')
        self.assertEqual(len(self._create_ticket(self.user_a1, name='x' * 200).name), 200)
        count = self.env['customer.ticket'].search_count([])
        with self.assertRaisesRegex(UserError, '200'):
            self._create_ticket(self.user_a1, name='x' * 201)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)
        ticket.name = ' Window '
        self.assertEqual(ticket.name, 'Window')
        with self.assertRaises(ValidationError):
            ticket.name = '   '

    def test_text_is_sanitized(self):
        """Issue 2.15: script in the text of a ticket is not stored."""
        ticket = self._create_ticket(
            self.user_a1, description='<p onclick="alert(1)">Hi<script>alert(2)</script></p>')
        self.assertIn('Hi', ticket.description)
        self.assertNotIn('script', ticket.description)
        self.assertNotIn('onclick', ticket.description)

    def test_name_search(self):
        """Issue 2.14: staff find a ticket by number and by subject."""
        ticket = self.ticket_a1
        self.assertEqual(ticket.display_name, f'[{ticket.number}] Lamp of the office')
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        for text in (ticket.number, 'Lamp of the'):
            self.assertIn(ticket.id, [row[0] for row in Ticket.name_search(text)], text)

    def test_stage_and_state(self):
        """Issue 2.14: a new ticket stands in the first stage; its state follows the stage, with the closing date."""
        ticket = self._create_ticket(self.user_a1)
        self.assertEqual(ticket.stage_id, self.stages['new'])
        self.assertEqual((ticket.state, ticket.is_closed, ticket.closed_date), ('new', False, False))
        ticket.stage_id = self.stages['closed']
        self.assertEqual((ticket.state, ticket.is_closed), ('closed', True))
        closed = ticket.closed_date
        self.assertTrue(closed)
        ticket.stage_id = self.stages['cancelled']
        self.assertEqual((ticket.state, ticket.closed_date), ('cancelled', closed))
        ticket.stage_id = self.stages['open']
        self.assertEqual((ticket.state, ticket.is_closed, ticket.closed_date), ('open', False, False))

    def test_stages_of_a_team(self):
        """Issue 2.14: a team may have stages of its own; a ticket that changes the team gets a stage that it uses."""
        other = self.env['customer.ticket.team'].create({'name': 'Second aid', 'company_id': False})
        stage = self.env['customer.ticket.stage'].create(
            {'name': 'Triage', 'sequence': -5, 'state': 'open', 'team_ids': [Command.set(other.ids)]})
        with self.assertRaises(ValidationError):
            self.ticket_a1.stage_id = stage
        self.assertEqual(self._create_ticket(self.user_a1, team_id=other.id).stage_id, stage)
        ticket = self._create_ticket(self.user_a1, team_id=other.id)
        ticket.team_id = self.team
        self.assertEqual(ticket.stage_id, self.stages['new'])
        Ticket = self.env['customer.ticket']
        self.assertIn(stage, Ticket._group_expand_stage(self.env['customer.ticket.stage'], []))
        self.assertNotIn(stage, Ticket.with_context(default_team_id=self.team.id)._group_expand_stage(
            self.env['customer.ticket.stage'], []))

    def test_state_gate(self):
        """Issue 2.13: a state changes through one gate, which is idempotent and refuses what is not allowed."""
        ticket = self.ticket_a1
        self.assertEqual(ticket._transition(('new', 'open'), 'closed'), ticket)
        self.assertEqual(ticket.stage_id, self.stages['closed'])
        self.assertFalse(ticket._transition(('new', 'open'), 'closed'), 'the second click changes nothing')
        with self.assertRaises(UserError):
            ticket._transition(('new',), 'open')
        self.assertEqual(ticket.state, 'closed')
        self.env['customer.ticket.stage'].search([('state', '=', 'waiting')]).active = False
        with self.assertRaisesRegex(UserError, 'No stage'):
            ticket._transition(('closed',), 'waiting')

    def test_assignee_must_see_the_ticket(self):
        """Issue 2.14: who may not see a ticket cannot be responsible for it."""
        ticket = self.ticket_b1
        for user in (self.specialist, self.employee, self.other_company_agent):
            with self.assertRaises(UserError, msg=user.login):
                ticket.user_id = user
            ticket.invalidate_recordset(['user_id'])
        for user in (self.agent, self.manager):
            ticket.user_id = user
            self.assertEqual(ticket.user_id, user)
        self.ticket_a1.user_id = self.specialist
        with self.assertRaises(ValidationError):
            self.ticket_a1.partner_id = self.user_b1.partner_id

    def test_company_of_the_team(self):
        """Issue 2.14: a ticket belongs to the company of its team."""
        team = self.env['customer.ticket.team'].create({'name': 'Abroad', 'company_id': self.company_2.id})
        ticket = self._create_ticket(self.user_a1, team_id=team.id)
        self.assertEqual(ticket.company_id, self.company_2)
        with self.assertRaises(UserError):
            self.ticket_a1.team_id = team

    def test_actions(self):
        """Issue 2.14: an agent takes a ticket, and looks at the page of the customer."""
        self.ticket_a1.with_user(self.agent).action_assign_to_me()
        self.assertEqual(self.ticket_a1.user_id, self.agent)
        self.assertEqual(
            self.ticket_a1.with_user(self.agent).action_open_portal()['url'], f'/my/tickets/{self.ticket_a1.id}')

    # -- what customers enter ----------------------------------------------

    def test_create_from_customer(self):
        """Issue 2.13: what a customer enters becomes a ticket of his own, in his company, with plain text."""
        ticket = self.env['customer.ticket'].with_user(self.user_a2)._create_from_customer({
            'name': ' <b>Door</b>\n jammed ', 'description': 'Line 1\nLine <script>2</script>'})
        self.assertEqual(ticket.env.user, self.user_a2)
        self.assertFalse(ticket.env.su)
        ticket = ticket.sudo()
        self.assertEqual(ticket.name, '<b>Door</b> jammed')
        self.assertEqual(ticket.description, '<p>Line 1<br>Line &lt;script&gt;2&lt;/script&gt;</p>')
        self.assertEqual(ticket.partner_id, self.user_a2.partner_id)
        self.assertEqual(ticket.commercial_partner_id, self.customer_a)
        self.assertEqual((ticket.company_id, ticket.team_id), (self.company, self.team))

    def test_create_from_customer_refused(self):
        """Issue 2.15: foreign ids and fields, hidden teams and empty texts are refused, and nothing is stored."""
        hidden = self.env['customer.ticket.team'].create({'name': 'Hidden', 'portal_published': False})
        foreign = self.env['customer.ticket.team'].create({'name': 'Foreign', 'company_id': self.company_2.id})
        good = {'name': 'Door', 'description': 'It jams'}
        count = self.env['customer.ticket'].search_count([])
        cases = [
            (UserError, dict(good, team_id=hidden.id)),
            (UserError, dict(good, team_id=foreign.id)),
            (UserError, dict(good, team_id=2 ** 31)),
            (UserError, dict(good, name=' \x00 ')),
            (UserError, dict(good, name='x' * 201)),
            (UserError, dict(good, description=' \n ')),
            (UserError, dict(good, description='x' * 20001)),
            (AccessError, dict(good, partner_id=self.user_b1.partner_id.id)),
            (AccessError, dict(good, stage_id=self.stages['closed'].id)),
            (AccessError, dict(good, user_id=self.agent.id)),
            (AccessError, dict(good, company_id=self.company_2.id)),
            (AccessError, dict(good, number='T1')),
        ]
        for error, values in cases:
            with self.assertRaises(error, msg=str(values)[:80]):
                self.env['customer.ticket'].with_user(self.user_a1)._create_from_customer(values)
        for user in (self.revoked, self.visitor, self.employee):
            with self.assertRaises(AccessError, msg=user.login):
                self.env['customer.ticket'].with_user(user)._create_from_customer(good)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)

    def test_default_team(self):
        """Issue 2.14: staff start in their own team, everybody else in the first one."""
        last = self.env['customer.ticket.team'].create({
            'name': 'Last', 'sequence': 99, 'company_id': False, 'member_ids': [Command.set(self.manager.ids)]})
        Ticket = self.env['customer.ticket']
        self.assertEqual(Ticket.with_user(self.manager)._default_team(), last)
        self.assertEqual(Ticket.with_user(self.specialist)._default_team(), self.team)
