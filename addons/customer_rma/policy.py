"""How a return is decided and its money is divided: plain functions, no database.

Rules are asked in their order; the first one whose criteria all fit decides. Its window is checked then. Every decision
comes with a trace that says of each rule that was asked why it did not fit.
"""
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

#: criteria of a rule that are sets of ids, an empty one fits everything: name in the rule -> name in the item
SETS = {
    'groups': 'groups', 'tags': 'tags', 'products': 'products', 'categories': 'categories', 'reasons': 'reasons',
    'countries': 'countries',
}


@dataclass(frozen=True)
class Item:
    """What is asked to be returned: one line of a return.

    Sets hold ids. ``starts`` are the days on which a window may begin, by event (``delivery``, ``order``, ``invoice``);
    an event that did not happen yet is missing. A product is in its category and in those above it. ``recent`` counts the
    customer's returns of the last 30 days. ``reduced`` says that lines like discounts and gift cards take something off the
    order: what of the price came as money is for people to see.
    """

    kind: str
    company: int
    today: date
    amount: float = 0.0
    groups: frozenset = frozenset()
    tags: frozenset = frozenset()
    products: frozenset = frozenset()
    categories: frozenset = frozenset()
    reasons: frozenset = frozenset()
    countries: frozenset = frozenset()
    starts: dict = field(default_factory=dict)
    recent: int = 0
    reduced: bool = False


@dataclass(frozen=True)
class Rule:
    """One rule of the policy; ``None``, 0 or an empty set is no criterion."""

    id: int
    name: str
    decision: str = 'review'
    kind: str = ''
    company: int = 0
    amount_from: float = 0.0
    amount_to: float = 0.0
    days_from: int = 0
    days_to: int = 0
    groups: frozenset = frozenset()
    tags: frozenset = frozenset()
    products: frozenset = frozenset()
    categories: frozenset = frozenset()
    reasons: frozenset = frozenset()
    countries: frozenset = frozenset()
    window_days: int = 0
    window_start: str = 'delivery'
    velocity: int = 0


class Verdict(NamedTuple):
    """The decision for an item.

    ``rule`` is None if none fitted: then people decide. ``deadline`` is the last day of the window, None if there is
    none or it did not begin. ``why`` is ``''``, ``'rule'`` (the rule refuses), ``'late'``, ``'velocity'`` or
    ``'reduced'``. ``trace`` lists ``(id of the rule, name, what did not fit or '')``.
    """

    rule: Rule | None
    decision: str
    deadline: date | None
    why: str
    trace: list


def wanted_facts(rules):
    """Return the set of the names of the facts of an item that any of the rules asks for and that cost a look-up."""
    wanted = {name for rule in rules for name in SETS if getattr(rule, name)}
    if any(rule.velocity for rule in rules):
        wanted.add('recent')
    return wanted | {rule.window_start for rule in rules}


def age(item, start):
    """Return the days since an event, 0 if it did not happen yet."""
    begin = item.starts.get(start)
    return max((item.today - begin).days, 0) if begin else 0


def mismatch(rule, item):
    """Return the name of the first criterion of the rule that the item does not fit, ``''`` if it fits."""
    if rule.company and rule.company != item.company:
        return 'company'
    if rule.kind and rule.kind != item.kind:
        return 'kind'
    for name, of_item in SETS.items():
        wanted = getattr(rule, name)
        if wanted and not wanted & getattr(item, of_item):
            return name
    return _mismatched_number(rule, item)


def _mismatched_number(rule, item):
    days = age(item, rule.window_start)
    if item.amount < rule.amount_from or (rule.amount_to and item.amount > rule.amount_to):
        return 'amount'
    if days < rule.days_from or (rule.days_to and days > rule.days_to):
        return 'age'
    return ''


def deadline(rule, item):
    """Return the last day on which the item may be returned by the rule, or None."""
    begin = item.starts.get(rule.window_start)
    return begin + timedelta(days=rule.window_days) if begin and rule.window_days else None


def decide(rules, item):
    """Return the :class:`Verdict` of the ordered rules on an item."""
    trace = []
    for rule in rules:
        reason = mismatch(rule, item)
        trace.append((rule.id, rule.name, reason))
        if reason:
            continue
        last = deadline(rule, item)
        if rule.decision == 'refuse':
            return Verdict(rule, 'refuse', last, 'rule', trace)
        if last and item.today > last:
            return Verdict(rule, 'refuse', last, 'late', trace)
        if rule.decision == 'approve' and rule.velocity and item.recent >= rule.velocity:
            return Verdict(rule, 'review', last, 'velocity', trace)
        if rule.decision == 'approve' and item.reduced:
            return Verdict(rule, 'review', last, 'reduced', trace)
        return Verdict(rule, rule.decision, last, '', trace)
    return Verdict(None, 'review', None, '', trace)


def allocate(quantity, sources, digits=6):
    """Divide a quantity over sources, the first ones first.

    :param float quantity: what is wanted
    :param sources: iterable of ``(key, what is left there)``
    :param int digits: decimal places to which quantities are exact
    :return: ``(list of (key, quantity), what no source had left)``
    """
    parts = []
    for key, left in sources:
        share = round(min(quantity, left), digits)
        if share > 0:
            parts.append((key, share))
            quantity = round(quantity - share, digits)
    return parts, max(quantity, 0.0)
