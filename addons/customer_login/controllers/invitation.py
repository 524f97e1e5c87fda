from werkzeug.exceptions import abort

from odoo.http import Response, request

from odoo.addons.customer_services.controllers.invitation import CustomerInvitationPortal

from ..models.customer_login_guard import TooManyAttempts


class CustomerLoginInvitation(CustomerInvitationPortal):
    """Guesses at links and codes of invitations count too."""

    def _find_invitation(self, token):
        invitation_sudo = super()._find_invitation(token)
        if not invitation_sudo and request.httprequest.method == 'POST':  # by GET the route only reads
            count_wrong_link()
        return invitation_sudo

    def _check_code(self, invitation_sudo, code):
        with request.env['customer.login.guard']._guarded('code'):
            return super()._check_code(invitation_sudo, code)


def count_wrong_link():
    """Count a link that opens nothing.

    :raises HTTPException: 429 if there were too many from this address
    """
    try:
        request.env['customer.login.guard']._begin('link')
    except TooManyAttempts as refusal:
        abort(too_many(refusal))


def too_many(refusal):
    """Return the answer 429 for a :class:`TooManyAttempts`."""
    return Response(
        str(refusal), status=429, headers={'Retry-After': str(refusal.seconds)}, content_type='text/plain; charset=utf-8')
