import contextlib
import hashlib
import logging
import math
import secrets
import threading
from collections import namedtuple
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.http import request
from odoo.tools import SQL
from odoo.tools.misc import hash_sign, hmac, verify_hash_signed

from odoo.addons.customer_services.network import network_of

from ..const import ATTACK_SECONDS, DEVICE_COOKIE, DEVICE_DAYS, DEVICE_LIMIT, LIMITS, Limits
from ..network import is_in, parse_networks

_logger = logging.getLogger(__name__)

Counts = namedtuple('Counts', 'pair pair_first source source_first account account_last logged')


class TooManyAttempts(AccessDenied):
    """An attempt that is not even looked at; ``seconds`` until the next one can be."""

    def __init__(self, message, seconds):
        super().__init__(message)
        self.seconds = seconds


@dataclass
class Attempt:
    """An attempt that is allowed and counts as failed until :meth:`CustomerLoginGuard._succeed` is told otherwise."""

    scope: str
    source: str
    network: str
    account_key: str | None
    user_id: int | None = None
    is_trusted: bool = False
    is_attacked: bool = False


class CustomerLoginGuard(models.AbstractModel):
    """Counts attempts to get in, for all workers and beyond a restart.

    Each attempt is written before it is looked at, by a cursor of its own, under a lock of PostgreSQL for each key: no
    rollback of the request erases it, and of parallel guesses no more get through than one after the other. Nothing
    is asked of the database by requests that are no attempt.
    """

    _name = 'customer.login.guard'
    _description = 'Guard against guessing'

    # ------------------------------------------------------------------
    # Use
    # ------------------------------------------------------------------

    @contextlib.contextmanager
    def _guarded(self, scope, account=None, interactive=True):
        """Count what happens inside as one attempt, which fails if it raises.

        :param str scope: a key of :data:`~odoo.addons.customer_login.const.LIMITS`
        :param str account: login or e-mail address as typed; it need not exist
        :param bool interactive: whether a person can be asked for a second factor
        :raises TooManyAttempts: before anything happens
        """
        attempt = self._begin(scope, account, interactive)
        yield attempt
        self._succeed(attempt)

    @api.model
    def _begin(self, scope, account=None, interactive=True):
        """Count one attempt, or refuse it; parameters as for :meth:`_guarded`.

        :return: the :class:`Attempt`, or None outside of a request
        :raises TooManyAttempts: with a message for the visitor
        """
        address = self._client()
        if not address:
            return None
        network = network_of(address)
        account_key = self._account_key(account) if account else None
        device = account_key and self._trusted_device(account_key)
        attempt = Attempt(scope, f'device:{device}' if device else network, network, account_key,
                          is_trusted=bool(device))
        limits = self._limits(scope)
        if device:
            limits = limits._replace(pair=limits.pair and DEVICE_LIMIT, source=None)
        elif is_in(address, self._allowed_networks()):
            limits = limits._replace(pair=None, source=None)
        with self._locked(attempt) as cr:
            counts = self._count(cr, attempt, limits)
            reason, seconds = self._refusal(counts, attempt, limits, interactive)
            if not reason or not counts.logged:
                self._insert(cr, attempt, account, 'refused' if reason else 'attempt', reason)
        if reason:
            self._refuse(attempt, reason, seconds)
        attempt.is_attacked = bool(
            limits.account and not attempt.is_trusted and counts.account >= limits.account)
        return attempt

    @api.model
    def _client(self):
        """Return the address of the client, None outside of a request.

        Odoo hides the request from XML-RPC and JSON-RPC; :meth:`IrHttp._match` left the address on the thread.
        """
        if httprequest := request and getattr(request, 'httprequest', None):  # Odoo's tests have requests without
            return httprequest.remote_addr or 'unknown'
        thread = threading.current_thread()
        started, address = getattr(thread, 'customer_login_client', (None, None))
        return address if started and started == getattr(thread, 'perf_t0', None) else None

    @api.model
    def _succeed(self, attempt):
        """Say that an attempt succeeded: it counts no longer, nor do the failures of the account from this source.

        :param Attempt attempt: as returned by :meth:`_begin`; None does nothing
        """
        if attempt:
            with self.env.registry.cursor() as cr:
                self._insert(cr, attempt, None, 'success', None)

    # ------------------------------------------------------------------
    # Decision
    # ------------------------------------------------------------------

    @api.model
    def _limits(self, scope):
        """Return the :class:`~odoo.addons.customer_login.const.Limits` of a scope; those of logins are settings."""
        limits = LIMITS[scope]
        if scope not in ('login', 'identity'):
            return limits
        get_param = self.env['ir.config_parameter'].sudo().get_param
        numbers = {name: int(get_param(f'customer_login.limit_{name}') or value or 0)
                   for name, value in limits._asdict().items()}
        return Limits(numbers['pair'] or None, numbers['source'] or None,
                      limits.account and numbers['account'] or None, max(numbers['minutes'], 1))

    @api.model
    def _allowed_networks(self):
        """Return the networks from which only attacks on one account are slowed down."""
        try:
            return parse_networks(self.env['ir.config_parameter'].sudo().get_param('customer_login.allowed_networks'))
        except ValueError:
            _logger.warning('the networks in customer_login.allowed_networks cannot be read')
            return []

    def _refusal(self, counts, attempt, limits, interactive):
        """Return ``(reason, seconds)`` of a refusal, or ``(None, 0)``."""
        now = fields.Datetime.now()
        window = timedelta(minutes=limits.minutes)
        if limits.pair and counts.pair >= limits.pair:
            return 'pair', (counts.pair_first + window - now).total_seconds()
        if limits.source and counts.source >= limits.source:
            return 'source', (counts.source_first + window - now).total_seconds()
        if limits.account and counts.account >= limits.account and not attempt.is_trusted and not interactive:
            # nobody can be asked for a second factor: all strangers together get one guess in a while
            wait = (counts.account_last + timedelta(seconds=ATTACK_SECONDS) - now).total_seconds()
            if wait > 0:
                return 'account', wait
        return None, 0

    def _refuse(self, attempt, reason, seconds):
        """Log a refusal and raise it."""
        seconds = max(math.ceil(seconds), 1)
        _logger.warning(
            'Refused: %s from %s, reason %s, user %s, for %s s',
            attempt.scope, attempt.network, reason, attempt.user_id or 'unknown', seconds)
        if request:
            request.customer_login_refused = seconds
        raise TooManyAttempts(self.env._(
            'Too many attempts. Please try again in %s min.', math.ceil(seconds / 60)), seconds)

    # ------------------------------------------------------------------
    # Database
    # ------------------------------------------------------------------

    @contextlib.contextmanager
    def _locked(self, attempt):
        """Yield a cursor of its own, alone with the keys of the attempt over all workers.

        The locks are of the session: the transaction that counts begins after they are held, so that it sees what
        the one before has written.
        """
        keys = [f'{attempt.scope}:{attempt.source}']
        if attempt.account_key:
            keys.append(f'{attempt.scope}:{attempt.account_key}')
        numbers = sorted(
            int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], 'big', signed=True) for key in keys)
        # committed here and nowhere else: the cursor is our own
        with self.env.registry.cursor() as cr:
            cr.execute('SELECT pg_advisory_lock(number) FROM unnest(%s::bigint[]) AS number', [numbers])
            try:
                cr.commit()  # pylint: disable=invalid-commit
                yield cr
                cr.commit()  # pylint: disable=invalid-commit
            except Exception:
                cr.rollback()
                raise
            finally:
                cr.execute('SELECT pg_advisory_unlock(number) FROM unnest(%s::bigint[]) AS number', [numbers])

    def _count(self, cr, attempt, limits):
        """Return the :class:`Counts` of the last minutes: failures, and whether a refusal was logged just now."""
        now = fields.Datetime.now()
        cr.execute(SQL("""
            WITH recent AS (
                SELECT id, date, outcome, source = %(source)s AS by_source,
                       coalesce(account_key = %(account)s, false) AS by_account, source LIKE 'device:%%' AS by_device
                  FROM customer_login_event
                 WHERE date > %(since)s AND scope = %(scope)s AND (source = %(source)s OR account_key = %(account)s)
            ), cleared AS (
                SELECT coalesce(max(id) FILTER (WHERE outcome = 'unlock'
                                OR outcome = 'success' AND by_source AND by_account), 0) AS pair,
                       coalesce(max(id) FILTER (WHERE outcome = 'unlock' AND by_source), 0) AS source,
                       coalesce(max(id) FILTER (WHERE outcome = 'unlock' AND by_account), 0) AS account
                  FROM recent
            )
            SELECT count(*) FILTER (WHERE by_source AND by_account AND outcome = 'attempt' AND id > cleared.pair),
                   min(date) FILTER (WHERE by_source AND by_account AND outcome = 'attempt' AND id > cleared.pair),
                   count(*) FILTER (WHERE by_source AND outcome = 'attempt' AND id > cleared.source)
                   - count(*) FILTER (WHERE by_source AND outcome = 'success' AND id > cleared.source),
                   min(date) FILTER (WHERE by_source AND outcome = 'attempt' AND id > cleared.source),
                   count(*) FILTER (
                       WHERE by_account AND NOT by_device AND outcome = 'attempt' AND id > cleared.account)
                   - count(*) FILTER (
                       WHERE by_account AND NOT by_device AND outcome = 'success' AND id > cleared.account),
                   max(date) FILTER (WHERE by_account AND outcome = 'attempt'),
                   coalesce(bool_or(
                       by_source AND outcome = 'refused' AND date > %(logged)s
                       AND (by_account OR %(account)s::text IS NULL)), false)
              FROM recent, cleared""",
            source=attempt.source, account=attempt.account_key, scope=attempt.scope,
            since=now - timedelta(minutes=limits.minutes), logged=now - timedelta(minutes=1)))
        return Counts(*(cr.fetchone() or (0, None, 0, None, 0, None, False)))

    def _insert(self, cr, attempt, account, outcome, reason):
        """Write one event; of an attempt also find out whose account it is."""
        user = SQL('%s::integer', attempt.user_id)
        if account:
            user = SQL('(SELECT id FROM res_users WHERE login = %s AND active ORDER BY id LIMIT 1)', account)
        cr.execute(SQL(
            'INSERT INTO customer_login_event (date, scope, outcome, reason, source, network, account_key, user_ref)'
            ' VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING user_ref',
            fields.Datetime.now(), attempt.scope, outcome, reason, attempt.source, attempt.network,
            attempt.account_key, user))
        attempt.user_id = cr.fetchone()[0]

    # ------------------------------------------------------------------
    # Keys and devices
    # ------------------------------------------------------------------

    @api.model
    def _account_key(self, login):
        """Return the HMAC of a login or e-mail address, spelled in whatever way, as hexadecimal text."""
        return hmac(self.env(su=True), 'customer_login.account', login.strip().lower())

    @api.model
    def _device_cookie(self, account_key):
        """Return the name of the cookie that makes a device trusted for one account."""
        return f'{DEVICE_COOKIE}_{account_key[:12]}'

    @api.model
    def _trusted_device(self, account_key):
        """Return the id of the device that logged in to this account before, None for any other."""
        token = request and request.cookies.get(self._device_cookie(account_key))
        if not token:
            return None
        try:
            device, key = verify_hash_signed(self.env(su=True), 'customer_login.device', token)
        except Exception:  # noqa: BLE001 - a visitor may send anything here
            return None
        return device if key == account_key else None

    @api.model
    def _trust_device(self, account_key, set_cookie):
        """Make the device of the current request trusted for an account.

        :param set_cookie: function with the parameters of ``Response.set_cookie``
        """
        device = self._trusted_device(account_key) or secrets.token_hex(8)
        set_cookie(
            self._device_cookie(account_key),
            hash_sign(self.env(su=True), 'customer_login.device', [device, account_key],
                      expiration_hours=24 * DEVICE_DAYS),
            max_age=DEVICE_DAYS * 86400, httponly=True, samesite='Lax')
