"""Who becomes responsible for a new ticket."""
from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models

#: days within which somebody of a team has to be at work to get tickets
ABSENCE_DAYS = 14


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    assignment = fields.Selection(
        [('manual', 'Manually'), ('round_robin', 'By turns'), ('least_open', 'To who has the fewest open tickets')],
        string='Assign new tickets', default='manual', required=True,
        help='Automatically only to members who are at work today (or, when nobody is, on the next working day) and who '
             'may see the ticket.')

    def _members_at_work(self):
        """Return the members who work today from now on; if nobody does, those who work on the next working day.

        Absence is what Odoo knows of the resource of a user: his working hours and time off, and public holidays. Who
        is no resource works as the team does.
        """
        self.ensure_one()
        members = self.member_ids.filtered('active')
        first_days = self._first_days_at_work(members)
        soonest = min(filter(None, first_days.values()), default=None)
        return members.filtered(lambda user: first_days[user] and first_days[user] == soonest)

    def _first_days_at_work(self, users):
        """Return for each user the first day (of the team's time zone), from now on, on which he works, or None.

        Calendars are asked once each, for all their resources.
        """
        company = self.company_id or self.env.company
        team_calendar = self.resource_calendar_id or company.resource_calendar_id
        zone = pytz.timezone(team_calendar.tz or 'UTC')
        now = pytz.utc.localize(fields.Datetime.now()).astimezone(zone)
        end = zone.localize(datetime.combine(now.date() + timedelta(days=ABSENCE_DAYS), time.min))
        resources = {user: self._resource_of(user, company) for user in users}
        days = dict.fromkeys(users, now.date())
        for calendar, members in users.grouped(lambda user: resources[user].calendar_id or team_calendar).items():
            if not calendar:
                continue  # no hours are known: he works always
            mine = self.env['resource.resource'].union(*(resources[user] for user in members))
            intervals = calendar._work_intervals_batch(now, end, resources=mine or None, domain=[
                ('time_type', '=', 'leave'), ('company_id', 'in', [company.id, *mine.company_id.ids, False])])
            for user in members:
                days[user] = next(
                    (begin.astimezone(zone).date() for begin, _end, _row in intervals[resources[user].id]), None)
        return days

    def _resource_of(self, user, company):
        """Return the active resource of a user, that of the company if he has several."""
        resources = user.resource_ids.filtered('active')
        return resources.filtered(lambda resource: resource.company_id == company)[:1] or resources[:1]


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    def _complete_new(self):
        result = super()._complete_new()
        # whoever gets the text of a new ticket by mail need not be told that it is his
        # sudo: a customer or the mail gateway makes the ticket; the team decides
        unassigned = self.filtered(
            lambda ticket: not ticket.user_id and ticket.sudo().team_id.assignment not in (False, 'manual'))
        texts = unassigned.filtered(lambda ticket: ticket._has_text())
        texts.with_context(tracking_disable=True)._assign_automatically()
        (unassigned - texts)._assign_automatically()
        return result

    def write(self, vals):
        """A ticket that goes to a team that assigns automatically, gets an assignee there."""
        moves = 'team_id' in vals and 'user_id' not in vals and not self.env.context.get('tracking_disable')
        before = {ticket.id: ticket.team_id.id for ticket in self} if moves else {}
        result = super().write(vals)
        if before:
            self.filtered(
                lambda ticket: ticket.team_id.id != before[ticket.id] and not ticket.is_closed
                and ticket.user_id not in ticket.team_id.sudo().member_ids)._assign_automatically()
        return result

    def _assign_automatically(self):
        """Make one of the members who are at work responsible, as the team wants it; else leave it as it is."""
        # sudo: a customer or the mail gateway makes the ticket; the team decides
        for team, tickets in self.sudo().grouped('team_id').items():
            if team.assignment in (False, 'manual'):
                continue
            members = team._members_at_work()
            choices = {ticket: ticket._users_who_may_see(members) for ticket in tickets}
            tickets = tickets.filtered(lambda ticket: choices[ticket])
            users = self.env['customer.ticket.turn']._take(
                team.id, [choices[ticket].ids for ticket in tickets],
                tickets._open_loads(members) if team.assignment == 'least_open' else None)
            for ticket, user_id in zip(tickets, users):
                ticket.user_id = user_id

    def _open_loads(self, users):
        """Return ``{id of a user: number of his open tickets}``."""
        return {user.id: count for user, count in self._read_group(
            [('user_id', 'in', users.ids), ('is_closed', '=', False)], ['user_id'], ['__count'])}
