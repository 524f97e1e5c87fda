"""Rating of closed tickets: asked once per closure, reminded once, given by POST only."""
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..const import MAX_TEXT

#: days after closing for which a rating is asked for at all
ASK_DAYS = 14


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    asks_rating = fields.Boolean(
        string='Asks for a rating', default=True, help='Customers are asked how content they are when a ticket is solved.')
    rating_delay = fields.Integer(string='Hours until the question', help='Hours from closing until the customer is asked.')
    rating_reminder_days = fields.Integer(
        string='Days until the reminder', default=5, help='Who did not answer is reminded once. 0: never.')


class CustomerTicketClosure(models.Model):
    """One closing of a ticket and the rating of it."""

    _name = 'customer.ticket.closure'
    _description = 'Ticket: closing and its rating'
    _order = 'id desc'

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, index=True, ondelete='cascade')
    closed_date = fields.Datetime(string='Closed on', required=True, readonly=True)
    rating_id = fields.Many2one('rating.rating', string='Rating', ondelete='set null', readonly=True, index=True)
    reminded = fields.Boolean(readonly=True)

    _ticket_closed_unique = models.UniqueIndex('(ticket_id, closed_date)', 'A closing is rated once.')
    _reminder_idx = models.Index('(create_date) WHERE reminded IS NOT TRUE')


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    closure_ids = fields.One2many('customer.ticket.closure', 'ticket_id', string='Closings')

    is_rating_due = fields.Boolean(
        readonly=True, copy=False, help='The ticket was solved and its customer was not asked yet; an imported one is not.')

    _rating_due_idx = models.Index('(closed_date) WHERE is_rating_due IS TRUE')

    def write(self, vals):
        """Let the customer be asked after a ticket was solved."""
        if not vals.get('stage_id'):
            return super().write(vals)
        before = self.filtered(lambda ticket: ticket.state == 'closed')
        result = super().write(vals)
        # sudo: who moves a ticket need not know of the question
        solved = (self - before).sudo().filtered(
            lambda ticket: ticket.state == 'closed' and ticket.team_id.asks_rating and not ticket.is_automatic)
        if solved:
            solved.with_context(tracking_disable=True).is_rating_due = True
            self._wake_cron('customer_helpdesk.ir_cron_ask_customer_ticket_rating')
        return result

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    @api.model
    def _cron_ask_rating(self):
        """Ask the customers of tickets that were solved, and remind those who did not answer, once each."""
        tickets = self._tickets_to_rate()
        reminders = self._closures_to_remind()
        total = len(tickets) + len(reminders)
        for index, ticket in enumerate(tickets):
            ticket._ask_rating()
            self._cron_progress(1, remaining=total - index - 1)
        for index, closure in enumerate(reminders):
            closure.reminded = True
            if closure.ticket_id.state == 'closed' and closure.ticket_id.closed_date == closure.closed_date:
                closure.ticket_id.with_context(customer_ticket_closure=closure)._send_automatic(
                    'customer_helpdesk.mail_template_customer_ticket_rating')
            self._cron_progress(1, remaining=len(reminders) - index - 1)

    @api.model
    def _tickets_to_rate(self):
        self.env.flush_all()
        now = fields.Datetime.now()
        rows = self.env.execute_query(SQL("""
            SELECT ticket.id FROM customer_ticket ticket JOIN customer_ticket_team team ON team.id = ticket.team_id
             WHERE ticket.is_rating_due IS TRUE AND ticket.state = 'closed' AND team.asks_rating
               AND ticket.closed_date >= %s
               AND ticket.closed_date <= %s - COALESCE(team.rating_delay, 0) * interval '1 hour'
               AND NOT EXISTS (SELECT FROM customer_ticket_closure closure
                                WHERE closure.ticket_id = ticket.id AND closure.closed_date = ticket.closed_date)
             ORDER BY ticket.id LIMIT 1000""", now - timedelta(days=ASK_DAYS), now))
        return self.sudo().browse(id_ for id_, in rows)

    @api.model
    def _closures_to_remind(self):
        now = fields.Datetime.now()
        closures = self.env['customer.ticket.closure'].sudo().search([
            ('reminded', '=', False), ('create_date', '>=', now - timedelta(days=60)),
            ('rating_id.consumed', '=', False), ('ticket_id.team_id.rating_reminder_days', '>', 0)], limit=1000)
        return closures.filtered(lambda closure: closure.create_date <= now - timedelta(
            days=closure.ticket_id.team_id.rating_reminder_days))

    def _ask_rating(self):
        """Ask the requester of one ticket for a rating of its last closing."""
        self.ensure_one()
        # sudo: made by a job, for the requester
        ticket = self.sudo()
        ticket.with_context(tracking_disable=True).is_rating_due = False
        rating = self.env['rating.rating'].sudo().create({
            'res_model_id': self.env['ir.model']._get_id(self._name), 'res_id': ticket.id,
            'partner_id': ticket.partner_id.id, 'rated_partner_id': ticket.user_id.partner_id.id})
        closure = self.env['customer.ticket.closure'].sudo().create(
            {'ticket_id': ticket.id, 'closed_date': ticket.closed_date, 'rating_id': rating.id})
        ticket.with_context(customer_ticket_closure=closure)._send_automatic(
            'customer_helpdesk.mail_template_customer_ticket_rating')

    def _rating_url(self):
        """Return the address of the page on which the last closing is rated."""
        self.ensure_one()
        # sudo: for the mail to the requester
        closure = self.env.context.get('customer_ticket_closure') or self.sudo().closure_ids[:1]
        return f'{self.get_base_url()}{self.access_url}/rating/{closure.rating_id.access_token}'

    # ------------------------------------------------------------------
    # Rating
    # ------------------------------------------------------------------

    def _rate(self, rating, value, feedback=''):
        """Store the rating of one closing, once, and tell the assignee.

        :param rating: the ``rating.rating`` in sudo, reached by its token
        :param int value: 1 to 5
        :param str feedback: text of the customer
        :raises UserError: if it was rated before, or the value is none
        """
        self.ensure_one()
        if value not in range(1, 6):
            raise UserError(self.env._('Please choose one to five stars.'))
        feedback = (feedback or '').strip()[:MAX_TEXT]
        self.env.execute_query(SQL('SELECT id FROM rating_rating WHERE id = %s FOR NO KEY UPDATE', rating.id))
        rating.invalidate_recordset(['consumed'])
        if rating.consumed or rating.res_id != self.id or rating.res_model != self._name:
            raise UserError(self.env._('This was rated already.'))
        # sudo: who holds the token rates, he writes nothing else
        ticket = self.sudo()
        rating.write({'rating': value, 'feedback': feedback, 'consumed': True})
        staff = ticket._staff_to_notify()
        ticket.with_context(lang=staff[:1].lang or self.env.lang).message_post(
            body=ticket.env._('The customer gave %(stars)s of 5 stars. %(feedback)s', stars=value, feedback=feedback),
            message_type='notification', subtype_xmlid='mail.mt_note', partner_ids=staff.ids,
            author_id=ticket.partner_id.id)

    def rating_apply(self, rate, token=None, rating=None, feedback=None, **_kwargs):
        """Take a rating that comes by Odoo's own page in the same way: once.

        :raises UserError: see :meth:`_rate`
        """
        rating = rating or self.env['rating.rating'].sudo().search([('access_token', '=', token or '-')], limit=1)
        self._rate(rating, int(rate), feedback)
        return rating
