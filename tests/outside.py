"""The running server as the outside sees it: HTTP, RPC, mail. Used by the fixtures of conftest.py."""

import contextlib
import email
import email.policy
import re
import threading
import time
import xmlrpc.client

import requests
from aiosmtpd.controller import Controller
from lxml import html

from tools.testing_odoo import LOG_DIR, free_port, odoo_command, shell, start, stop, tail

START_TIMEOUT = 180  # seconds
MAIL_TIMEOUT = 90  # seconds
INTEGRATOR = 'integrator'  # an account of a program, by key only
LOGINS = ('admin', 'manager', 'agent', 'specialist', 'anna', 'ben', 'clara', INTEGRATOR)
# Bearer keys for JSON-2, one a login; the address of the server for the links in mails
PREPARE = """
from datetime import timedelta
from odoo import fields
env['ir.config_parameter'].set_param('web.base.url', {url!r})
env['ir.config_parameter'].set_param('web.base.url.freeze', 'True')
# the tests of all files write to the same few people within an hour
env['ir.config_parameter'].set_param('customer_helpdesk.cap_address', '1000')
# only what a test triggers runs: jobs that are due by the clock would write beside it
env['ir.cron'].search([]).nextcall = fields.Datetime.now() + timedelta(days=1)
env['ir.cron.trigger'].search([]).unlink()
groups = [env.ref(name, raise_if_not_found=False) for name in (
    'customer_services.group_customer_services_integrator', 'sales_team.group_sale_salesman_all_leads')]
env['res.users'].with_context(no_reset_password=True).create({{
    'name': 'Shop', 'login': {integrator!r}, 'email': 'shop@example.com',
    'group_ids': [(6, 0, [group.id for group in groups if group])]}})
for login in {logins!r}:
    user = env['res.users'].search([('login', '=', login)])
    print('KEY', login, env['res.users.apikeys'].with_user(user).sudo()._generate(
        'rpc', 'test', fields.Datetime.now() + timedelta(days=1)))
env.cr.commit()
"""


# what the line after a failed query says if Odoo repeats the request
REPEATED = re.compile('ERROR: (could not serialize|deadlock detected)')


def said(message):
    """Return all that a mail says: subject, bodies, names and texts of its files."""
    texts = [part.get_content() for part in message.walk() if part.get_content_maintype() == 'text']
    return '\n'.join([str(message['Subject']), *texts, *(part.get_filename() or '' for part in message.walk())])


class MailServer:
    """An SMTP server that keeps what it gets, as [(list of recipients, EmailMessage), ...]."""

    def __init__(self):
        self.messages = []
        self._arrived = threading.Condition()
        self.controller = Controller(self, hostname='127.0.0.1', port=free_port())

    @property
    def port(self):
        return self.controller.port

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._arrived:
            self.messages.append((envelope.rcpt_tos, message))
            self._arrived.notify_all()
        return '250 OK'

    def about(self, text):
        """Return the messages whose subject contains `text`, as [(recipients, message), ...]."""
        return [(recipients, message) for recipients, message in self.messages if text in str(message['Subject'])]

    def wait(self, text, recipient):
        """Return the messages to `recipient` that say `text`, as soon as there is one."""
        def found():
            return [message for recipients, message in self.messages
                    if recipient in recipients and text in said(message)]
        with self._arrived:
            assert self._arrived.wait_for(found, MAIL_TIMEOUT), f'no mail with {text} to {recipient}'
            return found()


class Portal:
    """A visitor of the portal without JavaScript, logged in unless `login` is empty."""

    def __init__(self, url, login=''):
        self.url = url
        self.session = requests.Session()
        if login:
            self.login(login)

    def get(self, path, **kwargs):
        return self.session.get(self.url + path, timeout=120, **kwargs)

    def form(self, path, number=-1):
        """Return the fields of a form of a page as dict (tokens included), by default the last with a csrf_token."""
        page = html.fromstring(self.get(path).content)
        forms = [form for form in page.forms if 'csrf_token' in form.fields]
        return {name: value or '' for name, value in forms[number].fields.items() if name != 'attachments'}

    def post(self, path, values, files=None, **kwargs):
        """Send a form; `files` as [(name, content, mimetype), ...]."""
        parts = [('attachments', file) for file in files or []]
        return self.session.post(self.url + path, values, files=parts or None, timeout=300, **kwargs)

    def login(self, login):
        values = {**self.form('/web/login'), 'login': login, 'password': login, 'redirect': '/my'}
        answer = self.post('/web/login', values)
        assert answer.url.endswith('/my'), f'{login} cannot log in: {answer.url}'

    def new_ticket(self, **values):
        """Send the form for a new ticket and return the answer (not redirected)."""
        files = values.pop('files', None)
        form = {**self.form('/my/tickets/new'), **values}
        return self.post('/my/tickets/new', form, files, allow_redirects=False)


class Outside:
    """A served database: `url`, `database`, bearer `keys` by login."""

    def __init__(self, cluster, database, mail, workers=2):
        """
        :param workers: 0 for one process with threads, which also serves the websocket on its port
        """
        self.cluster, self.database, self.mail, self.workers = cluster, database, mail, workers
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.log = LOG_DIR / f'server_{database}.log'
        self.process = None
        self.keys = {}

    def start(self, *options):
        """Start the workers and a cron worker, or what `options` of Odoo say; return when they answer."""
        text = shell(self.cluster, self.database, PREPARE.format(url=self.url, logins=LOGINS, integrator=INTEGRATOR),
                     self.log.with_suffix('.prepare.log'))
        self.keys = dict(re.findall(r'KEY (\w+) (\w+)', text))
        assert set(self.keys) == set(LOGINS)
        argv = odoo_command(
            self.cluster, self.database, f'--http-port={self.port}', f'--gevent-port={free_port()}',
            f'--workers={self.workers}',
            '--max-cron-threads=1', '--no-database-list', '--limit-time-real=300', '--limit-time-cpu=200', *options)
        self.process = start(argv, self.log, environ={
            **self.cluster.environ(), 'CUSTOMER_LOCAL_SMTP_PORT': str(self.mail.port)})
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f'{self.url}/web/login', timeout=START_TIMEOUT).status_code == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f'the server does not answer\n{tail(self.log)}')

    def stop(self):
        stop(self.process)

    def portal(self, login=''):
        return Portal(self.url, login)

    def query(self, query, *parameters):
        """Return the rows that a SELECT on the database finds."""
        with contextlib.closing(self.cluster.connect(self.database)) as connection, connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall()

    def count(self):
        """Return how many tickets, messages, files and contacts there are; what is refused must not change it."""
        return {table: self.query(f'SELECT count(*) FROM {table} {where}')[0][0] for table, where in {  # noqa: S608
            'customer_ticket': '', 'mail_message': "WHERE message_type IN ('comment', 'email')", 'res_partner': '',
            'ir_attachment': "WHERE url IS NULL OR url NOT LIKE '/web/assets/%'",
        }.items()}

    def complaints(self):
        """Return the lines of the server's log that tell of an error.

        A query that met another worker is none: Odoo repeats it.
        """
        lines = self.log.read_text(errors='replace').splitlines()
        return [line for line, following in zip(lines, [*lines[1:], ''], strict=True)
                if (' ERROR ' in line or ' CRITICAL ' in line)
                and not ('odoo.sql_db: bad query' in line and REPEATED.match(following))]

    def xmlrpc(self, login):
        """Return a function (model, method, *args, **kwargs) that calls by XML-RPC as `login`."""
        secret = self.keys[login] if login == INTEGRATOR else login
        uid = xmlrpc.client.ServerProxy(f'{self.url}/xmlrpc/2/common').authenticate(self.database, login, secret, {})
        assert uid, f'{login} cannot log in'
        proxy = xmlrpc.client.ServerProxy(f'{self.url}/xmlrpc/2/object', allow_none=True)
        return lambda model, method, *args, **kwargs: proxy.execute_kw(
            self.database, uid, secret, model, method, args, kwargs)

    def json2(self, login, model, method, **arguments):
        """Return the answer (requests.Response) of JSON-2 to a call as `login`."""
        return requests.post(
            f'{self.url}/json/2/{model}/{method}', json=arguments, timeout=120,
            headers={'Authorization': f'bearer {self.keys[login]}', 'X-Odoo-Database': self.database})

    def send_mail_queue(self):
        """Let the jobs that address and send mail run until no mail waits any more; they may be running already."""
        self._run_job('ir_cron_address_customer_ticket_outbox', 'SELECT 1 FROM customer_ticket_outbox WHERE coalesce(tries, 0) < 5 LIMIT 1')
        self._run_job('ir_cron_mail_scheduler_action', "SELECT 1 FROM mail_mail WHERE state = 'outgoing' LIMIT 1")

    def _run_job(self, name, waiting):
        """Let a scheduled job run until the query finds nothing more."""
        [(job,)] = self.query('SELECT res_id FROM ir_model_data WHERE name = %s', name)
        deadline = time.monotonic() + MAIL_TIMEOUT
        while self.query(waiting):
            assert time.monotonic() < deadline, f'{name} does not come to an end'
            answer = self.json2('admin', 'ir.cron', 'method_direct_trigger', ids=[job])
            assert answer.status_code == 200 or 'already executing' in answer.text, answer.text
