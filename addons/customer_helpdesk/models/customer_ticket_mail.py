"""Mail of tickets: who gets what, how it looks, and what comes in."""
from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import formataddr, is_html_empty

from ..const import ADDRESSING_KEY, FILES_KEY, GATEWAY_KEY, MAIL_KEY

#: RFC 3834, and what Exchange understands
AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'}


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    # ------------------------------------------------------------------
    # A new ticket
    # ------------------------------------------------------------------

    def _open_conversation(self, vals_list):
        """Post the text of new tickets as their first message, by the requester, and queue its mail and the answer.

        :param list vals_list: the values of the tickets, which spare reading what was just written

        The mail gateway posts the incoming mail itself; to a robot nothing is answered. Files come in the context
        (:data:`FILES_KEY`).
        """
        files = self.env.context.get(FILES_KEY) or []
        tickets = self.with_context({**self.env.context, FILES_KEY: None})
        mail = self.env.context.get(MAIL_KEY)
        requests = {}
        if not self.env.context.get(GATEWAY_KEY):
            texts = {}
            for ticket, vals in zip(tickets, vals_list, strict=True):
                # what was just written is not read back
                text = vals['description'] if 'description' in vals else ticket.description  # noqa: SIM401
                if files or not is_html_empty(text):
                    texts[ticket] = text
            requests = tickets.browse(ticket.id for ticket in texts)._post_requests(texts, files)
        rows = []
        for ticket in tickets:
            if ticket in requests:
                rows.append({'ticket_id': ticket.id, 'message_id': requests[ticket].id, 'is_request': True})
            if mail and mail.automatic:
                ticket._list_suppressed_acknowledgement()
            else:
                rows.append({'ticket_id': ticket.id})
        self.env['customer.ticket.outbox']._add(rows)

    def _post_requests(self, texts, files):
        """Post the texts of the tickets as public messages of their requesters, all at once.

        :param dict texts: HTML of each ticket, which the message sanitizes
        :param files: list of ``(name, bytes)``, checked before
        :return: dict from the ticket to its ``mail.message``
        """
        # sudo: the author is the requester, also when staff enter the ticket for him
        tickets = self.sudo()
        domains = tickets._mail_get_alias_domains(default_company=self.env.company)
        values_list = []
        for ticket in tickets:
            author = ticket.partner_id
            values = {
                'author_id': author.id, 'email_from': author.email_formatted, 'model': ticket._name, 'res_id': ticket.id,
                'body': Markup(texts[ticket] or ''),  # noqa: S704 - sanitized when it is stored
                'subject': ticket._numbered_subject(''), 'partner_ids': [],
                'message_type': 'comment',
                'subtype_id': self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'),
                'email_add_signature': True, 'record_alias_domain_id': domains[ticket.id].id,
                'record_company_id': ticket.company_id.id,
                'reply_to': False,  # given when it is addressed
                'date': ticket.last_message_date,
            }
            if files:
                values.update(ticket._process_attachments_for_post(list(files), [], values))
            values_list.append(values)
        messages = tickets._message_create(values_list)
        for ticket, message, values in zip(tickets, messages, values_list, strict=True):
            ticket._message_post_after_hook(message, values)
        return dict(zip(self, messages, strict=True))

    def _list_suppressed_acknowledgement(self):
        """List that a robot got no answer; a person can still send it."""
        # sudo: written by the system only
        self.env['customer.ticket.suppression'].sudo().create([{
            'ticket_id': ticket.id, 'partner_id': ticket.partner_id.id, 'email': ticket.partner_id.email_normalized,
            'reason': 'automatic', 'kind': 'acknowledgement'} for ticket in self.sudo()])

    def _acknowledge(self):
        """Mail the number and the text of new tickets to their requesters, in their language, once."""
        self._send_automatic('customer_helpdesk.mail_template_customer_ticket_new', 'auto-replied')

    def _send_automatic(self, template_xmlid, submitted='auto-generated'):
        """Mail a template to the requesters of the tickets, in their language, marked as automatic.

        The message is not part of the conversation, but an answer to it is. Without the template nothing is sent.

        :param str template_xmlid: of a ``mail.template`` on tickets
        :param str submitted: value of ``Auto-Submitted`` (RFC 3834)
        """
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not template or not self:
            return
        # the superuser posts: the requester is never the author of what he gets, whoever created the ticket
        tickets = self.with_user(SUPERUSER_ID).filtered('partner_id.email')
        texts = template.with_user(SUPERUSER_ID).with_context(tickets.env.context)._generate_template(
            tickets.ids, ('subject', 'body_html', 'email_from'))
        for ticket in tickets:
            sender = ticket.company_id.email_formatted
            if ticket.team_id.alias_email:
                sender = formataddr((ticket.team_id.name, ticket.team_id.alias_email))
            ticket.message_post(
                subject=texts[ticket.id]['subject'], body=texts[ticket.id]['body_html'],
                author_id=ticket.company_id.partner_id.id,
                email_from=texts[ticket.id].get('email_from') or sender,
                message_type='auto_comment', subtype_xmlid='mail.mt_comment', partner_ids=ticket.partner_id.ids,
                notify_skip_followers=True, email_add_signature=False,
                mail_headers={**AUTOMATIC_HEADERS, 'Auto-Submitted': submitted})

    def _notify_assignee(self):
        """Tell the assignees that they became responsible."""
        for user, tickets in self.grouped('user_id').items():
            tickets.with_context(lang=user.lang)._message_auto_subscribe_notify(
                user.partner_id.ids, 'mail.message_user_assigned')

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """The assignee gets mail because he is the assignee: a former one does not go on getting it as a follower."""
        return []

    # ------------------------------------------------------------------
    # Who gets a message
    # ------------------------------------------------------------------

    def _message_post_after_hook(self, message, msg_values):
        """Keep the date of the last word; an answer of the customer ends the waiting for him."""
        super()._message_post_after_hook(message, msg_values)
        if not self._is_conversation(message):
            return
        # sudo: customers post with read access only
        ticket = self.sudo()
        if ticket.last_message_date != message.date:
            ticket.with_context(tracking_disable=True).last_message_date = message.date
        if self._is_from_customer(message) and not self._is_from_robot(message):
            ticket._resume()

    def _resume(self):
        """Go on with a ticket on which the customer had a word."""
        self.ensure_one()
        if self.state == 'waiting':
            self._transition(('waiting',), 'open')

    @api.model
    def _is_conversation(self, message):
        """Tell whether a message is part of what staff and customer say to each other."""
        message = message.sudo()
        return (
            message.message_type in ('comment', 'email') and not message.is_internal
            and message.subtype_id.id == self.env['ir.model.data']._xmlid_to_res_id('mail.mt_comment'))

    @api.model
    def _is_from_customer(self, message):
        author = message.sudo().author_id
        return not author or author.partner_share

    def _is_from_robot(self, message):
        """Tell whether an incoming mail was written by a robot (RFC 3834): it is kept, but moves nothing."""
        mail = self.env.context.get(MAIL_KEY)
        return bool(mail and mail.automatic and message.sudo().message_type == 'email')

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Queue the mails of what people say; the job calls this again after the transaction."""
        if self.env.context.get(ADDRESSING_KEY) or kwargs.get('scheduled_date') or not self._is_conversation(message):
            message_sudo = message.sudo()
            if self and not message_sudo.reply_to:
                message_sudo.reply_to = self._notify_get_reply_to(
                    default=message_sudo.email_from, author_id=message_sudo.author_id.id)[self.id]
            return super()._notify_thread(message, msg_vals=msg_vals, **kwargs)
        self.env['customer.ticket.outbox']._add([
            {'ticket_id': self.id, 'message_id': message.id, 'parameters': kwargs}])
        return []

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send what the customer says to the assignee, else to the team, and what staff say to the customer.

        Staff who follow the ticket get everything, and the people in copy what staff say. Whoever may not see the
        ticket gets nothing, whatever reason he was added for; internal notes never leave the house.
        """
        msg_vals = dict(msg_vals or {})
        conversation = self._is_conversation(message)
        from_customer = conversation and self._is_from_customer(message)
        copy = from_customer and self._wants_copy(message)
        if conversation:
            partners = msg_vals.get('partner_ids', message.sudo().partner_ids.ids)
            others = self._staff_to_notify() if from_customer else self.sudo().partner_id | self._copied_partners()
            msg_vals['partner_ids'] = [*partners, *others.ids, *copy.ids] if copy else [*partners, *others.ids]
            if copy:
                kwargs['notify_author'] = True
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        automatic = message.sudo().message_type in ('auto_comment', 'out_of_office')
        staff_only = from_customer or not (conversation or automatic)
        recipients = self._filter_recipients(recipients, staff_only, copy)
        if conversation:
            for recipient in recipients:
                recipient['notif'] = 'email'
        return self._suppress(message, recipients, automatic) if conversation or automatic else recipients

    def _wants_copy(self, message):
        """Return the author of a reply in the portal if his team sends copies of them, else nobody."""
        message, ticket = message.sudo(), self.sudo()
        if not ticket.team_id.portal_copy or message.message_type != 'comment' or (
                self.env.context.get(ADDRESSING_KEY) == 'request'):
            return message.author_id.browse()
        return message.author_id

    def _staff_to_notify(self):
        """Return the contacts of the assignee, or, if there is none, of all members of the team."""
        # sudo: a customer triggers the mail, he reads neither users nor teams
        ticket = self.sudo()
        users = ticket.user_id if ticket.user_id.active else ticket.team_id.member_ids.filtered('active')
        return users.partner_id

    def _filter_recipients(self, recipients, staff_only, copy=()):
        """Keep those who may see the ticket at this moment.

        :param list recipients: dicts as made by ``mail.followers._get_recipient_data``
        :param bool staff_only: whether customers get nothing at all
        :param copy: the contact who gets a copy of what he wrote himself
        """
        self.ensure_one()
        recipients = [
            recipient for recipient in recipients
            if recipient['id'] and (recipient['id'] in copy.ids if copy and recipient['share']
                                    else not (staff_only and recipient['share']))]
        Users, Partners = self.env['res.users'].sudo(), self.env['res.partner'].sudo()
        users = Users.browse([recipient['uid'] for recipient in recipients if recipient['uid']])
        contacts = Partners.browse([recipient['id'] for recipient in recipients if not recipient['uid']])
        # a contact whose login was archived has lost his access; one who never had a login belongs to the customer
        revoked = contacts and Users.with_context(active_test=False).search(
            [('partner_id', 'in', contacts.ids)]).partner_id
        ticket = self.sudo()
        contacts = (contacts - revoked if revoked else contacts).filtered(
            lambda contact: contact == ticket.partner_id
            or contact.commercial_partner_id == ticket.commercial_partner_id
            or contact in ticket._copied_partners())
        allowed = set(self._users_who_may_see(users).ids)
        return [
            recipient for recipient in recipients
            if (recipient['uid'] in allowed if recipient['uid'] else recipient['id'] in contacts.ids)]

    # ------------------------------------------------------------------
    # How a mail looks and goes out
    # ------------------------------------------------------------------

    def _message_compute_subject(self):
        self.ensure_one()
        return f'[#{self.number}] {self.name}'

    def message_post(self, **kwargs):
        """Give each message the subject that its mail will have; who answers does not follow by that."""
        if len(self) == 1 and kwargs.get('message_type') in ('comment', 'email'):
            kwargs['subject'] = self._numbered_subject(kwargs.get('subject'))
            if kwargs.get('subtype_xmlid') == 'mail.mt_comment' and not kwargs.get('is_internal'):
                kwargs.setdefault('reply_to', False)  # given when it is addressed
        quiet = self.with_context(mail_post_autofollow_author_skip=True)
        return super(CustomerTicket, quiet).message_post(**kwargs).with_env(self.env)

    def _numbered_subject(self, subject):
        """Return a subject that contains the number of the ticket.

        :param subject: what somebody wrote, or nothing
        """
        subject = ' '.join((subject or '').split())
        if f'[#{self.number}]' in subject:
            return subject
        return f'[#{self.number}] {subject or self.name}'

    def _notify_get_recipients_classify(self, message, recipients_data, model_description, msg_vals=False):
        """Let the groups know who has no login: each of them gets a link of his own."""
        persons = [data['id'] for data in recipients_data if data['id'] and data['share'] and not data['uid']]
        return super(CustomerTicket, self.with_context(customer_ticket_persons=persons))._notify_get_recipients_classify(
            message, recipients_data, model_description, msg_vals=msg_vals)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Link mails to customers straight to the page of the ticket.

        Who has a login signs in: a forwarded mail opens nothing. Who has none gets his personal link, with which he
        answers as himself until it expires or is revoked.
        """
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if not self:
            return groups
        # sudo: the link is for the recipient, not for the user who posts
        ticket = self.sudo()
        links = [['customer_login', lambda data: data['ushare'], {
            'active': True, 'has_button_access': True,
            'button_access': {'url': ticket.get_base_url() + ticket.access_url}}]]
        persons = self.env['res.partner'].browse(self.env.context.get('customer_ticket_persons') or [])
        links += [[f'customer_person_{partner.id}', lambda data, id_=partner.id: data['id'] == id_, {
            'active': True, 'has_button_access': True,
            'button_access': {'url': ticket._personal_link(partner)._url()}}] for partner in persons]
        return [*links, *groups]

    def _notify_by_email_render_layout(self, message, recipients_group, msg_vals=False, render_values=None):
        """Use our own layout: Odoo's starts with a preview that makes the text part of a mail unreadable."""
        msg_vals = dict(msg_vals or {}, email_layout_xmlid='customer_helpdesk.mail_layout_ticket')
        return super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=render_values)

    def _notify_get_reply_to(self, default=None, author_id=False):
        """Answers go to the address of the team, if it has one."""
        # sudo: a customer posts, he reads no team
        with_alias = self.sudo().filtered('team_id.alias_email').sudo(self.env.su)
        rest = self - with_alias
        # an empty record set asks for the default of the company
        result = super(CustomerTicket, rest)._notify_get_reply_to(default, author_id) if rest or not self else {}
        for ticket in with_alias:
            result[ticket.id] = self._notify_get_reply_to_formatted_email(
                ticket.sudo().team_id.alias_email, author_id=author_id)
        return result

    def _notify_thread_by_email(self, message, recipients_data, *, msg_vals=False, force_send=False, **kwargs):
        """Queue the mails and wake the queue when the transaction is committed: no page waits for a mail server."""
        if self._is_conversation(message):
            msg_vals = dict(msg_vals or {}, tracking_value_ids=[])  # spares a query: what people say carries no changes
        result = super()._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, force_send=force_send, **kwargs)
        if not force_send and any(recipient['notif'] == 'email' for recipient in recipients_data):
            self._wake_mail_queue()
        return result

    def _notify_by_email_get_base_mail_values(self, message, recipients_data, additional_values=None):
        """Mark every mail that no person wrote as automatic, so that no other robot answers it (RFC 3834)."""
        values = dict(additional_values or {})
        if message.sudo().message_type not in ('comment', 'email'):
            values['headers'] = {**AUTOMATIC_HEADERS, **(values.get('headers') or {})}
        return super()._notify_by_email_get_base_mail_values(message, recipients_data, additional_values=values)

    @api.model
    def _wake_mail_queue(self):
        """Let the mail queue run once after this transaction."""
        self._wake_cron('mail.ir_cron_mail_scheduler_action')

    @api.model
    def _wake_cron(self, xmlid):
        """Let a scheduled job run once after this transaction, in one query.

        :param str xmlid: of the ``ir.cron``
        """
        pending = self.env.cr.precommit.data.setdefault('customer_ticket.crons', set())
        if xmlid in pending:
            return
        pending.add(xmlid)
        # sudo: jobs belong to the system
        cron = self.env['ir.cron'].sudo().browse(self.env['ir.model.data']._xmlid_to_res_id(xmlid))
        self.env['ir.cron.trigger'].sudo().create({'cron_id': cron.id, 'call_at': fields.Datetime.now()})
        self.env.cr.postcommit.add(cron._notifydb)

    @api.model
    def _cron_progress(self, processed, remaining):
        """Commit what a scheduled job did so far.

        :return: whether there is time for more
        """
        if not self.env.context.get('ir_cron_progress_id'):
            return True  # called by somebody else, who commits himself
        return bool(self.env['ir.cron']._commit_progress(processed, remaining=remaining))
