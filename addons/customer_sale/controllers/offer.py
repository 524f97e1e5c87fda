from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .order import CustomerSalePortal


class CustomerOfferPortal(CustomerSalePortal):
    """How customers answer offers: with a login, or by the share link, which is a bearer right."""

    def _answer_values(self, order_sudo, name=None):
        """Return who answers from where, see ``sale.order._record_answer``."""
        user = request.env.user
        return {
            'customer_answer_partner_id': False if user._is_public() else user.partner_id.id,
            'customer_answer_name': (name or '').strip()[:120] or (
                order_sudo.partner_id.name if user._is_public() else user.name),
            'customer_answer_address': request.httprequest.remote_addr,
            'customer_answer_way': 'staff' if user._is_internal() else 'click',
        }

    @route('/my/quotes/<int:order_id>/accept', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_quote_accept(self, order_id, access_token=None, **params):
        """Accept an offer that needs neither signature nor payment."""
        order_sudo = self._get_order(order_id, access_token)
        return self._answer(order_sudo, 'accept_ok', lambda: order_sudo._accept_by_customer(
            self._answer_values(order_sudo)))

    @route('/my/quotes/<int:order_id>/reject', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_quote_reject(self, order_id, access_token=None, reason_id=None, comment=None, **params):
        """Reject an offer with a reason from the list."""
        order_sudo = self._get_order(order_id, access_token)
        reason = int(reason_id) if str(reason_id or '').isdecimal() and len(str(reason_id)) < 10 else None
        return self._answer(order_sudo, 'reject_ok', lambda: order_sudo._reject_by_customer(
            self._answer_values(order_sudo), reason, comment))

    # ------------------------------------------------------------------
    # Odoo's own ways
    # ------------------------------------------------------------------

    @route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        """Odoo's acceptance by signature: also keep who signed from where."""
        access_token = access_token or request.httprequest.args.get('access_token')
        try:
            order_sudo = self._get_order(order_id, access_token)
        except NotFound:
            return super().portal_quote_accept(order_id, access_token=access_token, name=name, signature=signature)
        order_sudo._lock_answer()
        result = super().portal_quote_accept(order_id, access_token=access_token, name=name, signature=signature)
        if not result.get('error') and order_sudo.signature:
            order_sudo._record_signature(self._answer_values(order_sudo, name))
        return result

    @route()
    def portal_quote_decline(self, order_id, access_token=None, decline_message=None, **kwargs):
        """Odoo's rejection, which knows a comment only: kept like the others, with the reason for comments."""
        order_sudo = self._get_order(order_id, access_token)
        reason = order_sudo._reject_reasons().filtered('needs_comment')[:1]
        return self._answer(order_sudo, 'reject_ok', lambda: order_sudo._reject_by_customer(
            self._answer_values(order_sudo), reason.id, decline_message))
