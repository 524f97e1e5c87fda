from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..const import (
    ADDRESSING_KEY,
    DEFAULT_CAP_ADDRESS,
    DEFAULT_CAP_TICKET,
    MAX_BOUNCES,
    ONLY_TO_KEY,
    REASONS,
)
from ..incoming import is_no_reply


class CustomerTicketSuppression(models.Model):
    """A mail that was not sent, why, and who sent it nevertheless."""

    _name = 'customer.ticket.suppression'
    _description = 'Ticket: suppressed mail'
    _order = 'id desc'

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, index=True, ondelete='cascade')
    message_id = fields.Many2one('mail.message', string='Message', index=True, ondelete='cascade')
    partner_id = fields.Many2one('res.partner', string='Recipient', required=True, index=True, ondelete='cascade')
    email = fields.Char(string='Address')
    reason = fields.Selection(REASONS, required=True)
    kind = fields.Selection(
        [('message', 'Message'), ('acknowledgement', 'Acknowledgement'), ('rating', 'Rating request')],
        default='message', required=True)
    released = fields.Boolean(string='Sent nevertheless', readonly=True)
    released_by = fields.Many2one('res.users', string='Released by', readonly=True)

    def action_release(self):
        """Send the mails nevertheless, once; who releases must be able to write to the ticket.

        :raises UserError: for one that was released before
        """
        for suppression in self:
            suppression.ticket_id.check_access('write')
            if suppression.released:
                raise UserError(self.env._('This mail was sent already.'))
            # sudo: the table is written by the system only; the right on the ticket was checked
            suppression.sudo().write({'released': True, 'released_by': self.env.uid})
            ticket = suppression.ticket_id.sudo().with_context(**{
                ONLY_TO_KEY: suppression.sudo().partner_id.ids, ADDRESSING_KEY: 'message'})
            if suppression.message_id:
                ticket._notify_thread(suppression.sudo().message_id)
            elif suppression.kind == 'acknowledgement':
                ticket._acknowledge()
        return True


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    suppression_ids = fields.One2many('customer.ticket.suppression', 'ticket_id', string='Suppressed mails')

    def _suppress(self, message, recipients, is_automatic):
        """Take out who must not be mailed now, and list him with the reason.

        :param message: the ``mail.message``
        :param list recipients: dicts as made by ``mail.followers._get_recipient_data``
        :param bool is_automatic: whether no person wrote the message
        :return: the recipients who remain
        """
        self.ensure_one()
        only = self.env.context.get(ONLY_TO_KEY)
        if only is not None:
            return [recipient for recipient in recipients if recipient['id'] in only]
        if not recipients:
            return recipients
        reasons = self._suppression_reasons(message, recipients, is_automatic)
        if reasons:
            # sudo: written by the system only
            self.env['customer.ticket.suppression'].sudo().create([{
                'ticket_id': self.id, 'message_id': message.id, 'partner_id': recipient['id'],
                'email': recipient['email_normalized'], 'reason': reasons[recipient['id']],
            } for recipient in recipients if recipient['id'] in reasons])
        return [recipient for recipient in recipients if recipient['id'] not in reasons]

    def _suppression_reasons(self, message, recipients, is_automatic):
        """Return why each of the recipients gets no mail: dict from the id of the contact to a reason."""
        emails = [recipient['email_normalized'] for recipient in recipients if recipient['email_normalized']]
        own = set(self.env['mail.alias.domain'].sudo()._find_aliases(emails)) if emails else set()
        over_ticket = self._is_over_ticket_cap(message, is_automatic)
        over_address = self._over_address_cap(recipients) if is_automatic else set()
        over_sender = self._is_over_sender_cap(message)
        reasons = {}
        for recipient in recipients:
            email, partner_id = recipient['email_normalized'] or '', recipient['id']
            if email in own:
                reasons[partner_id] = 'own_address'
            elif recipient['share'] and email and is_no_reply(email):
                reasons[partner_id] = 'no_reply'
            elif over_ticket:
                reasons[partner_id] = 'cap_ticket'
            elif over_sender or recipient['id'] in over_address:
                reasons[partner_id] = 'cap_address'
        if is_automatic:
            bounced = self.env['res.partner'].sudo().browse(
                [recipient['id'] for recipient in recipients]).filtered(
                lambda partner: partner.message_bounce >= MAX_BOUNCES)
            for partner in bounced:
                reasons.setdefault(partner.id, 'bounced')
        return reasons

    @api.model
    def _mail_cap(self, name, default):
        # sudo: a system parameter, read only
        return int(self.env['ir.config_parameter'].sudo().get_param(f'customer_helpdesk.{name}') or default)

    def _is_over_ticket_cap(self, message, is_automatic):
        """Tell whether robots talk on this ticket: too many automatic messages, or too many incoming mails, in an hour."""
        kind = message.sudo().message_type
        if not is_automatic and kind != 'email':
            return False
        count = self.env['mail.message'].sudo().search_count([
            ('model', '=', self._name), ('res_id', '=', self.id), ('message_type', '=', kind),
            ('id', '<', message.id), ('create_date', '>=', self._hour_ago())])
        return count >= self._mail_cap('cap_ticket', DEFAULT_CAP_TICKET)

    def _is_over_sender_cap(self, message):
        """Tell whether the sender of a mail, perhaps a robot that does not say so, wrote too many within this hour."""
        if message.sudo().message_type != 'email':
            return False
        row = self.env['customer.ticket.mail'].sudo().search([('mail_message_id', '=', message.id)], limit=1)
        return bool(row.sender) and self.env['customer.ticket.mail'].sudo().search_count([
            ('sender', '=', row.sender), ('id', '<', row.id), ('date', '>=', self._hour_ago()),
        ]) >= 2 * self._mail_cap('cap_ticket', DEFAULT_CAP_TICKET)

    def _over_address_cap(self, recipients):
        """Return the ids of the contacts whose address got its share of automatic mails within this hour.

        Caps are counted in the database: all workers share them, and a restart forgets nothing.
        """
        partner_ids = [recipient['id'] for recipient in recipients if recipient['share']]
        if not partner_ids:
            return set()
        emails = defaultdict(set)
        for recipient in recipients:
            emails[recipient['email_normalized']].add(recipient['id'])
        counts = self.env['mail.notification'].sudo()._read_group(
            Domain('res_partner_id.email_normalized', 'in', list(emails))
            & Domain('mail_message_id.model', '=', self._name)
            & Domain('mail_message_id.message_type', '=', 'auto_comment')
            & Domain('mail_message_id.create_date', '>=', self._hour_ago()),
            ['res_partner_id'], ['__count'])
        totals = defaultdict(int)
        for partner, count in counts:
            totals[partner.sudo().email_normalized] += count
        cap = self._mail_cap('cap_address', DEFAULT_CAP_ADDRESS)
        return {partner_id for email, total in totals.items() if total >= cap for partner_id in emails[email]}

    @api.model
    def _hour_ago(self):
        return fields.Datetime.now() - timedelta(hours=1)
