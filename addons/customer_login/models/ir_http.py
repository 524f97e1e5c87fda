import threading
from urllib.parse import urlsplit

from werkzeug.exceptions import abort
from werkzeug.utils import redirect

from odoo import models
from odoo.http import FutureResponse, GeoIP, Response, request
from odoo.tools import config, str2bool

from ..const import HSTS_SECONDS, PLAIN_PATHS
from ..network import client_address
from .customer_login_guard import TooManyAttempts


class GuardedResponse(FutureResponse):
    """Cookies of a request: not sent along by other sites, and by TLS only if they were got by TLS."""

    def set_cookie(self, key, value='', secure=False, samesite=None, **kwargs):
        """Set a cookie, see ``Response.set_cookie``."""
        return super().set_cookie(key, value, secure=secure or is_secure(), samesite=samesite or 'Lax', **kwargs)


def is_secure():
    """Tell whether the visitor sent the current request by TLS, as the proxy says."""
    return request.httprequest.scheme == 'https'


def guard_cookies(response):
    """Complete the flags of cookies that somebody set directly on a response."""
    headers = getattr(response, 'headers', None)
    cookies = headers.getlist('Set-Cookie') if headers is not None and hasattr(headers, 'getlist') else []
    if not cookies:
        return
    headers.remove('Set-Cookie')
    for cookie in cookies:
        flags = {part.strip().split('=')[0].lower() for part in cookie.split(';')[1:]}
        if is_secure() and 'secure' not in flags:
            cookie += '; Secure'
        if 'samesite' not in flags:
            cookie += '; SameSite=Lax'
        headers.add('Set-Cookie', cookie)


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    # ------------------------------------------------------------------
    # Transport
    # ------------------------------------------------------------------

    @classmethod
    def _match(cls, path):
        """Find out who calls, and lead him to TLS, before anything else happens."""
        if not isinstance(request.future_response, GuardedResponse):  # not again when a request is routed anew
            request.future_response = GuardedResponse()
            cls._set_client_address()
            thread = threading.current_thread()  # for RPC, from which Odoo hides the request
            thread.customer_login_client = thread.perf_t0, request.httprequest.remote_addr
            cls._force_tls(path)
        return super()._match(path)

    @classmethod
    def _customer_login_param(cls, name, default):
        """Return a setting; cached by Odoo, no query."""
        return request.env['ir.config_parameter'].sudo().get_param(f'customer_login.{name}') or default

    @classmethod
    def _set_client_address(cls):
        """Make the address of the client that of the visitor, also behind more than the one proxy that Odoo knows."""
        environ = request.httprequest.environ
        proxies = cls._customer_login_param('proxies', '1')
        if not config['proxy_mode'] or 'werkzeug.proxy_fix.orig' not in environ or proxies in ('0', '1'):
            return  # Odoo's own: the peer, or what the one proxy says
        peer = environ['werkzeug.proxy_fix.orig']['REMOTE_ADDR']
        address = client_address(peer, environ.get('HTTP_X_FORWARDED_FOR'), int(proxies) if proxies.isdigit() else 1)
        if address != request.httprequest.remote_addr:
            environ['REMOTE_ADDR'] = address
            request.httprequest.remote_addr = address
            request.geoip = GeoIP(address)

    @classmethod
    def _force_tls(cls, path):
        """Answer what came by plain http through the proxy with 308: same method, same body, https.

        Only behind a proxy and with a public address in https: a local run, and calls from inside, go on as they are.
        """
        if not str2bool(cls._customer_login_param('force_tls', 'True'), False) or path in PLAIN_PATHS:
            return
        public = request.env['ir.config_parameter'].sudo().get_param('web.base.url') or ''
        is_forwarded = config['proxy_mode'] and 'werkzeug.proxy_fix.orig' in request.httprequest.environ
        if not is_forwarded or not public.startswith('https://'):
            return
        if is_secure():
            request.future_response.headers['Strict-Transport-Security'] = f'max-age={HSTS_SECONDS}'
            return
        target = urlsplit(request.httprequest.url)
        host = target.netloc.removesuffix(':80')
        abort(redirect(target._replace(scheme='https', netloc=host).geturl(), 308, Response))

    @classmethod
    def _post_dispatch(cls, response):
        cls._remember_device()
        result = super()._post_dispatch(response)
        guard_cookies(response)
        return result

    @classmethod
    def _handle_error(cls, exception):
        """Complete the cookies of error pages too: an expired session gets its new one here."""
        response = super()._handle_error(exception)
        guard_cookies(response)
        headers = getattr(response, 'headers', None)
        hsts = request.future_response.headers.get('Strict-Transport-Security')
        if hsts and headers is not None and hasattr(headers, 'setdefault'):
            headers.setdefault('Strict-Transport-Security', hsts)
        return response

    # ------------------------------------------------------------------
    # Sessions, devices, keys
    # ------------------------------------------------------------------

    @classmethod
    def _remember_device(cls):
        """Trust the device once its login is complete, second factor included."""
        session = request.session
        if session.uid and session.get('customer_login_device'):
            account_key = session.pop('customer_login_device')
            session.pop('customer_login_step_up', None)
            request.env['customer.login.guard']._trust_device(account_key, request.future_response.set_cookie)

    @classmethod
    def _auth_method_bearer(cls):
        """Count wrong API keys; a right one costs nothing here."""
        try:
            return super()._auth_method_bearer()
        except Exception:
            if request.httprequest.headers.get('Authorization'):
                cls._count_wrong_key()
            raise

    @classmethod
    def _count_wrong_key(cls):
        """Count a wrong API key.

        :raises HTTPException: 429 if there were too many from this address
        """
        try:
            request.env['customer.login.guard']._begin('key', interactive=False)
        except TooManyAttempts as refusal:
            abort(Response(str(refusal), status=429, headers={'Retry-After': str(refusal.seconds)}))

    @classmethod
    def _check_identity(cls, credential):
        """Count the guesses of whoever found an unlocked screen."""
        if not credential:
            return super()._check_identity(credential)
        with request.env['customer.login.guard']._guarded('identity', request.env.user.login):
            return super()._check_identity(credential)
