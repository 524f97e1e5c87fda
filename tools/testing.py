"""`scripts/test`: all tests of the addons and of the running server.

Each addon is installed and tested, with the addon for its tests, on a database of its own that has just what they need,
two at a time; but all glue addons together on one database, as they come together where their sides are. Then pytest
runs tests/. The last line is `N passed, N failed`; a skipped test counts as failed, since it proves nothing.
"""

import argparse
import contextlib
import shutil
import signal
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field

from tools.env import ROOT, Problem, guarded, lock
from tools.testing_core import run_core
from tools.testing_odoo import (
    LOG_DIR,
    TEST_DIR,
    free_port,
    odoo_command,
    parse_log,
    run,
    stop_all,
    tail,
)
from tools.testing_templates import Templates, is_glue, own_addon_paths, stock_depends

PARALLEL = 2
BUDGET = 180  # seconds for the tests of one addon on a template that is there
ADDON_TIMEOUT = 1800  # seconds
PYTEST_TIMEOUT = 3600  # seconds
TOP_LEVEL = 'tests'
GLUE = 'glue'
# addons for tests only that go with those that they test; a database of their own would tell nothing more
TESTED_WITH = {
    'test_customer_helpdesk': 'customer_helpdesk', 'test_customer_helpdesk_website': GLUE,
    'test_customer_rma': 'customer_rma', 'test_customer_sale': 'customer_sale',
    'test_customer_services': 'customer_services', 'test_customer_suite': GLUE,
}
CHROMIUMS = ('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable')  # where Odoo looks


@dataclass
class Result:
    """Counts of one addon or of tests/, with what to show of the failures."""
    name: str
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0
    details: list = field(default_factory=list)

    def fail(self, text):
        self.failed += 1
        self.details.append(text)


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        prog='scripts/test', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog='Examples: scripts/test; scripts/test customer_helpdesk; scripts/test tests; '
               'scripts/test --core portal. Logs are in .local/test/logs.')
    parser.add_argument('names', nargs='*', metavar='addon', help=(
        f'addons to test, each on its own; {GLUE!r} for all glue addons together, {TOP_LEVEL!r} for pytest only'))
    parser.add_argument('--core', action='store_true', help=(
        "run Odoo's own tests of the named modules (module:Class for one class) without and with our addons; print what "
        'fails only with ours'))
    args = parser.parse_args(argv)
    if args.core and not args.names:
        parser.error('--core needs the names of modules')
    return args


def run_addons(templates, label, names):
    """Install and test the addons `names` on a clone of a template with just what they depend on; return the Result."""
    result = Result(label)
    log_path = LOG_DIR / f'{label}.log'
    try:
        template = templates.below(*names)
        begin = time.monotonic()
        with templates.clone(template, label) as database:
            argv = odoo_command(
                templates.cluster, database, '-i', ','.join(names), '--with-demo', '--test-tags',
                ','.join(f'/{name}' for name in names), '--stop-after-init', f'--http-port={free_port()}')
            browser = any('start_tour(' in text for text in tests_of(names))
            environ = {**templates.cluster.environ(), **({'TEST_ASSETS': 'yes'} if browser else {})}
            code = run(argv, log_path, ADDON_TIMEOUT, environ=environ)
    except Problem as problem:
        result.fail(str(problem))
        return result
    result.seconds = time.monotonic() - begin
    count_addon(result, log_path.read_text(errors='replace').splitlines(), code, bool(tests_of(names)))
    if result.failed:
        result.details.append(f'log: {log_path.relative_to(ROOT)}')
    return result


def tests_of(names):
    """Return the texts of the test files of the addons `names` as a list."""
    return [path.read_text() for name in names for path in sorted((own_addon_paths()[name] / 'tests').glob('test_*.py'))]


def jobs(names):
    """Return what is tested on a database each as (label, addons): all that `names` ask for, or all.

    What needs most comes first, since it takes longest to build and to test.
    """
    known = own_addon_paths()
    glue = list(filter(is_glue, known))
    found = {name: [name] for name in known if name in names or not names and name not in [*glue, *TESTED_WITH]}
    if not names or GLUE in names:
        found[GLUE] = glue
    if not names:
        for name, label in TESTED_WITH.items():
            found[label].append(name)
    return sorted(found.items(), key=lambda job: -len(stock_depends(job[1])))


def count_addon(result, lines, code, expected):
    """Fill `result` from the lines of Odoo's log and its exit code.

    :param expected: whether the addon has tests, so that running none is a failure
    """
    outcome = parse_log(lines)
    result.passed = outcome.passed
    result.failed = outcome.not_passed
    result.details += [f'skipped: {test}' for test in sorted(outcome.skipped)]
    result.details += [excerpt(lines, test) for test in sorted(outcome.failed)[:5]]
    result.details += [f'failed: {test}' for test in sorted(outcome.failed)[5:]]
    for problem in outcome.problems[:5]:
        result.fail(problem)
    if expected and not outcome.started:
        result.fail('no test was executed')
    if not result.failed and (code or not outcome.closed):
        result.fail(f'Odoo ended with {code} and without result:\n' + '\n'.join(lines[-10:]))
    if result.seconds > BUDGET:
        # said, not failed: how fast the machine is just now must not decide about a change
        result.details.append(f'took {result.seconds:.0f} s, the budget of an addon is {BUDGET} s')


def excerpt(lines, test):
    """Return what the log says about the failed `test`, at most 30 lines."""
    name = '.'.join(test.rsplit('.', 2)[-2:])
    found = []
    for line in lines:
        if found and line[:4].isdigit():
            break
        if found or (' ERROR ' in line and name in line):
            found.append(line)
    return '\n'.join([f'failed: {test}', *found[:1], *found[1:][-29:]])


def run_pytest():
    """Run tests/ by pytest; return the Result."""
    result = Result(TOP_LEVEL)
    report, log_path = TEST_DIR / 'pytest.xml', LOG_DIR / 'pytest.log'
    report.unlink(missing_ok=True)
    begin = time.monotonic()
    argv = [
        sys.executable, '-m', 'pytest', TOP_LEVEL, '-q', '-n', str(PARALLEL), '--dist=loadgroup', '--no-loadscope-reorder',
        '--no-header', f'--junitxml={report}',
    ]
    try:
        code = run(argv, log_path, PYTEST_TIMEOUT)
    except Problem as problem:
        result.fail(str(problem))
        return result
    result.seconds = time.monotonic() - begin
    if not report.exists():
        result.fail(f'pytest ended with {code} and without report:\n{tail(log_path)}')
        return result
    count_pytest(result, ElementTree.parse(report).getroot(), code)  # noqa: S314 - our own file
    if result.failed:
        result.details.append(log_path.read_text(errors='replace')[-12000:])
    return result


def count_pytest(result, report, code):
    """Fill `result` from pytest's JUnit report (root element) and its exit code."""
    bad = 0
    for case in report.iter('testcase'):
        if any(case.find(tag) is not None for tag in ('failure', 'error', 'skipped')):
            bad += 1
        else:
            result.passed += 1
    result.failed += bad
    if not bad and (code or not result.passed):
        result.fail(f'pytest ended with {code} after {result.passed} tests')


def run_all(names):
    """Run the tests of the addons `names` (all and tests/ if empty), print the results, return the exit code."""
    known = own_addon_paths()
    if unknown := sorted(set(names) - {*known, GLUE, TOP_LEVEL}):
        raise Problem(f'unknown addon {", ".join(unknown)}; there are: {", ".join(known)}')
    if not any(map(shutil.which, CHROMIUMS)):
        raise Problem('Chromium is missing, the browser tests need it: apt-get install chromium')
    todo, outside = jobs(names), not names or TOP_LEVEL in names
    results = []
    with _cluster() as server, ThreadPoolExecutor(PARALLEL) as executor:
        templates = Templates(server)
        templates.drop_clones()
        templates.prune()
        try:
            running = [executor.submit(run_addons, templates, *job) for job in todo[:PARALLEL]]
            suite = executor.submit(templates.suite) if outside else None  # all tests from outside begin with it
            running += [executor.submit(run_addons, templates, *job) for job in todo[PARALLEL:]]
            results += [show(future.result()) for future in as_completed(running)]
            if outside:
                suite.result()
                results.append(show(run_pytest()))
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    if not passed and not failed:
        failed = 1
        print('no test was executed')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


def show(result):
    """Print the Result of one addon and return it."""
    for text in result.details:
        print(text)
    print(f'{result.name}: {result.passed} passed, {result.failed} failed ({result.seconds:.0f} s)', flush=True)
    return result


@contextlib.contextmanager
def _cluster():
    """Yield the PostgreSQL server; hold off other runs of scripts/test in this checkout."""
    from tools.postgres import cluster  # needs the virtual environment, --help does not
    with lock(TEST_DIR / 'locks' / 'run', 'waiting for another scripts/test to end'), cluster() as server:
        yield server


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not args.core:
            return run_all(args.names)
        with _cluster() as server:
            return 0 if run_core(Templates(server), args.names) else 1
    finally:
        stop_all()


if __name__ == '__main__':
    sys.exit(guarded(main))
