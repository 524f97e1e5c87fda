"""Mail of tickets: who gets what, how it looks, and what comes in."""
from odoo import SUPERUSER_ID, api, models
from odoo.tools import email_normalize, formataddr

from ..const import FILES_KEY, GATEWAY_KEY, MAX_SUBJECT

AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-replied', 'X-Auto-Response-Suppress': 'All'}


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    # ------------------------------------------------------------------
    # A new ticket
    # ------------------------------------------------------------------

    def _open_conversation(self):
        """Post the text of new tickets as their first message, by the requester, and acknowledge them.

        The mail gateway posts the incoming mail itself. Files come in the context (:data:`FILES_KEY`).
        """
        if not self.env.context.get(GATEWAY_KEY):
            files = self.env.context.get(FILES_KEY) or []
            for ticket in self.with_context({**self.env.context, FILES_KEY: None}):
                if ticket._has_text() or files:
                    ticket._post_request(files)
        self._acknowledge()

    def _post_request(self, files):
        """Post the text of the ticket as a public message of its requester.

        :param files: list of ``(name, bytes)``, checked before
        :return: the ``mail.message``
        """
        # sudo: the author is the requester, also when staff enter the ticket for him
        return self.sudo().message_post(
            body=self.description or '', attachments=list(files), author_id=self.partner_id.id,
            message_type='comment', subtype_xmlid='mail.mt_comment')

    def _acknowledge(self):
        """Mail the number and the text of new tickets to their requesters, in their language, once.

        The mail is marked as automatic. Its message is not part of the conversation, but an answer to it is.
        """
        template = self.env.ref('customer_helpdesk.mail_template_customer_ticket_new', raise_if_not_found=False)
        if not template or not self:
            return
        # the superuser posts: the requester is never the author of what he gets, whoever created the ticket
        tickets = self.with_user(SUPERUSER_ID)
        texts = template.with_user(SUPERUSER_ID)._generate_template(
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
                notify_skip_followers=True, mail_headers=AUTOMATIC_HEADERS, email_add_signature=False)

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
        ticket.with_context(tracking_disable=True).last_message_date = message.date
        if ticket.state == 'waiting' and self._is_from_customer(message):
            ticket._transition(('waiting',), 'open')

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

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Send what the customer says to the assignee, else to the team, and what staff say to the customer.

        Staff who follow the ticket get everything. Whoever may not see the ticket gets nothing, whatever reason
        he was added for; internal notes never leave the house.
        """
        msg_vals = dict(msg_vals or {})
        conversation = self._is_conversation(message)
        from_customer = conversation and self._is_from_customer(message)
        if conversation:
            partners = msg_vals.get('partner_ids', message.sudo().partner_ids.ids)
            others = self._staff_to_notify() if from_customer else self.sudo().partner_id
            msg_vals['partner_ids'] = [*partners, *others.ids]
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        acknowledgement = message.sudo().message_type in ('auto_comment', 'out_of_office')
        staff_only = from_customer or not (conversation or acknowledgement)
        recipients = self._filter_recipients(recipients, staff_only)
        if conversation:
            for recipient in recipients:
                recipient['notif'] = 'email'
        return recipients

    def _staff_to_notify(self):
        """Return the contacts of the assignee, or, if there is none, of all members of the team."""
        # sudo: a customer triggers the mail, he reads neither users nor teams
        ticket = self.sudo()
        users = ticket.user_id if ticket.user_id.active else ticket.team_id.member_ids.filtered('active')
        return users.partner_id

    def _filter_recipients(self, recipients, staff_only):
        """Keep those who may see the ticket at this moment.

        :param list recipients: dicts as made by ``mail.followers._get_recipient_data``
        :param bool staff_only: whether customers get nothing at all
        """
        self.ensure_one()
        recipients = [
            recipient for recipient in recipients
            if recipient['id'] and not (staff_only and recipient['share'])]
        Users, Partners = self.env['res.users'].sudo(), self.env['res.partner'].sudo()
        users = Users.browse([recipient['uid'] for recipient in recipients if recipient['uid']])
        contacts = Partners.browse([recipient['id'] for recipient in recipients if not recipient['uid']])
        # a contact whose login was archived has lost his access; one who never had a login belongs to the customer
        revoked = contacts and Users.with_context(active_test=False).search(
            [('partner_id', 'in', contacts.ids)]).partner_id
        ticket = self.sudo()
        contacts = (contacts - revoked if revoked else contacts).filtered(
            lambda contact: contact == ticket.partner_id
            or contact.commercial_partner_id == ticket.commercial_partner_id)
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

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Link mails to customers straight to the page of the ticket.

        Who has a login signs in: a forwarded mail opens nothing. Only a requester without login gets the share
        token, which opens the page for reading.
        """
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals=msg_vals)
        if not self:
            return groups
        # sudo: the link is for the recipient, not for the user who posts
        ticket = self.sudo()
        url = ticket.get_base_url() + ticket.access_url
        link = ['customer_login', lambda data: data['ushare'], {
            'active': True, 'has_button_access': True, 'button_access': {'url': url}}]
        for name, _filter, data in groups:
            if name == 'portal_customer' and ticket.access_token:
                data['button_access'] = {'url': f'{url}?access_token={ticket.access_token}'}
        return [link, *groups]

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
        if msg_vals and self._is_conversation(message):
            msg_vals = dict(msg_vals, tracking_value_ids=[])  # spares a query: what people say carries no changes
        result = super()._notify_thread_by_email(
            message, recipients_data, msg_vals=msg_vals, force_send=force_send, **kwargs)
        if not force_send and any(recipient['notif'] == 'email' for recipient in recipients_data):
            self._wake_mail_queue()
        return result

    def _wake_mail_queue(self):
        """Let the queue run once after this transaction."""
        pending = self.env.cr.precommit.data
        if not pending.get('customer_ticket.mail'):
            pending['customer_ticket.mail'] = True
            # sudo: the queue belongs to the system
            self.env['ir.cron'].sudo().browse(self.env['ir.model.data']._xmlid_to_res_id(
                'mail.ir_cron_mail_scheduler_action'))._trigger()

    # ------------------------------------------------------------------
    # Incoming mail
    # ------------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Open a ticket from a mail: an unknown sender becomes one contact, who is its author."""
        values = dict(custom_values or {})
        partner = self.env['res.partner'].browse(msg_dict.get('author_id') or [])
        if not partner and email_normalize(msg_dict.get('email_from')):
            partner = self._partner_find_from_emails_single([msg_dict['email_from']])
        subject = ' '.join((msg_dict.get('subject') or '').split())[:MAX_SUBJECT].strip()
        values.update(
            partner_id=partner.id, name=subject or self.env._('(no subject)'), description=msg_dict.get('body'))
        return super(CustomerTicket, self.with_context({**self.env.context, GATEWAY_KEY: True})).message_new(
            msg_dict, custom_values=values)
