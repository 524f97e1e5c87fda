from datetime import datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..sla_clock import EPOCH, STRETCH, Clock, Policy, WorkingTime, choose

HOUR = 3600


def weekly(zone='UTC', hours=((9, 12), (13, 17)), days=range(5), holidays=()):
    """Return the working time of a week with the same hours on some days of a time zone, without holidays (dates)."""
    zone = pytz.timezone(zone)

    def fetch(start, end):
        day = start.date() - timedelta(days=1)
        while day <= end.date() + timedelta(days=1):
            if day.weekday() in days and day not in holidays:
                for begin, stop in hours:
                    left, right = (
                        zone.localize(datetime(day.year, day.month, day.day, hour)).astimezone(pytz.utc).replace(tzinfo=None)
                        for hour in (begin, stop))
                    if left < end and right > start:
                        yield max(left, start), min(right, end)
            day += timedelta(days=1)
    return WorkingTime(lambda start, end: list(fetch(start, end)))


def at(text):
    return datetime.fromisoformat(text)


@tagged('-at_install', 'post_install')
class TestSlaClock(BaseCase):
    """The clocks, without a database."""

    def test_over_the_weekend(self):
        """Issue 5.20: Friday 16:30 and two hours, with 9-12 and 13-17, is Monday 10:30."""
        time = weekly()
        self.assertEqual(time.after(at('2026-11-27 16:30'), 2 * HOUR), at('2026-11-30 10:30'))
        self.assertEqual(time.elapsed(at('2026-11-27 16:30'), at('2026-11-30 10:30')), 2 * HOUR)

    def test_lunch(self):
        """Issue 5.20: the clock stands during lunch."""
        time = weekly()
        self.assertEqual(time.after(at('2026-11-25 11:30'), HOUR), at('2026-11-25 13:30'))
        self.assertEqual(time.after(at('2026-11-25 12:10'), HOUR), at('2026-11-25 14:00'))

    def test_edges(self):
        """Issue 5.20: a promise can end with the day; time before it counts from the first moment of work."""
        time = weekly()
        self.assertEqual(time.after(at('2026-11-25 16:30'), HOUR / 2), at('2026-11-25 17:00'))
        self.assertEqual(time.after(at('2026-11-25 17:00'), HOUR), at('2026-11-26 10:00'))
        self.assertEqual(time.after(at('2026-11-28 03:00'), HOUR), at('2026-11-30 10:00'))
        self.assertEqual(time.after(at('2026-11-25 17:00'), 0), at('2026-11-25 17:00'))

    def test_daylight_saving(self):
        """Issue 5.20: the hours are those of the wall clock, before and after the change of the clocks."""
        time = weekly('Europe/Berlin')
        # 2026-10-25: from UTC+2 to UTC+1
        self.assertEqual(time.after(at('2026-10-23 14:30'), 2 * HOUR), at('2026-10-26 09:30'))
        # 2026-03-29: from UTC+1 to UTC+2
        self.assertEqual(time.after(at('2026-03-27 15:30'), 2 * HOUR), at('2026-03-30 08:30'))
        night = weekly('Europe/Berlin', hours=((0, 6),), days=range(7))
        # the night in which an hour is missing, and the one in which it comes twice
        self.assertEqual(night.elapsed(at('2026-03-28 20:00'), at('2026-03-29 20:00')), 5 * HOUR)
        self.assertEqual(night.elapsed(at('2026-10-24 20:00'), at('2026-10-25 20:00')), 7 * HOUR)

    def test_year_end_and_holidays(self):
        """Issue 5.20: holidays at the end of the year are no working time."""
        days = {at(f'{day} 00:00').date() for day in ('2026-12-24', '2026-12-25', '2026-12-31', '2027-01-01')}
        time = weekly('Europe/Berlin', holidays=days)
        # Wednesday 16:00 in Berlin: 1 h left, 28th to 30th are 21 h, then Monday, 4 January
        self.assertEqual(time.after(at('2026-12-23 15:00'), 23 * HOUR), at('2027-01-04 09:00'))
        self.assertEqual(time.elapsed(at('2026-12-30 16:00'), at('2027-01-04 08:00')), 0)

    def test_pauses(self):
        """Issue 5.20: pauses are breaks; one without end leaves no deadline, unless it was over before."""
        time = weekly()
        start = at('2026-11-25 09:00')
        lunch = [(at('2026-11-25 10:00'), at('2026-11-25 14:00'))]
        self.assertEqual(time.after(start, 2 * HOUR, lunch), at('2026-11-25 15:00'))
        self.assertEqual(time.elapsed(start, at('2026-11-25 15:00'), lunch), 2 * HOUR)
        overlapping = [*lunch, (at('2026-11-25 13:00'), at('2026-11-25 14:30')), (at('2026-11-26 09:00'), None)]
        self.assertEqual(time.after(start, 2 * HOUR, overlapping), at('2026-11-25 15:30'))
        self.assertEqual(time.after(start, 3 * HOUR, overlapping), at('2026-11-25 16:30'))
        self.assertIsNone(time.after(start, 4 * HOUR, overlapping))

    def test_long_promises(self):
        """Issue 5.20: a deadline months away is found, asking for each stretch once; without work there is none."""
        asked = []
        around_the_clock = WorkingTime(lambda start, end: asked.append(start) or [(start, end)])
        self.assertEqual(around_the_clock.after(at('2026-11-25 09:00'), 200 * 24 * HOUR), at('2027-06-13 09:00'))
        around_the_clock.after(at('2026-11-26 09:00'), 200 * 24 * HOUR)
        self.assertEqual(len(asked), len(set(asked)))
        self.assertTrue(all((moment - EPOCH) % STRETCH == timedelta(0) for moment in asked))
        self.assertIsNone(WorkingTime(lambda start, end: []).after(at('2026-11-25 09:00'), HOUR))

    def test_verdicts(self):
        """Issue 5.20: a promise runs, is paused, kept or broken; the warning comes after 80 % of the time."""
        time, start = weekly(), at('2026-11-25 09:00')
        clock = Clock(time, 'x', start, 5 * HOUR)
        self.assertEqual((clock.warning, clock.deadline), (at('2026-11-25 14:00'), at('2026-11-25 15:00')))
        for moment, verdict, due, following in (
                ('13:59', 'running', None, '14:00'), ('14:00', 'running', 'warning', '15:00'),
                ('15:01', 'missed', 'late', None)):
            now = at(f'2026-11-25 {moment}')
            self.assertEqual((clock.verdict(now), clock.due(now)), (verdict, due))
            self.assertEqual(clock.next_moment(now), following and at(f'2026-11-25 {following}'))
        now = at('2026-12-01 09:00')
        self.assertEqual(Clock(time, 'x', start, 5 * HOUR, at('2026-11-25 15:00')).verdict(now), 'met')
        self.assertEqual(Clock(time, 'x', start, 5 * HOUR, at('2026-11-25 15:01')).verdict(now), 'missed')
        paused = Clock(time, 'x', start, 5 * HOUR, breaks=[(at('2026-11-25 10:00'), None)])
        self.assertEqual((paused.verdict(now), paused.due(now), paused.is_running), ('paused', None, False))
        self.assertIsNone(Clock(time, 'x', start, 0).verdict(now))
        self.assertIsNone(Clock(time, 'x', None, HOUR).verdict(now))
        late_pause = Clock(time, 'x', start, HOUR, at('2026-11-25 09:30'), [(at('2026-11-25 09:40'), None)])
        self.assertEqual(late_pause.deadline, at('2026-11-25 10:00'), 'what came after the answer changes nothing')

    def test_most_specific_policy(self):
        """Issue 5.20: of the policies that fit, the one with the most criteria wins; of equals the first."""
        def find(*policies, **facts):
            facts = {'company': 1, 'team': 5, 'kind': 6, 'priority': '0', 'tags': {7}, 'groups': lambda: {8, 9}, **facts}
            policy = choose(policies, **facts)
            return policy and policy.id
        everybody = Policy(1)
        team = Policy(2, teams=frozenset({5}))
        urgent = Policy(3, priority='2')
        both = Policy(4, teams=frozenset({4, 5}), groups=frozenset({9}))
        self.assertEqual(find(everybody, team, urgent, both), 4)
        self.assertEqual(find(everybody, team, urgent), 2)
        self.assertEqual(find(everybody, team, urgent, priority='2'), 2, 'equals: the first')
        self.assertEqual(find(everybody, urgent, team, priority='2'), 3)
        self.assertEqual(find(everybody, team, team=1), 1)
        self.assertIsNone(find(team, team=1))
        self.assertEqual(find(everybody, Policy(5, tags=frozenset({7, 10}))), 5)
        self.assertEqual(find(everybody, Policy(5, types=frozenset({7}))), 1)
        self.assertIsNone(find(Policy(6, company=2), Policy(7, is_active=False)))
        self.assertEqual(find(Policy(6, company=1)), 6)
