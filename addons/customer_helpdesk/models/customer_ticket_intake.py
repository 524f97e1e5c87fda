"""Incoming mail: what is not lost, what is dropped, and on which ticket it lands."""
import logging
import xmlrpc.client
from functools import partial

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, email_normalize, email_split, html2plaintext

from ..const import AUTOMATIC, GATEWAY_KEY, MAIL_KEY, MAX_SUBJECT
from ..incoming import clean, read_mail, rebuild, ticket_numbers

_logger = logging.getLogger(__name__)

#: how often a fetched mail is tried when other transactions are faster
MAX_TRIES = 5


class NoRouteError(ValueError):
    """Nobody is responsible for a mail: it goes back to the mail server."""


class CustomerTicketMail(models.Model):
    """One incoming mail that concerns tickets: its Message-ID is taken once, whichever worker gets it."""

    _name = 'customer.ticket.mail'
    _description = 'Ticket: incoming mail'
    _order = 'id desc'
    _rec_name = 'subject'
    _log_access = False

    message_id = fields.Char(string='Message-ID', required=True)
    date = fields.Datetime(string='Received on', required=True, default=fields.Datetime.now)
    sender = fields.Char(index=True)
    subject = fields.Char()
    ticket_id = fields.Many2one('customer.ticket', string='Ticket', index=True, ondelete='cascade')
    mail_message_id = fields.Many2one('mail.message', string='Message', index=True, ondelete='set null')
    automatic = fields.Selection(
        AUTOMATIC, string='Written by a robot', help='The header that says so: such a mail is kept and answered by nobody.')
    shape = fields.Selection(
        [('odd', 'Repaired'), ('broken', 'Broken: the original is attached')], string='Reading')
    is_bounce = fields.Boolean(string='Bounce')

    _message_id_unique = models.UniqueIndex('(message_id)', 'This mail was received already.')

    @api.model
    def _claim(self, mail):
        """Take a mail, once over all workers.

        A parallel transaction with the same Message-ID waits in the unique index until this one ends; then it is
        replayed (serialization failure) and finds the row.

        :param mail: the :class:`~..incoming.IncomingMail`
        :return: the row, or nothing if the mail was taken before
        """
        rows = self.env.execute_query(SQL(
            'INSERT INTO customer_ticket_mail (message_id, date, sender, subject, automatic, shape)'
            ' VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id',
            mail.message_id, fields.Datetime.now(), mail.sender or None, mail.subject[:MAX_SUBJECT] or None,
            mail.automatic or None, mail.shape if mail.shape != 'sound' else None))
        return self.browse(rows[0] if rows else [])


class MailThread(models.AbstractModel):
    _inherit = 'mail.thread'

    @api.model
    def message_process(self, model, message, custom_values=None, save_original=False, strip_attachments=False,
                        thread_id=None):
        """Read a mail, and read it more crudely as often as reading fails: no mail is lost because of its form.

        The last resort is a mail with the same sender, recipients and subject, and the bytes as an attachment.

        :raises ValueError: if nobody is responsible for the mail
        """
        if not self.env.su and self.env['customer.document.mixin']._customer_restriction() != 'all':
            raise AccessDenied
        raw = bytes(message.data) if isinstance(message, xmlrpc.client.Binary) else message
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        mail = read_mail(raw)
        process = partial(
            super(MailThread, self.with_context(**{MAIL_KEY: mail})).message_process, model, custom_values=custom_values,
            save_original=save_original, strip_attachments=strip_attachments, thread_id=thread_id)
        for tries_left in reversed(range(MAX_TRIES)):
            try:
                return self._process_shapes(mail, process)
            except OperationalError as error:
                # a request is repeated by Odoo; a mail that is fetched would count as handled and be lost
                if (not self.env.context.get('default_fetchmail_server_id') or not tries_left
                        or not isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)):
                    raise
                self.env.cr.rollback()
        return False

    def _process_shapes(self, mail, process):
        """Process a mail as it is, and more crudely as long as that fails."""
        last = None
        for data in self._mail_shapes(mail):
            try:
                with self.env.cr.savepoint():
                    return process(data())
            except (OperationalError, AccessDenied, AccessError, NoRouteError):
                raise
            except Exception as error:  # noqa: BLE001 - hostile input raises nearly anything
                last = error
                _logger.info('Mail %s could not be read and is tried again', mail.message_id, exc_info=True)
        raise last

    @api.model
    def _mail_shapes(self, mail):
        """Return functions that write the mail ever more crudely: as it is, rebuilt, rebuilt with the original, bare."""
        shapes = [lambda: rebuild(mail.raw, with_raw=True), lambda: rebuild(mail.raw, with_raw=True, with_content=False)]
        if mail.shape == 'sound':
            shapes.insert(0, lambda: mail.raw)
        elif mail.shape == 'odd':
            shapes.insert(0, lambda: rebuild(mail.raw))
        return shapes

    @api.model
    def message_parse(self, message, save_original=False):
        """Take out of a parsed mail what no database stores, and give a Message-ID to one that has none."""
        values = super().message_parse(message, save_original=save_original)
        mail = self.env.context.get(MAIL_KEY)
        if not mail:
            return values
        for name, value in values.items():
            if type(value) is str:
                values[name] = clean(value)
        values['message_id'] = mail.message_id
        values['attachments'] = [
            attachment._replace(fname=clean(attachment.fname or '')[:200] or 'file')
            for attachment in values.get('attachments') or []]
        known = set(email_split(values['recipients'].lower()))
        values['recipients'] = ','.join(
            [*filter(None, [values['recipients']]), *(address for address in mail.envelope if address not in known)])
        return values

    # ------------------------------------------------------------------
    # Where it goes
    # ------------------------------------------------------------------

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """Find the ticket: by the Message-IDs to which the mail refers, else by the number in its subject.

        :raises NoRouteError: a ``ValueError``, as Odoo raises it
        """
        try:
            routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        except ValueError as error:
            routes = self._route_to_rest_team()
            if not routes:
                raise NoRouteError(str(error)) from error
        result, is_new = [], False
        for route in routes:
            if route and route[0] == 'customer.ticket':
                route = self.env['customer.ticket'].sudo()._route_ticket(message_dict, route)
                if not route[1] and is_new:
                    continue  # a mail to two teams is one ticket
                is_new = is_new or not route[1]
            result.append(route)
        return result

    @api.model
    def _route_to_rest_team(self):
        """Return the route to the team that takes mail to nobody, if there is one."""
        if self.env.context.get(MAIL_KEY) is None:
            return []
        team = self.env['customer.ticket.team'].sudo().search([('takes_rest', '=', True)], limit=1)
        return [('customer.ticket', 0, {'team_id': team.id}, self.env.uid, None)] if team else []

    def _detect_loop_sender(self, message, message_dict, routes):
        """Tickets keep every mail; caps are on what we send (:meth:`customer.ticket._suppress`)."""
        if routes and all(route[0] == 'customer.ticket' for route in routes):
            return False
        return super()._detect_loop_sender(message, message_dict, routes)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Take a mail for tickets once, with one contact for its sender."""
        mail = self.env.context.get(MAIL_KEY)
        if not mail or not any(route[0] == 'customer.ticket' for route in routes or ()):
            return super()._message_route_process(message, message_dict, routes)
        row = self.env['customer.ticket.mail'].sudo()._claim(mail)
        if not row:
            _logger.info('Ignored mail %s: received already', mail.message_id)
            return False
        if not message_dict.get('author_id'):
            message_dict['author_id'] = self.env['customer.ticket'].sudo()._find_sender(message_dict['email_from']).id
        ticket_id = super()._message_route_process(message, message_dict, routes)
        posted = self.env['mail.message'].sudo().search([('message_id', '=', mail.message_id)], order='id desc', limit=1)
        row.write({
            'ticket_id': posted.res_id if posted.model == 'customer.ticket' else False, 'mail_message_id': posted.id})
        return ticket_id

    # ------------------------------------------------------------------
    # Bounces
    # ------------------------------------------------------------------

    def _message_parse_extract_bounce(self, email_message, message_dict):
        """Find our message also in a bounce without form, by the Message-IDs and the address that it names."""
        values = super()._message_parse_extract_bounce(email_message, message_dict)
        mail = self.env.context.get(MAIL_KEY)
        if not values.get('is_bounce') or not mail:
            return values
        if not values['bounced_message'] and mail.named_ids:
            values['bounced_message'] = self.env['mail.message'].sudo().search(
                [('message_id', 'in', list(mail.named_ids))], order='id desc', limit=1)
        notified = values['bounced_message'].notification_ids.res_partner_id
        if not values['bounced_email'] and values['bounced_message']:
            text = html2plaintext(message_dict.get('body') or '') + ' '.join(mail.failed_recipients)
            text += mail.raw[:20000].decode('latin-1')
            found = notified.filtered(lambda partner: partner.email_normalized and partner.email_normalized in text.lower())
            values['bounced_partner'] = (found or notified)[:1] if len(found or notified) == 1 else found[:1]
            values['bounced_email'] = values['bounced_partner'].email_normalized or False
        return values

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Handle a bounce once; receipts and notices of delay are none."""
        mail = self.env.context.get(MAIL_KEY)
        if not mail:
            return super()._routing_handle_bounce(email_message, message_dict)
        row = self.env['customer.ticket.mail'].sudo()._claim(mail)
        if not row:
            return None
        bounced = message_dict['bounced_message']
        row.write({
            'is_bounce': mail.report in ('', 'failed'),
            'ticket_id': bounced.res_id if bounced.model == 'customer.ticket' else False})
        if mail.report not in ('', 'failed'):
            _logger.info('Mail %s says that a mail is %s', mail.message_id, mail.report)
            return None
        return super()._routing_handle_bounce(email_message, message_dict)


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    is_automatic = fields.Boolean(
        string='Opened by a robot', readonly=True, copy=False,
        help='The mail that opened the ticket says that no person wrote it: nobody is answered automatically.')
    incoming_mail_ids = fields.One2many('customer.ticket.mail', 'ticket_id', string='Incoming mails')

    # ------------------------------------------------------------------
    # Routing
    # ------------------------------------------------------------------

    @api.model
    def _route_ticket(self, message_dict, route):
        """Return the route of a mail to tickets, pointed at the ticket that it really concerns."""
        model, thread_id, values, user_id, alias = route
        mail = self.env.context.get(MAIL_KEY)
        ticket = self.browse(thread_id or []).exists()
        if not ticket and mail and not mail.is_forged:
            ticket = self._find_by_number(message_dict)
        ticket = ticket and ticket._mail_target()
        if not ticket:
            return route
        message_dict['parent_id'] = ticket._parent_of_mail(message_dict)
        if ticket._is_past_reopening() and not (mail and mail.automatic):
            return model, 0, {**(values or {}), **ticket._follow_up_values()}, user_id, alias
        return model, ticket.id, values, user_id, alias

    def _mail_target(self):
        """Return the ticket on which mail to this one lands: another one if it was merged."""
        return self._merge_target()

    def _parent_of_mail(self, message_dict):
        """Return the id of the message to which a mail answers, if it is one of this ticket."""
        parent = self.env['mail.message'].sudo().browse(message_dict.get('parent_id') or [])
        return parent.id if parent and (parent.model, parent.res_id) == (self._name, self.id) else False

    @api.model
    def _find_by_number(self, message_dict):
        """Return the ticket whose number stands in the subject, if the sender belongs to it: numbers can be guessed."""
        numbers, sender = ticket_numbers(message_dict.get('subject')), email_normalize(message_dict['email_from'])
        if not numbers or not sender:
            return self.browse()
        tickets = self.sudo().search([('number', 'in', numbers[:5])])
        return tickets.filtered(lambda ticket: ticket._mail_target()._is_participant(sender))[:1]

    def _is_participant(self, address):
        """Tell whether somebody with this address belongs to the ticket.

        He is the requester, in copy, wrote a public message, or may see the ticket by his login.

        :param str address: normalised
        """
        self.ensure_one()
        partners = self.env['res.partner'].sudo().search([('email_normalized', '=', address)])
        if self.partner_id in partners or address in self._copied_addresses():
            return True
        if self.env['mail.message'].sudo().search_count(
                self._public_messages_domain() & Domain('author_id', 'in', partners.ids), limit=1):
            return not partners.user_ids or bool(self._users_who_may_see(partners.user_ids))
        return bool(partners.user_ids and self._users_who_may_see(partners.user_ids))

    # ------------------------------------------------------------------
    # Senders
    # ------------------------------------------------------------------

    @api.model
    def _find_sender(self, email_from, values=None):
        """Return the one contact of a sender, made if need be; without a usable address the contact for such.

        Two workers with a first mail of the same sender: the second one waits, is replayed and finds the contact.

        :param str email_from: name and address
        :param dict values: of a contact that is made
        """
        address = email_normalize(email_from, strict=False)
        if not address or address in self.env['mail.alias.domain'].sudo()._find_aliases([address]):
            return self._unknown_sender()
        partner = self._partner_find_from_emails_single([email_from], no_create=True)[:1]
        if not partner:
            self.env['customer.submission']._claim(f'mail:{address}'[:64])
            partner = self._partner_find_from_emails_single(
                [email_from], additional_values={address: values or {}})[:1]
        return partner or self._unknown_sender()

    @api.model
    def _unknown_sender(self):
        """Return the contact for mails without a usable sender; a ticket needs a requester, and no mail is lost."""
        return self.env.ref('customer_helpdesk.partner_unknown_sender', raise_if_not_found=False) or self.env[
            'res.partner'].create({'name': self.env._('Unknown sender')})

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Open a ticket from a mail: an unknown sender becomes one contact, who is its author."""
        values = dict(custom_values or {})
        mail = self.env.context.get(MAIL_KEY)
        partner = self.env['res.partner'].browse(msg_dict.get('author_id') or [])
        if not partner:
            partner = self._find_sender(msg_dict.get('email_from') or '')
            msg_dict['author_id'] = partner.id
        subject = ' '.join((msg_dict.get('subject') or '').split())[:MAX_SUBJECT].strip()
        values.update(
            **self._company_of_mail(values, partner, msg_dict.get('email_from') or ''), name=subject or self.env._('(no subject)'),
            description=msg_dict.get('body'), is_automatic=bool(mail and mail.automatic))
        ticket = super(CustomerTicket, self.with_context({**self.env.context, GATEWAY_KEY: True})).message_new(
            msg_dict, custom_values=values)
        ticket._keep_copied(msg_dict)
        return ticket

    @api.model
    def _company_of_mail(self, values, partner, email_from):
        """Return requester and company of a ticket by mail, so that they fit: a contact may belong to one company.

        :param dict values: defaults of the team's address
        :param partner: the sender
        """
        # sudo: the gateway works for everybody
        team = self.env['customer.ticket.team'].sudo().browse(values.get('team_id') or []).exists() or self._default_team()
        company = team.company_id or partner.sudo().company_id or self.env.company
        if partner.sudo().company_id not in (company, company.browse()):
            address = email_normalize(email_from, strict=False)
            partner = self.env['res.partner'].sudo().search([
                ('email_normalized', '=', address), ('company_id', 'in', (company.id, False))], limit=1
            ) or partner.sudo().create({'name': partner.name, 'email': address, 'company_id': company.id})
        return {'partner_id': partner.id, 'company_id': company.id}

    def message_update(self, msg_dict, update_vals=None):
        """Take an answer by mail: public, unless staff answer to an internal note of a colleague."""
        self.ensure_one()
        parent = self.env['mail.message'].sudo().browse(msg_dict.get('parent_id') or [])
        author = self.env['res.partner'].sudo().browse(msg_dict.get('author_id') or [])
        is_note = parent.message_type in ('comment', 'email') and (parent.is_internal or parent.subtype_id.internal)
        msg_dict['is_internal'] = bool(is_note and author and not author.partner_share)
        if not msg_dict['is_internal']:
            self._keep_copied(msg_dict)
            sender = email_normalize(msg_dict.get('email_from') or '')
            if sender and author.partner_share and not self._is_participant(sender):
                self._add_copied(sender, author.name)  # somebody to whom the mail was forwarded
        return super().message_update(msg_dict, update_vals)

    # ------------------------------------------------------------------
    # Bounces
    # ------------------------------------------------------------------

    def _message_receive_bounce(self, email, partner):
        """Warn the assignee, else the team, that a mail about the ticket did not arrive."""
        result = super()._message_receive_bounce(email, partner)
        for ticket in self.sudo():
            staff = ticket._staff_to_notify().filtered(lambda contact, email=email: contact.email_normalized != email)
            ticket.with_context(lang=staff[:1].lang or self.env.lang).message_post(
                body=ticket.env._('A mail to %s came back: it did not arrive.', email),
                message_type='notification', subtype_xmlid='mail.mt_note', partner_ids=staff.ids,
                author_id=ticket.company_id.partner_id.id, email_from=ticket.company_id.email_formatted)
        return result
