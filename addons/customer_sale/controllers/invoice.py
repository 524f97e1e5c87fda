import re
from datetime import date, timedelta

from werkzeug.exceptions import NotFound

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools.translate import LazyTranslate

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount
from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting, contains

_lt = LazyTranslate(__name__)

#: invoices that are paid at once at most
MAX_INVOICES = 100
INVOICES = PortalList(
    model='account.move',
    url='/my/invoices',
    page_name='invoice',
    title=_lt('Invoices'),
    template='customer_sale.portal_my_invoices',
    fields=('name', 'ref', 'partner_id', 'invoice_date', 'invoice_date_due', 'amount_total', 'amount_residual',
            'currency_id', 'state', 'payment_state', 'move_type', 'company_id'),
    sortings={
        'date': Choice(_lt('Newest'), 'invoice_date desc, id desc'),
        'duedate': Choice(_lt('Due date'), 'invoice_date_due desc, id desc'),
        'name': Choice(_lt('Number'), 'name desc, id desc'),
        'amount': Choice(_lt('Amount'), 'amount_total desc, id desc'),
    },
    filters={
        'all': Choice(_lt('All'), [('move_type', 'in', ('out_invoice', 'out_refund'))]),
        'open': Choice(_lt('Open'), [
            ('move_type', '=', 'out_invoice'), ('payment_state', 'in', ('not_paid', 'partial'))]),
        'overdue_invoices': Choice(_lt('Overdue'), [('customer_is_overdue', '=', True)]),
        'credit_notes': Choice(_lt('Credit notes'), [('move_type', '=', 'out_refund')]),
        'bills': Choice(_lt('Bills'), [('move_type', 'in', ('in_invoice', 'in_refund'))]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('name', 'ref', 'invoice_origin', 'invoice_line_ids.name')),
        'number': Choice(_lt('Number'), contains('name')),
        'order': Choice(_lt('Order'), contains('invoice_origin')),
    },
    empty=_lt('No invoices yet.'),
)


class CustomerInvoicePortal(CustomerServicesPortal, PortalAccount):
    """Odoo's pages of invoices: list by the suite's helper, several paid at once, statement of account."""

    # ------------------------------------------------------------------
    # Home and list
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'account.move', [('customer_is_overdue', '=', True)], ('name', 'invoice_date_due'), 'invoice_date_due, id',
            lambda invoice: {
                'title': request.env._('Invoice %s', invoice.name),
                'url': invoice.access_url,
                'label': request.env._('Overdue: please pay'),
                'date': invoice.customer_next_date,
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Invoices'),
            'text': request.env._('Download and pay invoices, see your statement of account'),
            'url': INVOICES.url,
            'icon': 'fa-eur',
            'model': 'account.move',
            'domain': INVOICES.filters['open'].value,
        }]

    def _get_overdue_invoices_domain(self, partner_id=None):
        """The record rules tell whose invoices the visitor sees: all of his company's, or those of his own orders."""
        return Domain('customer_is_overdue', '=', True) & self._portal_customer_domain('account.move')

    @route()
    def portal_my_invoices(self, page=1, **kwargs):
        """List the invoices and credit notes that the visitor may see."""
        if not request.env['account.move'].has_access('read'):
            return request.redirect('/my')
        response = self._render_portal_list(INVOICES, page, **kwargs)
        invoices = response.qcontext['records']
        request.session['my_invoices_history'] = invoices.ids[:100]
        # sudo: names and amounts of the invoices that the visitor may see
        invoices_sudo = invoices.sudo()
        response.qcontext.update(
            invoices_sudo=invoices_sudo,
            payable=set(invoices_sudo.filtered(lambda invoice: invoice._has_to_be_paid()).ids),
            overdue_invoice_count=self._get_overdue_invoice_count(),
            statement_customers=request.env['res.partner']._statement_customers(),
        )
        return response

    # ------------------------------------------------------------------
    # Several at once
    # ------------------------------------------------------------------

    def _payable_invoices(self, ids):
        """Return the invoices with these ids that the visitor may see and that are to be paid, in sudo.

        :param str ids: numbers separated by commas, as sent
        """
        numbers = [int(text) for text in re.findall('[0-9]{1,9}', str(ids or ''))][:MAX_INVOICES]
        invoices = request.env['account.move'].search([('id', 'in', numbers)])
        # sudo: Odoo's payment pages need it; the search above was with the visitor's rights
        return invoices.sudo().filtered(lambda invoice: invoice._has_to_be_paid()).sorted('invoice_date_due')

    @route('/my/invoices/pay', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_invoices_pay(self, **params):
        """Show the payment form for the chosen invoices (``ids``, given once or several times)."""
        if not request.env['account.move'].has_access('read'):
            raise NotFound
        return self._render_payment(self._payable_invoices(','.join(request.httprequest.args.getlist('ids'))))

    @route()
    def portal_my_overdue_invoices(self, access_token=None, **kw):
        """Show the payment form for all overdue invoices."""
        if request.env.user._is_public() or not request.env['account.move'].has_access('read'):
            return super().portal_my_overdue_invoices(access_token=access_token, **kw)
        overdue = request.env['account.move'].search(self._get_overdue_invoices_domain(), limit=MAX_INVOICES)
        return self._render_payment(
            self._payable_invoices(','.join(map(str, overdue.ids))), 'customer_amount_overdue')

    def _render_payment(self, invoices_sudo, amount_field='customer_amount_to_pay'):
        """Show the payment form for invoices of one currency and company.

        :param str amount_field: the field with what is asked for: all (less the discount for early payment), or what
            is overdue
        """
        first = invoices_sudo[:1]
        chosen = invoices_sudo.filtered(
            lambda invoice: invoice.currency_id == first.currency_id and invoice.company_id == first.company_id)
        values = {
            **self._prepare_portal_layout_values(),
            'page_name': 'overdue_invoices' if chosen else 'invoice_pay',
            'invoices_sudo': chosen,
            'left_out_sudo': invoices_sudo - chosen,
            'amount_field': amount_field,
        }
        if chosen:
            amount = first.currency_id.round(sum(chosen.mapped(amount_field)))
            reference = first.name if len(chosen) == 1 else f'{first.name}+{len(chosen) - 1}'
            ids = ','.join(map(str, chosen.ids))
            values.update(
                payment={'date': fields.Date.today(), 'reference': reference, 'amount': amount,
                         'currency': first.currency_id},
                amount=amount,
                **self._get_common_page_view_values(invoices_data={
                    'partner': first.commercial_partner_id, 'company': first.company_id, 'total_amount': amount,
                    'currency': first.currency_id, 'amount_residual': amount, 'payment_reference': reference,
                    'landing_route': '/my/invoices', 'transaction_route': f'/my/invoices/pay/{ids}/transaction',
                }))
        return request.render('customer_sale.portal_my_invoices_pay', values)

    # ------------------------------------------------------------------
    # Statement of account
    # ------------------------------------------------------------------

    @route('/my/statement/<int:customer_id>', type='http', auth='user', website=True, readonly=True)
    def portal_my_statement(self, customer_id, date_from=None, date_to=None, **params):
        """Send the statement of account of a customer as PDF, by default of the last twelve months."""
        customer = request.env['res.partner'].browse(customer_id if customer_id < 2 ** 31 else 0).exists()
        today = fields.Date.context_today(request.env.user)
        date_to = _to_date(date_to) or today
        date_from = _to_date(date_from) or date_to - timedelta(days=365)
        try:
            if not customer:
                raise NotFound
            customer._check_customer_statement()
        except AccessError:
            raise NotFound from None
        # sudo: the right was checked; the report asks the customer's data with the user's rights again
        report_sudo = request.env['ir.actions.report'].sudo()
        content = report_sudo.with_context(lang=customer.lang or request.env.lang)._render_qweb_pdf(
            'customer_sale.action_report_statement', customer.ids,
            data={'date_from': date_from, 'date_to': date_to, 'user_id': request.env.uid})[0]
        return request.make_response(content, headers=[
            ('Content-Type', 'application/pdf'), ('Content-Length', len(content)),
            ('Content-Disposition', f'inline; filename="statement-{date_to}.pdf"')])


def _to_date(text):
    """Return the date in a text such as ``2026-01-31``, or None."""
    try:
        return date.fromisoformat(text or '')
    except ValueError:
        return None


class CustomerInvoicesPayment(PaymentPortal):

    @route('/my/invoices/pay/<string:ids>/transaction', type='jsonrpc', auth='user', methods=['POST'])
    def portal_my_invoices_transaction(self, ids, payment_reference=None, **kwargs):
        """Start the payment of several invoices at once: see Odoo's ``invoice_transaction``.

        :param str ids: numbers of the invoices, separated by commas; each is checked with the visitor's rights
        :return: the processing values of the transaction
        :raises ValidationError: if one of them is foreign or not to be paid (any more)
        """
        numbers = {int(text) for text in re.findall('[0-9]{1,9}', ids)}
        invoices = request.env['account.move'].search([('id', 'in', list(numbers))])
        if not numbers or set(invoices.ids) != numbers or len(numbers) > MAX_INVOICES:
            raise ValidationError(request.env._('These invoices cannot be paid together.'))
        self._validate_transaction_kwargs(kwargs)
        return self._process_transaction(
            request.env.user.partner_id.id, invoices.currency_id[:1].id, invoices.ids, payment_reference, **kwargs)
