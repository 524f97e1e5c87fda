from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

#: days of which the counts are kept
KEPT_DAYS = 2


class CustomerAppointmentQuota(models.Model):
    """How often somebody booked on the public page today: counted by the database, over all workers."""

    _name = 'customer.appointment.quota'
    _description = 'Count of public bookings'
    _log_access = False

    key = fields.Char(required=True, help='Keyed hash: no address can be read from it.')
    day = fields.Date(required=True, index=True)
    number = fields.Integer(required=True)

    _key_unique = models.UniqueIndex('(key, day)')

    @api.model
    def _take(self, kind, value, limit):
        """Count one booking.

        Of two parallel transactions that count the same key the second one fails and is repeated by Odoo: nobody gets
        past the limit.

        :param str kind: what is counted, such as ``'email'``
        :param str value: for example the e-mail address
        :param int limit: per day
        :return: whether it is within the limit
        """
        key = hmac(self.env(su=True), 'customer_agenda_website.quota', (kind, value))
        return bool(self.env.execute_query(SQL(
            """INSERT INTO customer_appointment_quota AS quota (key, day, number) VALUES (%s, %s, 1)
               ON CONFLICT (key, day) DO UPDATE SET number = quota.number + 1 WHERE quota.number < %s
            RETURNING number""", key, fields.Date.today(), limit)))

    @api.autovacuum
    def _gc_quotas(self):
        """Forget the counts of former days."""
        self.env.execute_query(SQL(
            'DELETE FROM customer_appointment_quota WHERE day < %s RETURNING id',
            fields.Date.today() - timedelta(days=KEPT_DAYS)))
