"""Issue 2.14: from the form in the customer's browser to the mail in both inboxes."""

import smtplib
import uuid
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from tests.outside import said
from tools.testing_odoo import free_port

SUBJECT = f'The drawer of desk {uuid.uuid4().hex[:8]} is stuck'
PUBLIC = {'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment'}
PHOTO = b'\x89PNG\r\n\x1a\n' + b'0' * 500


def log_in(page, login):
    page.goto('/web/login?redirect=/my')
    page.get_by_label('Email', exact=False).first.fill(login)
    page.get_by_label('Password', exact=True).fill(login)
    page.get_by_role('button', name='Log in', exact=True).click()
    page.wait_for_url('**/my')


def parts(message):
    """Return the text and the HTML of a mail."""
    return message.get_body(('plain',)).get_content(), message.get_body(('html',)).get_content()


def test_ticket_answered_by_mail(page, outside, mail):
    """Issue 2.14: a ticket with a file, the answer, and an internal note that stays inside."""
    log_in(page, 'clara')
    page.goto('/my/tickets/new')
    page.get_by_label('Subject').fill(SUBJECT)
    page.get_by_label('What can we do for you?').fill('It does not open.\n<b>Not bold</b>')
    page.get_by_label('Files').set_input_files({'name': 'drawer.png', 'mimeType': 'image/png', 'buffer': PHOTO})
    page.get_by_role('button', name='Send request').click()
    page.wait_for_url('**/my/tickets/*')
    [(ticket, number, owner)] = outside.query("""
        SELECT t.id, t.number, p.name FROM customer_ticket t JOIN res_partner p ON p.id = t.commercial_partner_id
         WHERE t.name = %s""", SUBJECT)
    assert owner == 'Deco Addict'
    assert page.get_by_role('status').inner_text().count(number) == 1
    with page.expect_download() as download:
        page.get_by_role('link', name='drawer.png').click()
    assert download.value.path().read_bytes() == PHOTO

    agent = outside.xmlrpc('agent')
    [team] = agent('customer.ticket', 'read', [ticket], ['team_id', 'user_id'])
    assert team['team_id']
    agent('customer.ticket', 'write', [ticket], {'user_id': agent('res.users', 'search', [('login', '=', 'agent')])[0]})
    secret = agent('ir.attachment', 'create', {'name': 'margin.txt', 'raw': 'we earn 40 percent'})
    agent('customer.ticket', 'message_post', [ticket], body='INTERNAL-NOTE do not tell', attachment_ids=[secret],
          message_type='comment', subtype_xmlid='mail.mt_note')
    agent('customer.ticket', 'message_post', [ticket], body='PUBLIC-ANSWER lift it a little', **PUBLIC)
    outside.send_mail_queue()

    answers = mail.wait('PUBLIC-ANSWER', 'clara@deco.example.com')
    assert len(answers) == 1
    assert f'[#{number}]' in answers[0]['Subject']
    for body in parts(answers[0]):
        assert 'PUBLIC-ANSWER lift it a little' in body
    assert len([message for message in mail.wait('It does not open', 'agent@example.com')
                if 'PUBLIC-ANSWER' not in said(message)]) == 1
    for recipients, message in mail.about(number):
        if 'clara@deco.example.com' in recipients:
            assert 'INTERNAL-NOTE' not in said(message)
            assert 'margin.txt' not in said(message)
            assert '40 percent' not in said(message)

    page.goto(f'/my/tickets/{ticket}')
    content = page.content()
    assert 'PUBLIC-ANSWER' in content
    assert 'INTERNAL-NOTE' not in content
    assert 'margin.txt' not in content
    portal = outside.portal('clara')
    for path in (f'/my/tickets/{ticket}/files/{secret}', f'/web/content/{secret}'):
        assert portal.get(path).status_code == 404, path
    assert b'40 percent' not in portal.get(f'/web/image/{secret}').content  # Odoo shows a placeholder


def test_each_message_mailed_once(outside, mail):
    """Issue 2.14: reply and answer reach the other party once each, and never their own author."""
    portal = outside.portal('clara')
    subject = f'Invoice address {uuid.uuid4().hex[:8]}'
    path = portal.new_ticket(name=subject, description='Please change it').headers['Location'].split('?')[0]
    ticket = int(path.rsplit('/', 1)[1])
    agent = outside.xmlrpc('agent')
    agent('customer.ticket', 'write', [ticket], {'user_id': agent('res.users', 'search', [('login', '=', 'agent')])[0]})
    agent('customer.ticket', 'message_post', [ticket], body='To which one, ANSWER-1?', **PUBLIC)
    form = {**portal.form(path), 'body': 'To the new one, REPLY-1'}
    assert portal.post(f'{path}/reply', form).status_code == 200
    outside.send_mail_queue()
    found = {mark: [recipient for recipients, message in mail.about(subject) for recipient in recipients
                    if mark in message.get_body(('plain',)).get_content().split('\n>')[0]]
             for mark in ('ANSWER-1', 'REPLY-1')}
    assert found == {'ANSWER-1': ['clara@deco.example.com'], 'REPLY-1': ['agent@example.com']}


class Gateway:
    """A mail server that hands each message to Odoo's gateway, as an MTA's pipe does."""

    def __init__(self, call):
        self.call = call

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.call('mail.thread', 'message_process', False, envelope.content.decode())
        return '250 OK'


@pytest.fixture
def gateway(outside):
    """Port of a mail server in front of Odoo's gateway."""
    controller = Controller(Gateway(outside.xmlrpc('admin')), hostname='127.0.0.1', port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def send(port, sender, recipient, subject, text, **headers):
    message = EmailMessage()
    message['From'], message['To'], message['Subject'] = sender, recipient, subject
    message['Message-ID'] = f'<{uuid.uuid4().hex}@example.com>'
    for name, value in headers.items():
        message[name.replace('_', '-')] = value
    message.set_content(text)
    with smtplib.SMTP('127.0.0.1', port, timeout=120) as connection:
        connection.send_message(message)


def test_ticket_by_mail(outside, mail, gateway):
    """Issue 2.14: a mail to the team opens a ticket; the customer's answer to the mail lands in it as his message."""
    subject = f'By mail {uuid.uuid4().hex[:8]}'
    [(alias,)] = outside.query("""
        SELECT a.alias_name || '@' || d.name FROM mail_alias a JOIN mail_alias_domain d ON d.id = a.alias_domain_id
         WHERE a.alias_name = 'support'""")
    send(gateway, 'Clara Dubois <clara@deco.example.com>', alias, subject, 'My lamp is dark')
    [(ticket, number, customer)] = outside.query("""
        SELECT t.id, t.number, p.name FROM customer_ticket t JOIN res_partner p ON p.id = t.commercial_partner_id
         WHERE t.name = %s""", subject)
    assert customer == 'Deco Addict'
    agent = outside.xmlrpc('agent')
    agent('customer.ticket', 'message_post', [ticket], body='ANSWER-MAIL plug it in', **PUBLIC)
    outside.send_mail_queue()
    [answer] = mail.wait('ANSWER-MAIL', 'clara@deco.example.com')
    assert f'[#{number}]' in answer['Subject']
    send(gateway, 'clara@deco.example.com', answer['Reply-To'], f'Re: {answer["Subject"]}', 'REPLY-MAIL it shines',
         In_Reply_To=answer['Message-ID'], References=answer['Message-ID'])
    assert outside.query('SELECT count(*) FROM customer_ticket WHERE name LIKE %s', f'%{subject}%') == [(1,)]
    [(author, internal, kind)] = outside.query("""
        SELECT p.name, m.is_internal, s.internal FROM mail_message m
          JOIN res_partner p ON p.id = m.author_id JOIN mail_message_subtype s ON s.id = m.subtype_id
         WHERE m.model = 'customer.ticket' AND m.res_id = %s AND m.body LIKE '%%REPLY-MAIL%%'""", ticket)
    assert (author, bool(internal), bool(kind)) == ('Clara Dubois', False, False)
    assert 'REPLY-MAIL' in outside.portal('clara').get(f'/my/tickets/{ticket}').text
