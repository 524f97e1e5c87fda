"""Issue 8.13: Issue 8.5: the algorithm for free slots against a brute-force oracle, and zones that nobody expects."""

import importlib.util
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.env import ROOT


def load(name):
    """Import a plain Python module of the addon without Odoo."""
    spec = importlib.util.spec_from_file_location(f'agenda_{name}', ROOT / f'addons/customer_agenda/{name}.py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


slots = load('slots')
MINUTE = timedelta(minutes=1)
# daylight saving of an hour and of half an hour, offsets of 45 minutes, midnight that is skipped, both sides of the
# date line, a zone that changes in the southern winter
ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham',
         'Africa/Cairo', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/St_Johns', 'America/Havana', 'Asia/Beirut']
# days around changes of the clock
DAYS = [date(2026, 10, 24), date(2027, 3, 27), date(2026, 10, 3), date(2027, 4, 3), date(2026, 4, 23), date(2026, 10, 29),
        date(2026, 3, 7), date(2026, 10, 31), date(2026, 6, 1)]


def oracle(work, busy, rules, tz, start, stop):
    """Return what `free_starts` should: look at every minute on its own."""
    def covered(instant, intervals):
        return any(begin <= instant < end for begin, end in intervals)

    def wall(instant):
        return slots.to_wall(instant, tz)

    found = []
    instant = start
    while instant < stop:
        length = range(rules.duration)
        # beginning of the working period on this local day: go back minute by minute
        anchor = instant
        if covered(instant, work):
            while covered(anchor - MINUTE, work) and wall(anchor - MINUTE).date() == wall(instant).date():
                anchor -= MINUTE
            apart = round((wall(instant) - wall(anchor)).total_seconds() / 60)
            # in the hour that comes twice the wall clock of the beginning may be later than that of the instant
            if (apart >= 0 and apart % rules.interval == 0
                    and all(covered(instant + MINUTE * index, work) for index in length)
                    and not any(covered(instant + MINUTE * index, busy)
                                for index in range(-rules.buffer_before, rules.duration + rules.buffer_after))):
                found.append(instant)
        instant += MINUTE
    return found


@st.composite
def questions(draw):
    tz = ZoneInfo(draw(st.sampled_from(ZONES)))
    first = slots.start_of_day(draw(st.sampled_from(DAYS)), tz)
    moment = st.integers(0, 3 * 24 * 12).map(lambda number: first + number * timedelta(minutes=5))
    interval = st.tuples(moment, st.integers(1, 14 * 12)).map(
        lambda pair: (pair[0], pair[0] + pair[1] * timedelta(minutes=5)))
    rules = slots.Rules(
        draw(st.sampled_from([5, 15, 30, 60, 95])), draw(st.sampled_from([10, 15, 25, 30, 60])),
        draw(st.sampled_from([0, 10])), draw(st.sampled_from([0, 15])))
    start = first + timedelta(hours=draw(st.integers(0, 40)))
    return (draw(st.lists(interval, max_size=4)), draw(st.lists(interval, max_size=4)), rules, tz, start,
            start + timedelta(hours=draw(st.integers(1, 30))))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(questions())
def test_like_the_oracle(question):
    """Issue 8.13: for any working hours, busy times, rules, zones and days the slots are those of the oracle."""
    assert slots.free_starts(*question) == oracle(*question)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(questions(), st.integers(1, 29))
def test_windows_agree(question, hours):
    """Issue 8.13: whether a start is offered does not depend on the window that was asked for."""
    work, busy, rules, tz, start, stop = question
    middle = min(start + timedelta(hours=hours), stop)
    parts = slots.free_starts(work, busy, rules, tz, start, middle) + slots.free_starts(work, busy, rules, tz, middle, stop)
    assert parts == slots.free_starts(work, busy, rules, tz, start, stop)


def day_of(tz, day, hours=(0, 24), interval=30, duration=30):
    """Return the slots of one local day as texts of the wall clock."""
    work = [(start, stop) for start, stop in [(
        (slots.to_instants(datetime.combine(day, datetime.min.time()) + timedelta(hours=hours[0]), tz)
         or [slots.start_of_day(day, tz)])[0],
        slots.start_of_day(day + timedelta(days=1), tz) if hours[1] == 24
        else slots.to_instants(datetime.combine(day, datetime.min.time()) + timedelta(hours=hours[1]), tz)[-1])]]
    starts = slots.free_starts(
        work, [], slots.Rules(duration, interval), tz, slots.start_of_day(day, tz),
        slots.start_of_day(day + timedelta(days=1), tz))
    return [f'{slots.to_wall(start, tz):%H:%M}' for start in starts]


@pytest.mark.parametrize('day', [date(2026, 10, 23), date(2026, 10, 25), date(2026, 10, 26), date(2027, 3, 28)])
def test_nine_stays_nine(day):
    """Issue 8.5: 09:00 Europe/Berlin stays 09:00 around the changes of 2026-10-25 and 2027-03-28."""
    assert day_of(ZoneInfo('Europe/Berlin'), day, (9, 12), 60, 60) == ['09:00', '10:00', '11:00']


def test_hour_that_is_not_there():
    """Issue 8.5: on 2027-03-28 the hour from 02:00 is not offered; on 2026-10-25 it comes twice."""
    spring = day_of(ZoneInfo('Europe/Berlin'), date(2027, 3, 28))
    assert '02:00' not in spring
    assert '02:30' not in spring
    assert spring[:6] == ['00:00', '00:30', '01:00', '01:30', '03:00', '03:30']
    autumn = day_of(ZoneInfo('Europe/Berlin'), date(2026, 10, 25))
    assert autumn.count('02:30') == 2
    assert len(autumn) == 50


def test_half_an_hour():
    """Issue 8.5: Lord Howe moves its clock by half an hour."""
    tz = ZoneInfo('Australia/Lord_Howe')
    assert '02:00' not in day_of(tz, date(2026, 10, 4))
    assert '02:30' in day_of(tz, date(2026, 10, 4))
    assert day_of(tz, date(2027, 4, 4)).count('01:30') == 2


def test_date_line():
    """Issue 8.5: the same morning on both sides of the date line is a day apart; a day that was skipped has no slots."""
    east, west = ZoneInfo('Pacific/Kiritimati'), ZoneInfo('Pacific/Pago_Pago')
    assert day_of(east, date(2026, 12, 31)) == day_of(west, date(2026, 12, 31))
    assert slots.start_of_day(date(2026, 12, 31), west) - slots.start_of_day(date(2026, 12, 31), east) == timedelta(hours=25)
    samoa = ZoneInfo('Pacific/Apia')  # crossed the line in 2011: 30 December was left out
    assert slots.to_instants(datetime(2011, 12, 30, 9), samoa) == []


def test_midnight_that_is_not_there():
    """Issue 8.5: a day that begins at 01:00 has 23 hours of slots."""
    day = day_of(ZoneInfo('Africa/Cairo'), date(2026, 4, 24))
    assert (day[0], len(day)) == ('01:00', 46)


def test_choose_by_weight():
    """Issue 8.2: in turn, by weight: who has 2 gets twice as many as who has 1."""
    loads = dict.fromkeys([1, 2, 3], 0)
    for _index in range(40):
        loads[slots.choose([1, 2, 3], loads, {1: 2})[0]] += 1
    assert loads == {1: 20, 2: 10, 3: 10}
