"""When a type of appointment can be booked."""
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import slots
from ..const import HOLDING_STATES, NEXT_SLOTS

#: days that one question may cover
MAX_DAYS = 400


class Slot(NamedTuple):
    """A start (naive UTC) and who can take it: ids of the resources, each with the ids of the further ones."""

    start: datetime
    options: dict


class CustomerAppointmentType(models.Model):
    _inherit = 'customer.appointment.type'

    # ------------------------------------------------------------------
    # API
    # ------------------------------------------------------------------

    @api.readonly
    def get_free_slots(self, start, stop, resource_id=False):
        """Return the free slots of the type between two instants.

        :param str start: UTC, as ``'2026-12-01 00:00:00'``
        :param str stop: UTC, excluded
        :param int resource_id: only with this resource
        :return: list of dicts ``start``, ``stop`` (UTC), ``local_start`` (ISO 8601 with offset, zone of the type),
            ``resource_ids``, sorted
        :raises UserError: for instants that cannot be read, or too long a time
        """
        self.ensure_one()
        self.check_access('read')
        try:
            start, stop = fields.Datetime.to_datetime(start), fields.Datetime.to_datetime(stop)
        except (TypeError, ValueError):
            start = None
        if not isinstance(start, datetime) or not isinstance(stop, datetime):
            raise UserError(self.env._('Times are written as 2026-12-31 09:00:00 (UTC).'))
        if stop - start > timedelta(days=MAX_DAYS):
            raise UserError(self.env._('Please ask for at most %s days at once.', MAX_DAYS))
        tz = slots.zone(self.tz)
        return [{
            'start': fields.Datetime.to_string(slot.start),
            'stop': fields.Datetime.to_string(slot.start + self._duration()),
            'local_start': slot.start.replace(tzinfo=slots.UTC).astimezone(tz).isoformat(),
            'resource_ids': sorted(slot.options),
        } for slot in self._free_slots(start, stop, resource_id=resource_id)]

    # ------------------------------------------------------------------
    # Slots
    # ------------------------------------------------------------------

    def _duration(self):
        return timedelta(minutes=self.duration)

    def _free_slots(self, start, stop, resource_id=False, ignore=None, is_staff=False):
        """Return the free slots between two instants, whoever asks.

        The number of queries depends neither on the number of resources nor on that of events.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC, excluded
        :param int resource_id: only with this resource
        :param ignore: appointments whose time counts as free: the one that moves
        :param bool is_staff: whether neither minimum notice nor horizon count
        :return: sorted list of :class:`Slot`
        """
        self.ensure_one()
        # sudo: who may book the type was decided before; working hours and appointments of others only make it busy
        kind = self.sudo()
        now = fields.Datetime.now()
        start = max(start, now if is_staff else now + timedelta(hours=kind.notice_hours))
        if not is_staff:
            stop = min(stop, now + timedelta(days=kind.horizon_days))
        mains = kind.line_ids.resource_id.filtered('active')
        if resource_id:
            mains = mains.filtered(lambda resource: resource.id == resource_id)
        if start >= stop or not mains:
            return []
        extras = kind.extra_resource_ids.filtered('active')
        free, sessions = kind._free_starts(mains | extras, start, stop, ignore)
        options = defaultdict(dict)
        for main in mains.ids:
            for instant in free[main]:
                found = [extra for extra in extras.ids if instant in free[extra]]
                if found or not extras:
                    options[instant][main] = found
        for main, instant in sessions:
            if main in mains.ids and start <= instant < stop:
                options[instant][main] = []  # whatever else it needs is there already
        full = kind._full_periods(start, stop, ignore) if kind.max_per_day or kind.max_per_week else None
        return [
            Slot(instant, options[instant]) for instant in sorted(options)
            if full is None or not full(instant)]

    def _free_starts(self, resources, start, stop, ignore):
        """Return ``(resource id -> set of starts, {(resource id, start) of sessions with free seats})``."""
        margin = self._duration() + timedelta(minutes=max(self.buffer_before, self.buffer_after), days=2)
        work = resources._agenda_work(start - margin, stop + margin)
        busy = resources._agenda_events(start - margin, stop + margin)
        held = self.env['customer.appointment.busy']._held(resources, start - margin, stop + margin, ignore)
        sessions = Counter()
        for row in held:
            busy[row.resource_id].append((row.start, row.stop))
            if row.type_id == self.id and self.capacity > 1 and row.is_main:
                sessions[row.resource_id, row.instant] += 1
        rules = slots.Rules(self.duration, self.interval, self.buffer_before, self.buffer_after)
        free = {
            resource.id: set(slots.free_starts(
                work[resource.id], busy[resource.id], rules, resource._agenda_tz(), start, stop))
            for resource in resources}
        return free, {key for key, taken in sessions.items() if taken < self.capacity}

    def _full_periods(self, start, stop, ignore):
        """Return a function that tells of an instant whether its day or week has as many appointments as allowed."""
        tz = slots.zone(self.tz)
        appointments = self.env['customer.appointment'].search_fetch([
            ('type_id', '=', self.id), ('state', 'in', HOLDING_STATES),
            ('start', '>', start - timedelta(days=8)), ('start', '<', stop + timedelta(days=8))], ['start'])
        if ignore:
            appointments -= ignore
        days = Counter(slots.to_wall(appointment.start, tz).date() for appointment in appointments)
        weeks = Counter()
        for day, count in days.items():
            weeks[day.isocalendar()[:2]] += count

        def is_full(instant):
            day = slots.to_wall(instant, tz).date()
            return bool(
                (self.max_per_day and days[day] >= self.max_per_day)
                or (self.max_per_week and weeks[day.isocalendar()[:2]] >= self.max_per_week))

        return is_full

    def _lock_limits(self):
        """Let only one booking at a time count against the limits of the type.

        The row is written, not only locked: a parallel transaction that counted before fails and is repeated by Odoo.
        """
        limited = self.filtered(lambda kind: kind.max_per_day or kind.max_per_week)
        if limited:
            self.env.execute_query(SQL(
                'UPDATE customer_appointment_type SET write_date = write_date WHERE id = ANY(%s) RETURNING id',
                limited.ids))

    def _next_free(self, after, ignore=None, count=NEXT_SLOTS):
        """Return the next free starts.

        :param datetime after: naive UTC
        :return: list of naive UTC
        """
        now = fields.Datetime.now()
        for days in (7, 60):
            start = max(after, now)
            found = self._free_slots(start, start + timedelta(days=days), ignore=ignore)
            if len(found) >= count:
                break
        return [slot.start for slot in found[:count]]

    def _order_candidates(self, slot):
        """Return ``[(resource id, further resource id or False), ...]`` in the order in which they are tried.

        :param Slot slot: as returned by :meth:`_free_slots`
        """
        kind = self.sudo()
        weights = {line.resource_id.id: line.weight for line in kind.line_ids}
        if kind.assignment == 'least_loaded':
            week = timedelta(days=7)
            domain = [('start', '>', slot.start - week), ('start', '<', slot.start + week)]
            weights = {}
        else:
            domain = [('start', '>', fields.Datetime.now() - timedelta(days=30)), ('type_id', '=', kind.id)]
        loads = {resource.id: count for resource, count in self.env['customer.appointment'].sudo()._read_group(
            [('resource_id', 'in', list(slot.options)), ('state', 'in', HOLDING_STATES), *domain],
            ['resource_id'], ['__count'])}
        return [(main, extra) for main in slots.choose(slot.options, loads, weights)
                for extra in slot.options[main] or [False]]
