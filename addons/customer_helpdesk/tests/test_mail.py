from email.message import EmailMessage

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import TicketCommon


class TicketMailCommon(TicketCommon):
    """Mail is switched on: the fixtures were created without it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env['mail.alias.domain'].create({'name': 'desk.example.com'})
        (cls.company | cls.company_2).alias_domain_id = cls.domain
        cls.team.write({'alias_name': 'first-aid', 'alias_domain_id': cls.domain.id})
        cls.env = cls.env(context={
            key: value for key, value in cls.env.context.items() if key != 'tracking_disable'})
        for name in ('ticket_a1', 'ticket_a2', 'ticket_b1', 'team'):
            setattr(cls, name, getattr(cls, name).with_env(cls.env))

    def setUp(self):
        super().setUp()
        self.known = self.env['mail.mail'].search([])

    def _mails(self):
        """Address what was said since the last call and return the mails that were queued for it."""
        self.env['customer.ticket.outbox'].sudo()._address_all()
        self.env.flush_all()
        mails = self.env['mail.mail'].search([('id', 'not in', self.known.ids)], order='id')
        self.known |= mails
        return mails

    def _recipients(self, mails):
        """Return the sorted addresses, each as often as it gets a mail."""
        return sorted(email for mail in mails for email in mail.recipient_ids.mapped('email'))

    def _post_public(self, user, body='Hello', ticket=None, **values):
        return (ticket or self.ticket_a1).with_user(user).message_post(
            body=body, message_type='comment', subtype_xmlid='mail.mt_comment', **values)

    def _receive(self, sender, to, subject, text='Text of the mail', **headers):
        """Feed one incoming mail to the gateway.

        :return: the ticket on which it arrived
        """
        mail = EmailMessage()
        mail['From'], mail['To'], mail['Subject'] = sender, to, subject
        mail['Message-ID'] = f'<{self.env["mail.message"].search_count([])}.{subject}@example.com>'.replace(' ', '')
        for name, value in headers.items():
            mail[name.replace('_', '-')] = value
        mail.set_content(text)
        return self._process(mail.as_bytes())

    def _process(self, raw):
        """Feed the bytes of a mail to the gateway.

        :return: the ticket on which it arrived
        """
        self.env.flush_all()
        ticket_id = self.env['mail.thread'].message_process(False, raw)
        return self.env['customer.ticket'].browse(ticket_id or [])

    def _last(self, ticket):
        """Return the newest public message of a ticket."""
        return self.env['mail.message'].search(ticket._public_messages_domain(), order='id desc', limit=1)


@tagged('post_install', '-at_install')
class TestTicketMail(TicketMailCommon):
    """Who gets which mail, once."""

    def _open(self, user=None, **values):
        ticket = self.env['customer.ticket'].with_user(user or self.user_a1)._create_from_customer(
            {'name': 'Door', 'description': 'It jams\nsince today', **values})
        return ticket.sudo()

    # -- new tickets ---------------------------------------------------------

    def test_new_ticket(self):
        """Issue 2.14, Issue 5.7: a new ticket gives one mail to the team and one acknowledgement to the requester."""
        self.team.member_ids = self.agent | self.manager
        ticket = self._open()
        to_team, to_requester = self._mails()
        self.assertEqual(self._recipients(to_team), ['agent@staff.example.com', 'manager@staff.example.com'])
        self.assertEqual(self._recipients(to_requester), ['a1@example.com'])
        for mail in (to_team, to_requester):
            self.assertEqual(mail.subject, f'[#{ticket.number}] Door')
            self.assertIn('It jams<br>since today', mail.body_html)
            self.assertIn('first-aid@desk.example.com', mail.reply_to)
        self.assertIn(ticket.number, to_requester.body_html)
        self.assertIn(f'{ticket.get_base_url()}/my/tickets/{ticket.id}"', to_requester.body_html)
        self.assertEqual(to_requester.email_from, '"First aid" <first-aid@desk.example.com>')

    def test_new_ticket_headers(self):
        """Issue 2.14: the acknowledgement says that it is automatic; what people write does not."""
        self._open()
        to_team, to_requester = self._mails()
        self.assertIn("'Auto-Submitted': 'auto-replied'", to_requester.headers)
        self.assertIn("'X-Auto-Response-Suppress': 'All'", to_requester.headers)
        self.assertNotIn('Auto-Submitted', to_team.headers)
        self.assertNotIn('X-Auto-Response-Suppress', to_team.headers)

    def test_new_ticket_thread(self):
        """Issue 2.14: the text is the first public message, by the requester; the acknowledgement is none."""
        ticket = self._open()
        public = self.env['mail.message'].search(ticket._public_messages_domain())
        self.assertEqual(public.author_id, self.user_a1.partner_id)
        self.assertEqual(public.body, '<p>It jams<br>since today</p>')
        self.assertFalse(ticket.message_follower_ids, 'nobody follows without having asked for it')

    def test_new_ticket_files(self):
        """Issue 2.14: the files of a new ticket hang on its first message and go out with it."""
        ticket = self.env['customer.ticket'].with_user(self.user_a1).with_context(
            customer_ticket_files=[('label.txt', b'DL-1')])._create_from_customer({'name': 'A', 'description': 'B'})
        to_team, to_requester = self._mails()
        self.assertEqual(to_team.attachment_ids.mapped('name'), ['label.txt'])
        self.assertFalse(to_requester.attachment_ids)
        public = self.env['mail.message'].search(ticket.sudo()._public_messages_domain())
        self.assertEqual(public.attachment_ids.mapped('raw'), [b'DL-1'])
        self.assertEqual(public.attachment_ids.res_id, ticket.id)

    def test_acknowledgement_in_the_language_of_the_requester(self):
        """Issue 2.14, Issue 5.8: the acknowledgement is written in the language of the requester."""
        self.env['res.lang']._activate_lang('de_DE')
        template = self.env.ref('customer_helpdesk.mail_template_customer_ticket_new')
        template.with_context(lang='de_DE').body_html = '<p>Guten Tag <t t-out="object.number"/></p>'
        self.user_a1.partner_id.lang = 'de_DE'
        ticket = self._open()
        self.assertIn(f'Guten Tag {ticket.number}', self._mails()[1].body_html)
        self._open(self.user_a2)
        self.assertNotIn('Guten Tag', self._mails()[1].body_html)

    def test_ticket_by_staff(self):
        """Issue 2.14, Issue 5.5: what staff enter for a customer is his: he is the author and gets the acknowledgement."""
        ticket = self.env['customer.ticket'].with_user(self.manager).create({
            'name': 'By phone', 'description': '<p>He called</p>', 'partner_id': self.user_b1.partner_id.id,
            'team_id': self.team.id, 'user_id': self.agent.id})
        to_agent, to_requester = self._mails()
        self.assertEqual(self._recipients(to_agent), ['agent@staff.example.com'])
        self.assertEqual(self._recipients(to_requester), ['b1@example.com'])
        public = self.env['mail.message'].search(ticket._public_messages_domain())
        self.assertEqual(public.author_id, self.user_b1.partner_id)

    def test_import_is_silent(self):
        """Issue 2.14: old tickets that are imported from a file give no mail."""
        self.env['customer.ticket'].with_context(import_file=True).create(
            {'name': 'Old', 'description': 'Text', 'partner_id': self.user_a1.partner_id.id})
        self.assertFalse(self._mails())

    def test_without_template(self):
        """Issue 2.14: a company that deleted the acknowledgement sends none, the ticket comes into being."""
        self.env.ref('customer_helpdesk.mail_template_customer_ticket_new').unlink()
        ticket = self._open()
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.assertTrue(ticket.exists())

    # -- the conversation ----------------------------------------------------

    def test_customer_to_staff(self):
        """Issue 2.14, Issue 5.7: what the customer writes goes to the assignee once, else to the team; never to himself."""
        self.team.member_ids = self.agent | self.manager
        self._post_public(self.user_a1)
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com', 'manager@staff.example.com'])
        self.ticket_a1.user_id = self.agent
        self._mails()
        self._post_public(self.user_a1)
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['agent@staff.example.com'])
        self.assertEqual(mails.subject, f'[#{self.ticket_a1.number}] Lamp of the office')

    def test_staff_to_customer(self):
        """Issue 2.14: what staff write goes to the requester once, also if he follows and is addressed as well."""
        self.ticket_a1.message_subscribe(self.user_a1.partner_id.ids)
        self._post_public(self.agent, partner_ids=self.user_a1.partner_id.ids)
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['a1@example.com'])
        self.assertEqual(mails.subject, f'[#{self.ticket_a1.number}] Lamp of the office')
        self.assertEqual(mails.email_from, '"Agent" <agent@staff.example.com>')
        self.assertIn('first-aid@desk.example.com', mails.reply_to)

    def test_subject_of_the_author(self):
        """Issue 2.14: the number stands in the subject, whatever the author wrote there."""
        self._post_public(self.agent, subject='About your lamp')
        self.assertEqual(self._mails().subject, f'[#{self.ticket_a1.number}] About your lamp')
        self._post_public(self.agent, subject=f'Re: [#{self.ticket_a1.number}] Lamp')
        self.assertEqual(self._mails().subject, f'Re: [#{self.ticket_a1.number}] Lamp')

    def test_inbox_users_get_mail(self):
        """Issue 2.14: staff who read notifications in Odoo get the mail of a conversation nevertheless."""
        self.agent.notification_type = 'inbox'
        message = self._post_public(self.user_a1)
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.assertEqual(message.sudo().notification_ids.mapped('notification_type'), ['email'])

    def test_internal_notes(self):
        """Issue 2.14: internal notes and their files are mailed to no customer, even if he is named in them."""
        file = self._attachment(self.ticket_a1, 'secret.txt', b'internal')
        self.ticket_a1.message_subscribe(
            self.user_a1.partner_id.ids, subtype_ids=self.env.ref('mail.mt_note').ids)
        self.ticket_a1.with_user(self.agent).message_post(
            body='The customer is difficult', message_type='comment', subtype_xmlid='mail.mt_note',
            attachment_ids=file.ids, partner_ids=(self.user_a1.partner_id | self.manager.partner_id).ids)
        self.assertEqual(self._recipients(self._mails()), ['manager@staff.example.com'])
        self._post_public(self.agent, 'Good day')
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['a1@example.com'])
        self.assertFalse(mails.attachment_ids)
        self.assertNotIn('difficult', mails.body_html)

    def test_recipients_are_filtered_when_sent(self):
        """Issue 2.14: who may not see the ticket gets no mail, for whatever reason he was added."""
        contact = self.env['res.partner'].create(
            {'name': 'Contact', 'email': 'contact@example.com', 'parent_id': self.customer_a.id})
        outside = self.env['res.partner'].create({'name': 'Outside', 'email': 'outside@example.com'})
        self.ticket_a1.message_subscribe((
            contact | outside | self.user_b1.partner_id | self.user_a2.partner_id | self.revoked.partner_id
            | self.employee.partner_id).ids)
        self._post_public(self.agent, partner_ids=(
            self.user_b2.partner_id | self.other_company_agent.partner_id).ids,
            outgoing_email_to='someone@example.com')
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'contact@example.com'])
        self._access(self.user_a2).scope = 'all'
        self.ticket_a1.message_subscribe(self.user_a2.partner_id.ids)  # before, he could not be subscribed
        self._post_public(self.agent)
        self.assertEqual(
            self._recipients(self._mails()), ['a1@example.com', 'a2@example.com', 'contact@example.com'])
        self._post_public(self.user_a2, 'Colleague here')
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])

    def test_revoked_requester_gets_nothing(self):
        """Issue 2.14: a requester whose access was revoked, or whose login was archived, gets no more mail."""
        self._access(self.user_a1).state = 'revoked'
        self._post_public(self.agent)
        self.assertFalse(self._mails())
        self._access(self.user_a2)
        self.user_a2.active = False
        self._post_public(self.agent, ticket=self.ticket_a2)
        self.assertFalse(self._mails())

    def test_team_members_without_right(self):
        """Issue 2.14: a member of the team who may not see the customer gets nothing about him."""
        self.team.member_ids = self.agent | self.specialist
        self._post_public(self.user_b1, ticket=self.ticket_b1)
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self._post_public(self.user_a1)
        self.assertEqual(
            self._recipients(self._mails()), ['agent@staff.example.com', 'specialist@staff.example.com'])

    def test_following_staff(self):
        """Issue 2.14: staff who follow a ticket get the whole conversation, except what they wrote."""
        self.ticket_a1.message_subscribe(self.manager.partner_id.ids)
        self._post_public(self.agent)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'manager@staff.example.com'])
        self._post_public(self.manager)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'])

    def test_assignment(self):
        """Issue 2.14: the new assignee is told once, the former one gets nothing any more."""
        self.ticket_a1.with_user(self.manager).user_id = self.agent
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['agent@staff.example.com'])
        self.assertIn(self.ticket_a1.number, mails.subject)
        self.ticket_a1.with_user(self.manager).user_id = self.manager
        self.assertFalse(self._mails(), 'who takes a ticket knows it')
        self._post_public(self.user_a1)
        self.assertEqual(self._recipients(self._mails()), ['manager@staff.example.com'])

    def test_answer_ends_waiting(self):
        """Issue 2.14: the answer of the customer ends the waiting for him, the one of staff does not."""
        self.ticket_a1.stage_id = self.stages['waiting']
        self._post_public(self.agent)
        self.assertEqual(self.ticket_a1.state, 'waiting')
        self._post_public(self.user_a1)
        self.assertEqual(self.ticket_a1.state, 'open')

    def test_last_message_date(self):
        """Issue 2.14: the list knows when somebody wrote last; internal notes do not count."""
        self.ticket_a1.last_message_date = '2020-01-01'
        self.ticket_a1.with_user(self.agent).message_post(body='Note', message_type='comment')
        self.assertEqual(self.ticket_a1.last_message_date.year, 2020)
        message = self._post_public(self.user_a1)
        self.assertEqual(self.ticket_a1.last_message_date, message.sudo().date)

    def test_links(self):
        """Issue 2.14: the link leads to the page; only a requester without login gets a personal link."""
        self._post_public(self.agent)
        body = self._mails().body_html
        self.assertIn(f'/my/tickets/{self.ticket_a1.id}"', body)
        self.assertNotIn('access_token', body)
        contact = self.env['res.partner'].create({'name': 'Guest', 'email': 'guest@example.com'})
        ticket = self.env['customer.ticket'].with_context(tracking_disable=True).create(
            {'name': 'Guest', 'partner_id': contact.id, 'team_id': self.team.id}).with_env(self.env)
        self._post_public(self.agent, ticket=ticket)
        body = self._mails().body_html
        self.assertIn(f'/my/tickets/{ticket.id}?access_token={ticket.link_ids._token()}"', body)
        self.assertEqual((ticket.link_ids.kind, ticket.link_ids.partner_id), ('person', contact))
        self.assertNotIn('hash=', body)

    def test_queue_is_woken(self):
        """Issue 2.14: mail leaves after the transaction by the queue, which is woken by what is made for it."""
        cron = self.env.ref('mail.ir_cron_mail_scheduler_action')
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        self._open()
        self.assertEqual(set(self._mails().mapped('state')), {'outgoing'})
        self.assertEqual(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]), 2, 'one a message')


@tagged('post_install', '-at_install')
class TestTicketGateway(TicketMailCommon):
    """Mail that comes in."""

    def test_new_ticket_from_a_customer(self):
        """Issue 2.14: a mail to the team becomes a ticket of its sender, with acknowledgement."""
        ticket = self._receive(
            'End user A1 <a1@example.com>', 'first-aid@desk.example.com', 'My door', 'It jams')
        self.assertEqual((ticket._name, ticket.name, ticket.team_id), ('customer.ticket', 'My door', self.team))
        self.assertEqual(ticket.partner_id, self.user_a1.partner_id)
        self.assertEqual(ticket.commercial_partner_id, self.customer_a)
        self.assertIn('It jams', ticket.description)
        public = self.env['mail.message'].search(ticket._public_messages_domain())
        self.assertEqual(len(public), 1)
        self.assertEqual(public.author_id, self.user_a1.partner_id)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'agent@staff.example.com'])
        self.assertIn(ticket, self.env['customer.ticket'].with_user(self.user_a1).search([]))

    def test_new_ticket_from_a_stranger(self):
        """Issue 2.14: an unknown sender becomes one contact, also if he writes twice."""
        first = self._receive('New Man <new@example.org>', 'first-aid@desk.example.com', 'One')
        second = self._receive('NEW@example.org', 'first-aid@desk.example.com', 'Two')
        self.assertNotEqual(first, second)
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id.email_normalized, 'new@example.org')
        public = self.env['mail.message'].search(first._public_messages_domain())
        self.assertEqual(public.author_id, first.partner_id)
        self.assertEqual(self._recipients(self._mails()).count('new@example.org'), 2)

    def test_mail_without_subject(self):
        """Issue 2.15: a mail without subject, or with an endless one, becomes a ticket as well."""
        ticket = self._receive('a1@example.com', 'first-aid@desk.example.com', '')
        self.assertEqual(ticket.name, '(no subject)')
        ticket = self._receive('a1@example.com', 'first-aid@desk.example.com', 'x' * 300)
        self.assertEqual(len(ticket.name), 200)

    def test_script_in_mail(self):
        """Issue 2.15: script in a mail is not stored and not sent on."""
        mail = EmailMessage()
        mail['From'], mail['To'], mail['Subject'] = 'a1@example.com', 'first-aid@desk.example.com', '<b>x</b>'
        mail['Message-ID'] = '<script@example.com>'
        mail.set_content('<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(2)>', subtype='html')
        ticket = self.env['customer.ticket'].browse(self.env['mail.thread'].message_process(False, mail.as_bytes()))
        for text in (ticket.description, ticket.message_ids.mapped('body'), self._mails().mapped('body_html')):
            self.assertIn('Hi', str(text))
            self.assertNotIn('alert(', str(text))
        self.assertEqual(ticket.name, '<b>x</b>')

    def test_reply_of_the_customer(self):
        """Issue 2.14: the answer to any mail of ours becomes a public message and is mailed to the other party."""
        ticket = self._receive('a1@example.com', 'first-aid@desk.example.com', 'My door')
        self._post_public(self.agent, ticket=ticket)
        for parent in self._mails():
            if self.user_a1.partner_id not in parent.recipient_ids:
                continue
            answer = self._receive(
                'a1@example.com', 'first-aid@desk.example.com', f'Re: {parent.subject}', 'My answer',
                In_Reply_To=parent.message_id)
            self.assertEqual(answer, ticket)
            message = self.env['mail.message'].search(ticket._public_messages_domain(), order='id desc', limit=1)
            self.assertIn('My answer', message.body)
            self.assertEqual(message.author_id, self.user_a1.partner_id)
            self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])

    def test_reply_of_staff(self):
        """Issue 2.14: what an agent answers from his mail client reaches the customer."""
        ticket = self._receive('a1@example.com', 'first-aid@desk.example.com', 'My door')
        notification = self._mails().filtered(lambda mail: self.agent.partner_id in mail.recipient_ids)
        self._receive(
            'Agent <agent@staff.example.com>', 'first-aid@desk.example.com', f'Re: {notification.subject}',
            'We come tomorrow', In_Reply_To=notification.message_id)
        mails = self._mails()
        self.assertEqual(self._recipients(mails), ['a1@example.com'])
        self.assertIn('We come tomorrow', mails.body_html)
        self.assertIn(f'[#{ticket.number}]', mails.subject)
        self.assertIn(notification.message_id, mails.references)

    def test_duplicate_delivery(self):
        """Issue 2.14: the same mail delivered twice is one message."""
        ticket = self._receive('a1@example.com', 'first-aid@desk.example.com', 'One')
        count = self.env['customer.ticket'].search_count([])
        again = self.env['mail.thread'].message_process(False, (
            b'From: a1@example.com\r\nTo: first-aid@desk.example.com\r\nSubject: One\r\n'
            b'Message-ID: ' + ticket.message_ids.filtered(lambda m: m.message_type == 'email').message_id.encode()
            + b'\r\n\r\nText'))
        self.assertFalse(again)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)

    def test_alias_of_a_team(self):
        """Issue 2.14: the mail address of a team makes tickets of this team; only managers set it."""
        other = self.env['customer.ticket.team'].with_user(self.manager).create(
            {'name': 'Bills', 'alias_name': 'bills', 'alias_domain_id': self.domain.id})
        ticket = self._receive('a1@example.com', 'bills@desk.example.com', 'My bill')
        self.assertEqual((ticket.team_id, ticket.company_id), (other, other.company_id))
        with self.assertRaises(AccessError):
            other.with_user(self.agent).write({'alias_name': 'mine', 'name': 'Mine'})
        other.with_user(self.agent).write({'alias_name': 'mine'})  # Odoo ignores what may not be written here
        other.invalidate_recordset()
        self.assertEqual((other.alias_name, other.name), ('bills', 'Bills'))
        other.member_ids = [Command.set(self.manager.ids)]
        self.assertEqual(other._alias_get_creation_values()['alias_defaults'], {'team_id': other.id})
