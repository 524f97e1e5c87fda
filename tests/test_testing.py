"""The test command itself: what counts as passed, as failed, and what `--core` prints."""

import contextlib
import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest

from tools import testing, testing_core
from tools.env import Problem
from tools.testing_odoo import Outcome, parse_log
from tools.testing_templates import own_addon_paths

STAMP = '2026-11-22 20:00:00,000 4711 {} db {}: {}'
MODULE = 'odoo.addons.customer_helpdesk.tests.test_ticket'
LOG = [
    STAMP.format('INFO', MODULE, 'Starting TestTicket.test_good ... '),
    STAMP.format('INFO', MODULE, 'Starting TestTicket.test_bad ... '),
    STAMP.format('ERROR', MODULE, 'FAIL: TestTicket.test_bad'),
    'AssertionError: 1 != 2',
    STAMP.format('INFO', 'odoo.tests.result', '1 failed, 0 error(s) of 2 tests when loading database'),
]


def count(lines, code=0, expected=True):
    """Return the Result of one addon with this log."""
    result = testing.Result('customer_helpdesk')
    testing.count_addon(result, lines, code, expected)
    return result


def test_counts_of_a_log():
    """Issue 2.5: passed and failed tests are counted from Odoo's log, with what the failed one said."""
    result = count(LOG, code=1)
    assert (result.passed, result.failed) == (1, 1)
    assert 'AssertionError: 1 != 2' in '\n'.join(result.details)


def test_skipped_test_fails():
    """Issue 2.5: a skipped browser test counts as failed."""
    lines = [*LOG[:1], STAMP.format('INFO', MODULE, 'skipped TestTicket.test_tour : no Chromium'),
             STAMP.format('INFO', 'odoo.tests.result', '0 failed, 0 error(s) of 2 tests when loading database')]
    result = count(lines)
    assert (result.passed, result.failed) == (1, 1)
    assert 'test_tour' in '\n'.join(result.details)


@pytest.mark.parametrize('lines', [[], LOG[4:], LOG[:1]], ids=['empty', 'no test', 'cut off'])
def test_no_result_fails(lines):
    """Issue 2.5: a run that executed no test, or ended early, is no success."""
    assert count(lines).failed


def test_error_while_loading_fails():
    """Issue 2.5: an error in the log outside of the tests fails, even if all tests pass."""
    lines = [STAMP.format('ERROR', 'odoo.modules.registry', 'Failed to load registry'), *LOG[:1],
             STAMP.format('INFO', 'odoo.tests.result', '0 failed, 0 error(s) of 1 tests when loading database')]
    assert count(lines).failed == 1


def test_counts_of_pytest():
    """Issue 2.5: skipped tests of tests/ fail too, and so does a run without any."""
    report = ElementTree.fromstring(
        '<testsuites><testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase>'
        '<testcase name="c"><failure/></testcase></testsuite></testsuites>')
    result = testing.Result('tests')
    testing.count_pytest(result, report, 1)
    assert (result.passed, result.failed) == (1, 2)
    empty = testing.Result('tests')
    testing.count_pytest(empty, ElementTree.fromstring('<testsuites/>'), 5)
    assert empty.failed == 1


def test_last_line(monkeypatch, capsys):
    """Issue 2.5: the last line is alone `N passed, N failed`, and a failure is the exit code."""
    monkeypatch.setattr(testing, '_cluster', contextlib.nullcontext)
    monkeypatch.setattr(testing, 'Templates', lambda server: SimpleNamespace(
        drop_clones=lambda: None, prune=lambda: None))
    monkeypatch.setattr(
        testing, 'run_addons', lambda templates, label, names: testing.Result(label, passed=3, failed=1))
    assert testing.run_all(['customer_helpdesk']) == 1
    assert capsys.readouterr().out.splitlines()[-1] == '3 passed, 1 failed'
    with pytest.raises(Problem, match='unknown addon nonsense'):
        testing.run_all(['nonsense'])


def test_every_addon_is_tested_once():
    """Issue 2.5: without names all addons are tested, each in one place; with names just these, each on its own."""
    tested = [name for _label, names in testing.jobs([]) for name in names]
    assert sorted(tested) == sorted(own_addon_paths())
    assert dict(testing.jobs(['customer_sale', 'test_customer_suite'])) == {
        'customer_sale': ['customer_sale'], 'test_customer_suite': ['test_customer_suite']}
    assert [label for label, _names in testing.jobs([])][:1] == [testing.GLUE]


def outcome(started, failed=()):
    """Return an Outcome of tests."""
    return Outcome(started=set(started), failed=set(failed), closed=True)


def compare(monkeypatch, without, with_ours):
    """Return what `run_core` returns for these two outcomes."""
    outcomes = {'core_without': without, 'core_with': with_ours}
    monkeypatch.setattr(testing_core, '_run', lambda templates, modules, template, label: outcomes[label])
    templates = SimpleNamespace(stock=lambda names: 'stock', get=lambda names, parent: 'ours')
    return testing_core.run_core(templates, ['portal'])


def test_core_names_what_fails_only_with_ours(monkeypatch, capsys):
    """Issue 2.6: a test that fails only with our addons is named; one that fails anyway is not."""
    assert not compare(monkeypatch, outcome('abc', 'a'), outcome('abc', 'ab'))
    printed = capsys.readouterr().out
    assert '  b\n' in printed
    assert '  a\n' not in printed


def test_core_without_difference(monkeypatch, capsys):
    """Issue 3.16: no difference is a success; a test that is not run any more is none."""
    assert compare(monkeypatch, outcome('ab', 'a'), outcome('ab', 'a'))
    assert 'nothing fails only with our addons' in capsys.readouterr().out
    assert not compare(monkeypatch, outcome('ab'), outcome('a'))


def test_log_of_cut_lines():
    """Issue 2.5: lines that are no log lines do no harm."""
    assert parse_log(['', 'Traceback (most recent call last):', '\x00']).started == set()
