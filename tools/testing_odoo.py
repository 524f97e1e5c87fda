"""Odoo processes of the tests: start one, wait, read its log; nothing outlives us."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
from dataclasses import dataclass, field

from tools.env import LOCAL, ROOT, Problem, addons_paths, odoo_argv, odoo_environ

TEST_DIR = LOCAL / 'test'
FAST = ROOT / 'tests/addons'
DATA_DIR = TEST_DIR / 'data'
LOG_DIR = TEST_DIR / 'logs'

_LINE = re.compile(r'^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)$')
_START = re.compile(r'^Starting (?P<name>\w+\.\w+) \.\.\.')
_SKIP = re.compile(r'^skipped (?P<name>.+?) : ')
_BAD = re.compile(r'^(?:FAIL|ERROR): (?:Subtest )?(?P<name>setUpClass \([\w.]+\)|tearDownClass \([\w.]+\)|[\w.]+)')
_CLOSING = re.compile(r'(?P<failed>\d+) failed, (?P<errors>\d+) error\(s\) of (?P<count>\d+) tests')
_running = set()
_lock = threading.Lock()


@dataclass
class Outcome:
    """What the log of one Odoo run says.

    All sets hold test ids such as `odoo.addons.portal.tests.test_x.TestX.test_y`.
    """
    started: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    skipped: set = field(default_factory=set)
    problems: list = field(default_factory=list)  # ERROR and CRITICAL lines outside of tests
    closed: bool = False  # Odoo printed its closing line

    @property
    def passed(self):
        return len(self.started - self.failed - self.skipped)

    @property
    def not_passed(self):
        """Number of failures, errors and skipped tests (a skipped test proves nothing)."""
        return len(self.failed | self.skipped)


def parse_log(lines):
    """Return the Outcome told by the lines of an Odoo log."""
    outcome = Outcome()
    in_tests = False
    for line in lines:
        match = _LINE.match(line)
        if not match:
            continue
        level, logger, text = match['level'], match['logger'], match['text']
        if start := _START.match(text):
            in_tests = True
            outcome.started.add(f'{logger}.{start["name"]}')
        elif skip := _SKIP.match(text):
            outcome.skipped.add(f'{logger}.{skip["name"]}')
        elif level == 'ERROR' and (bad := _BAD.match(text)):
            outcome.failed.add(f'{logger}.{bad["name"]}')
        elif closing := _CLOSING.search(text):
            outcome.closed = True
            bad_tests = int(closing['failed']) + int(closing['errors'])
            if bad_tests and not outcome.failed:
                outcome.problems.append(text)
        elif level == 'CRITICAL' or level == 'ERROR' and not in_tests:
            outcome.problems.append(f'{logger}: {text}')
    return outcome


def free_port():
    """Return a TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def odoo_command(cluster, database, *args, sub=None, fast=True, paths=None):
    """Return the argv of an Odoo process of the tests on `database`.

    :param sub: Odoo's subcommand (`shell`), the server by default
    :param fast: whether to spare work that proves nothing, see tests/addons/fast_tests; not where time is measured
    :param paths: folders with addons (Paths), by default all
    """
    paths = [path for path in paths or addons_paths(local=True) if path.is_dir()]
    return odoo_argv(
        *([sub] if sub else []), f'--addons-path={",".join(map(str, [*paths, *([FAST] if fast else [])]))}',
        *(['--load=base,rpc,web,fast_tests'] if fast else []), *cluster.odoo_options(), f'--data-dir={DATA_DIR}',
        '-d', database, f'--db-filter=^{re.escape(database)}$', '--http-interface=127.0.0.1', '--max-cron-threads=0',
        *args,
    )


def start(argv, log_path, stdin=None, environ=None):
    """Start a process (group of its own) that writes to `log_path`; return its Popen."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open('wb') as log:
        process = subprocess.Popen(
            argv, stdin=stdin or subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            env={**odoo_environ(), **(environ or {})},
        )
    with _lock:
        _running.add(process)
    return process


def stop(process, timeout=20):
    """End `process` and all that it started, politely first."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        pass
    with contextlib.suppress(ProcessLookupError):  # Chromium and workers of a process that died before them
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with _lock:
        _running.discard(process)


def stop_all():
    """End every process that is still running."""
    with _lock:
        processes = list(_running)
    for process in processes:
        stop(process, timeout=5)


def run(argv, log_path, timeout, script=None, environ=None):
    """Run `argv` to its end and return its exit code.

    :param script: Python text for the standard input (Odoo's shell)
    :raise Problem: it ran for more than `timeout` seconds
    """
    process = start(argv, log_path, stdin=subprocess.PIPE if script else None, environ=environ)
    try:
        if script:
            process.stdin.write(script.encode())
            process.stdin.close()
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise Problem(f'no end after {timeout} s, see {log_path}') from None
    finally:
        stop(process)


def tail(log_path, count=15):
    """Return the last `count` lines of a log as text."""
    lines = log_path.read_text(errors='replace').splitlines()
    return '\n'.join(lines[-count:])


def shell(cluster, database, script, log_path, *args, timeout=300, fast=True):
    """Run a Python `script` in Odoo's shell on `database`; it must end by printing SCRIPT-OK.

    :param args: options of Odoo
    :param fast: see odoo_command
    :return: the log as text
    :raise Problem: it failed
    """
    argv = odoo_command(cluster, database, '--no-http', '--shell-interface=python', *args, sub='shell', fast=fast)
    code = run(argv, log_path, timeout, f'{script}\nprint("SCRIPT-" + "OK")\n', cluster.environ())
    text = log_path.read_text(errors='replace')
    if code or 'SCRIPT-OK' not in text:
        raise Problem(f'a script failed in the shell of {database}, see {log_path}\n{tail(log_path)}')
    return text
