"""One Odoo process and one visitor of scripts/bench: what a request took, for the client and by the server's log."""

import http.client
import json
import re
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tools.env import Problem
from tools.testing_odoo import LOG_DIR, start, tail

START_TIMEOUT = 120  # seconds
LOG_TIMEOUT = 10  # seconds
REQUEST_TIMEOUT = 120  # seconds
# werkzeug's line of a request as odoo.netsvc.PerfFilter completes it: queries, seconds in the database, other seconds
_LINE = re.compile(rb' werkzeug: .*" (?P<status>\d{3}) \S+ (?P<queries>\d+|-) (?P<db>[\d.]+|-) (?P<rest>[\d.]+|-)$')
_TROUBLE = re.compile(rb'^\S+ \S+ \d+ (?:WARNING|ERROR|CRITICAL) ')


@dataclass(frozen=True)
class Cost:
    """What a request, or several of them, took: milliseconds for the client, SQL queries, ms in the database, bytes."""
    ms: float = 0.0
    queries: int = 0
    db_ms: float = 0.0
    size: int = 0

    def __add__(self, other):
        return Cost(self.ms + other.ms, self.queries + other.queries, self.db_ms + other.db_ms, self.size + other.size)


class Server:
    """An Odoo process with threads, the default of `odoo-bin`, on 127.0.0.1; its log goes to a file."""

    def __init__(self, label, argv, port, environ, facts: Mapping | None = None):
        """
        :param facts: what the visits must know of the data
        """
        self.port, self.facts = port, facts or {}
        self.log_path = LOG_DIR / f'bench_{label}.log'
        self._offset = 0
        self.process = start(argv, self.log_path, environ=environ)

    def wait(self):
        """Wait until it answers.

        :raise Problem: it ended or does not answer in time
        """
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Problem(f'Odoo ended while it started, see {self.log_path}\n{tail(self.log_path)}')
            try:
                connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=REQUEST_TIMEOUT)
                connection.request('GET', '/web/health')
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        raise Problem(f'Odoo does not answer after {START_TIMEOUT} s, see {self.log_path}')

    def skip_log(self):
        """Forget what the log says so far."""
        self._offset = self.log_path.stat().st_size

    def read_log(self):
        """Return what the log says about the one request made since the last call, as (queries, ms in the database).

        :raise Problem: Odoo complained, or wrote anything but one line
        """
        deadline = time.monotonic() + LOG_TIMEOUT
        while True:
            with self.log_path.open('rb') as log:
                log.seek(self._offset)
                text = log.read()
            lines = text[:text.rfind(b'\n') + 1].splitlines()
            if any(map(_TROUBLE.match, lines)):
                raise Problem(f'Odoo complained, see {self.log_path}\n{text.decode(errors="replace")[:2000]}')
            found = [match for match in map(_LINE.search, lines) if match]
            if found or time.monotonic() > deadline:
                break
            time.sleep(0.001)
        if len(found) != 1:
            raise Problem(f'{len(found)} instead of 1 request in {self.log_path}')
        self._offset += len(text)
        queries, seconds = (float(found[0][name]) if found[0][name] != b'-' else 0 for name in ('queries', 'db'))
        return int(queries), seconds * 1000


class Visitor:
    """A browser or program without anything around it: cookies, forms, RPC; it counts what its requests cost."""

    def __init__(self, server, database):
        self.server, self.database = server, database
        self.facts = server.facts
        self.memory = {}  # what a visit looked up once
        self.cost = Cost()
        self.login_name = self.uid = None
        self._cookie = ''

    def login(self, name):
        """Log in with the password of the seeds, which is the name."""
        result = self.rpc('/web/session/authenticate', db=self.database, login=name, password=name)
        self.login_name, self.uid = name, result['uid']

    def send(self, method, path, body=None, content_type=None, status=200):
        """Send one request and return the body of its answer as bytes; redirects are not followed.

        :raise Problem: the status is not `status`
        """
        headers = {'Cookie': self._cookie} if self._cookie else {}
        if content_type:
            headers['Content-Type'] = content_type
        self.server.skip_log()
        connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=REQUEST_TIMEOUT)
        try:
            begin = time.perf_counter()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            ms = (time.perf_counter() - begin) * 1000
        finally:
            connection.close()
        if response.status != status:
            raise Problem(f'{method} {path} as {self.login_name} answered {response.status} instead of {status}')
        for value in response.headers.get_all('Set-Cookie') or []:
            if value.startswith('session_id='):
                self._cookie = value.split(';')[0]
        self.cost += Cost(ms, *self.server.read_log(), len(content))
        return content

    def get(self, path):
        """Return a page as text."""
        return self.send('GET', path).decode()

    def post(self, path, fields, status=303):
        """Send a form (dict)."""
        self.send('POST', path, urlencode(fields), 'application/x-www-form-urlencoded', status)

    def rpc(self, path, **params):
        """Return the result of a JSON-RPC route."""
        body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'id': 1, 'params': params})
        answer = json.loads(self.send('POST', path, body, 'application/json'))
        if 'error' in answer:
            raise Problem(f'{path} as {self.login_name}: {answer["error"]["data"]["message"]}')
        return answer['result']

    def call(self, model, method, *args, **kwargs):
        """Return what the web client gets from a method."""
        return self.rpc(f'/web/dataset/call_kw/{model}/{method}', model=model, method=method, args=args, kwargs=kwargs)

    def xmlrpc(self, model, method, *args, **kwargs):
        """Return the result of a method called by XML-RPC with login and password."""
        params = (self.database, self.uid, self.login_name, model, method, args, kwargs)
        body = xmlrpc.client.dumps(params, 'execute_kw', allow_none=True)
        answer = self.send('POST', '/xmlrpc/2/object', body, 'text/xml')
        try:
            (result,), _method = xmlrpc.client.loads(answer)
        except xmlrpc.client.Fault as fault:
            raise Problem(f'{model}.{method} by XML-RPC: {fault.faultString.strip().splitlines()[-1]}') from None
        return result
