from datetime import timedelta
from typing import NamedTuple

from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL


class Held(NamedTuple):
    """One row as the search for free slots needs it."""

    resource_id: int
    start: object
    stop: object
    type_id: int
    instant: object
    is_main: bool


class CustomerAppointmentBusy(models.Model):
    """What an appointment takes: one row a resource and seat. The database itself refuses what does not fit."""

    _name = 'customer.appointment.busy'
    _description = 'Time taken by an appointment'
    _log_access = False

    appointment_id = fields.Many2one('customer.appointment', required=True, ondelete='cascade', index=True)
    resource_id = fields.Many2one('resource.resource', required=True, ondelete='restrict', index=True)
    #: type, main resource and start: those who share a slot share it
    key = fields.Char(required=True)
    seat = fields.Integer(required=True)
    busy_start = fields.Datetime(required=True, help='With the free time before.')
    busy_stop = fields.Datetime(required=True, help='With the free time after.')

    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (resource_id WITH =, key WITH <>, tsrange(busy_start, busy_stop) WITH &&)",
        'This time is taken.')
    _seat_unique = models.UniqueIndex('(resource_id, key, seat)', 'This seat is taken.')
    _order_check = models.Constraint('CHECK(busy_start < busy_stop)', 'A time begins before it ends.')

    @api.model
    def _held(self, resources, start, stop, ignore=None):
        """Return what is taken of the resources between two instants (naive UTC), as list of :class:`Held`; one query."""
        self.flush_model()
        self.env['customer.appointment'].flush_model(['type_id', 'start', 'resource_id'])
        rows = self.env.execute_query(SQL(
            """SELECT busy.resource_id, busy_start, busy_stop, appointment.type_id, appointment.start,
                      busy.resource_id = appointment.resource_id
                 FROM customer_appointment_busy busy
                 JOIN customer_appointment appointment ON appointment.id = busy.appointment_id
                WHERE busy.resource_id = ANY(%s) AND tsrange(busy_start, busy_stop) && tsrange(%s, %s)
                  AND NOT appointment.id = ANY(%s)""",
            resources.ids, start, stop, ignore.ids if ignore else []))
        return [Held(*row) for row in rows]

    @api.model
    def _take(self, appointment, candidates):
        """Take the time of an appointment with the first candidate that has it free.

        Locks keep parallel bookings of the same resource from waiting for each other in a circle; that nobody is
        booked twice, is the work of the constraints alone: they see what other transactions have committed since.

        :param appointment: a stored ``customer.appointment``, in sudo
        :param candidates: list of ``(resource id, further resource id or False)``
        :return: the candidate, or None if all are taken
        """
        kind = appointment.type_id
        start = appointment.start - timedelta(minutes=kind.buffer_before)
        stop = appointment.stop + timedelta(minutes=kind.buffer_after)
        appointment.flush_recordset()
        for main, extra in candidates:
            self.env.execute_query(SQL(
                "SELECT pg_advisory_xact_lock(hashtext('customer_appointment_busy'), id)"
                ' FROM unnest(%s) AS id', sorted(filter(None, [main, extra]))))
            key = f'{kind.id}.{main}.{appointment.start:%Y%m%d%H%M%S}'
            taken = self.env.execute_query(SQL(
                'SELECT resource_id, seat FROM customer_appointment_busy WHERE key = %s', key))
            others = {resource for resource, _seat in taken} - {main}
            resources = [main, *(others or filter(None, [extra]))]
            seats = {seat for _resource, seat in taken}
            for seat in (seat for seat in range(1, kind.capacity + 1) if seat not in seats):
                outcome = self._insert(appointment, resources, key, seat, start, stop)
                if outcome == 'taken':
                    break
                if outcome == 'done':
                    return main, next(iter(resources[1:]), False)
        return None

    @api.model
    def _insert(self, appointment, resources, key, seat, start, stop):
        """Insert the rows of one seat.

        :return: ``'done'``; ``'seat'`` if the seat is taken, ``'taken'`` if something else takes the time
        """
        query = SQL('INSERT INTO customer_appointment_busy (appointment_id, resource_id, key, seat, busy_start, busy_stop)'
                    ' SELECT %s, id, %s, %s, %s, %s FROM unnest(%s) AS id',
                    appointment.id, key, seat, start, stop, list(resources))
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query, log_exceptions=False)
        except UniqueViolation:
            return 'seat'
        except ExclusionViolation:
            return 'taken'
        self.invalidate_model(flush=False)
        return 'done'
