from email import message_from_bytes, policy
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .test_mail import TicketMailCommon


class Sink:
    """A mail server that keeps what it gets: list of ``(envelope recipients, message)``."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.received.append((envelope.rcpt_tos, message))
        return '250 OK'


class SinkController(Controller):
    """Listens on a free port, which the operating system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@tagged('post_install', '-at_install')
class TestTicketSmtp(TicketMailCommon):
    """The first vertical with real mail: every mail goes through SMTP, every answer through the gateway."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sink = Sink()
        controller = SinkController(cls.sink, hostname='127.0.0.1', port=0)
        controller.start()
        cls.addClassCleanup(controller.stop)
        cls.env['ir.mail_server'].search([]).active = False
        cls.env['ir.mail_server'].create(
            {'name': 'Sink', 'smtp_host': '127.0.0.1', 'smtp_port': controller.port, 'smtp_encryption': 'none'})
        cls.startClassPatcher(patch.object(IrMail_Server, '_disable_send', classmethod(lambda cls: False)))
        cls.startClassPatcher(patch.dict(config.options, {'smtp_server': '127.0.0.1', 'smtp_port': controller.port}))

    def _deliver(self):
        """Send the queued mails by SMTP.

        :return: what the mail server received, as dict from the recipient to the message
        """
        self.sink.received.clear()
        mails = self._mails()
        mails.send()
        self.assertFalse(mails.exists().filtered(lambda mail: mail.state != 'sent').mapped('failure_reason'))
        by_recipient = {}
        for recipients, message in self.sink.received:
            self.assertEqual(len(recipients), 1, 'everybody gets a mail of his own')
            self.assertNotIn(recipients[0], by_recipient, 'nobody gets a message twice')
            by_recipient[recipients[0]] = message
        return by_recipient

    def _answer(self, sender, mail, text):
        """Answer a received mail as a mail client does."""
        subject = mail['Subject'] if mail['Subject'].startswith('Re: ') else f'Re: {mail["Subject"]}'
        return self._receive(
            sender, mail['Reply-To'], subject, text, In_Reply_To=mail['Message-Id'],
            References=f'{mail["References"] or ""} {mail["Message-Id"]}'.strip())

    def test_vertical(self):
        """Issue 2.14: Issue 5.7: Issue 5.11: ticket in the portal, answer of staff, answer by mail: each party gets each once."""
        ticket = self.env['customer.ticket'].with_user(self.user_a1)._create_from_customer(
            {'name': 'Tür klemmt', 'description': 'Seit heute früh\n<b>links</b>'}).sudo()
        mails = self._deliver()
        self.assertEqual(set(mails), {'a1@example.com', 'agent@staff.example.com'})
        for mail in mails.values():
            self.assertEqual(mail['Subject'], f'[#{ticket.number}] Tür klemmt')
            self.assertIn('first-aid@desk.example.com', mail['Reply-To'])
            html, text = (mail.get_body([kind]).get_content() for kind in ('html', 'plain'))
            self.assertIn('Seit heute früh<br>&lt;b&gt;links&lt;/b&gt;', html)
            self.assertTrue(text.replace('\r', '').strip().startswith(
                'Seit heute früh\n<b>links</b>' if mail is mails['agent@staff.example.com'] else 'Hello End user A1'))
            self.assertIn('Seit heute früh\n<b>links</b>', text.replace('\r', ''))
            self.assertIn(f'/my/tickets/{ticket.id}' if mail is mails['a1@example.com'] else '/mail/view', text)
        self.assertEqual(mails['a1@example.com']['Auto-Submitted'], 'auto-replied')
        self.assertIsNone(mails['agent@staff.example.com']['Auto-Submitted'])
        self.assertIn(ticket.number, mails['a1@example.com'].get_body(['plain']).get_content())

        # the agent answers from his mail client, with a note in the backend that nobody else sees
        ticket.with_user(self.agent).message_post(body='Internal', message_type='comment')
        self.assertEqual(self._answer('agent@staff.example.com', mails['agent@staff.example.com'], 'Morgen!'), ticket)
        mails = self._deliver()
        self.assertEqual(set(mails), {'a1@example.com'})
        self.assertIn('Morgen!', mails['a1@example.com'].get_body(['plain']).get_content())
        self.assertNotIn('Internal', mails['a1@example.com'].as_string())

        # the customer answers by mail
        self.assertEqual(self._answer('a1@example.com', mails['a1@example.com'], 'Danke'), ticket)
        mails = self._deliver()
        self.assertEqual(set(mails), {'agent@staff.example.com'})
        self.assertEqual(
            mails['agent@staff.example.com']['Subject'], f'Re: [#{ticket.number}] Tür klemmt')
        public = self.env['mail.message'].search(ticket._public_messages_domain(), order='id')
        self.assertEqual(
            public.author_id, self.user_a1.partner_id | self.agent.partner_id)
        self.assertEqual(len(public), 3)
