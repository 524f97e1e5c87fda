import email
from email import policy

from odoo.tests import BaseCase, tagged

from ..incoming import (
    address_of,
    automatic_reason,
    is_no_reply,
    read_mail,
    rebuild,
    report_kind,
    shape_of,
    ticket_numbers,
)
from .corpus import CORPUS


def head(**headers):
    message = email.message.Message()
    for name, value in headers.items():
        message[name.replace('_', '-')] = value
    return message


@tagged('post_install', '-at_install')
class TestIncoming(BaseCase):
    """Mails as they are: read without a database, and without an exception."""

    def test_automatic(self):
        """Issue 5.9: the four headers of robots, and what only looks like them."""
        for headers, reason in (
            ({'Auto_Submitted': 'auto-replied'}, 'auto_submitted'),
            ({'Auto_Submitted': 'Auto-Generated; owner-email="x@example.com"'}, 'auto_submitted'),
            ({'Auto_Submitted': 'no'}, ''), ({'Auto_Submitted': 'NO (a person)'}, ''), ({'Auto_Submitted': ''}, ''),
            ({'Precedence': 'bulk'}, 'precedence'), ({'Precedence': 'List'}, 'precedence'),
            ({'Precedence': 'junk'}, 'precedence'), ({'Precedence': 'auto_reply'}, 'precedence'),
            ({'Precedence': 'first-class'}, ''), ({'Precedence': 'normal'}, ''),
            ({'X_Auto_Response_Suppress': 'All'}, 'suppress'), ({'X_Auto_Response_Suppress': 'DR, OOF'}, 'suppress'),
            ({'X_Auto_Response_Suppress': 'None'}, ''),
            ({'Return_Path': '<>'}, 'null_path'), ({'Return_Path': '< >'}, 'null_path'),
            ({'Return_Path': '<a@example.com>'}, ''), ({'X_Autoreply': 'yes'}, 'autoreply'), ({}, ''),
        ):
            self.assertEqual(automatic_reason(head(**headers)), reason, headers)

    def test_no_reply(self):
        """Issue 5.10: addresses that nobody reads, by their names in several languages."""
        for address in ('noreply', 'no-reply', 'No_Reply', 'noreply+12', 'do-not-reply', 'donotreply', 'dont-reply',
                        'mailer-daemon', 'postmaster', 'bounces+4=x', 'nicht-antworten', 'ne-pas-repondre',
                        'niet-beantwoorden', 'autoreply', 'noresponse'):
            self.assertTrue(is_no_reply(f'{address}@example.com'), address)
        for address in ('nora', 'norbert', 'reply', 'info', 'bouncer', 'automobile', 'doreen', 'postman'):
            self.assertFalse(is_no_reply(f'{address}@example.com'), address)

    def test_numbers(self):
        """Issue 5.12: numbers in subjects, only in their brackets."""
        self.assertEqual(ticket_numbers('Re: AW: [#T00042] Printer [# T7 ]'), ['T00042', 'T7'])
        self.assertEqual(ticket_numbers('T00042 (#T1) # T2 [T3] [#] [#a b]'), [])
        self.assertEqual(ticket_numbers(None), [])

    def test_reports(self):
        """Issue 5.14: what is a bounce, and what only looks like one."""
        kind = 'multipart/report; report-type=delivery-status; boundary=b'
        for body, expected in (
            (b'Action: failed', 'failed'), (b'Action: delayed', 'delayed'), (b'Action: delivered', 'delivered'),
            (b'action: FAILED\r\n\r\nAction: delivered', 'failed'), (b'', 'failed'),
        ):
            raw = b'Content-Type: ' + kind.encode() + b'\r\n\r\n' + body
            self.assertEqual(report_kind(raw, head(Content_Type=kind)), expected, body)
        read = 'multipart/report; report-type=disposition-notification'
        self.assertEqual(report_kind(b'', head(Content_Type=read)), 'read')
        self.assertEqual(report_kind(b'Action: failed', head(Content_Type='text/plain')), '')

    def test_addresses(self):
        """Issue 5.3: the sender's address, out of whatever mail programs write."""
        for text, expected in (
            ('Ann <Ann@Example.com>', 'ann@example.com'), ('"Doe, J." <j@example.com>', 'j@example.com'),
            ('"unclosed <a@example.com>', 'a@example.com'), ('a@example.com (Ann)', 'a@example.com'),
            ('<a@example.com', 'a@example.com'), ('nobody', ''), ('', ''),
        ):
            self.assertEqual(address_of(text), expected, text)

    def test_message_ids(self):
        """Issue 5.13: a mail without a usable Message-ID gets a stable one, different mails different ones."""
        one, two = b'From: a@example.com\r\n\r\none', b'From: a@example.com\r\n\r\ntwo'
        self.assertEqual(read_mail(one).message_id, read_mail(one).message_id)
        self.assertNotEqual(read_mail(one).message_id, read_mail(two).message_id)
        self.assertNotEqual(read_mail(b'Message-ID: <>\r\n' + one).message_id,
                            read_mail(b'Message-ID: <>\r\n' + two).message_id)
        self.assertEqual(read_mail(b'message-id:   <x@y>  \r\n' + one).message_id, '<x@y>')
        self.assertLess(len(read_mail(b'Message-ID: <' + b'x' * 9000 + b'@y>\r\n' + one).message_id), 200)

    def test_corpus(self):
        """Issue 5.17: nothing in the corpus raises; what is rebuilt is sound and keeps sender, subject and text."""
        for name, (raw, expected) in CORPUS.items():
            with self.subTest(name):
                mail = read_mail(raw)
                self.assertEqual(mail.shape, expected.get('shape', 'sound'))
                built = rebuild(raw, with_raw=True)
                self.assertEqual(shape_of(built), 'sound')
                message = email.message_from_bytes(built, policy=policy.SMTP)
                self.assertEqual(message['Subject'] or '', expected.get('subject', 'Help'))
                self.assertEqual(address_of(str(message['From'] or '')), expected.get('sender', 'ann@example.com'))
                self.assertIn(expected.get('text', 'the text'), message.get_body(('html',)).get_content())
                files = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
                self.assertEqual(files.pop('message.eml'), raw)
                self.assertEqual(set(files), set(expected.get('files', ())))

    def test_forged(self):
        """Issue 5.12: the mail server's verdict on the sender is read."""
        raw = b'Authentication-Results: mx.example.com; spf=pass; dmarc=fail (p=none)\r\nFrom: a@example.com\r\n\r\nx'
        self.assertTrue(read_mail(raw).is_forged)
        self.assertFalse(read_mail(raw.replace(b'fail', b'pass')).is_forged)
