from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import html2plaintext

from ..const import MAX_SUBJECT

#: characters of a message by which it is recognised
EXCERPT = 120
#: newest messages of which one can be chosen
MAX_MESSAGES = 100


class CustomerTicketSplitWizard(models.TransientModel):
    """Makes a ticket of its own of one message."""

    _name = 'customer.ticket.split.wizard'
    _description = 'Split ticket'

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, readonly=True)
    name = fields.Char(string='Subject of the new ticket', required=True, size=MAX_SUBJECT)
    team_id = fields.Many2one('customer.ticket.team', string='Team')
    line_ids = fields.One2many('customer.ticket.split.wizard.line', 'wizard_id', string='Messages')

    @api.model
    def default_get(self, fields):
        """Propose subject and team of the ticket, and offer its public messages."""
        values = super().default_get(fields)
        ticket = self.env['customer.ticket'].browse(values.get('ticket_id'))
        if ticket:
            messages = self.env['mail.message'].search(
                ticket._public_messages_domain(), order='id desc', limit=MAX_MESSAGES)
            values.update(name=ticket.name, team_id=ticket.team_id.id, line_ids=[
                Command.create({
                    'message_id': message.id, 'date': message.date, 'author': message.author_id.name or message.email_from,
                    'text': html2plaintext(message.body)[:EXCERPT].strip()}) for message in messages])
        return values


class CustomerTicketSplitWizardLine(models.TransientModel):
    """One message that can become a ticket."""

    _name = 'customer.ticket.split.wizard.line'
    _description = 'Split ticket: message'

    wizard_id = fields.Many2one('customer.ticket.split.wizard', required=True, ondelete='cascade')
    message_id = fields.Many2one('mail.message', required=True, ondelete='cascade')
    date = fields.Datetime(readonly=True)
    author = fields.Char(readonly=True)
    text = fields.Char(string='Beginning', readonly=True)

    def action_split(self):
        """Open a ticket with this message, and show it."""
        self.ensure_one()
        wizard = self.wizard_id
        ticket = wizard.ticket_id._split(self.message_id, wizard.name, wizard.team_id)
        return {
            'type': 'ir.actions.act_window', 'res_model': 'customer.ticket', 'res_id': ticket.id, 'view_mode': 'form',
            'views': [(False, 'form')]}
