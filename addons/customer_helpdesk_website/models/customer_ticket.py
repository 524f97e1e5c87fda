from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize, formataddr, plaintext2html

from odoo.addons.customer_helpdesk.const import FILES_KEY

from ..const import MAX_EMAIL, MAX_NAME, WEBSITE_KEY


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    is_from_website = fields.Boolean(
        string='Asked on the website', readonly=True, copy=False,
        help='Whoever asked typed the address of the requester; nothing proves that it is his.')

    @api.model
    def _customer_teams(self):
        website = self.env.context.get(WEBSITE_KEY)
        if isinstance(website, models.BaseModel):
            return self.env['customer.ticket.team']._offered_to_visitors(website.company_id)
        return super()._customer_teams()

    @api.model
    def _visitor_errors(self, values):
        """Check what a visitor entered.

        :param dict values: those of :meth:`_customer_errors`, and ``person`` and ``email`` (text)
        :return: dict from the name of a field to what is wrong with it
        """
        errors, email = {}, (values.get('email') or '').strip()
        if not values.get('person', '').strip():
            errors['person'] = self.env._('Please enter your name.')
        elif len(values['person']) > MAX_NAME:
            errors['person'] = self.env._('The name is too long: at most %s characters.', MAX_NAME)
        if not email_normalize(email) or len(email) > MAX_EMAIL:
            errors['email'] = self.env._('Please enter your e-mail address, such as name@example.com.')
        return {**errors, **self._customer_errors(values)}

    @api.model
    def _create_from_visitor(self, values, files):
        """Open a ticket for whoever asks on the website, in the way in which a mail of an unknown sender does.

        The requester is the one contact with the typed address, made if need be. Nothing proves that the visitor is he,
        so he gets nothing to see: number and link go by mail to the address, and what he typed names nobody anew.

        :param dict values: checked by :meth:`_visitor_errors`
        :param files: list of ``(name, bytes)``, checked
        :return: the ticket in sudo
        """
        website = self.env.context[WEBSITE_KEY]
        address = email_normalize(values['email'])
        person = ' '.join(values['person'].split())
        email_from = formataddr((person, address))
        team_id = values.get('team_id') or self._customer_teams()[:1].id
        # the superuser: as the mail gateway
        Ticket = self.with_user(SUPERUSER_ID).with_company(website.company_id)
        partner = Ticket._find_sender(email_from, {'name': person, 'lang': self.env.lang})
        ticket = Ticket.with_context({**Ticket.env.context, FILES_KEY: files}).create({
            **Ticket._company_of_mail({'team_id': team_id}, partner, email_from),
            'name': ' '.join(values['name'].split()),
            'description': plaintext2html(values['description'].strip()),
            'team_id': team_id,
            'type_id': values.get('type_id', False),
            'is_from_website': True,
        })
        note = ticket.with_context(lang=website.default_lang_id.code)
        note._message_log(body=note.env._(
            'Asked on the website by somebody who calls himself %(name)s and typed the address %(email)s.',
            name=person, email=address))
        return ticket
