"""Issue 5, checked with: kill -9 of a worker during fetch and during send; nothing is lost, nothing comes twice."""

import contextlib
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import psutil
import pytest
import requests

from tests.mailbox_server import HoldingMailServer, Mailbox
from tests.outside import Outside, said
from tools.env import odoo_home
from tools.testing_odoo import LOG_DIR

WAIT = 120  # seconds
#: finds who waits for another for so long that PostgreSQL, if they wait for each other, lets the other one fail
WAITS_LONG = """
    SELECT 1 FROM pg_stat_activity
     WHERE wait_event_type = 'Lock' AND datname = current_database()
       AND clock_timestamp() - query_start > 2 * current_setting('deadlock_timeout')::interval"""
PUBLIC = {'message_type': 'comment', 'subtype_xmlid': 'mail.mt_comment'}
ANNA = 'anna@azure.example.com'


@pytest.fixture(scope='module')
def smtp():
    server = HoldingMailServer()
    server.controller.start()
    yield server
    server.stop.release()
    server.controller.stop()


@pytest.fixture(scope='module')
def server(cluster, templates, smtp):
    """A server with two workers and a cron worker, whose workers are killed."""
    with templates.clone(templates.suite(), 'crash') as database:
        served = Outside(cluster, database, smtp)
        try:
            served.start()
            yield served
        finally:
            served.stop()


@pytest.fixture(scope='module')
def mailbox(server):
    """A mailbox from which the server fetches."""
    box = Mailbox()
    admin = server.xmlrpc('admin')
    number = admin('fetchmail.server', 'create', {
        'name': 'Mailbox', 'server_type': 'imap', 'server': '127.0.0.1', 'port': box.port, 'user': 'support',
        'password': 'x', 'is_ssl': False})
    admin('fetchmail.server', 'button_confirm_login', [number])
    yield box
    box.close()


def kill_worker(server, peer):
    """Kill the worker that holds the connection whose own end is `peer` (host, port)."""
    for worker in psutil.Process(server.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(tuple(connection.laddr) == tuple(peer) for connection in worker.connections('tcp')):
                worker.kill()
                worker.wait(WAIT)
                return
    raise AssertionError(f'no worker is connected from {peer}')


def arrived(smtp, text):
    """Return how often each address got a mail that says `text`: {address: number}."""
    return Counter(address for recipients, message in smtp.messages if text in said(message) for address in recipients)


def ledger(server, message):
    """Return what the ledger says of a message: {recipient: (status, failure)}."""
    rows = server.xmlrpc('agent')(
        'customer.ticket.delivery', 'search_read', [('message_id', '=', message)], ['partner_id', 'status', 'failure'])
    return {row['partner_id'][1].split(', ')[-1]: (row['status'], row['failure']) for row in rows}


# ----------------------------------------------------------------------
# Send
# ----------------------------------------------------------------------

def new_ticket(server, **values):
    """Return a ticket of Anna's whose mails have left."""
    agent = server.xmlrpc('agent')
    [anna] = agent('res.partner', 'search', [('email', '=', ANNA)])
    ticket = agent('customer.ticket', 'create', {'name': f'Crash {uuid.uuid4().hex[:8]}', 'partner_id': anna, **values})
    server.send_mail_queue()
    return ticket


def test_killed_before_a_mail_is_handed_over(server, smtp):
    """Issue 5, kill -9 during send: what the mail server has not taken is sent by the next worker, once."""
    text, ticket = uuid.uuid4().hex, new_ticket(server)
    smtp.stop.at('RCPT')
    message = server.xmlrpc('agent')('customer.ticket', 'message_post', [ticket], body=text, **PUBLIC)
    kill_worker(server, smtp.stop.reached())
    smtp.stop.release()
    server.send_mail_queue()
    assert arrived(smtp, text) == {ANNA: 1}
    assert [status for status, _failure in ledger(server, message[0] if isinstance(message, list) else message).values()
            ] == ['sent']


def test_killed_while_a_mail_is_handed_over(server, smtp):
    """Issue 5, kill -9 during send: what may have arrived is not sent again, it stands in the ledger for a click."""
    text, ticket = uuid.uuid4().hex, new_ticket(server)
    agent = server.xmlrpc('agent')
    smtp.stop.at('DATA')
    message = agent('customer.ticket', 'message_post', [ticket], body=text, **PUBLIC)
    message = message[0] if isinstance(message, list) else message
    kill_worker(server, smtp.stop.reached())
    smtp.stop.release()
    server.send_mail_queue()
    assert arrived(smtp, text) == {ANNA: 1}
    [(status, failure)] = ledger(server, message).values()
    assert (status, 'may have arrived' in failure) == ('failed', True)
    [delivery] = agent('customer.ticket.delivery', 'search', [('message_id', '=', message)])
    agent('customer.ticket.delivery', 'action_resend', [delivery])
    server.send_mail_queue()
    assert arrived(smtp, text) == {ANNA: 2}
    assert [status for status, _failure in ledger(server, message).values()] == ['sent']


@pytest.mark.parametrize(('command', 'number', 'statuses'), [
    ('RCPT', 2, ['sent', 'sent']), ('DATA', 1, ['failed', 'sent'])], ids=['second recipient', 'first text'])
def test_killed_between_two_recipients(server, smtp, command, number, statuses):
    """Issue 5, kill -9 during send: of several recipients each gets the mail once, whoever was served before."""
    manager = server.xmlrpc('manager')
    members = manager('res.users', 'search', [('login', 'in', ['agent', 'manager'])])
    team = manager('customer.ticket.team', 'create', {'name': f'Team {uuid.uuid4().hex[:8]}', 'member_ids': [(6, 0, members)]})
    ticket, text = new_ticket(server, team_id=team, user_id=False), uuid.uuid4().hex
    smtp.stop.at(command, number)
    message = server.xmlrpc('anna')('customer.ticket', 'message_post', [ticket], body=text)
    message = message[0] if isinstance(message, list) else message
    kill_worker(server, smtp.stop.reached())
    smtp.stop.release()
    server.send_mail_queue()
    assert arrived(smtp, text) == {'agent@example.com': 1, 'manager@example.com': 1}
    assert sorted(status for status, _failure in ledger(server, message).values()) == statuses


def test_blocked_while_a_mail_is_handed_over(server, smtp):
    """Issue 3.6: an access that is closed while the queue sends him a mail: neither fails, nobody waits for each other."""
    text, ticket, complaints = uuid.uuid4().hex, new_ticket(server), len(server.complaints())
    agent = server.xmlrpc('agent')
    [access] = agent('customer.access', 'search', [('user_id.email', '=', ANNA)])
    smtp.stop.at('RCPT')
    agent('customer.ticket', 'message_post', [ticket], body=text, **PUBLIC)
    smtp.stop.reached()
    with ThreadPoolExecutor(1) as pool:
        closing = pool.submit(server.json2, 'agent', 'customer.access', 'action_block', ids=[access])
        deadline = time.monotonic() + WAIT
        while not server.query(WAITS_LONG):
            assert time.monotonic() < deadline and not closing.done(), 'the closing does not meet the queue'
        smtp.stop.release()
        answer = closing.result(WAIT)
    try:
        assert answer.status_code == 200, answer.text
        server.send_mail_queue()
        assert arrived(smtp, text) == {ANNA: 1}  # it was at the door already
        assert server.complaints()[complaints:] == []
    finally:
        agent('customer.access', 'action_unblock', [access])


# ----------------------------------------------------------------------
# Fetch
# ----------------------------------------------------------------------

def incoming(subject, sender):
    message = EmailMessage()
    message['From'], message['To'], message['Subject'] = sender, 'support@example.com', subject
    message['Message-ID'] = f'<{uuid.uuid4().hex}@elsewhere.example.com>'
    message.set_content('The door jams.')
    return message.as_bytes()


def run_job(server, name):
    """Let a scheduled job run once in a worker; return the answer, None if the worker was killed."""
    [(job,)] = server.query('SELECT res_id FROM ir_model_data WHERE name = %s', name)
    with contextlib.suppress(requests.ConnectionError):
        return server.json2('admin', 'ir.cron', 'method_direct_trigger', ids=[job])
    return None


@pytest.mark.parametrize('command', ['FETCH', 'STORE'], ids=['before it is stored', 'after it was stored'])
def test_killed_while_it_fetches(server, smtp, mailbox, command):
    """Issue 5, kill -9 during fetch: each mail of the mailbox becomes one ticket with one acknowledgement."""
    [(address,)] = server.query("""
        SELECT a.alias_name || '@' || d.name FROM mail_alias a JOIN mail_alias_domain d ON d.id = a.alias_domain_id
         WHERE a.alias_name = 'support'""")
    names = [f'fetched-{command.lower()}-{number}-{uuid.uuid4().hex[:8]}' for number in range(3)]
    mailbox.mails += [
        incoming(name, f'{name}@elsewhere.example.com').replace(b'support@example.com', address.encode())
        for name in names]
    mailbox.stop.at(command, 2)
    thread = threading.Thread(target=run_job, args=(server, 'ir_cron_mail_gateway_action'))
    thread.start()
    kill_worker(server, mailbox.stop.reached())
    assert len(mailbox.unseen()) == 2  # before the mailbox goes on: it may still do what the worker had asked for
    mailbox.stop.release()
    thread.join(WAIT)
    deadline = time.monotonic() + WAIT
    while mailbox.unseen():
        assert time.monotonic() < deadline, 'the mailbox is not emptied'
        run_job(server, 'ir_cron_mail_gateway_action')
    server.send_mail_queue()
    for name in names:
        assert server.query('SELECT count(*) FROM customer_ticket WHERE name = %s', name) == [(1,)]
        assert arrived(smtp, name)[f'{name}@elsewhere.example.com'] == 1


def test_killed_while_a_mail_is_piped(server, smtp):
    """Issue 5, kill -9 during fetch: the mail server keeps a mail whose worker died; tried again it is one ticket."""
    name = f'piped-{uuid.uuid4().hex[:8]}'
    [(address, uid)] = server.query("""
        SELECT a.alias_name || '@' || d.name, u.id FROM mail_alias a JOIN mail_alias_domain d ON d.id = a.alias_domain_id,
               res_users u WHERE a.alias_name = 'support' AND u.login = 'admin'""")
    mail = incoming(name, f'{name}@elsewhere.example.com').replace(b'support@example.com', address.encode())
    gate = [sys.executable, str(next(odoo_home().glob('**/mail/static/scripts/odoo-mailgate.py'))), '-d', server.database,
            '-u', str(uid), '-p', 'admin', '--host', '127.0.0.1', '--port', str(server.port), '--retry-status']
    with contextlib.closing(server.cluster.connect(server.database)) as connection, connection.cursor() as cursor:
        cursor.execute('LOCK TABLE customer_ticket_mail IN EXCLUSIVE MODE')  # the worker stops before it stores the mail
        with (LOG_DIR / 'mailgate.log').open('wb') as log:
            process = subprocess.Popen(gate, stdin=subprocess.PIPE, stderr=log)
            process.stdin.write(mail)
            process.stdin.close()
            deadline = time.monotonic() + WAIT
            while not server.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'customer_ticket_mail'::regclass"):
                assert time.monotonic() < deadline, 'the mail does not arrive'
            [end] = [link for link in psutil.Process(process.pid).connections('tcp') if link.raddr.port == server.port]
            kill_peer(server, end.laddr)
            assert server.query('SELECT count(*) FROM customer_ticket WHERE name = %s', name) == [(0,)]
            connection.rollback()
            # Python's XML-RPC tries once more by itself; else the mail server does at 75, EX_TEMPFAIL of sysexits.h
            assert process.wait(WAIT) in (0, 75)
    for _delivery in range(2):  # the mail server tries again, also if only the answer got lost
        assert subprocess.run(gate, input=mail, timeout=WAIT, check=False).returncode == 0
    server.send_mail_queue()
    assert server.query('SELECT count(*) FROM customer_ticket WHERE name = %s', name) == [(1,)]
    assert arrived(smtp, name)[f'{name}@elsewhere.example.com'] == 1


def kill_peer(server, peer):
    """Kill the worker that talks to the client at `peer`."""
    for worker in psutil.Process(server.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(link.raddr and tuple(link.raddr) == tuple(peer) for link in worker.connections('tcp')):
                worker.kill()
                worker.wait(WAIT)
                return
    raise AssertionError(f'no worker talks to {peer}')
