"""Who else has a ticket open, and who is answering it."""
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: seconds after which somebody who was not heard of is gone; clients call every 20 seconds
PRESENCE_SECONDS = 50
#: name under which a client asks for the events of a ticket
CHANNEL = re.compile(r'customer\.ticket_desk_(\d{1,9})')
SUBCHANNEL = 'desk'


class CustomerTicketPresence(models.Model):
    """One employee at one ticket."""

    _name = 'customer.ticket.presence'
    _description = 'Presence at a ticket'
    _log_access = False

    ticket_id = fields.Many2one('customer.ticket', required=True, ondelete='cascade', index=True)
    user_id = fields.Many2one('res.users', required=True, ondelete='cascade', index=True)
    is_answering = fields.Boolean()
    seen_date = fields.Datetime(required=True)

    _ticket_user_unique = models.UniqueIndex('(ticket_id, user_id)')

    @api.autovacuum
    def _gc_presence(self):
        """Forget who went without a word."""
        self.search([('seen_date', '<', fields.Datetime.now() - timedelta(hours=1))]).unlink()


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    def desk_presence(self, state='viewing'):
        """Tell that the current user has the ticket open, and learn who else has.

        Colleagues who have it open hear of a change at once.

        :param str state: ``'viewing'``, ``'answering'`` or ``'gone'``
        :return: ``{'others': [{'id', 'name', 'is_answering'}], 'last_words': id of the customer's last message or 0}``
        :raises AccessError: if the user may not process the ticket
        """
        self.ensure_one()
        self.check_access('write')
        others = self._desk_others()
        before = self._desk_store(state)
        if before != state and others:
            self.env['bus.bus']._sendone((self, SUBCHANNEL), 'customer.ticket/presence', {
                'ticket_id': self.id, 'user': {'id': self.env.uid, 'name': self.env.user.name}, 'state': state})
        return {'others': others, 'last_words': self._last_words_id()}

    def _last_words_id(self):
        """Return the id of the last public message of the customer, or 0 (sudo: of a ticket that was checked)."""
        return self.env['mail.message'].sudo().search(
            self._public_messages_domain() & (
                Domain('author_id', '=', False) | Domain('author_id.partner_share', '=', True)),
            order='id desc', limit=1).id or 0

    def _desk_store(self, state):
        """Store what the user does; return what he did before (``'gone'`` if nobody heard of him for a while)."""
        now = fields.Datetime.now()
        [(before, seen_date)] = self.env.execute_query(SQL(
            'SELECT is_answering, seen_date FROM customer_ticket_presence WHERE ticket_id = %s AND user_id = %s',
            self.id, self.env.uid)) or [(None, None)]
        if state == 'gone':
            self.env.execute_query(SQL(
                'DELETE FROM customer_ticket_presence WHERE ticket_id = %s AND user_id = %s RETURNING id',
                self.id, self.env.uid))
        else:
            self.env.execute_query(SQL(
                'INSERT INTO customer_ticket_presence (ticket_id, user_id, is_answering, seen_date)'
                ' VALUES (%s, %s, %s, %s) ON CONFLICT (ticket_id, user_id)'
                ' DO UPDATE SET is_answering = EXCLUDED.is_answering, seen_date = EXCLUDED.seen_date RETURNING id',
                self.id, self.env.uid, state == 'answering', now))
        self.env['customer.ticket.presence'].invalidate_model(flush=False)
        if not seen_date or seen_date < now - timedelta(seconds=PRESENCE_SECONDS):
            return 'gone'
        return 'answering' if before else 'viewing'

    def _desk_others(self):
        """Return who else is there now."""
        # sudo: names of colleagues at a ticket that the user processes himself
        return [{
            'id': presence.user_id.id, 'name': presence.user_id.name, 'is_answering': presence.is_answering,
        } for presence in self.env['customer.ticket.presence'].sudo().search([
            ('ticket_id', '=', self.id), ('user_id', '!=', self.env.uid),
            ('seen_date', '>', fields.Datetime.now() - timedelta(seconds=PRESENCE_SECONDS))], order='id')]


class IrWebsocket(models.AbstractModel):
    _inherit = 'ir.websocket'

    def _build_bus_channel_list(self, channels):
        """Let staff hear the events of tickets that they may process, and nobody else."""
        return super()._build_bus_channel_list(self._with_ticket_desks(channels))

    def _with_ticket_desks(self, channels):
        """Replace the names of desks in a list of channels by the tickets that the user may process."""
        names = {channel: int(match[1]) for channel in channels
                 if isinstance(channel, str) and (match := CHANNEL.fullmatch(channel))}
        if not names:
            return channels
        others = [channel for channel in channels if channel not in names]
        if self.env.user.share:
            return others
        tickets = self.env['customer.ticket'].browse(names.values()).exists()
        return [*others, *((ticket, SUBCHANNEL) for ticket in tickets._filtered_access('write'))]
