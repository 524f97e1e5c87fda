from datetime import timedelta, timezone

from odoo import models
from odoo.tools import SQL

from .. import slots


class ResourceResource(models.Model):
    _inherit = 'resource.resource'

    def _agenda_work(self, start, stop):
        """Return the working hours without leaves and public holidays.

        :param start: naive UTC
        :param stop: naive UTC
        :return: dict id -> list of intervals in naive UTC; two queries a working schedule
        """
        result = {}
        for calendar, resources in self.grouped('calendar_id').items():
            if not calendar:
                result.update(dict.fromkeys(resources.ids, [(start, stop)]))
                continue
            found = calendar._work_intervals_batch(start.replace(tzinfo=timezone.utc), stop.replace(tzinfo=timezone.utc), resources)
            for resource in resources:
                result[resource.id] = slots.merge([
                    (_utc(interval[0]), _utc(interval[1])) for interval in found[resource.id]])
        return result

    def _agenda_events(self, start, stop):
        """Return what makes staff busy in Odoo's calendar, but for the events of our own appointments.

        :param start: naive UTC
        :param stop: naive UTC
        :return: dict id -> list of intervals in naive UTC; one query
        """
        result = {resource.id: [] for resource in self}
        by_partner = {resource.user_id.partner_id.id: resource for resource in self if resource.user_id}
        if not by_partner:
            return result
        for name in ('calendar.event', 'calendar.attendee', 'customer.appointment'):
            self.env[name].flush_model()
        rows = self.env.execute_query(SQL(
            """SELECT rel.res_partner_id, event.start, event.stop, event.allday, event.start_date, event.stop_date
                 FROM calendar_event_res_partner_rel rel
                 JOIN calendar_event event ON event.id = rel.calendar_event_id
            LEFT JOIN calendar_attendee attendee
                   ON attendee.event_id = event.id AND attendee.partner_id = rel.res_partner_id
                WHERE rel.res_partner_id = ANY(%s) AND event.active AND event.show_as = 'busy'
                  AND event.start < %s AND event.stop > %s AND coalesce(attendee.state, '') != 'declined'
                  AND NOT EXISTS (SELECT FROM customer_appointment own WHERE own.event_id = event.id)""",
            list(by_partner), stop, start))
        for partner, event_start, event_stop, allday, start_date, stop_date in rows:
            resource = by_partner[partner]
            if allday and start_date:
                tz = resource._agenda_tz()
                event_start = slots.start_of_day(start_date, tz)
                event_stop = slots.start_of_day((stop_date or start_date) + timedelta(days=1), tz)
            result[resource.id].append((event_start, event_stop))
        return result

    def _agenda_tz(self):
        """Return the ``zoneinfo`` of the resource."""
        self.ensure_one()
        return slots.zone(self.tz)


def _utc(moment):
    """Return an aware datetime as naive UTC; Odoo writes the end of a day as 23:59:59.999999."""
    moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment + timedelta(microseconds=1) if moment.microsecond == 999999 else moment
