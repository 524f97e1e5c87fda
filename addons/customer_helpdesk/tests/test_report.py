from odoo.tests import tagged

from .common import TicketCommon
from .test_mail import TicketMailCommon


@tagged('post_install', '-at_install')
class TestReport(TicketCommon):
    """Figures of tickets."""

    def test_averages_leave_out_what_is_not_known(self):
        """Issue 5.31: tickets without answer, solution or rating do not pull averages down."""
        self.ticket_a1.write({'first_response_date': self.ticket_a1.open_date})
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE customer_ticket SET first_response_hours = 3, rating_last_value = 4 WHERE id = %s', [self.ticket_a1.id])
        self.env.invalidate_all()
        domain = [('id', 'in', (self.ticket_a1 | self.ticket_a2).ids)]
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        self.assertEqual(
            Ticket._read_group(domain, [], ['first_response_hours:avg', 'rating_last_value:avg', '__count']), [(3, 4, 2)])
        self.assertFalse(Ticket._read_group(domain, [], ['resolution_hours:avg'])[0][0])
        groups = Ticket.formatted_read_group(domain, ['team_id'], ['first_response_hours:avg'])
        self.assertEqual(groups[0]['first_response_hours:avg'], 3)

    def test_dashboard(self):
        """Issue 5.18: the overview counts the open tickets of each team that the user may see, with one query."""
        self.ticket_a1.write({'priority': '2', 'user_id': self.agent.id})
        self.ticket_a2.stage_id = self.stages['waiting']
        self._create_ticket(self.user_a1).stage_id = self.stages['closed']
        team = self.team.with_user(self.agent)
        self.assertEqual((team.open_count, team.unassigned_count, team.waiting_count, team.urgent_count, team.late_count), (
            3, 2, 1, 1, 0))
        self.assertEqual(self.team.with_user(self.specialist).open_count, 2)
        action = team.with_context(search_default_filter_late=1).action_open_tickets()
        self.assertEqual(action['domain'], [('team_id', '=', self.team.id)])
        self.assertEqual(action['context']['search_default_filter_late'], 1)

    def test_reports_keep_to_the_rules(self):
        """Issue 5.31: a specialist counts the tickets of his customers only."""
        rows = self.env['customer.ticket'].with_user(self.specialist)._read_group(
            [], ['commercial_partner_id'], ['__count'])
        self.assertEqual([customer for customer, _count in rows], [self.customer_a])

    def test_views(self):
        """Issue 5.31: list, board, form, pivot and graph can be loaded by every role of the staff."""
        for user in (self.specialist, self.agent, self.manager):
            self.env['customer.ticket'].with_user(user).get_views(
                [(False, kind) for kind in ('list', 'kanban', 'form', 'pivot', 'graph', 'search')])

    def test_properties(self):
        """Issue 5.32: a team adds fields of its own to its tickets, without code."""
        self.team.ticket_properties = [{'name': 'serial', 'string': 'Serial number', 'type': 'char'}]
        self.ticket_a1.with_user(self.agent).properties = {'serial': 'X1'}
        self.env.flush_all()
        self.assertEqual(self.ticket_a1.properties['serial'], 'X1')
        Ticket = self.env['customer.ticket'].with_user(self.agent)
        self.assertEqual(Ticket.search([('properties.serial', '=', 'X1')]), self.ticket_a1)
        other = self.env['customer.ticket.team'].create({'name': 'Other', 'company_id': False})
        self.assertEqual(dict(self._create_ticket(self.user_a1, team_id=other.id).properties), {})


@tagged('post_install', '-at_install')
class TestManyTickets(TicketMailCommon):
    """Numbers of queries for many tickets at once."""

    def _queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        self.env.cr.precommit.run()
        return self.env.cr.sql_log_count - before

    def test_stage_of_many(self):
        """Issue 5.18: a hundred tickets change the stage with at most 60 queries, and each has its note about it."""
        tickets = self.env['customer.ticket'].with_context(tracking_disable=True).create([
            {'partner_id': self.user_a1.partner_id.id, 'name': str(number), 'team_id': self.team.id}
            for number in range(100)]).with_context(tracking_disable=False)
        mine = tickets.with_user(self.agent)
        self.env.cr.precommit.run()
        mine.write({'stage_id': self.stages['open'].id})
        self.env.cr.precommit.run()
        queries = self._queries(lambda: mine.write({'stage_id': self.stages['waiting'].id}))
        self.assertLessEqual(queries, 60)
        for ticket in tickets:
            notes = ticket.message_ids.filtered('tracking_value_ids')
            self.assertEqual(len(notes), 2)
            self.assertEqual(notes[0].tracking_value_ids.mapped('new_value_char'), [self.stages['waiting'].name])
            self.assertEqual(notes[0].author_id, self.agent.partner_id)
            self.assertTrue(notes[0].is_internal)

    def test_progress_bar(self):
        """Issue 5.18: the bars of the board count open tickets only."""
        self.ticket_a1.stage_id = self.stages['closed']
        bars = self.env['customer.ticket'].read_progress_bar(
            [('id', 'in', (self.ticket_a1 | self.ticket_a2).ids)], 'stage_id',
            {'field': 'priority', 'colors': {'0': 'success', '1': 'warning', '2': 'danger'}})
        self.assertEqual(sum(sum(bar.values()) for bar in bars.values()), 1)

    def test_changes_of_one_and_of_several(self):
        """Issue 5.18: what changed on several tickets in one transaction is logged on each as on one."""
        self.env.cr.precommit.run()  # what was created in this transaction is not logged
        (self.ticket_a1 | self.ticket_a2).write({'priority': '2'})
        self.ticket_a1.user_id = self.agent
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        self.assertEqual(
            sorted(self.ticket_a1.message_ids.tracking_value_ids.field_id.mapped('name')), ['priority', 'user_id'])
        self.assertEqual(self.ticket_a2.message_ids.tracking_value_ids.field_id.mapped('name'), ['priority'])
