"""`scripts/run`: a demonstration on this computer, everything that it sends stays here.

Serves portal and backend with demo data, catches mail and shows it. Ends at Ctrl-C and leaves no process.
"""

import argparse
import configparser
import contextlib
import fcntl
import http.client
import json
import os
import re
import secrets
import socket
import sys
import time

from tools import mailbox
from tools.demo_database import LOGS, DemoDatabase, last_error
from tools.env import LOCAL, ROOT, Problem, addons_paths, database_name, guarded, odoo_argv, odoo_environ, say
from tools.postgres import cluster
from tools.processes import Child, stop_on_signals

HOST = '127.0.0.1'
NOWHERE = 'http://127.0.0.1:9'  # a port of this computer where nobody listens
START_SECONDS = 180
LOGINS = {
    'admin': 'Odoo administrator',
    'manager': 'manager of customer services',
    'agent': 'agent: all customers',
    'specialist': 'administrator of Azure Interior, processor of one transaction of Deco Addict',
    'anna': 'customer Azure Interior: all, manages accesses',
    'ben': 'customer Azure Interior: own only',
    'clara': 'customer Deco Addict: all',
    'dirk': 'customer Dirk Jansen, a person',
    'dora': 'second access to Dirk Jansen',
}


def parse_args():
    parser = argparse.ArgumentParser(prog='scripts/run', add_help=False)  # scripts/run itself has the help
    parser.add_argument('--fresh', action='store_true')
    return parser.parse_args()


def number(name, default, lowest, highest):
    """Return the environment variable `name` as int."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise Problem(f'{name}={text} is not a number from {lowest} to {highest}')
    return int(text)


def check_port(port):
    """Raise `Problem` if somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Problem(f'port {port} is not free ({error.strerror}); choose another: PORT={port + 10} '
                          'scripts/run') from None


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def only_run_of(database):
    """Hold the lock of a served database; raise `Problem` if another run serves it."""
    (LOCAL / 'run').mkdir(exist_ok=True)
    with (LOCAL / f'run/{database}.lock').open('a') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f'another scripts/run serves the database {database}') from None
        yield


def start_mailbox(port):
    """Return the mail catcher; its page is on the port after Odoo's if that is free."""
    for page in (port + 1, 0):
        try:
            return mailbox.Server(LOCAL / 'mail', http=(HOST, page), images=f'http://{HOST}:{port}')
        except (OSError, OverflowError):
            if not page:
                raise
    return None


def write_config(database, port, workers):
    """Derive this run's configuration from the one for production; return its Path."""
    config = configparser.RawConfigParser()
    config.read(ROOT / 'config/odoo.conf')
    if not config.has_section('options'):
        config.add_section('options')
    for name, value in {
        'addons_path': ','.join(map(str, addons_paths(local=True))),
        'data_dir': LOCAL / 'data',
        'db_name': database,
        'dbfilter': f'^{re.escape(database)}$',
        'db_maxconn': 32,
        'with_demo': True,
        'proxy_mode': False,
        'http_interface': HOST,
        'http_port': port,
        'gevent_port': free_port(),
        'workers': workers,
        'max_cron_threads': 1,
        'logfile': LOGS / 'odoo.log',
        'publisher_warranty_url': NOWHERE,
    }.items():
        config.set('options', name, str(value))
    path = LOCAL / f'run/{database}.conf'
    with path.open('w') as file:
        file.write('# Written by scripts/run at each start\n')
        config.write(file)
    return path


def environment(server, key):
    """Return Odoo's environment (dict): where the outboxes are, and no way to the outside by HTTP."""
    environ = odoo_environ()
    for name in ('http_proxy', 'https_proxy', 'all_proxy'):
        environ[name] = environ[name.upper()] = NOWHERE
    environ['no_proxy'] = environ['NO_PROXY'] = f'{HOST},localhost'
    environ.update(
        CUSTOMER_LOCAL_SMTP_PORT=str(server.smtp_port), CUSTOMER_LOCAL_KEY=key,
        CUSTOMER_LOCAL_MAILBOX=f'http://{HOST}:{server.http_port}/')
    return environ


def await_page(child, port):
    """Wait until the login page is served; raise `Problem` if Odoo ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if child.process.poll() is not None:
            break
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request('GET', '/web/login')
            if connection.getresponse().status == 200:
                return
        time.sleep(0.2)
    raise Problem(f'Odoo did not start: {last_error(LOGS / "odoo.log")} (log: {LOGS / "odoo.log"})')


def announce(database, port, server):
    """Print where everything is."""
    url = f'http://{HOST}:{port}'
    logins = '\n'.join(f'    {login:<11} {LOGINS[login]}' for login in database.logins(LOGINS))
    say(f"""
Customer Services is served on this computer; Ctrl-C stops it.

  Portal      {url}/my
  Backend     {url}/odoo
  Sent mail   http://{HOST}:{server.http_port}/  (files: {LOCAL / 'mail/new'})
  Sent SMS    {url}/odoo/local-sms  (as admin or staff)
  Mail in     scripts/mail-in < message.eml
  Log         {LOGS / 'odoo.log'}

  DEMO LOGINS, THE PASSWORD IS THE LOGIN: for this computer only, never let others reach this server.
{logins}
""")


def serve(odoo_cluster, name, port, workers, fresh):
    """Prepare the database, serve it until a signal comes or Odoo ends; return the exit code."""
    key = secrets.token_urlsafe(32)
    LOGS.mkdir(exist_ok=True)
    with start_mailbox(port) as server:
        environ = {**environment(server, key), **odoo_cluster.environ()}
        options = ['-c', write_config(name, port, workers), *odoo_cluster.odoo_options()]
        database = DemoDatabase(odoo_cluster, name, options, environ)
        if fresh:
            database.drop()
        database.prepare()
        database.set_address(f'http://{HOST}:{port}')
        (LOGS / 'odoo.log').unlink(missing_ok=True)
        state = LOCAL / f'run/{name}.json'
        with Child(odoo_argv(*options), environ, LOGS / 'odoo.out') as child:
            await_page(child, port)
            with open(os.open(state, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
                json.dump({'host': HOST, 'port': port, 'key': key}, file)
            try:
                announce(database, port, server)
                child.process.wait()
            except KeyboardInterrupt:
                say('stopping')
                return 0
            finally:
                state.unlink(missing_ok=True)
        raise Problem(f'Odoo ended by itself: {last_error(LOGS / "odoo.log")} (log: {LOGS / "odoo.log"})')


def main():
    args = parse_args()
    stop_on_signals()
    name, port, workers = database_name(), number('PORT', 8069, 1, 65535), number('WORKERS', 0, 0, 64)
    check_port(port)
    with only_run_of(name), cluster() as odoo_cluster:
        return serve(odoo_cluster, name, port, workers, args.fresh)


if __name__ == '__main__':
    sys.exit(guarded(main))
