from werkzeug.exceptions import NotFound

from odoo.http import request, route

from odoo.addons.auth_signup.controllers.main import AuthSignupHome
from odoo.addons.customer_services.controllers.invitation import PRIVATE_HEADERS

from ..models.customer_login_guard import TooManyAttempts


class CustomerLoginHome(AuthSignupHome):
    """Login, and password by mail, that tell strangers nothing."""

    @route()
    def web_login(self, *args, **kw):
        response = super().web_login(*args, **kw)
        return self._mark_refused(response)

    def _mark_refused(self, response):
        """Make the page of a refused attempt a 429, which says when to come again."""
        if seconds := getattr(request, 'customer_login_refused', None):
            response.status_code = 429
            response.headers['Retry-After'] = str(seconds)
        return response

    @route()
    def web_auth_signup(self, *args, **kw):
        qcontext = self.get_auth_signup_qcontext()
        if qcontext.get('invalid_token'):
            return self._render_gone()
        if request.httprequest.method == 'POST' and (qcontext.get('token') or qcontext.get('signup_enabled')):
            try:
                request.env['customer.login.guard']._begin('signup', qcontext.get('login'))
            except TooManyAttempts as refusal:
                return self._mark_refused(request.render('auth_signup.signup', dict(qcontext, error=str(refusal))))
        return super().web_auth_signup(*args, **kw)

    @route()
    def web_auth_reset_password(self, *args, **kw):
        """Ask for a link, which gets the same answer for every login; or choose a password behind a link."""
        qcontext = self.get_auth_signup_qcontext()
        if qcontext.get('invalid_token'):
            return self._render_gone()
        if qcontext.get('token') or request.httprequest.method != 'POST':
            response = super().web_auth_reset_password(*args, **kw)
            response.headers.update(PRIVATE_HEADERS)
            return response
        if not qcontext.get('reset_password_enabled'):
            raise NotFound
        return self._queue_reset(qcontext)

    def _queue_reset(self, qcontext):
        """Note that somebody wants a link; a job finds out whether there is such a login."""
        login = (qcontext.get('login') or '').replace('\0', '').strip()[:200]
        values = {key: value for key, value in qcontext.items() if key not in ('login', 'error', 'message')}
        if not login:
            values['error'] = request.env._('Please enter your e-mail address.')
        else:
            try:
                request.env['customer.login.guard']._begin('reset', login)
                request.env['customer.reset.request']._queue(login)
                values['message'] = request.env._(
                    'If there is a login with this address, it gets a mail with a link for a new password. '
                    'Please look into your mailbox.')
            except TooManyAttempts as refusal:
                values['error'] = str(refusal)
        response = request.render('auth_signup.reset_password', values)
        response.headers.update(PRIVATE_HEADERS)
        return self._mark_refused(response)

    def get_auth_signup_qcontext(self):
        """Leave out what would tell whether an address is known."""
        request.params.pop('signup_email', None)
        return super().get_auth_signup_qcontext()

    def _render_gone(self):
        """Render one page for all links that do not work, whatever is wrong with them."""
        request.session.pop('auth_signup_token', None)
        response = request.render('customer_login.link_gone', {}, status=404)
        response.headers.update(PRIVATE_HEADERS)
        return response
