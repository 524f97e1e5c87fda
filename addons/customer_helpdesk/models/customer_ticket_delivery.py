from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..const import ADDRESSING_KEY, ONLY_TO_KEY, REASONS

STATUSES = [
    ('queued', 'Queued'),
    ('sent', 'Sent'),
    ('failed', 'Failed'),
    ('bounced', 'Bounced'),
    ('cancelled', 'Cancelled'),
    ('suppressed', 'Suppressed'),
]


class CustomerTicketDelivery(models.Model):
    """The ledger: who was mailed which message, and did it arrive.

    A view over what Odoo and we keep anyway, so it cannot differ from it: notifications, what is not addressed yet,
    and what was suppressed.
    """

    _name = 'customer.ticket.delivery'
    _description = 'Ticket: delivery of a message'
    _order = 'message_id desc, id desc'
    _auto = False

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', readonly=True)
    message_id = fields.Many2one('mail.message', string='Message', readonly=True)
    date = fields.Datetime(readonly=True)
    subject = fields.Char(readonly=True)
    kind = fields.Selection(
        [('public', 'Public message'), ('automatic', 'Automatic mail'), ('internal', 'Internal')], readonly=True)
    author_id = fields.Many2one('res.partner', string='Author', readonly=True)
    partner_id = fields.Many2one('res.partner', string='Recipient', readonly=True)
    status = fields.Selection(STATUSES, readonly=True)
    reason = fields.Selection(REASONS, string='Suppressed because', readonly=True)
    failure = fields.Text(string='Error', readonly=True)

    @property
    def _table_query(self):
        kind = SQL(
            "CASE WHEN m.id IS NULL THEN 'automatic'"
            " WHEN m.message_type IN ('comment', 'email') AND m.is_internal IS NOT TRUE AND m.subtype_id = %s THEN 'public'"
            " WHEN m.message_type IN ('auto_comment', 'out_of_office') THEN 'automatic' ELSE 'internal' END",
            self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'))
        return SQL("""
            SELECT n.id::bigint * 4 AS id, m.res_id AS ticket_id, m.id AS message_id, m.date, m.subject, %(kind)s AS kind,
                   m.author_id, n.res_partner_id AS partner_id,
                   CASE n.notification_status WHEN 'ready' THEN 'queued' WHEN 'bounce' THEN 'bounced'
                        WHEN 'exception' THEN 'failed' WHEN 'canceled' THEN 'cancelled' ELSE 'sent' END AS status,
                   NULL AS reason, n.failure_reason AS failure
              FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
             WHERE m.model = 'customer.ticket' AND n.notification_type = 'email' AND n.res_partner_id IS NOT NULL
             UNION ALL
            SELECT o.id::bigint * 4 + 1, o.ticket_id, m.id, o.date, m.subject, %(kind)s, m.author_id, NULL,
                   CASE WHEN o.error IS NULL THEN 'queued' ELSE 'failed' END, NULL, o.error
              FROM customer_ticket_outbox o LEFT JOIN mail_message m ON m.id = o.message_id
             UNION ALL
            SELECT s.id::bigint * 4 + 2, s.ticket_id, m.id, s.create_date, m.subject, %(kind)s, m.author_id,
                   s.partner_id, 'suppressed', s.reason, NULL
              FROM customer_ticket_suppression s LEFT JOIN mail_message m ON m.id = s.message_id
             WHERE s.released IS NOT TRUE
        """, kind=kind)

    def action_resend(self):
        """Send failed, bounced and suppressed mails again, each as a new mail to its recipient.

        :raises UserError: for one that is on its way or arrived
        """
        for delivery in self:
            delivery.ticket_id.check_access('write')
            if delivery.status == 'suppressed':
                self.env['customer.ticket.suppression'].browse(delivery.id // 4).action_release()
                continue
            if delivery.status not in ('failed', 'bounced', 'cancelled') or not delivery.partner_id:
                raise UserError(self.env._('Only mails that failed or came back can be sent again.'))
            # sudo: the right on the ticket was checked; message and recipient are those of the row
            delivery_sudo = delivery.sudo()
            ticket, message, partner = delivery_sudo.ticket_id, delivery_sudo.message_id, delivery_sudo.partner_id
            notifications = self.env['mail.notification'].sudo().search(
                [('mail_message_id', '=', message.id), ('res_partner_id', '=', partner.id)])
            notifications.mail_mail_id.filtered(lambda mail: mail.state in ('outgoing', 'exception')).sudo().cancel()
            notifications.unlink()
            ticket.with_context(**{
                ADDRESSING_KEY: 'message', ONLY_TO_KEY: partner.ids})._notify_thread(message)
        return True


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    delivery_ids = fields.One2many('customer.ticket.delivery', 'ticket_id', string='Deliveries')
    delivery_problems = fields.Integer(
        string='Mails that did not arrive', compute='_compute_delivery_problems', compute_sudo=True)

    def _compute_delivery_problems(self):
        """Count the mails of the tickets that failed or came back."""
        rows = self.env.execute_query(SQL("""
            SELECT m.res_id, count(*) FROM mail_notification n JOIN mail_message m ON m.id = n.mail_message_id
             WHERE m.model = 'customer.ticket' AND m.res_id = ANY(%s) AND n.notification_type = 'email'
               AND n.notification_status IN ('bounce', 'exception') GROUP BY m.res_id""", self.ids))
        counts = dict(rows)
        for ticket in self:
            ticket.delivery_problems = counts.get(ticket.id, 0)
