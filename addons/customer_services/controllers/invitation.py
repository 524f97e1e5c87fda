from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.http import Controller, request, route

from ..models.customer_invitation import MIN_PASSWORD

#: the address carries a secret: no search engine, no other site, no cache may learn it
PRIVATE_HEADERS = {
    'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex, nofollow',
    'Content-Security-Policy': "frame-ancestors 'none'"}


class CustomerInvitationPortal(Controller):
    """The page behind the link in an invitation: opening it changes nothing, sending its form activates the access."""

    @route('/my/invitations/<string:token>', type='http', auth='public', website=True, multilang=False,
           sitemap=False, readonly=True, methods=['GET'])
    def portal_invitation(self, token, **params):
        """Show the form of an invitation."""
        invitation_sudo = self._find_invitation(token)
        return self._render_invitation(invitation_sudo, token)

    @route('/my/invitations/<string:token>/accept', type='http', auth='public', website=True, multilang=False,
           sitemap=False, methods=['POST'])
    def portal_invitation_accept(self, token, password='', confirm_password='', code='', **params):
        """Activate the access, with a new password or, for who has a login already, with this login."""
        invitation_sudo = self._find_invitation(token)
        if not invitation_sudo:
            return self._render_invitation(invitation_sudo, token)
        is_new = not invitation_sudo._existing_login()
        try:
            if is_new:
                invitation_sudo._check_password(password, confirm_password)
            elif invitation_sudo._existing_login() != request.env.user:
                return self._render_invitation(invitation_sudo, token)
            if invitation_sudo.needs_code:
                self._check_code(invitation_sudo, code)
            with request.env.cr.savepoint():  # nothing of a refused try stays
                user_sudo = invitation_sudo._accept(password if is_new else None)
        except UserError as error:
            return self._render_invitation(invitation_sudo, token, error.args[0])
        if is_new:
            request.session.authenticate(
                request.env, {'type': 'password', 'login': user_sudo.login, 'password': password})
        return request.redirect('/my')

    @route('/my/invitations/<string:token>/code', type='http', auth='public', website=True, multilang=False,
           sitemap=False, methods=['POST'])
    def portal_invitation_code(self, token, **params):
        """Send a new code by SMS."""
        invitation_sudo = self._find_invitation(token)
        if not invitation_sudo.needs_code:
            return self._render_invitation(invitation_sudo, token)
        try:
            invitation_sudo._send_code()
        except UserError as error:
            return self._render_invitation(invitation_sudo, token, error.args[0])
        return self._render_invitation(invitation_sudo, token, is_code_sent=True)

    def _find_invitation(self, token):
        """Return the invitation in sudo, or nothing; the page speaks the language of the invited one."""
        invitation_sudo = request.env['customer.invitation']._find(token)
        lang = invitation_sudo.access_id.partner_id.lang
        if lang and request.env['res.lang']._get_data(code=lang):
            request.update_context(lang=lang)
        return invitation_sudo.with_context(lang=request.env.lang)

    def _check_code(self, invitation_sudo, code):
        """Refuse a wrong code.

        :raises UserError: with what the visitor can do about it
        """
        outcome = invitation_sudo._try_code(code)
        if outcome == 'void':
            raise UserError(invitation_sudo.env._(
                'This code does not work any more. Please let us send you a new one.'))
        if outcome == 'wrong':
            raise UserError(invitation_sudo.env._('This code is wrong. Please compare it with the SMS.'))

    def _render_invitation(self, invitation_sudo, token, error=None, is_code_sent=False):
        """Render the page of an invitation, or one and the same page for all that open nothing."""
        if not invitation_sudo:
            response = request.render('customer_services.portal_invitation_gone', {}, status=404)
        else:
            existing = invitation_sudo._existing_login()
            user = request.env.user
            mode = 'accept' if existing and existing == user else 'login' if existing else 'password'
            if not user._is_public() and mode != 'accept':
                mode = 'logout'
            address = f'/my/invitations/{token}'
            response = request.render('customer_services.portal_invitation', {
                'invitation_sudo': invitation_sudo,
                'access_sudo': invitation_sudo.access_id,
                'address': address,
                'mode': mode,
                'login': existing.login or invitation_sudo._login_name(),
                'login_url': f'/web/login?{url_encode({"login": existing.login or "", "redirect": address})}',
                'logout_url': f'/web/session/logout?{url_encode({"redirect": address})}',
                'min_password': MIN_PASSWORD,
                'error': error,
                'is_code_sent': is_code_sent,
            })
        response.headers.update(PRIVATE_HEADERS)
        return response
