import hashlib
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq, hmac

from odoo.addons.customer_services.network import network_of

from ..const import (
    DEFAULT_CAP_ADDRESS,
    DEFAULT_CAP_NETWORK,
    DEFAULT_CAP_TOTAL,
    DEFAULT_MIN_SECONDS,
    KEPT_HOURS,
    MAX_SECONDS,
)


class CustomerTicketVisit(models.Model):
    """One request on the website, for a day: caps are counted in the database, all workers share them."""

    _name = 'customer.ticket.visit'
    _description = 'Ticket: request on the website'
    _log_access = False

    date = fields.Datetime(required=True, index=True, default=fields.Datetime.now)
    network = fields.Char(required=True)
    address_hash = fields.Char(string='Digest of the address', required=True)
    key = fields.Char(string='Key of the form', required=True)

    # ------------------------------------------------------------------
    # Caps
    # ------------------------------------------------------------------

    @api.model
    def _take(self, network_address, email, form_key):
        """Count one request, exactly, whatever other workers do at the moment, and once if it is replayed.

        The locks are of the session: the transaction that counts begins after they are held, so that it sees what the
        one before has written. What is counted stays so, also if the request fails later.

        :param str network_address: of the client
        :param str email: normalised
        :param str form_key: one-time key of the form
        :return: whether it is within the caps, if not it is not counted
        """
        network, address_hash = network_of(network_address), self._digest(email)
        keys = sorted(
            int.from_bytes(hashlib.sha256(f'customer_ticket_visit:{key}'.encode()).digest()[:8], 'big', signed=True)
            for key in (network, address_hash))
        # committed here and nowhere else: the cursor is our own
        with self.env.registry.cursor() as cr:
            cr.execute(SQL('SELECT pg_advisory_lock(number) FROM unnest(%s::bigint[]) AS number', keys))
            try:
                cr.commit()  # pylint: disable=invalid-commit
                cr.execute(SQL(
                    'SELECT count(*) FILTER (WHERE key = %s), count(*) FILTER (WHERE network = %s),'
                    ' count(*) FILTER (WHERE address_hash = %s), count(*) FROM customer_ticket_visit WHERE date >= %s',
                    form_key, network, address_hash, fields.Datetime.now() - timedelta(hours=1)))
                is_counted, *counts = cr.fetchone()
                is_within = bool(is_counted) or all(
                    count < cap for count, cap in zip(counts, self._caps(), strict=True))
                if is_within and not is_counted:
                    cr.execute(SQL(
                        'INSERT INTO customer_ticket_visit (date, network, address_hash, key) VALUES (%s, %s, %s, %s)',
                        fields.Datetime.now(), network, address_hash, form_key))
                cr.commit()  # pylint: disable=invalid-commit
            finally:
                cr.execute(SQL('SELECT pg_advisory_unlock(number) FROM unnest(%s::bigint[]) AS number', keys))
        return is_within

    @api.model
    def _caps(self):
        """Return how many requests an hour allows: of one network, with one address, altogether."""
        return tuple(self._number(name, default) for name, default in (
            ('cap_network', DEFAULT_CAP_NETWORK), ('cap_address', DEFAULT_CAP_ADDRESS), ('cap_total', DEFAULT_CAP_TOTAL)))

    @api.model
    def _number(self, name, default):
        # sudo: a system parameter, read only
        value = self.env['ir.config_parameter'].sudo().get_param(f'customer_helpdesk_website.{name}') or ''
        return int(value) if value.isascii() and value.isdigit() else default

    @api.model
    def _digest(self, email):
        """Return what is stored instead of an address."""
        return hmac(self.env(su=True), 'customer_helpdesk_website.address', email)  # sudo: the database's secret

    @api.autovacuum
    def _gc_visits(self):
        limit = fields.Datetime.now() - timedelta(hours=KEPT_HOURS)
        self.env.execute_query(SQL('DELETE FROM customer_ticket_visit WHERE date < %s RETURNING id', limit))

    # ------------------------------------------------------------------
    # Time
    # ------------------------------------------------------------------

    @api.model
    def _new_stamp(self, form_key, moment=None):
        """Return the signed time at which a form was opened.

        :param str form_key: one-time key of the form: a stamp opens one ticket
        :param int moment: seconds since 1970, by default now
        """
        moment = int(time.time()) if moment is None else moment
        # sudo: the database's secret
        return f'{moment}-{hmac(self.env(su=True), "customer_helpdesk_website.stamp", (moment, form_key))[:40]}'

    @api.model
    def _check_stamp(self, stamp, form_key):
        """Tell what is wrong with the time at which a form was opened.

        :return: '' nothing, ``'early'`` it was filled faster than people can, ``'late'`` it was open for too long or the
            stamp is none of ours
        """
        moment = stamp.partition('-')[0]
        if not (moment.isascii() and moment.isdigit() and len(moment) < 12):
            return 'late'
        if not consteq(self._new_stamp(form_key, int(moment)).encode(), stamp.encode(errors='replace')):
            return 'late'
        age = time.time() - int(moment)
        if age < self._number('min_seconds', DEFAULT_MIN_SECONDS):
            return 'early'
        return 'late' if age > MAX_SECONDS else ''
