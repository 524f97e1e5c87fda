from email.message import EmailMessage

from odoo.exceptions import AccessDenied
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..incoming import rebuild
from .corpus import CORPUS, HEAD
from .test_mail import TicketMailCommon

TEAM = 'first-aid@desk.example.com'
INTAKE = 'odoo.addons.customer_helpdesk.models.customer_ticket_intake'


@tagged('post_install', '-at_install')
class TestThreading(TicketMailCommon):
    """On which ticket an incoming mail lands."""

    def test_unknown_sender(self):
        """Issue 5.3: an unknown sender becomes one contact, by his normalised address, and each mail one ticket."""
        first = self._receive('New Person <New@Example.org>', TEAM, 'One')
        second = self._receive('NEW@EXAMPLE.ORG', TEAM, 'Two')
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertNotEqual(first, second)
        self.assertEqual(self.env['res.partner'].search_count([('email_normalized', '=', 'new@example.org')]), 1)

    def test_two_teams(self):
        """Issue 5.3: one mail to the addresses of two teams is one ticket."""
        self.env['customer.ticket.team'].create(
            {'name': 'Bills', 'alias_name': 'bills', 'alias_domain_id': self.domain.id})
        count = self.env['customer.ticket'].search_count([])
        self._receive('a1@example.com', f'{TEAM}, bills@desk.example.com', 'Both')
        self.assertEqual(self.env['customer.ticket'].search_count([]), count + 1)

    def test_contact_of_another_company(self):
        """Issue 5.3: a sender whose contact belongs to another company than the team is no reason to lose a mail."""
        contact = self.env['res.partner'].create(
            {'name': 'Elsewhere', 'email': 'elsewhere@example.org', 'company_id': self.company_2.id})
        ticket = self._receive('elsewhere@example.org', TEAM, 'Any company')
        self.assertEqual((ticket.partner_id, ticket.company_id), (contact, self.company_2))
        self.team.company_id = self.company
        first, second = (self._receive('elsewhere@example.org', TEAM, f'Ours {index}') for index in range(2))
        self.assertEqual(first.company_id, self.company)
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id.email, 'elsewhere@example.org')

    def test_envelope(self):
        """Issue 5.3: the address to which the mail server delivered counts, whatever stands in To."""
        ticket = self._receive('a1@example.com', 'friends@example.net', 'Hidden', X_Original_To=TEAM)
        self.assertEqual(ticket.team_id, self.team)

    def test_mail_to_nobody(self):
        """Issue 5.17: mail to nobody goes back to the mail server, or to the team that takes it."""
        with self.assertRaises(ValueError):
            self._receive('a1@example.com', 'nobody@example.net', 'Lost')
        self.team.takes_rest = True
        self.assertEqual(self._receive('a1@example.com', 'nobody@example.net', 'Lost again').team_id, self.team)

    def test_reply_to_any_mail(self):
        """Issue 5.11: answers to acknowledgement, warning, rating request and answer are public comments."""
        ticket = self._receive('a1@example.com', TEAM, 'Door')
        self._post_public(self.agent, ticket=ticket)
        ticket._send_automatic('customer_helpdesk.mail_template_customer_ticket_closing')
        ticket.stage_id = self.stages['closed']
        ticket._ask_rating()
        mails = self._mails().filtered(lambda mail: self.user_a1.partner_id in mail.recipient_ids)
        self.assertEqual(len(mails), 4)
        for index, parent in enumerate(mails):
            self.assertEqual(self._receive(
                'a1@example.com', TEAM, f'Re: {parent.subject}', f'Answer {index}', In_Reply_To=parent.message_id), ticket)
            message = self._last(ticket)
            self.assertIn(f'Answer {index}', message.body)
            self.assertEqual(message.author_id, self.user_a1.partner_id)

    def test_references(self):
        """Issue 5.11: of the references the newest that is ours decides, also without In-Reply-To."""
        parent = self._post_public(self.agent)
        self.assertEqual(self._receive(
            'a1@example.com', TEAM, 'Other subject', References=f'<x@y> {parent.message_id} <z@y>'), self.ticket_a1)

    def test_assignee_answers(self):
        """Issue 5.11: the assignee's reply from his mail client reaches the customer, whatever mail he answers to."""
        self.ticket_a1.with_user(self.manager).user_id = self.agent
        notice = self._mails()
        self.assertEqual(self._receive(
            'agent@staff.example.com', TEAM, 'Re: assigned', 'To the customer', In_Reply_To=notice.message_id),
            self.ticket_a1)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'])

    def test_note_stays_internal(self):
        """Issue 5.11: an answer of staff to an internal note of a colleague stays internal."""
        note = self.ticket_a1.with_user(self.manager).message_post(
            body='What do you think?', message_type='comment', subtype_xmlid='mail.mt_note',
            partner_ids=self.agent.partner_id.ids)
        self._mails()
        self._receive('agent@staff.example.com', TEAM, 'Re: note', 'He is right', In_Reply_To=note.message_id)
        self.assertNotIn('a1@example.com', self._recipients(self._mails()))
        self.assertNotIn('He is right', self._last(self.ticket_a1).body or '')

    def test_number_in_subject(self):
        """Issue 5.12: the number alone threads for who belongs to the ticket; others get a ticket of their own."""
        number = f'Re: [#{self.ticket_a1.number}] Lamp'
        self.ticket_a1._add_copied('copied@example.com')
        for sender in ('a1@example.com', 'A1@EXAMPLE.COM', 'agent@staff.example.com', 'copied@example.com'):
            self.assertEqual(self._receive(sender, TEAM, number), self.ticket_a1, sender)
        for sender in ('b1@example.com', 'stranger@example.org', 'a2@example.com', 'revoked@example.com'):
            ticket = self._receive(sender, TEAM, number)
            self.assertNotEqual(ticket, self.ticket_a1, sender)
            self.assertEqual(ticket.partner_id.email_normalized, sender)
        self.assertNotEqual(self._receive(
            'agent@staff.example.com', TEAM, number, Authentication_Results='mx; dmarc=fail'), self.ticket_a1,
            'the mail server says that this is not the agent')
        self.assertNotEqual(self._receive('a1@example.com', TEAM, 'Re: [#T99999999]'), self.ticket_a1)

    def test_duplicate(self):
        """Issue 5.13: a mail that is delivered twice, to whatever address, is dropped."""
        raw = HEAD + b'Message-ID: <twice@example.com>\r\n\r\nText'
        ticket = self._process(raw)
        count = self.env['mail.message'].search_count([('res_id', '=', ticket.id), ('model', '=', 'customer.ticket')])
        for again in (raw, raw.replace(b'Subject: Help', b'Subject: Other'), b'Delivered-To: x@example.com\r\n' + raw):
            self.assertFalse(self._process(again))
        self.assertEqual(self.env['mail.message'].search_count(
            [('res_id', '=', ticket.id), ('model', '=', 'customer.ticket')]), count)
        without = HEAD + b'\r\nWithout Message-ID'
        self.assertTrue(self._process(without))
        self.assertFalse(self._process(without))

    def test_gateway_is_no_api(self):
        """Issue 5.11: only the gateway feeds mails: nobody speaks as somebody else by RPC."""
        for user in (self.user_a1, self.specialist):
            count = self.env['customer.ticket'].search_count([])
            with self.assertRaises(AccessDenied):
                self.env['mail.thread'].with_user(user).message_process(False, HEAD + b'\r\nText')
            self.assertEqual(self.env['customer.ticket'].search_count([]), count)


@tagged('post_install', '-at_install')
class TestRobots(TicketMailCommon):
    """Mails of robots are kept and flagged, and move nothing."""

    HEADERS = (
        {'Auto_Submitted': 'auto-replied'}, {'Precedence': 'bulk'}, {'X_Auto_Response_Suppress': 'All'},
        {'Return_Path': '<>'})

    def test_new_mail_of_a_robot(self):
        """Issue 5.9: it becomes a flagged ticket, and nothing is answered; one click answers nevertheless."""
        for index, headers in enumerate(self.HEADERS):
            ticket = self._receive('a1@example.com', TEAM, f'Robot {index}', **headers)
            self.assertTrue(ticket.is_automatic)
            self.assertTrue(ticket.incoming_mail_ids.automatic)
            self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
            self.assertEqual(ticket.suppression_ids.mapped('reason'), ['automatic'])
        ticket.suppression_ids.with_user(self.agent).action_release()
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'])
        ticket.stage_id = self.stages['closed']
        self.env.flush_all()
        self.assertNotIn(ticket, self.env['customer.ticket']._tickets_to_rate())

    def test_answer_of_a_robot(self):
        """Issue 5.9: the answer of a robot is kept; it neither reopens nor ends the waiting for the customer."""
        for state in ('waiting', 'closed'):
            self.ticket_a1.stage_id = self.stages[state]
            parent = self._post_public(self.agent)
            self._mails()
            for index, headers in enumerate(self.HEADERS):
                self.assertEqual(self._receive(
                    'a1@example.com', TEAM, f'Out of office {state} {index}', In_Reply_To=parent.message_id, **headers),
                    self.ticket_a1)
                self.assertEqual(self.ticket_a1.state, state)
            self.assertNotIn('a1@example.com', self._recipients(self._mails()))
        self._receive('a1@example.com', TEAM, 'A person', In_Reply_To=parent.message_id, Auto_Submitted='no')
        self.assertEqual(self.ticket_a1.state, 'open')

    def test_our_automatic_mails(self):
        """Issue 5.9: each of our automatic mails says that it is one; what people write does not."""
        self.ticket_a1.with_user(self.manager).user_id = self.agent
        self.ticket_a1._send_automatic('customer_helpdesk.mail_template_customer_ticket_closing')
        self.ticket_a1._acknowledge()
        for mail in self._mails():
            self.assertIn('Auto-Submitted', mail.headers)
            self.assertIn('X-Auto-Response-Suppress', mail.headers)
        self._post_public(self.agent)
        self.assertNotIn('Auto-Submitted', self._mails().headers or '')


@tagged('post_install', '-at_install')
class TestShapes(TicketMailCommon):
    """No mail is lost because of its form."""

    def test_corpus(self):
        """Issue 5.17: each mail of the corpus becomes one ticket with its text and its files; broken ones bring the bytes."""
        for name, (raw, expected) in CORPUS.items():
            with self.subTest(name):
                ticket = self._process(raw)
                self.assertTrue(ticket)
                self.assertEqual(ticket.partner_id.email_normalized or '', expected.get('sender', 'ann@example.com'))
                self.assertEqual(
                    ticket.name, expected.get('subject', 'Help')[:200].strip() or '(no subject)')
                message = self._last(ticket)
                self.assertIn(expected.get('text', 'the text'), str(message.body))
                files = set(message.attachment_ids.mapped('name'))
                self.assertLessEqual(set(expected.get('files', ())), files)
                self.assertEqual('message.eml' in files, expected.get('shape') == 'broken')
                if 'message.eml' in files:
                    original = message.attachment_ids.filtered(lambda file: file.name == 'message.eml')
                    self.assertEqual(original.raw, raw)

    @mute_logger(INTAKE)
    def test_parser_that_fails(self):
        """Issue 5.17: whatever the parser stumbles over, the mail becomes a ticket with the bytes attached."""
        raw = HEAD + b'Message-ID: <poison@example.com>\r\n\r\nthe text'
        calls = []

        def parse(thread, message, *args, **kwargs):
            calls.append(message)
            if len(calls) < 3:
                raise RecursionError('hostile')
            return original(thread, message, *args, **kwargs)

        Thread = type(self.env['mail.thread'])
        original = Thread.message_parse
        self.patch(Thread, 'message_parse', parse)
        ticket = self._process(raw)
        self.assertEqual(len(calls), 3)
        self.assertEqual(ticket.partner_id.email_normalized, 'ann@example.com')
        self.assertEqual(self._last(ticket).attachment_ids.raw, raw)

    def test_big_mail(self):
        """Issue 5.17: a mail of 30 MB is taken with its file."""
        content = b'\0' * (22 * 1024 * 1024)
        mail = EmailMessage()
        mail['From'], mail['To'], mail['Subject'], mail['Message-ID'] = 'a1@example.com', TEAM, 'Big', '<big@example.com>'
        mail.set_content('See the file')
        mail.add_attachment(content, maintype='application', subtype='octet-stream', filename='disk.bin')
        ticket = self._process(mail.as_bytes())
        self.assertEqual(len(self._last(ticket).attachment_ids.raw), len(content))

    def test_rebuilt_mail_threads(self):
        """Issue 5.17: a broken answer lands on its ticket as well."""
        parent = self._post_public(self.agent)
        raw = HEAD.replace(b'ann@example.com', b'a1@example.com') + (
            b'Message-ID: <broken@example.com>\r\nIn-Reply-To: ' + parent.message_id.encode()
            + b'\r\n\r\nBroken\x00 answer')
        self.assertIn(parent.message_id.encode(), rebuild(raw))
        self.assertEqual(self._process(raw), self.ticket_a1)
        self.assertIn('Broken answer', self._last(self.ticket_a1).body)


@tagged('post_install', '-at_install')
class TestBouncesAndCopies(TicketMailCommon):
    """What comes back, and who else is concerned."""

    def _bounce(self, parent, address, action='failed', name='bounce'):
        return (
            f'From: MAILER-DAEMON@mx.example.com\r\nTo: {TEAM}\r\nSubject: Undelivered\r\n'
            f'Message-ID: <{name}@mx.example.com>\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n'
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            '--b\r\nContent-Type: text/plain\r\n\r\nUser unknown\r\n'
            '--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n'
            f'Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n'
            f'\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-Id: {parent.message_id}\r\n\r\n--b--\r\n'
        ).encode()

    def test_bounce(self):
        """Issue 5.14: a bounce flags the contact, marks the delivery and warns the assignee; it is no ticket."""
        self.ticket_a1.user_id = self.manager
        parent = self._post_public(self.agent)
        self._mails()
        count = self.env['customer.ticket'].search_count([])
        for _time in range(2):  # delivered twice, it counts once
            self.assertFalse(self._process(self._bounce(parent, 'a1@example.com')))
        self.assertEqual(self.user_a1.partner_id.message_bounce, 1)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)
        delivery = self.ticket_a1.delivery_ids.filtered(lambda row: row.message_id == parent)
        self.assertEqual(delivery.status, 'bounced')
        self.assertEqual(self.ticket_a1.delivery_problems, 1)
        warning = self._mails()
        self.assertEqual(self._recipients(warning), ['manager@staff.example.com'])
        self.assertIn('a1@example.com', warning.body_html)

    def test_reports_that_are_no_bounces(self):
        """Issue 5.14: a notice of delay or of delivery flags nobody."""
        parent = self._post_public(self.agent)
        self._mails()
        for action in ('delayed', 'delivered'):
            self._process(self._bounce(parent, 'a1@example.com', action, action))
        self.assertFalse(self.user_a1.partner_id.message_bounce)
        self.assertFalse(self._mails())
        self.assertNotIn('bounced', self.ticket_a1.delivery_ids.mapped('status'))

    def test_bounce_without_form(self):
        """Issue 5.14: a bounce in plain text that quotes our mail is understood, too."""
        parent = self._post_public(self.agent)
        self._mails()
        self._process((
            f'From: MAILER-DAEMON@old.example.com\r\nTo: {TEAM}\r\nSubject: failure notice\r\n'
            'Message-ID: <qmail@old.example.com>\r\n\r\nSorry, no mailbox a1@example.com here.\r\n\r\n'
            f'--- Below is a copy of the message.\r\nMessage-Id: {parent.message_id}\r\n').encode())
        self.assertEqual(self.user_a1.partner_id.message_bounce, 1)

    def test_copied(self):
        """Issue 5.15: people in copy are kept and shown; colleagues get what staff write, strangers do not."""
        colleague = self.env['res.partner'].create(
            {'name': 'Colleague', 'email': 'colleague@example.com', 'parent_id': self.customer_a.id})
        ticket = self._receive(
            'a1@example.com', TEAM, 'In copy',
            Cc='Colleague <Colleague@Example.com>, stranger@example.org, a2@example.com, first-aid@desk.example.com')
        self.assertEqual(
            {copied.email: copied.is_allowed for copied in ticket.cc_ids},
            {'colleague@example.com': True, 'stranger@example.org': False, 'a2@example.com': False})
        self._mails()
        self._post_public(self.agent, ticket=ticket)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'colleague@example.com'])
        ticket.cc_ids.filtered(lambda copied: copied.email == 'stranger@example.org').with_user(self.agent).action_allow()
        self._post_public(self.agent, ticket=ticket)
        self.assertEqual(
            self._recipients(self._mails()), ['a1@example.com', 'colleague@example.com', 'stranger@example.org'])
        self.assertEqual(ticket.cc_ids.partner_id & colleague, colleague)

    def test_copied_once(self):
        """Issue 5.15: who got the customer's mail in copy, or is in copy twice, gets each message once."""
        self.env['res.partner'].create(
            {'name': 'Colleague', 'email': 'colleague@example.com', 'parent_id': self.customer_a.id})
        ticket = self._receive('a1@example.com', TEAM, 'Twice', Cc='colleague@example.com')
        self._receive('a1@example.com', TEAM, f'Re: [#{ticket.number}]', Cc='COLLEAGUE@example.com')
        self.assertEqual(len(ticket.cc_ids), 1)
        self.assertNotIn('colleague@example.com', self._recipients(self._mails()))

    def test_forwarded(self):
        """Issue 5.15: who answers a mail that was forwarded to him speaks as himself, stands in copy, and gets nothing."""
        parent = self._post_public(self.agent)
        self._mails()
        self.assertEqual(self._receive(
            'friend@example.org', TEAM, 'Re: Lamp', 'I know him', In_Reply_To=parent.message_id), self.ticket_a1)
        self.assertEqual(self._last(self.ticket_a1).author_id.email, 'friend@example.org')
        self.assertEqual(
            [(copied.email, copied.is_allowed) for copied in self.ticket_a1.cc_ids], [('friend@example.org', False)])
        self._mails()
        self._post_public(self.agent)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'])

    def test_anybody(self):
        """Issue 5.15: a team can let anybody be in copy."""
        self.team.cc_policy = 'anybody'
        ticket = self._receive('a1@example.com', TEAM, 'Open', Cc='stranger@example.org')
        self._mails()
        self._post_public(self.agent, ticket=ticket)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'stranger@example.org'])

    def test_staff_in_copy(self):
        """Issue 5.15: staff in copy are kept as well, if they may see the ticket."""
        self.team.member_ids = [Command.set(self.agent.ids)]
        ticket = self._receive('b1@example.com', TEAM, 'Staff', Cc='specialist@staff.example.com, manager@staff.example.com')
        self._mails()
        self._post_public(self.agent, ticket=ticket)
        self.assertEqual(self._recipients(self._mails()), ['b1@example.com', 'manager@staff.example.com'])
