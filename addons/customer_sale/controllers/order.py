from markupsafe import Markup
from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, UserError
from odoo.http import request, route
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.fetching import column_names, fetch_lines, fetch_together, fetch_view, note_empty
from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting, contains
from odoo.addons.sale.controllers.portal import CustomerPortal

from ..const import STATE_COLORS

_lt = LazyTranslate(__name__)

BADGE = Markup('<span class="badge rounded-pill text-bg-%s">%s</span>')


QUOTES = PortalList(
    model='sale.order',
    url='/my/quotes',
    page_name='quote',
    title=_lt('Offers'),
    template='customer_sale.portal_my_quotes',
    fields=('name', 'client_order_ref', 'partner_id', 'date_order', 'validity_date', 'amount_total', 'currency_id',
            'state', 'customer_answer', 'signed_on'),
    sortings={
        'date': Choice(_lt('Newest'), 'date_order desc, id desc'),
        'validity': Choice(_lt('Valid until'), 'validity_date, id desc'),
        'amount': Choice(_lt('Amount'), 'amount_total desc, id desc'),
        'number': Choice(_lt('Number'), 'name desc, id desc'),
    },
    filters={
        'new': Choice(_lt('Waiting for an answer'), [('customer_offer_state', '=', 'new')]),
        'all': Choice(_lt('All'), [('customer_offer_state', '!=', 'draft')]),
        'accepted': Choice(_lt('Accepted'), [('customer_offer_state', '=', 'accepted')]),
        'rejected': Choice(_lt('Rejected'), [('customer_offer_state', '=', 'rejected')]),
        'expired': Choice(_lt('Expired'), [('customer_offer_state', '=', 'expired')]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('name', 'client_order_ref', 'order_line.name')),
        'number': Choice(_lt('Number'), contains('name')),
        'reference': Choice(_lt('Your reference'), contains('client_order_ref')),
    },
    empty=_lt('No offers yet.'),
)
ORDERS = PortalList(
    model='sale.order',
    url='/my/orders',
    page_name='order',
    title=_lt('Orders'),
    template='customer_sale.portal_my_orders',
    fields=('name', 'client_order_ref', 'partner_id', 'date_order', 'amount_total', 'currency_id', 'state',
            'invoice_status', 'require_payment'),
    sortings={
        'date': Choice(_lt('Newest'), 'date_order desc, id desc'),
        'amount': Choice(_lt('Amount'), 'amount_total desc, id desc'),
        'number': Choice(_lt('Number'), 'name desc, id desc'),
    },
    filters={
        'open': Choice(_lt('Orders'), [('state', '=', 'sale')]),
        'to_invoice': Choice(_lt('Not invoiced yet'), [('state', '=', 'sale'), ('invoice_status', '!=', 'invoiced')]),
        'cancelled': Choice(_lt('Cancelled'), [('state', '=', 'cancel'), ('customer_answer', '=', 'accepted')]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('name', 'client_order_ref', 'order_line.name')),
        'number': Choice(_lt('Number'), contains('name')),
        'reference': Choice(_lt('Your reference'), contains('client_order_ref')),
    },
    empty=_lt('No orders yet. What you order, and every offer that you accept, is shown here.'),
)


class CustomerSalePortal(CustomerServicesPortal, CustomerPortal):
    """Odoo's pages of offers and orders: lists by the suite's helper, and what the page of an order lacks."""

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'sale.order', [('customer_offer_state', '=', 'new')], ('name', 'validity_date', 'date_order'),
            'validity_date, id', lambda offer: {
                'title': request.env._('Offer %s', offer.name),
                'url': offer.access_url,
                'label': request.env._('Accept or reject'),
                'date': offer.validity_date,
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Offers'),
            'text': request.env._('Review, accept or reject what we offered you'),
            'url': QUOTES.url,
            'icon': 'fa-file-text-o',
            'model': 'sale.order',
            'domain': [('customer_offer_state', '=', 'new')],
        }, {
            'title': request.env._('Orders'),
            'text': request.env._('See how far your orders are, pay them, order again'),
            'url': ORDERS.url,
            'icon': 'fa-shopping-cart',
            'model': 'sale.order',
            'domain': None,
        }]

    def _prepare_quotations_domain(self, partner):
        """The record rules tell whose offers the visitor sees, not the hierarchy of contacts."""
        return [('customer_offer_state', '=', 'new')]

    def _prepare_orders_domain(self, partner):
        return [('state', '=', 'sale')]

    # ------------------------------------------------------------------
    # Lists
    # ------------------------------------------------------------------

    @route()
    def portal_my_quotes(self, page=1, **kwargs):
        """List the offers that the visitor may see."""
        return self._render_order_list(QUOTES, page, 'my_quotations_history', **kwargs)

    @route()
    def portal_my_orders(self, page=1, **kwargs):
        """List the orders that the visitor may see."""
        return self._render_order_list(ORDERS, page, 'my_orders_history', **kwargs)

    def _render_order_list(self, spec, page, history, **kwargs):
        if not request.env['sale.order'].has_access('read'):
            return request.redirect('/my')
        response = self._render_portal_list(spec, page, **kwargs)
        orders = response.qcontext['records']
        request.session[history] = orders.ids[:100]
        # sudo: names, amounts and states of the orders that the visitor may see
        if spec is ORDERS:
            orders.sudo()._fetch_for_customer_state()
        response.qcontext.update(orders_sudo=orders.sudo(), **self._state_badges())
        return response

    def _state_badges(self):
        """Return the states of offers and orders as the templates show them: dicts from the state to HTML."""
        Order = request.env['sale.order']
        return {name: {
            state: BADGE % (STATE_COLORS.get(state, 'light'), label)
            for state, label in Order._fields[field]._description_selection(request.env)
        } for name, field in (('offer_badges', 'customer_offer_state'), ('order_badges', 'customer_state'))}

    # ------------------------------------------------------------------
    # One order
    # ------------------------------------------------------------------

    def _get_order(self, order_id, access_token=None):
        """Open an order for the visitor, in sudo: Odoo's templates and flows need it.

        :raises NotFound: if he may see it neither by right nor by the share token
        """
        return self._get_portal_document('sale.order', order_id, access_token).sudo()

    @route()
    def portal_order_page(self, order_id, **kwargs):
        """Show an order; with ``pay_rest`` it asks for what is left to pay of a confirmed one."""
        if kwargs.pop('pay_rest', None) and not kwargs.get('report_type'):
            order_sudo = self._get_order(order_id, kwargs.get('access_token'))
            if order_sudo._can_pay_rest():
                kwargs['payment_amount'] = order_sudo.customer_amount_payable
        if not kwargs.get('report_type'):
            self._fetch_order(order_id)
        response = super().portal_order_page(order_id, **kwargs)
        if getattr(response, 'qcontext', None) and response.qcontext.get('sale_order'):
            order_sudo = response.qcontext['sale_order']
            user = request.env.user
            response.qcontext.update(
                **self._state_badges(),
                reject_reasons_sudo=order_sudo._can_reject_online() and order_sudo._reject_reasons(),
                customer_error=kwargs.get('customer_error') and self._offer_error(order_sudo),
                is_customer=user._is_portal() and order_sudo.with_user(user).has_access('read'),
                form_key=self._new_form_key(),
            )
        return response

    def _fetch_order(self, order_id):
        """Read together what Odoo's page of an order reads one by one; who may see it is asked afterwards, by Odoo.

        The arrows of the page lead to the orders before and after it in the list that the visitor saw last.
        """
        ids = {order_id} if order_id < 2 ** 31 else set()
        for history in (request.session.get(name) or [] for name in ('my_orders_history', 'my_quotations_history')):
            if order_id in history:
                index = history.index(order_id)
                ids.update(history[max(index - 1, 0):index + 2])
        Order_sudo = request.env['sale.order'].sudo()  # read only into the cache, nothing is shown here
        order_sudo = Order_sudo.search_fetch([('id', 'in', list(ids))], column_names(Order_sudo)).filtered(
            lambda order: order.id == order_id)
        if order_sudo:
            fetch_view(request.env, 'sale.sale_order_portal_template')
            lines_sudo = fetch_lines(order_sudo, 'order_line')
            fetch_lines(lines_sudo.tax_ids, 'invoice_repartition_line_ids')
            users_sudo = fetch_together(request.env.user.sudo(), order_sudo.user_id)
            fetch_together(users_sudo.partner_id)
            products_sudo = lines_sudo.product_id
            of_order = [('order_id', '=', order_id)]
            note_empty(  # what other addons of Odoo ask for on the page, too, where they are installed
                *((order_sudo, name) for name in (
                    'transaction_ids', 'picking_ids', 'stock_reference_ids', 'coupon_point_ids')),
                (lines_sudo, 'move_ids'), (lines_sudo.invoice_lines.move_id, 'transaction_ids'),
                (products_sudo, 'product_document_ids'), (products_sudo.product_tmpl_id, 'product_document_ids'),
                (order_sudo, 'timesheet_count', 'account.analytic.line', of_order, 0),
                (order_sudo, 'loyalty_data', 'loyalty.history', of_order, {}),
                (order_sudo, 'signature', 'ir.attachment', [
                    ('res_model', '=', 'sale.order'), ('res_field', '=', 'signature'), ('res_id', '=', order_id)], False))

    def _offer_error(self, order_sudo):
        """Return what the page says after a refused answer: by the state of the order, never by the address."""
        return request.session.pop(f'customer_sale_error_{order_sudo.id}', None)

    @route('/my/orders/<int:order_id>/reorder', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_order_reorder(self, order_id, form_key='', **params):
        """Ask for the goods of an order again."""
        order = self._get_portal_document('sale.order', order_id)
        if not order._can_reorder():
            raise NotFound
        return self._answer(order.sudo(), 'reorder_ok', lambda: self._submit_once(
            form_key, lambda: order.sudo(False)._reorder_by_customer()))

    def _answer(self, order_sudo, message, callback):
        """Call ``callback`` and show the page of the order with a message; on a refusal the page says why.

        :raises NotFound: where the visitor has no right to what the callback does
        """
        try:
            with request.env.cr.savepoint():
                callback()
        except AccessError:
            raise NotFound from None
        except UserError as error:
            request.session[f'customer_sale_error_{order_sudo.id}'] = error.args[0]
            return request.redirect(order_sudo.get_portal_url(query_string='&customer_error=1'))
        return request.redirect(order_sudo.get_portal_url(query_string=f'&message={message}'))
