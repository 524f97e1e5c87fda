"""Free slots of one resource and who is chosen: no database here.

All instants are naive datetimes in UTC, as Odoo stores them; intervals are ``(start, stop)``, stop excluded. Slots lie on
the wall clock of the resource: what is at 09:00 stays at 09:00 when the clock is changed.
"""
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """What a type of appointment asks for, in minutes.

    :param int duration: how long it takes
    :param int interval: distance of the starts on the wall clock, counted from the start of each working period
    :param int buffer_before: time that has to be free before
    :param int buffer_after: time that has to be free after
    """

    duration: int
    interval: int
    buffer_before: int = 0
    buffer_after: int = 0


def to_wall(instant, tz):
    """Return the wall clock (naive) of ``tz`` at an instant."""
    return instant.replace(tzinfo=UTC).astimezone(tz).replace(tzinfo=None)


def to_instants(wall, tz):
    """Return the instants at which the clock of ``tz`` shows ``wall``.

    None if the hour is skipped when summer time begins, two if it comes twice when summer time ends.
    """
    found = []
    for fold in (0, 1):
        instant = wall.replace(tzinfo=tz, fold=fold).astimezone(UTC).replace(tzinfo=None)
        if to_wall(instant, tz) == wall and instant not in found:
            found.append(instant)
    return found


def start_of_day(day, tz):
    """Return the instant at which a local day begins, also where midnight is skipped."""
    return datetime.combine(day, time(), tz).astimezone(UTC).replace(tzinfo=None)


def merge(intervals):
    """Return the union of intervals, sorted, those that touch joined."""
    merged = []
    for start, stop in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def free_starts(work, busy, rules, tz, start, stop):
    """Return the instants at which an appointment can begin.

    It fits into a working period as a whole; with its buffers it meets nothing that is busy. The grid begins anew with
    each working period and each local day, so that whether a start is offered does not depend on what was asked for.

    :param work: working periods that cover the asked days as whole local days
    :param busy: what is busy, in any order
    :param Rules rules: duration, grid, buffers
    :param tz: ``zoneinfo`` of the resource
    :param start: first instant that may be offered
    :param stop: end of what is asked for, excluded
    :return: sorted list
    """
    work, busy = merge(work), merge(busy)
    ends = [interval[1] for interval in busy]
    duration, step = timedelta(minutes=rules.duration), timedelta(minutes=rules.interval)
    before, after = timedelta(minutes=rules.buffer_before), timedelta(minutes=rules.buffer_after)

    def is_free(instant):
        index = bisect_left(ends, instant - before + timedelta.resolution)  # the first that ends later
        return index == len(busy) or busy[index][0] >= instant + duration + after

    found = set()
    for period_start, period_stop in work:
        for piece_start, piece_stop in _days(max(period_start, start - 2 * DAY), min(period_stop, stop + DAY), tz):
            for instant in _grid(piece_start, piece_stop, step, tz):
                if (max(start, piece_start) <= instant < min(stop, piece_stop)
                        and instant + duration <= period_stop and is_free(instant)):
                    found.add(instant)
    return sorted(found)


def _grid(start, stop, step, tz):
    """Yield the instants at which the wall clock is a multiple of ``step`` after ``start``, on one local day."""
    wall = to_wall(start, tz)
    if to_wall(stop, tz) - wall == stop - start:  # the clock is not changed meanwhile
        while start < stop:
            yield start
            start += step
        return
    last = datetime.combine(wall.date() + DAY, time())
    while wall < last:
        yield from to_instants(wall, tz)
        wall += step


def _days(start, stop, tz):
    """Cut a period into pieces of one local day each."""
    while start < stop:
        end = start_of_day(to_wall(start, tz).date() + DAY, tz)
        if end <= start:  # the clock goes back over midnight: the day comes twice
            end = start_of_day(to_wall(start, tz).date() + 2 * DAY, tz)
        yield start, min(end, stop)
        start = end


def choose(candidates, loads, weights):
    """Order resources by how much each has to do, measured by its weight: who has the least comes first.

    :param candidates: ids
    :param dict loads: id -> number of appointments, or minutes
    :param dict weights: id -> how much it takes of them; 1 if missing
    """
    return sorted(candidates, key=lambda key: (loads.get(key, 0) / max(weights.get(key, 1), 1), key))


def zone(name):
    """Return the ``zoneinfo`` with a name; UTC for what is unknown."""
    try:
        return ZoneInfo(name or 'UTC')
    except (KeyError, ValueError, OSError):
        return ZoneInfo('UTC')
