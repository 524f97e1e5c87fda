"""Clocks that run in working time only: plain Python, no database.

All datetimes are naive UTC, as Odoo stores them. Working time is asked from a function, so that a calendar with lunch
breaks, public holidays and a time zone with summer time is as good as a list in a test.
"""
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: working time is asked and remembered in stretches of this length, counted from ``EPOCH``
STRETCH = timedelta(days=28)
EPOCH = datetime(2001, 1, 1)
#: stretches that are looked at for a deadline: about five years, then there is none
HORIZON = 66


class WorkingTime:
    """Working time of a calendar, asked once for each stretch.

    :param fetch: function ``(start, end)`` that returns the sorted, disjoint intervals ``[(start, end), ...]`` of
        working time between two moments; None for around the clock
    """

    def __init__(self, fetch=None):
        self._fetch = fetch or (lambda start, end: [(start, end)])
        self._stretches = {}

    def intervals(self, start, end=None):
        """Yield the intervals of working time from ``start`` on, in order, up to ``end`` or the horizon."""
        first = (start - EPOCH) // STRETCH
        for number in range(first, first + HORIZON):
            begin = EPOCH + number * STRETCH
            if end and begin >= end:
                return
            if number not in self._stretches:
                self._stretches[number] = list(self._fetch(begin, begin + STRETCH))
            for left, right in self._stretches[number]:
                left, right = max(left, start), min(right, end or right)
                if left < right:
                    yield left, right

    def after(self, start, seconds, breaks=()):
        """Return the moment at which so much working time has passed since ``start``.

        :param breaks: intervals ``(start, end)`` in which the clock stands; an ``end`` of None: until further notice
        :return: a datetime; None if the clock stands until further notice, or there is no such moment
        """
        if seconds <= 0:
            return start
        left_over = timedelta(seconds=seconds)
        for begin, end in self._running(self.intervals(start), breaks):
            if end - begin >= left_over:
                return begin + left_over
            left_over -= end - begin
        return None

    def elapsed(self, start, end, breaks=()):
        """Return the seconds of working time between two moments, without the ``breaks``."""
        running = self._running(self.intervals(start, end), breaks)
        return sum((right - left).total_seconds() for left, right in running)

    @staticmethod
    def _running(intervals, breaks):
        """Yield what is left of sorted intervals outside of the breaks; ends with a break that has no end."""
        breaks = sorted(breaks, key=lambda item: item[0])
        for begin, end in intervals:
            for pause, resume in breaks:
                if resume is not None and resume <= begin:
                    continue
                if pause >= end:
                    break
                if begin < pause:
                    yield begin, pause
                if resume is None:
                    return
                begin = resume
            if begin < end:
                yield begin, end


class Clock:
    """One promise: so much working time from ``start`` on.

    :param str name: what is promised
    :param start: when it starts to run, or None if it does not
    :param float seconds: working time that is promised; 0 is no promise
    :param stopped: when the promise was kept, or None
    :param breaks: intervals in which it stands; what begins after it was stopped does not count
    :param float warning: part of the time, between 0 and 1, after which somebody is warned
    """

    def __init__(self, working_time, name, start, seconds, stopped=None, breaks=(), warning=0.8):
        self.name, self.start, self.stopped = name, start, stopped
        self.deadline = self.warning = None
        if start and seconds > 0:
            breaks = [item for item in breaks if not stopped or item[0] < stopped]
            self.deadline = working_time.after(start, seconds, breaks)
            self.warning = working_time.after(start, seconds * warning, breaks)
        self.is_promised = bool(start and seconds > 0)

    @property
    def is_running(self):
        """Whether the promise is still to be kept, and time passes."""
        return bool(self.is_promised and not self.stopped and self.deadline)

    def verdict(self, now):
        """Return ``'met'``, ``'missed'``, ``'running'``, ``'paused'``, or None without a promise."""
        if not self.is_promised:
            return None
        if self.stopped:
            return 'met' if not self.deadline or self.stopped <= self.deadline else 'missed'
        if not self.deadline:
            return 'paused'
        return 'missed' if self.deadline <= now else 'running'

    def due(self, now):
        """Return what somebody is to be told: ``'late'``, ``'warning'`` or None."""
        if not self.is_running:
            return None
        if self.deadline <= now:
            return 'late'
        return 'warning' if self.warning and self.warning <= now else None

    def next_moment(self, now):
        """Return when :meth:`due` changes next, or None."""
        if not self.is_running:
            return None
        return min((moment for moment in (self.warning, self.deadline) if moment and moment > now), default=None)


@dataclass(frozen=True)
class Policy:
    """What is promised for which tickets; an empty criterion fits every ticket.

    ``hours`` maps the name of a clock to working hours; ``groups`` are ids of user groups of customers.
    """

    id: int
    is_active: bool = True
    company: int = 0
    teams: frozenset = frozenset()
    types: frozenset = frozenset()
    priority: str = ''
    tags: frozenset = frozenset()
    groups: frozenset = frozenset()
    warning: float = 0.8
    hours: dict = field(default_factory=dict)

    @property
    def specificity(self):
        """Number of criteria."""
        return sum(map(bool, (self.teams, self.types, self.priority, self.tags, self.groups)))

    def fits(self, company, team, kind, priority, tags, groups):
        """Tell whether the policy is for a ticket with these ids.

        :param groups: function that returns the ids of all groups of the customer, asked only if it matters
        """
        return bool(
            self.is_active and self.company in (False, 0, None, company)
            and (not self.teams or team in self.teams)
            and (not self.types or kind in self.types)
            and (not self.priority or priority == self.priority)
            and (not self.tags or not self.tags.isdisjoint(tags))
            and (not self.groups or not self.groups.isdisjoint(groups())))


def choose(policies, **facts):
    """Return the most specific of the policies (in order of preference) that fits, or None; see :meth:`Policy.fits`."""
    return max((policy for policy in policies if policy.fits(**facts)), key=lambda policy: policy.specificity, default=None)
