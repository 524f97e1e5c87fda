"""Tickets that turn out to be one, one ticket that turns out to be two, and tickets that have to do with each other."""
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import FILES_KEY, MAX_SUBJECT

#: context key: the other end of a link is written
LINK_KEY = 'customer_ticket_link'


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    merged_into_id = fields.Many2one(
        'customer.ticket', string='Merged into', readonly=True, copy=False, ondelete='set null', index='btree_not_null')
    merged_ids = fields.One2many('customer.ticket', 'merged_into_id', string='Merged tickets', groups=GROUP_SPECIALIST)
    split_from_id = fields.Many2one(
        'customer.ticket', string='Split from', readonly=True, copy=False, ondelete='set null', index='btree_not_null',
        groups=GROUP_SPECIALIST)
    linked_ids = fields.Many2many(
        'customer.ticket', 'customer_ticket_link_rel', 'ticket_id', 'linked_id', string='Linked tickets', copy=False,
        groups=GROUP_SPECIALIST, help='Tickets that have to do with this one; the link is shown on both.')

    @api.constrains('merged_into_id')
    def _check_merged_into(self):
        if self._has_cycle('merged_into_id'):
            raise ValidationError(self.env._('A ticket cannot be merged into itself.'))

    # ------------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------------

    def _merge_target(self):
        """Return the ticket that this one was merged into, at the end of the chain; itself if it was not.

        With the rights of ``self``: whether they suffice is to be checked by who works with it. Stored cycles, which
        the constraint refuses, end the walk.
        """
        self.ensure_one()
        # sudo: only the way along the chain
        ticket_sudo, seen = self.sudo(), set()
        while ticket_sudo.merged_into_id and ticket_sudo.id not in seen:
            seen.add(ticket_sudo.id)
            ticket_sudo = ticket_sudo.merged_into_id
        return self.browse(ticket_sudo.id)

    def _merge_into(self, target, allow_other_customer=False):
        """Move the conversation, the notes, the files and the followers of these tickets to another one.

        The tickets are cancelled and keep pointing there: what is sent to them lands on the target. Rows are locked in
        order of their ids, so that parallel merges wait for each other.

        :param target: a ``customer.ticket``; if it was merged itself, the end of its chain counts
        :param bool allow_other_customer: whether the customer of the target may see what another one wrote
        :return: the target
        :raises UserError: if nothing is left to merge, or customers differ and that was not confirmed
        """
        (self | target).check_access('write')
        self.env.flush_all()
        self.env.execute_query(SQL(
            'SELECT id FROM customer_ticket WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE', list((self | target).ids)))
        (self | target).invalidate_recordset()
        target = target._merge_target()
        target.check_access('write')
        sources = self.filtered(lambda ticket: not ticket.merged_into_id) - target
        if not sources:
            raise UserError(self.env._('There is nothing to merge: these tickets are one already.'))
        if not allow_other_customer and sources.commercial_partner_id - target.commercial_partner_id:
            raise UserError(self.env._(
                'These tickets belong to different customers: %(target)s would see what others wrote. Confirm that.',
                target=target.commercial_partner_id.name))
        if sources.company_id - target.company_id:
            raise UserError(self.env._('Tickets of different companies cannot be merged.'))
        for source in sources:
            source._merge_one(target)
        return target

    def _merge_one(self, target):
        """Move everything from this ticket to the target (both locked and checked) and close it."""
        self._merge_conversation(target)
        partners = self.message_partner_ids
        if self.partner_id != target.partner_id:
            partners |= self.partner_id
        # nobody follows what he may not see
        target.message_subscribe(target._partners_who_may_see(partners).ids)
        self.activity_ids.write({'res_id': target.id})
        since = [moment for moment in (self.next_response_since, target.next_response_since) if moment]
        target.with_context(tracking_disable=True).write({
            'last_message_date': max(self.last_message_date, target.last_message_date),
            'next_response_since': not target.is_closed and min(since, default=False),
            'linked_ids': [Command.link(ticket.id) for ticket in self.linked_ids - target - self],
        })
        self.write({'merged_into_id': target.id, **self._merge_values()})
        self._message_log(body=self.env._('Merged into %s.', target.display_name))
        target._message_log(body=self.env._('%s was merged into this ticket.', self.display_name))

    def _merge_conversation(self, target):
        """Move messages with their files; the text of a ticket that was entered without mail becomes a message."""
        # sudo: who may write both tickets may move what hangs on them, whoever wrote it
        messages = self.env['mail.message'].sudo().search([
            ('model', '=', self._name), ('res_id', '=', self.id), ('message_type', '!=', 'notification')])
        if self._has_text() and not messages.filtered(self._is_conversation):
            messages |= messages.create({
                'model': self._name, 'res_id': self.id, 'author_id': self.partner_id.id, 'body': self.description,
                'message_type': 'comment', 'subtype_id': self.env.ref('mail.mt_comment').id, 'date': self.open_date})
        messages.write({'res_id': target.id, 'record_name': target.display_name})
        self.env['ir.attachment'].sudo().search([
            ('res_model', '=', self._name), ('res_id', '=', self.id), ('res_field', '=', False)]).res_id = target.id
        target.invalidate_recordset(['message_ids'])

    def _merge_values(self):
        """Return the values that close a ticket that was merged: cancelled, so that it counts as no success."""
        try:
            return self._transition_values('cancelled')
        except UserError:
            return self._transition_values('closed')

    # ------------------------------------------------------------------
    # What is sent to a merged ticket
    # ------------------------------------------------------------------

    def message_post(self, **kwargs):
        """What is said on a ticket that was merged, is said on the one that it became."""
        if len(self) == 1 and kwargs.get('message_type') in ('comment', 'email'):
            target = self._merge_target()
            if target != self:
                # a parent message of the old ticket has moved along
                return target.message_post(**kwargs)
        return super().message_post(**kwargs)

    # ------------------------------------------------------------------
    # Split
    # ------------------------------------------------------------------

    def _split(self, message, name='', team=None):
        """Open a ticket of its own from one public message of this one.

        The new ticket has the message's author as requester, if he belongs to the customer, its text and its files,
        and is linked with this one. The requester gets the usual acknowledgement with the new number.

        :param message: the ``mail.message``
        :param str name: subject, by default that of this ticket
        :param team: ``customer.ticket.team``, by default the same
        :return: the new ticket
        :raises UserError: if the message is no public message of this ticket
        """
        self.ensure_one()
        self.check_access('write')
        # sudo: the message is checked to be one of this ticket, which the user may write
        message_sudo = message.sudo()
        if (message_sudo.model, message_sudo.res_id) != (self._name, self.id) or not self._is_conversation(message_sudo):
            raise UserError(self.env._('Only a public message of this ticket can become a ticket of its own.'))
        author = message_sudo.author_id
        if author.commercial_partner_id != self.commercial_partner_id or not author.partner_share:
            author = self.partner_id
        files = [(attachment.name, attachment.raw) for attachment in message_sudo.attachment_ids]
        ticket = self.with_context({**self.env.context, FILES_KEY: files}).create({
            'name': (name or self.name)[:MAX_SUBJECT], 'description': message_sudo.body, 'partner_id': author.id,
            'company_id': self.company_id.id, 'team_id': (team or self.team_id).id, 'type_id': self.type_id.id,
            'priority': self.priority, 'tag_ids': [Command.set(self.tag_ids.ids)], 'split_from_id': self.id,
            'linked_ids': [Command.link(self.id)],
        }).with_env(self.env)
        self._message_log(body=self.env._('A message became the ticket %s.', ticket.display_name))
        ticket._message_log(body=self.env._('Split from %s.', self.display_name))
        return ticket

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        if any('linked_ids' in vals for vals in vals_list):
            tickets._link_back()
        return tickets

    def write(self, vals):
        if 'linked_ids' not in vals or self.env.context.get(LINK_KEY):
            return super().write(vals)
        before = {ticket: ticket.sudo().linked_ids for ticket in self}
        result = super().write(vals)
        for ticket, linked in before.items():
            # sudo: the other end of a link that was made by who may see both
            (linked - ticket.sudo().linked_ids).with_context(**{LINK_KEY: True}).linked_ids = [Command.unlink(ticket.id)]
        self._link_back()
        return result

    def _link_back(self):
        """Show links on both tickets (sudo: the other end of a link that was made by who may see both)."""
        for ticket in self.sudo():
            missing = ticket.linked_ids.filtered(lambda other: ticket not in other.linked_ids)
            missing.with_context(**{LINK_KEY: True}).linked_ids = [Command.link(ticket.id)]

    @api.constrains('linked_ids')
    def _check_linked(self):
        for ticket in self:
            if ticket in ticket.linked_ids:
                raise ValidationError(self.env._('A ticket cannot be linked with itself.'))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_merge(self):
        """Open the wizard that merges the chosen tickets."""
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Merge tickets'), 'view_mode': 'form', 'target': 'new',
            'res_model': 'customer.ticket.merge.wizard', 'context': {'default_ticket_ids': self.ids}}

    def action_split(self):
        """Open the wizard that makes a ticket of one message."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Split ticket'), 'view_mode': 'form', 'target': 'new',
            'res_model': 'customer.ticket.split.wizard', 'context': {'default_ticket_id': self.id}}


class MailThread(models.AbstractModel):
    _inherit = 'mail.thread'

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Mail to a ticket that was merged goes to the one that it became."""
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        return [
            (name, self.env['customer.ticket'].browse(res_id)._merge_target().id, *rest)
            if name == 'customer.ticket' and res_id else (name, res_id, *rest) for name, res_id, *rest in routes]
