"""Issue 7.7: Issue 7.19: the rules for returns and how money is divided, without a database, against an oracle."""

import importlib.util
import sys
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tools.env import ROOT


def load(name):
    """Import a plain Python module of the addon without Odoo."""
    spec = importlib.util.spec_from_file_location(f'rma_{name}', ROOT / f'addons/customer_rma/{name}.py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


policy = load('policy')
TODAY = date(2026, 11, 25)
IDS = st.frozensets(st.integers(1, 4), max_size=3)


def item(**values):
    values = {'kind': 'return', 'company': 1, 'today': TODAY, **values}
    return policy.Item(**values)


def rule(number=1, **values):
    return policy.Rule(id=number, name=f'Rule {number}', **values)


def test_window():
    """Issue 7.7: the window counts from delivery: day 30 is in time, day 31 is not; without delivery it did not begin."""
    rules = [rule(decision='approve', window_days=30)]
    for days, decision in ((0, 'approve'), (29, 'approve'), (30, 'approve'), (31, 'refuse'), (400, 'refuse')):
        verdict = policy.decide(rules, item(starts={'delivery': TODAY - timedelta(days=days)}))
        assert verdict.decision == decision, days
        assert verdict.deadline == TODAY + timedelta(days=30 - days)
        assert verdict.why == ('late' if decision == 'refuse' else '')
    verdict = policy.decide(rules, item(starts={'order': TODAY - timedelta(days=400)}))
    assert (verdict.decision, verdict.deadline) == ('approve', None)


def test_first_rule_decides():
    """Issue 7.19: the first rule that fits decides; the trace says of the others why they did not."""
    rules = [
        rule(1, kind='claim'), rule(2, products=frozenset({7})), rule(3, amount_from=500.0),
        rule(4, decision='refuse', tags=frozenset({1})), rule(5, decision='approve')]
    verdict = policy.decide(rules, item(tags=frozenset({1, 2}), amount=100.0))
    assert (verdict.rule.id, verdict.decision, verdict.why) == (4, 'refuse', 'rule')
    assert [reason for _id, _name, reason in verdict.trace] == ['kind', 'products', 'amount', '']
    assert policy.decide(rules, item()).rule.id == 5
    assert policy.decide(rules[:3], item()) == (
        None, 'review', None, '', [(1, 'Rule 1', 'kind'), (2, 'Rule 2', 'products'), (3, 'Rule 3', 'amount')])


def test_velocity():
    """Issue 7.19: who returns often is looked at by staff, whatever else would be approved."""
    rules = [rule(decision='approve', velocity=3)]
    assert policy.decide(rules, item(recent=2)).decision == 'approve'
    verdict = policy.decide(rules, item(recent=3))
    assert (verdict.decision, verdict.why) == ('review', 'velocity')


def test_reduced():
    """Issue 7.6: an order of which discounts or gift cards paid a part is looked at by people, unless it is refused."""
    for decision, expected in (('approve', ('review', 'reduced')), ('review', ('review', '')), ('refuse', ('refuse', 'rule'))):
        verdict = policy.decide([rule(decision=decision)], item(reduced=True))
        assert (verdict.decision, verdict.why) == expected


@given(
    st.lists(st.builds(
        rule, st.integers(1, 99), decision=st.sampled_from(['approve', 'review', 'refuse']), products=IDS, tags=IDS,
        reasons=IDS, kind=st.sampled_from(['', 'return', 'claim']), company=st.integers(0, 2),
        window_days=st.integers(0, 40), amount_to=st.sampled_from([0.0, 50.0])), max_size=6),
    IDS, IDS, IDS, st.integers(0, 60), st.sampled_from([10.0, 60.0]))
def test_decide_against_an_oracle(rules, products, tags, reasons, days, amount):
    """Issue 7.19: whatever the rules, the one that decides is the first that fits, and a late item is never approved."""
    asked = item(products=products, tags=tags, reasons=reasons, amount=amount,
                 starts={'delivery': TODAY - timedelta(days=days)})

    def fits(one):
        return (one.company in (0, 1) and one.kind in ('', 'return') and (not one.amount_to or amount <= one.amount_to)
                and all(not wanted or wanted & has for wanted, has in (
                    (one.products, products), (one.tags, tags), (one.reasons, reasons))))

    expected = next((one for one in rules if fits(one)), None)
    verdict = policy.decide(rules, asked)
    assert verdict.rule is expected
    if expected is None:
        assert verdict.decision == 'review'
    elif expected.window_days and days > expected.window_days:
        assert verdict.decision == 'refuse'
    else:
        assert verdict.decision == expected.decision
    assert len(verdict.trace) == (rules.index(expected) + 1 if expected else len(rules))


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), max_size=8))
def test_allocate(wanted, sources):
    """Issue 7.6: a quantity is divided over invoices without loss, never more of one than it has left."""
    quantity = wanted / 1000
    parts, rest = policy.allocate(quantity, [(index, left / 1000) for index, left in enumerate(sources)])
    taken = dict(parts)
    assert len(taken) == len(parts)
    assert all(0 < share <= sources[index] / 1000 for index, share in parts)
    assert abs(sum(taken.values()) + rest - quantity) < 1e-6
    if rest > 1e-6:
        assert abs(sum(taken.values()) - sum(sources) / 1000) < 1e-6
    assert [index for index, _share in parts] == sorted(taken)
