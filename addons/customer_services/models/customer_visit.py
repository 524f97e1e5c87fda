import hashlib
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq, hmac

from ..network import network_of

#: seconds that nobody needs less for reading and filling a form
MIN_SECONDS = 3
#: seconds after which a form that was open has to be sent a second time
MAX_SECONDS = 24 * 3600
#: hours for which it is remembered who sent something
KEPT_HOURS = 48


class CustomerVisit(models.Model):
    """The guard of forms without login: one row a request, for two days; caps hold over all workers.

    A form is named by its addon. The system parameters ``<form>.min_seconds``, ``.cap_network``, ``.cap_address`` and
    ``.cap_total`` change what the addon has set.
    """

    _name = 'customer.visit'
    _description = 'Request on a form without login'
    _log_access = False

    form = fields.Char(required=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    network = fields.Char(required=True)
    address_hash = fields.Char(string='Digest of the address', required=True)
    key = fields.Char(string='Key of the form', required=True)

    _form_date_idx = models.Index('(form, date)')

    # ------------------------------------------------------------------
    # Caps
    # ------------------------------------------------------------------

    @api.model
    def _take(self, form, network_address, email, form_key, caps, hours=1):
        """Count one request, exactly, whatever other workers do at the moment, and once if it is replayed.

        The locks are of the session: the transaction that counts begins after they are held, so that it sees what the
        one before has written. What is counted stays so, also if the request fails later.

        :param str form: name of the addon
        :param str network_address: of the client
        :param str email: normalised
        :param str form_key: one-time key of the form, kept by ``customer.submission``
        :param dict caps: how many requests are allowed: of one ``network``, with one ``address``, in ``total``; what is
            missing is not capped
        :param int hours: in which time
        :return: whether it is within the caps, if not it is not counted
        """
        network, address_hash = network_of(network_address), self._digest(form, email)
        limits = [self._number(form, f'cap_{name}', caps.get(name, -1)) for name in ('network', 'address', 'total')]
        keys = sorted(
            int.from_bytes(hashlib.sha256(f'customer_visit:{form}:{key}'.encode()).digest()[:8], 'big', signed=True)
            for key in (network, address_hash))
        # committed here and nowhere else: the cursor is our own
        with self.env.registry.cursor() as cr:
            cr.execute(SQL('SELECT pg_advisory_lock(number) FROM unnest(%s::bigint[]) AS number', keys))
            try:
                cr.commit()  # pylint: disable=invalid-commit
                cr.execute(SQL(
                    'SELECT count(*) FILTER (WHERE key = %s), count(*) FILTER (WHERE network = %s),'
                    ' count(*) FILTER (WHERE address_hash = %s), count(*) FROM customer_visit WHERE form = %s AND date >= %s',
                    form_key, network, address_hash, form, fields.Datetime.now() - timedelta(hours=hours)))
                is_counted, *counts = cr.fetchone()
                is_within = bool(is_counted) or all(
                    limit < 0 or count < limit for count, limit in zip(counts, limits, strict=True))
                if is_within and not is_counted:
                    cr.execute(SQL(
                        'INSERT INTO customer_visit (form, date, network, address_hash, key) VALUES (%s, %s, %s, %s, %s)',
                        form, fields.Datetime.now(), network, address_hash, form_key))
                cr.commit()  # pylint: disable=invalid-commit
            finally:
                cr.execute(SQL('SELECT pg_advisory_unlock(number) FROM unnest(%s::bigint[]) AS number', keys))
        return is_within

    @api.model
    def _number(self, form, name, default):
        """Return a number that a system parameter of the form may set."""
        # sudo: a system parameter, read only
        value = self.env['ir.config_parameter'].sudo().get_param(f'{form}.{name}') or ''
        return int(value) if value.isascii() and value.isdigit() else default

    @api.model
    def _digest(self, form, email):
        """Return what is stored instead of an address."""
        return hmac(self.env(su=True), f'{form}.address', email)  # sudo: the database's secret

    @api.autovacuum
    def _gc_visits(self):
        limit = fields.Datetime.now() - timedelta(hours=KEPT_HOURS)
        self.env.execute_query(SQL('DELETE FROM customer_visit WHERE date < %s RETURNING id', limit))

    # ------------------------------------------------------------------
    # Time
    # ------------------------------------------------------------------

    @api.model
    def _new_stamp(self, form, form_key, moment=None):
        """Return the signed time at which a form was opened.

        :param str form: name of the addon
        :param str form_key: one-time key of the form: a stamp sends one form
        :param int moment: seconds since 1970, by default now
        """
        moment = int(time.time()) if moment is None else moment
        # sudo: the database's secret
        return f'{moment}-{hmac(self.env(su=True), f"{form}.stamp", (moment, form_key))[:40]}'

    @api.model
    def _check_stamp(self, form, form_key, stamp):
        """Tell what is wrong with the time at which a form was opened.

        :return: '' nothing, ``'early'`` it was filled faster than people can, ``'late'`` it was open for too long or the
            stamp is none of ours
        """
        moment = stamp.partition('-')[0]
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            return 'late'
        if not consteq(self._new_stamp(form, form_key, int(moment)).encode(), stamp.encode(errors='replace')):
            return 'late'
        age = time.time() - int(moment)
        if age < self._number(form, 'min_seconds', MIN_SECONDS):
            return 'early'
        return 'late' if age > MAX_SECONDS else ''
