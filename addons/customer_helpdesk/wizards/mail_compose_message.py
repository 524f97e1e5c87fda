from odoo import fields, models
from odoo.exceptions import UserError


class MailComposeMessage(models.TransientModel):
    _inherit = 'mail.compose.message'

    customer_ticket_seen = fields.Integer(
        string='Last message seen', default=-1, help='Of a ticket: the last message that was there when the writing began.')
    customer_ticket_confirmed = fields.Boolean(string='Send, even if the customer wrote meanwhile')

    def _action_send_mail(self, auto_commit=False):
        """Refuse an answer on a ticket that crosses with a message of the customer, unless it is confirmed.

        :raises UserError: with what the customer wrote
        """
        for wizard in self.filtered(lambda wizard: (
                wizard.model == 'customer.ticket' and wizard.composition_mode == 'comment'
                and wizard.customer_ticket_seen >= 0 and not wizard.subtype_is_log
                and not wizard.customer_ticket_confirmed)):
            for ticket in self.env['customer.ticket'].browse(wizard._evaluate_res_ids()):
                words = ticket.customer_words_since(wizard.customer_ticket_seen)
                if words:
                    raise UserError(self.env._(
                        'The customer wrote meanwhile:\n\n%(author)s: %(text)s\n\nTick “%(confirm)s” to send your answer '
                        'as it is.', author=words[-1]['author'], text=words[-1]['text'],
                        confirm=self._fields['customer_ticket_confirmed']._description_string(self.env)))
        return super()._action_send_mail(auto_commit=auto_commit)
