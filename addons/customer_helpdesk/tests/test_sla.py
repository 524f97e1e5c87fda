from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.rpc.controllers.xmlrpc import dumps

from .common import TicketCommon
from .test_mail import TicketMailCommon


def at(text):
    return datetime.fromisoformat(text)


class SlaFixture:
    """A team in Berlin that works 9-12 and 13-17, and a policy for it: 2 h, 4 h, 16 h."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env['resource.calendar'].create({
            'name': 'Berlin', 'tz': 'Europe/Berlin', 'company_id': False, 'attendance_ids': [Command.clear(), *(
                Command.create({
                    'name': str(day), 'dayofweek': str(day), 'hour_from': begin, 'hour_to': end, 'day_period': period})
                for day in range(5)
                for begin, end, period in ((9, 12, 'morning'), (12, 13, 'lunch'), (13, 17, 'afternoon')))]})
        cls.team.resource_calendar_id = cls.calendar
        cls.policy = cls.env['customer.ticket.sla.policy'].create({
            'name': 'Standard', 'team_ids': [Command.set(cls.team.ids)], 'first_response_hours': 2,
            'next_response_hours': 4, 'resolution_hours': 16})

    def _ticket(self, moment='2026-11-27 15:30', user=None, **values):
        """Open a ticket at a moment (UTC; by default Friday 16:30 in Berlin)."""
        with freeze_time(moment):
            ticket = self._create_ticket(user or self.user_a1, **values)
            self.env.flush_all()
        return ticket

    def _post(self, moment, ticket, user, body='Words', subtype='mail.mt_comment'):
        with freeze_time(moment):
            ticket.with_user(user).message_post(
                body=body, message_type='comment', subtype_xmlid=subtype)
            self.env.flush_all()

    def _set_stage(self, moment, ticket, state):
        with freeze_time(moment):
            ticket.stage_id = self.stages[state]
            self.env.flush_all()


@tagged('post_install', '-at_install')
class TestSla(SlaFixture, TicketCommon):
    """Promises on tickets."""

    # -- the calendar ------------------------------------------------------

    def test_weekend(self):
        """Issue 5.20: Friday 16:30 and two hours is Monday 10:30, in the time zone of the team."""
        ticket = self._ticket()
        self.assertEqual(ticket.sla_policy_id, self.policy)
        self.assertEqual(ticket.first_response_deadline, at('2026-11-30 09:30'))
        self.assertEqual(ticket.resolution_deadline, at('2026-12-02 09:30'), '0.5 + 7 + 7 + 1.5 hours')
        self.assertEqual(ticket.sla_deadline, ticket.first_response_deadline)

    def test_public_holiday_year_end_and_daylight_saving(self):
        """Issue 5.20: public holidays of the calendar count, over the end of the year and the change of the clocks."""
        for day in ('2026-12-31', '2027-01-01'):
            self.env['resource.calendar.leaves'].create({
                'name': day, 'calendar_id': self.calendar.id, 'company_id': self.company.id,
                'date_from': at(day) - timedelta(hours=1), 'date_to': at(day) + timedelta(hours=23)})
        ticket = self._ticket('2026-12-30 15:30')
        self.assertEqual(ticket.first_response_deadline, at('2027-01-04 09:30'))
        self.assertEqual(self._ticket('2026-10-23 14:30').first_response_deadline, at('2026-10-26 09:30'))
        self.assertEqual(self._ticket('2026-03-27 15:30').first_response_deadline, at('2026-03-30 08:30'))

    def test_changed_working_hours(self):
        """Issue 5.20: what is remembered of working time is forgotten when hours or holidays change."""
        self.assertEqual(self._ticket().first_response_deadline, at('2026-11-30 09:30'))
        holiday = self.env['resource.calendar.leaves'].create({
            'name': 'Monday', 'calendar_id': self.calendar.id, 'company_id': self.company.id,
            'date_from': at('2026-11-29 23:00'), 'date_to': at('2026-11-30 22:59')})
        self.assertEqual(self._ticket().first_response_deadline, at('2026-12-01 09:30'))
        holiday.calendar_id = False
        holiday.company_id = self.company_2
        foreign = self._ticket()
        self.assertEqual(foreign.first_response_deadline, at('2026-11-30 09:30'), 'holiday of another company')
        self.calendar.attendance_ids.filtered(lambda row: row.dayofweek == '0' and row.hour_from == 9).hour_from = 10
        self.assertEqual(self._ticket().first_response_deadline, at('2026-11-30 10:30'))

    def test_calendar_of_the_company(self):
        """Issue 5.20: a team without working hours has those of its company; without any, time runs always."""
        self.team.resource_calendar_id = False
        self.company.resource_calendar_id = self.calendar
        self.assertEqual(self._ticket().first_response_deadline, at('2026-11-30 09:30'))
        self.company.resource_calendar_id = False
        self.assertEqual(self._ticket().first_response_deadline, at('2026-11-27 17:30'))

    # -- the three clocks -----------------------------------------------------

    def test_first_response(self):
        """Issue 5.20: the first public message of the staff is the response, neither a note nor the customer's."""
        ticket = self._ticket('2026-11-25 08:00')
        self._post('2026-11-25 08:30', ticket, self.agent, 'A note', 'mail.mt_note')
        self._post('2026-11-25 08:40', ticket, self.user_a1)
        self.assertFalse(ticket.first_response_date)
        self._post('2026-11-25 09:30', ticket, self.agent)
        self.assertEqual(ticket.first_response_date, at('2026-11-25 09:30'))
        self.assertEqual((ticket.first_response_state, ticket.first_response_hours), ('met', 1.5))
        late = self._ticket('2026-11-25 08:00')
        self._post('2026-11-25 13:00', late, self.agent)
        self.assertEqual((late.first_response_state, late.first_response_hours), ('missed', 4))
        self._post('2026-11-26 13:00', late, self.agent)
        self.assertEqual(late.first_response_hours, 4, 'the first one counts')

    def test_next_response(self):
        """Issue 5.20: the next response is promised from the customer's word that is not answered yet."""
        ticket = self._ticket('2026-11-25 08:00')
        self._post('2026-11-25 08:30', ticket, self.agent)
        self.assertFalse(ticket.next_response_deadline)
        self._post('2026-11-25 10:00', ticket, self.user_a1)
        self._post('2026-11-25 10:50', ticket, self.user_a1, 'And one more thing')
        self.assertEqual(ticket.next_response_deadline, at('2026-11-25 15:00'))
        self.assertEqual(ticket.sla_deadline, at('2026-11-25 15:00'))
        self._post('2026-11-25 12:30', ticket, self.agent)
        self.assertFalse(ticket.next_response_since)
        self.assertEqual((ticket.next_response_count, ticket.next_response_late_count), (1, 0))
        self._post('2026-11-26 08:00', ticket, self.user_a1)
        self._post('2026-11-27 08:00', ticket, self.agent)
        self.assertEqual((ticket.next_response_count, ticket.next_response_late_count), (2, 1))

    def test_resolution(self):
        """Issue 5.20: a ticket that is solved in time has kept the promise, a late one has broken it."""
        ticket = self._ticket('2026-11-25 08:00')
        self.assertEqual(ticket.resolution_deadline, at('2026-11-27 10:00'))
        self._set_stage('2026-11-26 08:00', ticket, 'closed')
        self.assertEqual((ticket.resolution_state, ticket.resolution_hours), ('met', 7))
        self.assertFalse(ticket.sla_deadline)
        late = self._ticket('2026-11-25 08:00')
        self._set_stage('2026-11-27 10:01', late, 'closed')
        self.assertEqual(late.resolution_state, 'missed')

    def test_taken_over(self):
        """Issue 5.20: a ticket that was closed elsewhere keeps its dates, and the hours between them."""
        ticket = self._create_ticket(
            self.user_a1, open_date=at('2026-11-25 08:00'), closed_date=at('2026-11-25 10:00'),
            stage_id=self.stages['closed'].id)
        self.env.flush_all()
        self.assertEqual((ticket.closed_date, ticket.resolution_hours), (at('2026-11-25 10:00'), 2))
        self.assertEqual(ticket.resolution_state, 'met')

    def test_reopened(self):
        """Issue 5.20: a ticket that is opened again goes on where it stopped."""
        ticket = self._ticket('2026-11-25 08:00')
        self._set_stage('2026-11-25 11:00', ticket, 'closed')
        self._set_stage('2026-11-26 08:00', ticket, 'open')
        self.assertEqual(ticket.resolution_state, 'running')
        self.assertEqual(ticket.resolution_deadline, at('2026-11-27 15:00'), '3 h used, 13 h left')

    def test_waiting_pauses(self):
        """Issue 5.20: while a ticket waits for the customer no promise runs; then it goes on where it stopped."""
        ticket = self._ticket('2026-11-25 08:00')
        self._post('2026-11-25 09:00', ticket, self.agent)
        self._set_stage('2026-11-25 10:00', ticket, 'waiting')
        self.assertEqual((ticket.resolution_state, ticket.sla_status), ('paused', 'paused'))
        self.assertFalse(ticket.resolution_deadline or ticket.sla_deadline or ticket.sla_alert_date)
        ticket.invalidate_recordset()  # drops the moments of the frozen clock
        dumps((ticket.read()[0],))  # clients read all fields by XML-RPC
        self._post('2026-11-27 08:00', ticket, self.user_a1)
        self.assertEqual(ticket.state, 'open', 'the answer of the customer ends the waiting')
        self.assertEqual(ticket.resolution_deadline, at('2026-11-30 16:00'), '2 h used, 14 h left')
        self._set_stage('2026-11-27 10:00', ticket, 'closed')
        self.assertEqual((ticket.resolution_state, ticket.resolution_hours), ('met', 4))

    def test_cancelled_is_not_met(self):
        """Issue 5.20: a cancelled ticket keeps no promise."""
        ticket = self._ticket('2026-11-25 08:00')
        self._set_stage('2026-11-25 08:10', ticket, 'cancelled')
        self.assertEqual(ticket.resolution_state, 'cancelled')
        self.assertFalse(ticket.first_response_state)
        late = self._ticket('2026-11-25 08:00')
        self._set_stage('2026-12-01 08:00', late, 'cancelled')
        self.assertEqual((late.resolution_state, late.first_response_state), ('missed', 'missed'))

    # -- which policy --------------------------------------------------------

    def test_most_specific_wins(self):
        """Issue 5.20: policies are chosen by team, type, priority, tag and customer group; the most specific wins."""
        kind, tag = self.env['customer.ticket.type'].create({'name': 'Fault'}), self.env['customer.ticket.tag'].create(
            {'name': 'VIP'})
        parent = self.env['customer.group'].create({'name': 'Trade'})
        group = self.env['customer.group'].create({'name': 'Wholesale', 'parent_id': parent.id})
        Policy = self.env['customer.ticket.sla.policy']

        def policy(**values):
            return Policy.create({'name': str(values), 'first_response_hours': 1, 'sequence': 20, **values})
        by_type = policy(type_ids=kind.ids, team_ids=self.team.ids)
        by_priority = policy(priority='2', type_ids=kind.ids, team_ids=self.team.ids)
        by_group = policy(group_ids=parent.ids, team_ids=self.team.ids)
        by_tag = policy(tag_ids=tag.ids, group_ids=parent.ids, team_ids=self.team.ids)
        foreign = policy(company_id=self.company_2.id, priority='2', type_ids=kind.ids, team_ids=self.team.ids,
                         tag_ids=tag.ids)
        ticket = self._ticket()
        self.assertEqual(ticket.sla_policy_id, self.policy)
        ticket.type_id = kind
        self.assertEqual(ticket.sla_policy_id, by_type)
        ticket.priority = '2'
        self.assertEqual(ticket.sla_policy_id, by_priority)
        self.customer_b.customer_group_ids = group
        other = self._ticket(user=self.user_b1)
        self.assertEqual(other.sla_policy_id, by_group, 'a subgroup counts')
        other.tag_ids = tag
        self.assertEqual(other.sla_policy_id, by_tag)
        self.assertNotEqual(ticket.sla_policy_id, foreign)
        by_priority.active = False
        ticket.priority = '1'
        self.assertEqual(ticket.sla_policy_id, by_type)

    def test_recalculated_on_relevant_changes_only(self):
        """Issue 5.20: a promise changes with the ticket, not with the policy, and not after the end."""
        ticket = self._ticket('2026-11-25 08:00')
        urgent = self.env['customer.ticket.sla.policy'].create({
            'name': 'Urgent', 'priority': '2', 'team_ids': [Command.set(self.team.ids)], 'first_response_hours': 1})
        self.policy.first_response_hours = 8
        self.assertEqual(ticket.first_response_deadline, at('2026-11-25 10:00'))
        with freeze_time('2026-11-25 08:10'):
            ticket.priority = '2'
        self.assertEqual((ticket.sla_policy_id, ticket.first_response_deadline), (urgent, at('2026-11-25 09:00')))
        self._set_stage('2026-11-25 08:20', ticket, 'closed')
        ticket.priority = '0'
        self.assertEqual(ticket.sla_policy_id, urgent)

    def test_policy_promises_something(self):
        """Issue 5.20: a policy without hours is refused."""
        with self.assertRaises(ValidationError):
            self.policy.write({'first_response_hours': 0, 'next_response_hours': 0, 'resolution_hours': 0})

    def test_no_query_for_each_ticket(self):
        """Issue 5.20: promises of 40 tickets take as many queries as those of 10."""
        def create(count):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env['customer.ticket'].create([
                {'partner_id': self.user_a1.partner_id.id, 'name': 'x', 'team_id': self.team.id} for _n in range(count)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
        create(10)
        self.assertLessEqual(create(40), create(10) + 1)


@tagged('post_install', '-at_install')
class TestSlaAlerts(SlaFixture, TicketMailCommon):
    """Who is told about promises."""

    def _run(self, moment):
        with freeze_time(moment), patch.object(self.env.registry['ir.cron'], '_commit_progress', return_value=1):
            self.env['customer.ticket']._cron_sla_alerts()
            self.env.flush_all()

    def test_warning_and_breach_once(self):
        """Issue 5.20: the assignee is warned at 80 % and told of the breach, once each, however often the job runs."""
        ticket = self._ticket('2026-11-25 08:00', user_id=self.agent.id)
        self._mails()
        self._run('2026-11-25 09:35')
        self.assertFalse(self._mails())
        self._run('2026-11-25 09:36')
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['agent@staff.example.com'])
        self.assertIn('First response', mails.subject)
        self.assertEqual((ticket.sla_status, ticket.activity_ids.ids), ('warning', []))
        self._run('2026-11-25 09:45')
        self.assertFalse(self._mails())
        self._run('2026-11-25 10:00')
        self._run('2026-11-25 10:05')
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.assertEqual(ticket.activity_ids.user_id, self.agent)
        self.assertEqual((ticket.sla_status, ticket.first_response_state), ('late', 'missed'))
        self.assertEqual(ticket.sla_alert_ids.sorted('id').mapped('level'), ['warning', 'late'])

    def test_team_is_told(self):
        """Issue 5.20: without assignee the team is told; a missed warning is not sent after the breach."""
        ticket = self._ticket('2026-11-25 08:00')
        self._mails()
        self._run('2026-11-25 10:30')
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.assertEqual(ticket.sla_alert_ids.mapped('level'), ['late'])

    def test_nobody_is_told_while_waiting_or_after_the_answer(self):
        """Issue 5.20: a promise that was kept, or that stands, warns nobody."""
        answered, waiting = self._ticket('2026-11-25 08:00'), self._ticket('2026-11-25 08:00')
        self._post('2026-11-25 08:10', answered, self.agent)
        self._set_stage('2026-11-25 08:10', waiting, 'waiting')
        self._mails()
        self._run('2026-11-25 12:00')
        self.assertFalse(self._mails())

    def test_priority_that_makes_it_late(self):
        """Issue 5.20: what becomes urgent when the promise is over already is told too."""
        self.env['customer.ticket.sla.policy'].create({
            'name': 'Urgent', 'priority': '2', 'team_ids': [Command.set(self.team.ids)], 'first_response_hours': 0.5})
        ticket = self._ticket('2026-11-25 08:00')
        with freeze_time('2026-11-25 09:00'):
            ticket.priority = '2'
            self.env.flush_all()
        self.assertEqual(ticket.sla_status, 'late')
        self._mails()
        self._run('2026-11-25 09:01')
        self._run('2026-11-25 09:06')
        self.assertEqual(len(self._mails()), 1)

    def test_unique_in_the_database(self):
        """Issue 5.20: two processes cannot both take the right to tell."""
        ticket = self._ticket('2026-11-25 08:00')
        Alert = self.env['customer.ticket.sla.alert']
        clock = ticket._sla_clocks({})[0]
        self.assertTrue(Alert._claim(ticket, clock, 'late'))
        self.assertFalse(Alert._claim(ticket, clock, 'late'))
        self.assertTrue(Alert._claim(ticket, clock, 'warning'))
        self.assertEqual(Alert.search([('ticket_id', '=', ticket.id)]).mapped('deadline'), [clock.deadline] * 2)

    def test_alerts_are_as_visible_as_the_ticket(self):
        """Issue 5.20: a specialist sees alerts of his customers only; customers see none."""
        alerts = self.env['customer.ticket.sla.alert'].create([{
            'ticket_id': ticket.id, 'clock': 'resolution', 'level': 'late', 'start_date': fields.Datetime.now(),
            'alert_date': fields.Datetime.now()} for ticket in self.ticket_a1 | self.ticket_b1])
        self.assertEqual(alerts.with_user(self.specialist).search([('id', 'in', alerts.ids)]), alerts[0])
