from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, hmac

#: days of which the counts are kept
KEPT_DAYS = 2


class CustomerRegistrationQuota(models.Model):
    """How often somebody did something within an hour or a day: counted by the database, over all workers."""

    _name = 'customer.registration.quota'
    _description = 'Count of registrations'
    _log_access = False

    key = fields.Char(required=True, help='Keyed hash: no address can be read from it.')
    period = fields.Datetime(string='Begin', required=True, index=True)
    number = fields.Integer(required=True)

    _key_unique = models.UniqueIndex('(key, period)')

    @api.model
    def _take(self, kind, value, limit, is_daily=False):
        """Count one event.

        Of two parallel transactions that count the same key the second one fails and is repeated by Odoo: nobody gets
        past the limit.

        :param str kind: what is counted, such as ``'network'``
        :param str value: for example the address of the visitor
        :param int limit: an hour, or a day
        :param bool is_daily: whether a day is the period
        :return: whether it is within the limit
        """
        key, period = self._row(kind, value, is_daily)
        return bool(self.env.execute_query(SQL(
            """INSERT INTO customer_registration_quota AS quota (key, period, number) VALUES (%s, %s, 1)
               ON CONFLICT (key, period) DO UPDATE SET number = quota.number + 1 WHERE quota.number < %s
            RETURNING number""", key, period, limit)))

    @api.model
    def _is_used_up(self, kind, value, limit):
        """Tell whether no more of the hour is left, without counting: the cheap answer to a flood."""
        key, period = self._row(kind, value)
        return bool(self.env.execute_query(SQL(
            'SELECT 1 FROM customer_registration_quota WHERE key = %s AND period = %s AND number >= %s', key, period, limit)))

    @api.model
    def _row(self, kind, value, is_daily=False):
        """Return ``(keyed hash of what is counted, begin of the hour or the day)``."""
        key = hmac(self.env(su=True), 'customer_registration.quota', (kind, value))  # sudo: the database's secret
        period = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        return key, period.replace(hour=0) if is_daily else period

    @api.autovacuum
    def _gc_quotas(self):
        """Forget the counts of former days."""
        self.env.execute_query(SQL(
            'DELETE FROM customer_registration_quota WHERE period < %s RETURNING id',
            fields.Datetime.now() - timedelta(days=KEPT_DAYS)))
