"""Issue 7, checked with: worker killed in each step."""

import json

import pytest

from tools.env import ROOT
from tools.testing_odoo import LOG_DIR, shell

SCRIPT = """
import json, pathlib, sys
sys.path.insert(0, {root!r})
from tests.rma_crash import Crash
folder = pathlib.Path({folder!r})
crash = Crash(env, folder)
facts = {{mode: crash.go(mode) for mode in ('before', 'after')}}
(folder / 'facts.json').write_text(json.dumps(facts))
"""
#: kinds of jobs on the way of the return
KINDS = {'decide', 'mail', 'return', 'label', 'receipt', 'refund', 'gateway', 'close'}


@pytest.fixture(scope='module')
def books(cluster, templates, tmp_path_factory):
    """Walk two returns through all steps; return the folder with what became of them, see rma_crash.py."""
    folder = tmp_path_factory.mktemp('crash')
    with templates.clone(templates.suite(), 'rma_crash') as database:
        shell(cluster, database, SCRIPT.format(root=str(ROOT), folder=str(folder)), LOG_DIR / 'rma_crash.log')
    return folder


@pytest.mark.parametrize('mode', ['before', 'after'])
def test_killed_in_each_step(books, mode):
    """Issue 7.8: a worker dies by SIGKILL before, or after, each commit of each step: all happens once in the end."""
    points = [line.split() for line in (books / 'killed').read_text().splitlines()]
    steps = {step for way, step, _number in points if way == mode}
    facts = json.loads((books / 'facts.json').read_text())[mode]
    assert steps == {'request', 'receipt', *(jobs := facts.pop('jobs'))}  # at each one, whatever it had to do
    assert {job.split(':')[1] for job in jobs} == KINDS
    # a refund is committed twice: before the provider is asked, and when he answered
    assert sum('gateway' in step for way, step, _number in points if way == mode) == 2
    mails = facts.pop('mails')
    assert len(mails) == len(set(mails)) == 3
    [asked] = facts.pop('asked')  # the provider was asked once
    assert asked
    assert facts == {
        'returns': 1, 'state': 'resolved', 'quantities': [1, 1, 1, 1], 'transfers': ['done'],
        'notes': [['posted', 100.0, 0.0]], 'refunds': [[-100.0, True]], 'labels': 1, 'paid': 100.0, 'differences': [],
    }


def test_carrier_is_asked_for_one_label(books):
    """Issue 7.11: a job that is tried again after its worker died tells the carrier for which label it asks."""
    keys = (books / 'carrier').read_text().split()
    assert len(set(keys)) == 2
    assert len(keys) == 3  # the worker of the first return died before its commit
