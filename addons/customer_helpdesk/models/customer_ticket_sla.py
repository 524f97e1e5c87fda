"""Promises of time on tickets: three clocks in working time, and who is told when one runs out."""
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import DONE_STATES
from ..sla_clock import Clock, choose

#: states in which the clocks stand
PAUSING_STATES = ('waiting', *DONE_STATES)
VERDICTS = [
    ('running', 'Running'), ('paused', 'Paused'), ('met', 'Met'), ('missed', 'Missed'), ('cancelled', 'Cancelled')]
#: tickets about which one run of the job tells
ALERT_BATCH = 200


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    sla_policy_id = fields.Many2one(
        'customer.ticket.sla.policy', string='Service level', compute='_compute_sla_policy_id', store=True,
        precompute=True, ondelete='set null', index='btree_not_null', groups=GROUP_SPECIALIST)
    sla_pauses = fields.Json(
        compute='_compute_sla_pauses', store=True, precompute=True, copy=False, groups=GROUP_SPECIALIST)
    first_response_date = fields.Datetime(string='First response', readonly=True, copy=False)
    first_response_deadline = fields.Datetime(
        string='First response until', compute='_compute_sla', store=True, precompute=True, copy=False)
    first_response_hours = fields.Float(
        string='Hours to first response', compute='_compute_sla', store=True, precompute=True, copy=False,
        aggregator='avg', groups=GROUP_SPECIALIST, help='In working time of the team, without waiting.')
    first_response_state = fields.Selection(
        VERDICTS, string='First response: promise', compute='_compute_sla', store=True, precompute=True, copy=False,
        groups=GROUP_SPECIALIST)
    next_response_since = fields.Datetime(
        string='Customer waits since', readonly=True, copy=False, groups=GROUP_SPECIALIST,
        help='When the customer wrote what is not answered yet. Another message does not start the clock again.')
    next_response_deadline = fields.Datetime(
        string='Answer until', compute='_compute_sla', store=True, precompute=True, copy=False)
    next_response_count = fields.Integer(
        string='Answers', readonly=True, copy=False, groups=GROUP_SPECIALIST,
        help='Answers to further messages of the customer.')
    next_response_late_count = fields.Integer(
        string='Late answers', readonly=True, copy=False, groups=GROUP_SPECIALIST)
    resolution_deadline = fields.Datetime(
        string='Solved until', compute='_compute_sla', store=True, precompute=True, copy=False)
    resolution_hours = fields.Float(
        string='Hours to resolution', compute='_compute_sla', store=True, precompute=True, copy=False,
        aggregator='avg', groups=GROUP_SPECIALIST, help='In working time of the team, without waiting.')
    resolution_state = fields.Selection(
        VERDICTS, string='Resolution: promise', compute='_compute_sla', store=True, precompute=True, copy=False,
        groups=GROUP_SPECIALIST)
    sla_deadline = fields.Datetime(
        string='Next promise', compute='_compute_sla', store=True, precompute=True, copy=False,
        help='Until when the next answer or the solution is promised.')
    sla_status = fields.Selection(
        [('ontime', 'In time'), ('warning', 'Soon late'), ('late', 'Late'), ('paused', 'Paused')],
        string='Service level status', compute='_compute_sla', store=True, precompute=True, copy=False,
        groups=GROUP_SPECIALIST)
    sla_alert_date = fields.Datetime(
        compute='_compute_sla', store=True, precompute=True, copy=False, groups=GROUP_SPECIALIST)
    sla_alert_ids = fields.One2many(
        'customer.ticket.sla.alert', 'ticket_id', string='Alerts', groups=GROUP_SPECIALIST)

    _sla_alert_idx = models.Index('(sla_alert_date) WHERE sla_alert_date IS NOT NULL')
    _sla_deadline_idx = models.Index('(sla_deadline, id) WHERE sla_deadline IS NOT NULL')

    # ------------------------------------------------------------------
    # Which promise
    # ------------------------------------------------------------------

    @api.depends('team_id', 'type_id', 'priority', 'tag_ids', 'commercial_partner_id', 'company_id')
    def _compute_sla_policy_id(self):
        """Choose the policy; what was promised for a closed ticket is history."""
        policies = list(self.env['customer.ticket.sla.policy']._policies().values())
        for ticket in self:
            if ticket.is_closed and ticket.id:
                ticket.sla_policy_id = ticket.sla_policy_id
                continue
            policy = policies and choose(
                policies, company=ticket.company_id.id, team=ticket.team_id._origin.id, kind=ticket.type_id._origin.id,
                priority=ticket.priority, tags=set(ticket.tag_ids._origin.ids), groups=ticket._sla_groups)
            ticket.sla_policy_id = policy.id if policy else False

    def _sla_groups(self):
        """Return the ids of the user groups of the customer, and of those that these are part of."""
        paths = self.commercial_partner_id.customer_group_ids.mapped('parent_path')
        return {int(part) for path in paths for part in (path or '').split('/') if part}

    @api.depends('state')
    def _compute_sla_pauses(self):
        """Remember when the clocks stood: a list of ``[start, end]`` as ISO texts, the last end perhaps empty."""
        now = fields.Datetime.now().isoformat()
        for ticket in self:
            pauses = [list(pause) for pause in ticket.sla_pauses or []]
            is_open = bool(pauses) and not pauses[-1][1]
            if ticket.state in PAUSING_STATES and not is_open:
                pauses.append([now, ''])  # XML-RPC knows no None
            elif ticket.state not in PAUSING_STATES and is_open:
                pauses[-1][1] = now
            ticket.sla_pauses = pauses or False

    # ------------------------------------------------------------------
    # The clocks
    # ------------------------------------------------------------------

    def _sla_breaks(self):
        """Return the pauses as pairs of datetimes; the time since a ticket was closed is none."""
        breaks = [
            tuple(datetime.fromisoformat(moment) if moment else None for moment in pause) for pause in self.sla_pauses or []]
        if self.is_closed and breaks and breaks[-1][1] is None:
            breaks.pop()
        return breaks

    def _sla_clocks(self, times):
        """Return the :class:`Clock` objects of this ticket: first response, next response, resolution.

        :param dict times: the working time of each calendar that was asked so far
        """
        self.ensure_one()
        policy = self.env['customer.ticket.sla.policy']._policies().get(self.sla_policy_id.id)
        breaks, working_time = self._sla_breaks(), self._sla_working_time(times)
        ended = self.closed_date if self.is_closed else None

        def clock(name, start, stopped):
            return Clock(
                working_time, name, start or None, policy.hours[name] * 3600 if policy else 0, stopped, breaks,
                policy.warning if policy else 1)

        return (
            clock('first_response', self.open_date, self.first_response_date or ended),
            clock('next_response', self.next_response_since, ended),
            clock('resolution', self.open_date, ended))

    def _sla_working_time(self, times):
        """Return the :class:`WorkingTime` of the team, else of the company."""
        calendar = self.team_id.resource_calendar_id or self.company_id.resource_calendar_id
        key = (calendar.id, self.company_id.id)
        if key not in times:
            times[key] = calendar._customer_working_time(self.company_id)
        return times[key]

    @api.depends(
        'sla_policy_id', 'sla_pauses', 'open_date', 'team_id', 'state', 'closed_date', 'first_response_date',
        'next_response_since')
    def _compute_sla(self):
        now, times = fields.Datetime.now(), {}
        due = self.browse()
        for ticket in self:
            clocks = ticket._sla_clocks(times)
            ticket._sla_set_verdicts(clocks, now)
            ticket._sla_set_hours(ticket._sla_working_time(times))
            if ticket._sla_set_status(clocks, now) in ('warning', 'late'):
                due |= ticket
        due._sla_wake_alerts(now, times)

    def _sla_set_status(self, clocks, now):
        """Store the next promise, how it stands, and when that changes.

        :return: the status
        """
        running = [clock for clock in clocks if clock.is_running]
        self.sla_deadline = min((clock.deadline for clock in running), default=False)
        self.sla_alert_date = min(filter(None, (clock.next_moment(now) for clock in running)), default=False)
        levels = {clock.due(now) for clock in running}
        status = next((level for level in ('late', 'warning') if level in levels), 'ontime' if running else False)
        if not status and any(clock.is_promised and not clock.stopped for clock in clocks):
            status = 'paused'
        self.sla_status = status
        return status

    def _sla_wake_alerts(self, now, times):
        """Have the job look at tickets about which something is to be told that nobody heard yet."""
        # sudo: in a computation; the alerts are of the same tickets
        known = {(alert.ticket_id.id, alert.clock, alert.level, alert.start_date)
                 for alert in self._origin.sudo().sla_alert_ids}
        for ticket in self:
            if any((ticket._origin.id, clock.name, clock.due(now), clock.start) not in known
                   for clock in ticket._sla_clocks(times) if clock.due(now)):
                ticket.sla_alert_date = now

    def _sla_set_verdicts(self, clocks, now):
        """Store deadlines and whether promises were kept; a cancelled ticket keeps none."""
        first, following, resolution = clocks
        self.first_response_deadline = first.deadline or False
        self.next_response_deadline = following.deadline or False
        self.resolution_deadline = resolution.deadline or False
        verdict = first.verdict(now)
        if first.stopped and not self.first_response_date and verdict == 'met':
            verdict = False  # closed before an answer was due: neither kept nor broken
        self.first_response_state = verdict or False
        verdict = resolution.verdict(now)
        if self.state == 'cancelled' and verdict == 'met':
            verdict = 'cancelled'
        self.resolution_state = verdict or False

    def _sla_set_hours(self, working_time):
        """Store how long it took, promised or not."""
        breaks, start = self._sla_breaks(), self.open_date
        for name, end in (('first_response', self.first_response_date), ('resolution', self.closed_date)):
            ended = end and start and not (name == 'resolution' and self.state != 'closed')
            self[f'{name}_hours'] = working_time.elapsed(start, end, breaks) / 3600 if ended else False

    # ------------------------------------------------------------------
    # What starts and stops them
    # ------------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """A public message of the staff answers, one of the customer asks."""
        result = super()._message_post_after_hook(message, msg_values)
        if self._is_conversation(message):
            # sudo: customers post with read access only
            ticket = self.sudo().with_context(tracking_disable=True)
            values = ticket._sla_values_of_message(message)
            if values:
                ticket.write(values)
        return result

    def _sla_values_of_message(self, message):
        """Return what a public message changes on the clocks."""
        if self._is_from_customer(message):
            waits = (
                self.first_response_date and not self.next_response_since and not self.is_closed
                and not self._is_from_robot(message))
            return {'next_response_since': message.date} if waits else {}
        values = {}
        if not self.first_response_date:
            values['first_response_date'] = message.date
        if self.next_response_since:
            deadline = self.next_response_deadline
            values.update(
                next_response_since=False, next_response_count=self.next_response_count + 1,
                next_response_late_count=self.next_response_late_count + bool(deadline and deadline < message.date))
        return values

    # ------------------------------------------------------------------
    # Who is told
    # ------------------------------------------------------------------

    @api.model
    def _cron_sla_alerts(self):
        """Tell the assignees about promises that are nearly or already broken, once each."""
        due = self.search([('sla_alert_date', '<=', fields.Datetime.now())], limit=ALERT_BATCH, order='sla_alert_date, id')
        for ticket in due:
            ticket._sla_tell()
        remaining = self.search_count([('sla_alert_date', '<=', fields.Datetime.now())]) if len(due) == ALERT_BATCH else 0
        self.env['ir.cron']._commit_progress(len(due), remaining=remaining)

    def _sla_tell(self):
        """Tell about what is due on this ticket, and find the next moment."""
        now = fields.Datetime.now()
        for clock in self._sla_clocks({}):
            level = clock.due(now)
            if level and self.env['customer.ticket.sla.alert']._claim(self, clock, level):
                self._sla_notify(clock, level)
        self.invalidate_recordset(['sla_alert_ids'])
        self.env.add_to_compute(self._fields['sla_alert_date'], self)
        self.flush_recordset()

    def _sla_notify(self, clock, level):
        """Mail the assignee, else the team, about one promise; when it is broken, the assignee gets an activity too."""
        for partner in self._staff_to_notify():
            ticket = self.with_context(lang=partner.lang, tz=partner.tz or self.team_id.resource_calendar_id.tz or 'UTC')
            values = {
                'promise': ticket._sla_label(clock), 'ticket': ticket.display_name,
                'moment': format_datetime(ticket.env, clock.deadline, dt_format='short')}
            body = (
                ticket.env._('%(promise)s for %(ticket)s was promised until %(moment)s: it is late.', **values)
                if level == 'late' else
                ticket.env._('%(promise)s for %(ticket)s is promised until %(moment)s.', **values))
            ticket.message_notify(
                partner_ids=partner.ids, body=body, subject=f'[#{ticket.number}] {values["promise"]}: {ticket.name}',
                author_id=ticket.company_id.partner_id.id, email_add_signature=False)
        if level == 'late' and self.user_id.active:
            ticket = self.with_context(lang=self.user_id.lang)
            # he gets the mail above, not a second one about the activity
            self.with_context(mail_activity_quick_update=True).activity_schedule(
                'mail.mail_activity_data_todo', user_id=self.user_id.id, date_deadline=fields.Date.context_today(self),
                summary=ticket.env._('Broken promise: %s', ticket._sla_label(clock)))

    def _sla_label(self, clock):
        """Return the name of a clock in the language of the environment."""
        field = self.env['customer.ticket.sla.alert']._fields['clock']
        return dict(field._description_selection(self.env))[clock.name]
