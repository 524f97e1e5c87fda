from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, formataddr
from odoo.tools.mail import email_split_tuples


class CustomerTicketCc(models.Model):
    """Somebody in copy of a ticket. Who may get mail is decided when it is sent, not when he was added."""

    _name = 'customer.ticket.cc'
    _description = 'Ticket: person in copy'
    _order = 'id'
    _rec_name = 'email'

    ticket_id = fields.Many2one('customer.ticket', string='Ticket', required=True, index=True, ondelete='cascade')
    name = fields.Char()
    email = fields.Char(string='Address', required=True)
    partner_id = fields.Many2one('res.partner', string='Contact', index=True, ondelete='set null')
    is_allowed = fields.Boolean(
        string='Gets mail', help='Colleagues of the requester do by default, others if the team or its staff say so.')

    _ticket_email_unique = models.UniqueIndex('(ticket_id, email)', 'This address is in copy already.')

    @api.model_create_multi
    def create(self, vals_list):
        """Normalise addresses: one person is in copy once."""
        for vals in vals_list:
            vals['email'] = email_normalize(vals.get('email') or '') or ''
            if not vals['email']:
                raise UserError(self.env._('Please enter a valid e-mail address.'))
        return super().create(vals_list)

    def write(self, vals):
        """Who is allowed to get mail becomes a contact."""
        if 'email' in vals and not email_normalize(vals['email'] or ''):
            raise UserError(self.env._('Please enter a valid e-mail address.'))
        result = super().write(vals)
        if vals.get('is_allowed'):
            for copied in self.filtered(lambda copied: not copied.partner_id):
                copied.partner_id = copied.ticket_id._partner_find_from_emails_single(
                    [copied.name and f'"{copied.name}" <{copied.email}>' or copied.email])[:1]
        return result

    def action_allow(self):
        """Let these people get what staff write to the customer."""
        self.write({'is_allowed': True})


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    cc_policy = fields.Selection(
        [('colleagues', 'Colleagues of the requester'), ('anybody', 'Anybody')], string='People in copy',
        default='colleagues', required=True, help='Who can be in copy of a ticket without being allowed by staff.')
    takes_rest = fields.Boolean(
        string='Takes mail to nobody', help='Mail to an address that no team has becomes a ticket of this team.')
    portal_priority = fields.Boolean(
        string='Customers set the priority', help='Customers can say in the portal how urgent a new ticket is.')
    portal_copy = fields.Boolean(
        string='Copies of portal replies', help='Customers get by mail what they answer in the portal.')


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    cc_ids = fields.One2many('customer.ticket.cc', 'ticket_id', string='In copy')

    def _copied_partners(self):
        """Return the contacts in copy who get mail."""
        self.ensure_one()
        return self.sudo().cc_ids.filtered('is_allowed').partner_id

    def _copied_addresses(self):
        """Return the addresses in copy, as a set."""
        return set(self.sudo().cc_ids.mapped('email'))

    def _keep_copied(self, msg_dict):
        """Keep the people whom a mail has in copy, once each; our own addresses and its sender are none."""
        self.ensure_one()
        header = ','.join(filter(None, [msg_dict.get('to_filtered'), msg_dict.get('cc_filtered')]))
        sender = email_normalize(msg_dict.get('email_from') or '')
        people = {email_normalize(address): name for name, address in email_split_tuples(header)}
        for address in [None, False, sender, self.partner_id.email_normalized, self.user_id.email_normalized]:
            people.pop(address, None)
        own = self.env['mail.alias.domain'].sudo()._find_aliases(list(people))
        known = self._copied_addresses()
        for address, name in list(people.items())[:50]:
            if address not in own and address not in known:
                self._add_copied(address, name)

    def _add_copied(self, address, name=''):
        """Put somebody in copy.

        :param str address: normalised
        :return: the ``customer.ticket.cc`` in sudo
        """
        self.ensure_one()
        # sudo: the list is kept by the system; who may be on it, is decided here
        ticket = self.sudo()
        partners = self.env['res.partner'].sudo().search([('email_normalized', '=', address)])
        colleague = partners.filtered(
            lambda partner: partner.commercial_partner_id == ticket.commercial_partner_id)[:1]
        if ticket.team_id.cc_policy == 'anybody' and not colleague:
            colleague = partners[:1] or ticket._partner_find_from_emails_single(
                [formataddr((name or "", address))])[:1]
        staff = partners.filtered(lambda partner: not partner.partner_share)[:1]
        return self.env['customer.ticket.cc'].sudo().create({
            'ticket_id': ticket.id, 'email': address, 'name': name or (colleague or staff).name,
            'partner_id': (colleague or staff).id,
            'is_allowed': bool(staff or colleague and (
                colleague.commercial_partner_id != ticket.commercial_partner_id or self._is_colleague(address)))})

    # ------------------------------------------------------------------
    # The customer's own list
    # ------------------------------------------------------------------

    def _add_copied_by_customer(self, address):
        """Put somebody in copy for the customer who asks for it.

        :raises UserError: for an address that is none, is known, is ours, or belongs to nobody of the customer
        """
        self.ensure_one()
        self.check_access('read')
        address = email_normalize(address or '')
        if not address:
            raise UserError(self.env._('Please enter a valid e-mail address.'))
        # sudo: see _add_copied
        ticket = self.sudo()
        if address in ticket._copied_addresses() or address == ticket.partner_id.email_normalized:
            raise UserError(self.env._('%s gets the messages of this ticket already.', address))
        if len(ticket.cc_ids) >= 20 or self.env['mail.alias.domain'].sudo()._find_aliases([address]):
            raise UserError(self.env._('%s cannot be put in copy.', address))
        if ticket.team_id.cc_policy != 'anybody' and not self._is_colleague(address):
            # the same answer for who exists elsewhere, who may not see the ticket and who does not exist
            raise UserError(self.env._('%s is not a colleague who may see this ticket.', address))
        return ticket._add_copied(address)

    def _is_colleague(self, address):
        """Tell whether an address belongs to somebody of the same customer who may get mail about the ticket."""
        ticket = self.sudo()
        partners = self.env['res.partner'].sudo().search([
            ('email_normalized', '=', address), ('commercial_partner_id', '=', ticket.commercial_partner_id.id)])
        users = partners.with_context(active_test=False).user_ids
        return bool(partners and (not users or ticket._users_who_may_see(users)))

    def _remove_copied_by_customer(self, cc_id):
        """Take somebody out of the copy for the customer who asks for it; what is not on the list is ignored."""
        self.ensure_one()
        self.check_access('read')
        # sudo: the row is reached from the checked ticket
        self.sudo().cc_ids.filtered(lambda copied: copied.id == cc_id).unlink()
