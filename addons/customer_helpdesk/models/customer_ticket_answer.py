"""Answers that were written before, and answers that cross with a message of the customer."""
import re

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext

#: context key: id of the last message that the author of an answer has seen
SEEN_KEY = 'customer_ticket_seen'
PLACEHOLDER = re.compile(r'\{\{\s*(\w+)\s*\}\}')
#: characters of a message in the question before sending
EXCERPT = 200


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    # ------------------------------------------------------------------
    # Canned answers
    # ------------------------------------------------------------------

    def _placeholders(self):
        """Return what the placeholders of canned answers stand for on this ticket: names to texts."""
        self.ensure_one()
        # sudo: names that stand on the ticket, which the user may read
        ticket = self.sudo()
        return {
            'requester': ticket.partner_id.name, 'customer': ticket.commercial_partner_id.name,
            'number': ticket.number, 'subject': ticket.name, 'team': ticket.team_id.name,
            'assignee': ticket.user_id.name, 'agent': self.env.user.name, 'company': ticket.company_id.name,
            'link': ticket.get_base_url() + ticket.access_url}

    def fill_placeholders(self, text):
        """Return a canned answer with its placeholders (``{{requester}}``, ``{{number}}``, ...) filled in.

        Nothing is evaluated: names are looked up in a list, unknown ones stay as they are.

        :param str text: plain text
        :raises AccessError: if the user may not read the ticket
        """
        self.ensure_one()
        self.check_access('read')
        values = self._placeholders()
        return PLACEHOLDER.sub(
            lambda match: (values[match[1]] or '') if match[1] in values else match[0], str(text or ''))

    # ------------------------------------------------------------------
    # Messages that cross
    # ------------------------------------------------------------------

    def customer_words_since(self, message_id):
        """Return what the customer wrote after a message, for who is about to answer.

        :param int message_id: the last message that he has seen; 0 for none
        :return: list of ``{'id', 'author', 'text'}``, oldest first
        :raises AccessError: if the user may not read the ticket
        """
        self.ensure_one()
        self.check_access('read')
        return [{
            'id': message.id, 'author': message.author_id.name or message.email_from or '',
            'text': html2plaintext(message.body)[:EXCERPT].strip(),
        } for message in self._unseen_words(message_id)]

    def _unseen_words(self, message_id):
        """Return the public messages of customers with a higher id, oldest first (sudo: of a ticket that was checked)."""
        return self.env['mail.message'].sudo().search(
            self._public_messages_domain() & Domain('id', '>', int(message_id or 0)), order='id',
        ).filtered(self._is_from_customer)

    def message_post(self, **kwargs):
        """Refuse an answer of the staff that crosses with a message that its author has not seen.

        The web client tells what he has seen in the context; programs and mail say nothing, and are not asked.
        """
        seen = self.env.context.get(SEEN_KEY)
        if seen is not None and len(self) == 1 and not self.env.user.share and self._unseen_words(seen):
            raise UserError(self.env._('The customer wrote meanwhile. Read the new message, then send your answer again.'))
        without = self.with_context({key: value for key, value in self.env.context.items() if key != SEEN_KEY})
        return super(CustomerTicket, without).message_post(**kwargs)
