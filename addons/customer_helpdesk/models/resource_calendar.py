"""Working time for promises: asked of Odoo's calendars once, until they change."""
from datetime import timedelta

import pytz

from odoo import api, models
from odoo.tools import ormcache

from ..sla_clock import STRETCH, WorkingTime


class CustomerWorkingTimeGuard(models.AbstractModel):
    """What makes up working time: when it changes, what is remembered of it is forgotten."""

    _name = 'customer.working.time.guard'
    _description = 'Part of working time'

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._forget_working_time()
        return records

    def write(self, vals):
        self._forget_working_time()
        result = super().write(vals)
        self._forget_working_time()
        return result

    def unlink(self):
        self._forget_working_time()
        return super().unlink()

    def _forget_working_time(self):
        # sudo: the check itself, of records that the user is about to change or has changed
        if self.sudo()._is_working_time_of_all():
            self.env.registry.clear_cache()

    def _is_working_time_of_all(self):
        """Hook: tell whether the records in ``self`` concern more than one person."""
        return True


class ResourceCalendar(models.Model):
    _name = 'resource.calendar'
    _inherit = ['customer.working.time.guard', 'resource.calendar']

    def _customer_working_time(self, company):
        """Return the :class:`WorkingTime` of this calendar, lunch breaks and public holidays taken out.

        An empty calendar, and one with flexible hours, is around the clock.

        :param company: the ``res.company`` whose public holidays count
        """
        if not self:
            return WorkingTime()
        # sudo: promises run in the same hours for everybody
        return WorkingTime(lambda start, _end: self.sudo()._customer_working_stretch(company.id, start))

    @ormcache('self.id', 'company_id', 'start')
    def _customer_working_stretch(self, company_id, start):
        """Return the intervals of working time in the stretch that begins at a moment, as pairs of naive UTC.

        :param int company_id: company whose public holidays count
        :param start: beginning of the stretch, naive UTC
        """
        end = start + STRETCH
        if self.flexible_hours:
            return ((start, end),)
        margin = timedelta(days=1)  # days of the calendar's time zone begin earlier or later
        found = self._work_intervals_batch(
            pytz.utc.localize(start - margin), pytz.utc.localize(end + margin),
            domain=[('time_type', '=', 'leave'), ('company_id', 'in', [company_id, False])])[False]
        intervals = (
            (begin.astimezone(pytz.utc).replace(tzinfo=None), stop.astimezone(pytz.utc).replace(tzinfo=None))
            for begin, stop, _attendance in found)
        return tuple((max(begin, start), min(stop, end)) for begin, stop in intervals if begin < end and stop > start)


class ResourceCalendarAttendance(models.Model):
    _name = 'resource.calendar.attendance'
    _inherit = ['customer.working.time.guard', 'resource.calendar.attendance']


class ResourceCalendarLeaves(models.Model):
    _name = 'resource.calendar.leaves'
    _inherit = ['customer.working.time.guard', 'resource.calendar.leaves']

    def _is_working_time_of_all(self):
        """Time off of a single person changes no promise."""
        return not all(leave.resource_id for leave in self)
