"""`scripts/bench --answers`: whether the time of an answer tells that a login exists.

A visitor asks for a new password, and registers, with an address that has a login and with one that has none, by turns. What is
counted against guessing is forgotten before each try, by the database.
"""

import contextlib
import os
import re
from statistics import median

from tools.bench_client import Server, Visitor
from tools.bench_run import SERVER_OPTIONS
from tools.env import Problem, say
from tools.postgres import cluster
from tools.testing_odoo import free_port, odoo_command, stop
from tools.testing_templates import Templates

MODULES = ('customer_login', 'customer_registration')
TRIES, WARM_UP = 200, 5
WANTED_MS = 20  # between the medians
KNOWN, UNKNOWN = ('clara', 'clara@deco.example.com'), ('nobody', 'nobody@deco.example.com')  # login, e-mail address
FORGET = '; '.join(f'DELETE FROM {table}' for table in (  # noqa: S608 - our own names
    'customer_login_event', 'customer_reset_request', 'customer_registration', 'customer_registration_quota'))


def ask_password(visitor, token, person):
    """Ask for a new password."""
    visitor.post('/web/reset_password', {'csrf_token': token, 'login': person[0]}, status=200)


def register(visitor, token, person):
    """Send the form of a policy."""
    visitor.post('/register/customers/send', {'csrf_token': token, 'name': 'Bench', 'email': person[1]}, status=200)


WAYS = {'new password': ('/web/reset_password', ask_password), 'registration': ('/register/customers', register)}


def forget(connection):
    """Delete what was counted."""
    with connection, connection.cursor() as cursor:
        cursor.execute(FORGET)


def measure_way(server, database, connection, way):
    """Return ``(ms of the known address, ms of the unknown one)``, two lists."""
    path, send = WAYS[way]
    visitor = Visitor(server, database)
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(path))[1]
    times = {KNOWN: [], UNKNOWN: []}
    for number in range(WARM_UP + TRIES):
        for person in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            forget(connection)
            before = visitor.cost.ms
            send(visitor, token, person)
            times[person].append(visitor.cost.ms - before)
    return times[KNOWN][WARM_UP:], times[UNKNOWN][WARM_UP:]


def measure(templates):
    """Return ``{way: (ms of the known address, ms of the unknown one)}``."""
    with templates.clone(templates.get(MODULES), 'bench_answers') as database:
        port = free_port()
        argv = odoo_command(templates.cluster, database, f'--http-port={port}', *SERVER_OPTIONS, fast=False)
        server = Server('answers', argv, port, templates.cluster.environ())
        try:
            server.wait()
            with contextlib.closing(templates.cluster.connect(database)) as connection:
                return {way: measure_way(server, database, connection, way) for way in WAYS}
        finally:
            stop(server.process)


def table(results):
    """Return the medians as lines of a Markdown table."""
    lines = [('answer to', 'known: ms', 'unknown: ms', 'difference', f'wanted: < {WANTED_MS} ms'), ('---', *['---:'] * 3, '---')]
    for way, (known, unknown) in results.items():
        difference = median(known) - median(unknown)
        lines.append((way, f'{median(known):.1f}', f'{median(unknown):.1f}', f'{difference:+.1f}',
                      'met' if abs(difference) < WANTED_MS else 'not met'))
    return [f'| {" | ".join(line)} |' for line in lines]


def run_answers():
    """Measure and print the table; return the exit code: 0, whatever is met (time is no test)."""
    with cluster() as server:
        load = os.getloadavg()[0]
        results = measure(Templates(server))
    if not all(known and unknown for known, unknown in results.values()):
        raise Problem('nothing was measured')
    say(f'\nmedians of {TRIES} tries; {os.cpu_count()} cores, load average {load:.1f} before the run\n')
    say('\n'.join(table(results)))
    return 0
