"""What happens to a ticket when it is closed: reopening, follow-ups, closing by age."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..const import DONE_STATES


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    reopen_days = fields.Integer(
        string='Reopening', default=30,
        help='Days for which an answer opens a closed ticket again; later it opens a new ticket that is linked to it. '
             '0: always the same ticket.')
    warn_days = fields.Integer(
        string='Warning before closing',
        help='Days without any message after which a customer for whom we wait is warned. 0: never.')
    close_days = fields.Integer(
        string='Closing after the warning', default=7, help='Days from the warning until the ticket is closed.')

    _days_positive = models.Constraint(
        'CHECK(reopen_days >= 0 AND warn_days >= 0 AND close_days >= 1)',
        'Days cannot be negative, and between warning and closing there must be one at least.')


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    follow_up_of_id = fields.Many2one(
        'customer.ticket', string='Follow-up of', readonly=True, copy=False, index='btree_not_null',
        ondelete='set null')
    follow_up_ids = fields.One2many('customer.ticket', 'follow_up_of_id', string='Follow-ups')
    close_warning_date = fields.Datetime(string='Warned on', readonly=True, copy=False)

    _waiting_idx = models.Index("(team_id, last_message_date) WHERE state = 'waiting'")

    # ------------------------------------------------------------------
    # Reopening
    # ------------------------------------------------------------------

    def _is_past_reopening(self):
        """Tell whether a word of the customer opens a follow-up instead of this ticket."""
        self.ensure_one()
        # sudo: the customer reads no team
        days = self.sudo().team_id.reopen_days
        return bool(
            self.is_closed and days and self.closed_date
            and self.closed_date < fields.Datetime.now() - timedelta(days=days))

    def _follow_up_values(self):
        """Return the values of a ticket that continues this one."""
        # sudo: the customer reads no team
        ticket = self.sudo()
        return {
            'follow_up_of_id': ticket.id, 'team_id': ticket.team_id.id, 'company_id': ticket.company_id.id}

    def _resume(self):
        """Open a closed ticket again when the customer has a word on it."""
        self.ensure_one()
        if self.is_closed and not self._is_past_reopening():
            self._transition(DONE_STATES, 'open')
        return super()._resume()

    def _post_as_customer(self, body, attachments=None):
        """Answer on the ticket, or, if it was closed long ago, on a new one that continues it."""
        if not self._is_past_reopening():
            return super()._post_as_customer(body, attachments)
        # an answer after a follow-up was opened belongs to it
        follow_up = self.sudo().follow_up_ids.filtered(
            lambda ticket: not ticket.is_closed and ticket.partner_id == self.env.user.partner_id)[:1]
        if not follow_up:
            self._check_customer_may_create(self.env.user.partner_id)
            # sudo: customers create by this entry only; the owner is the user himself
            follow_up = self.sudo().with_context(tracking_disable=True).create({
                **self._follow_up_values(), 'name': self.name, 'partner_id': self.env.user.partner_id.id,
            }).with_env(self.env(su=True))
            message = super(CustomerTicket, follow_up.sudo(False))._post_as_customer(body, attachments)
            self.env['customer.ticket.outbox']._add([{'ticket_id': follow_up.id}])
            return message
        return super(CustomerTicket, follow_up.sudo(False))._post_as_customer(body, attachments)

    def _close_by_customer(self):
        """Close the ticket for the customer who says that it is done; a closed one stays as it is.

        :raises AccessError: if he may not see it
        """
        self.check_access('read')
        # sudo: customers have read access only; the state gate decides about the move
        self.sudo()._transition(('new', 'open', 'waiting', 'cancelled'), 'closed')

    def _reopen_by_customer(self):
        """Open the ticket again for the customer; one that is open stays as it is.

        :raises AccessError: if he may not see it
        :raises UserError: if it was closed too long ago
        """
        self.check_access('read')
        if self._is_past_reopening():
            raise UserError(self.env._('This ticket was closed long ago. Your answer opens a new one that is linked to it.'))
        # sudo: see above
        if self.is_closed:
            self.sudo()._transition(DONE_STATES, 'open')

    # ------------------------------------------------------------------
    # Closing by age
    # ------------------------------------------------------------------

    @api.model
    def _cron_close(self):
        """Warn the customers for whom we wait too long, and close the tickets of those who were warned in vain.

        The age is that of the last message. Each team has its own days; a ticket is one transaction.
        """
        now = fields.Datetime.now()
        waiting = self.sudo()
        for team in self.env['customer.ticket.team'].sudo().search([('warn_days', '>', 0)]):
            waiting |= self.sudo().search([
                ('team_id', '=', team.id), ('state', '=', 'waiting'),
                ('last_message_date', '<', now - timedelta(days=team.warn_days))], limit=1000)
        for index, ticket in enumerate(waiting):
            ticket._warn_or_close(now)
            self._cron_progress(1, remaining=len(waiting) - index - 1)

    def _warn_or_close(self, now):
        """Take the next step with one ticket on which nobody wrote for long."""
        self.ensure_one()
        warned = self.close_warning_date
        if not warned or warned < self.last_message_date:
            self.with_context(tracking_disable=True).close_warning_date = now
            self._send_automatic('customer_helpdesk.mail_template_customer_ticket_closing')
        elif warned <= now - timedelta(days=self.team_id.close_days):
            self._transition(('waiting',), 'closed')
            self._send_automatic('customer_helpdesk.mail_template_customer_ticket_closed')
