import base64
import re
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import content_disposition, request, route
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.fetching import fetch_lines, fetch_together, fetch_view
from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting, clean_text, contains

from ..const import DEAD_STATES, FILES_KEY, KINDS, MAX_ORDERS, MAX_TEXT, MAX_TRACKING, ORDERS_PAGE, STATE_COLORS

_lt = LazyTranslate(__name__)

#: of the list of orders to choose from; further back the search helps
MAX_PAGES = 500
MAX_SEARCH = 100
RMAS = PortalList(
    model='customer.rma',
    url='/my/rmas',
    page_name='rma',
    title=_lt('Returns'),
    template='customer_rma.portal_my_rmas',
    fields=('number', 'kind', 'state', 'partner_id', 'request_date'),
    sortings={
        'newest': Choice(_lt('Newest'), 'id desc'),
        'number': Choice(_lt('Number'), 'number desc, id desc'),
        'state': Choice(_lt('State'), 'state, id desc'),
    },
    filters={
        'all': Choice(_lt('All'), []),
        'open': Choice(_lt('Open'), [('is_closed', '=', False)]),
        'send': Choice(_lt('To send back'), [('state', '=', 'approved')]),
        'closed': Choice(_lt('Closed'), [('is_closed', '=', True)]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('number', 'tracking_ref', 'line_ids.order_line_id.name')),
        'number': Choice(_lt('Number'), contains('number')),
        'product': Choice(_lt('Product'), contains('line_ids.order_line_id.name')),
    },
    groupings={
        'none': Choice(_lt('None'), None),
        'state': Choice(_lt('State'), 'state'),
    },
    empty=_lt('No returns yet. Open an order that was delivered to return something.'),
    new_url='/my/rmas/new',
    new_label=_lt('New return'),
)


class CustomerRmaPortal(CustomerServicesPortal):

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'customer.rma', [('state', '=', 'approved'), ('expiry_date', '!=', False)], ('number', 'expiry_date'),
            'expiry_date, id', lambda rma: {
                'title': request.env._('Return %s', rma.number),
                'url': rma.access_url,
                'label': request.env._('Send the goods back'),
                'date': rma.expiry_date,
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Returns'),
            'text': request.env._('Send goods back and follow your refund'),
            'url': RMAS.url,
            'icon': 'fa-undo',
            'model': 'customer.rma',
            'domain': [('is_closed', '=', False)],
        }]

    # ------------------------------------------------------------------
    # List and page
    # ------------------------------------------------------------------

    @route(['/my/rmas', '/my/rmas/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_rmas(self, page=1, **params):
        """List the returns that the visitor may see."""
        response = self._render_portal_list(RMAS, page, **params)
        fetch_lines(response.qcontext['records'].sudo(), 'line_ids')  # sudo: goods of returns that the visitor may see
        response.qcontext.update(state_colors=STATE_COLORS, labels=self._rma_labels())
        return response

    def _rma_labels(self):
        """Return the labels of kinds and states as the templates need them."""
        model_fields = request.env['customer.rma']._fields
        return {name: dict(model_fields[name]._description_selection(request.env)) for name in ('kind', 'state')}

    def _resolution_labels(self):
        return dict(request.env['customer.rma.line']._fields['resolution']._description_selection(request.env))

    @route('/my/rmas/<int:rma_id>', type='http', auth='public', website=True, readonly=True)
    def portal_my_rma(self, rma_id, access_token=None, **params):
        """Show one return: to who may see it, or to who holds its share link."""
        rma = self._get_portal_document('customer.rma', rma_id, access_token)
        shown = {name: params[name] for name in ('all', 'sent', 'created') if name in params}
        return self._render_rma(rma, access_token=access_token, **shown)

    def _render_rma(self, rma, errors=None, values=None, action_error='', **params):
        fetch_view(request.env, 'customer_rma.portal_my_rma')
        return request.render('customer_rma.portal_my_rma', {
            **self._portal_document_values(rma, 'rma', **params),
            'rma': rma,
            'state_colors': STATE_COLORS,
            'labels': self._rma_labels(),
            'resolutions': self._resolution_labels(),
            'timeline': rma._timeline(),
            'can_act': not rma.env.su,
            'can_cancel': rma.state in ('requested', 'review', 'approved'),
            'has_slip': rma.state in ('approved', 'transit') and any(not line.is_kept for line in rma.sudo().line_ids),
            'is_dead': rma.state in DEAD_STATES,
            # sudo: what belongs to a return that was checked
            'labels_sudo': rma.sudo().label_ids if rma.state in ('approved', 'transit') else (),
            'open_invoices_sudo': rma.sudo()._open_exchange_invoices(),
            'max_tracking': MAX_TRACKING,
            'is_created': bool(params.get('created')),
            'action_error': action_error,
            'errors': errors or {},
            'values': values or {},
        })

    @route('/my/rmas/<int:rma_id>/files/<int:attachment_id>', type='http', auth='public', website=True, readonly=True)
    def portal_my_rma_file(self, rma_id, attachment_id, access_token=None, **params):
        """Send a file of the conversation."""
        return self._send_attachment(self._get_portal_document('customer.rma', rma_id, access_token), attachment_id)

    @route('/my/rmas/<int:rma_id>/slip', type='http', auth='public', website=True, readonly=True)
    def portal_my_rma_slip(self, rma_id, access_token=None, **params):
        """Send the return slip as PDF, once the return is approved."""
        rma = self._get_portal_document('customer.rma', rma_id, access_token)
        if rma.state not in ('approved', 'transit', 'received'):
            raise NotFound
        # sudo: the return was checked; the slip shows what belongs to it
        content = request.env['ir.actions.report'].sudo()._render_qweb_pdf('customer_rma.report_slip', rma.ids)[0]
        return request.make_response(content, headers=[
            ('Content-Type', 'application/pdf'), ('Content-Length', len(content)),
            ('Content-Disposition', f'inline; filename="{rma.number}.pdf"')])

    @route('/my/rmas/<int:rma_id>/labels/<int:label_id>', type='http', auth='public', website=True, readonly=True)
    def portal_my_rma_label(self, rma_id, label_id, access_token=None, **params):
        """Send a label of the return, as long as goods are to be sent."""
        rma = self._get_portal_document('customer.rma', rma_id, access_token)
        # sudo: the return was checked, its label is reached from it
        label = rma.sudo().label_ids.filtered(lambda label: label.id == label_id)
        if not label or rma.state not in ('approved', 'transit'):
            raise NotFound
        content = base64.b64decode(label.content)
        is_pdf = content[:5] == b'%PDF-'
        return request.make_response(content, headers=[
            ('Content-Type', 'application/pdf' if is_pdf else 'application/octet-stream'),
            ('Content-Length', len(content)), ('X-Content-Type-Options', 'nosniff'),
            ('Content-Disposition', content_disposition(label.name))])

    # ------------------------------------------------------------------
    # What the customer does with a return
    # ------------------------------------------------------------------

    @route('/my/rmas/<int:rma_id>/reply', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_rma_reply(self, rma_id, body='', form_key='', **params):
        """Post what the customer wrote; on an error the page comes back with his text."""
        rma = self._get_portal_document('customer.rma', rma_id)
        body = clean_text(body).strip()
        try:
            if len(body) > MAX_TEXT:
                raise UserError(request.env._('The text is too long: at most %s characters.', MAX_TEXT))
            uploads = self._read_uploads()
            self._submit_once(form_key, lambda: self._post_reply(rma, body, uploads))
        except UserError as error:
            return self._render_rma(rma, errors={'body': error.args[0]}, values={'body': body})
        return request.redirect(f'{rma.access_url}?sent=1#discussion')

    def _act_on_rma(self, rma_id, action):
        """Do something with a return that the visitor may see, and show it again, with what went wrong."""
        rma = self._get_portal_document('customer.rma', rma_id)
        try:
            with request.env.cr.savepoint():
                action(rma)
        except UserError as error:
            return self._render_rma(rma, action_error=error.args[0])
        return request.redirect(rma.access_url)

    @route('/my/rmas/<int:rma_id>/cancel', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_rma_cancel(self, rma_id, **params):
        """Cancel the return."""
        return self._act_on_rma(rma_id, lambda rma: rma._cancel_by_customer())

    @route('/my/rmas/<int:rma_id>/tracking', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_rma_tracking(self, rma_id, tracking_ref='', **params):
        """Keep the number of the parcel that the customer sent."""
        return self._act_on_rma(rma_id, lambda rma: rma._set_tracking_by_customer(clean_text(tracking_ref)))

    # ------------------------------------------------------------------
    # New return
    # ------------------------------------------------------------------

    @route('/my/rmas/new', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_rma_new(self, orders='', kind='return', **params):
        """Show the form for a return of goods of some orders (``orders``: numbers separated by commas).

        Without orders, or with ``choose``, it lists orders to choose from: ``search`` and ``page``.
        """
        return self._render_new_rma(orders, kind, choice=params)

    @route('/my/rmas/new', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_rma_create(self, orders='', kind='return', form_key='', **params):
        """Create a return; on an error the form comes back with what was typed."""
        typed = {name: clean_text(text) for name, text in params.items() if isinstance(text, str)}
        errors, uploads = {}, []
        lines = self._typed_rma_lines(typed, errors)
        try:
            uploads = self._read_uploads()
        except UserError as error:
            errors['attachments'] = error.args[0]
        values = {'kind': kind, 'description': typed.get('description', '').strip(), 'line_ids': lines}
        if typed.get('method_id'):
            values['method_id'] = _to_id(typed['method_id']) or -1
        # sudo: who asks, and the address of the company, whose time zone counts: in one query
        fetch_together(request.env.user.partner_id.sudo(), request.env.user.company_id.sudo().partner_id)
        try:
            if not errors:
                Rma = request.env['customer.rma'].with_context(**{**request.env.context, FILES_KEY: uploads})
                rma = self._submit_once(form_key, lambda: Rma._create_from_customer(values))
                return request.redirect(f'{rma.access_url}?created=1')
        except AccessError:
            raise NotFound from None
        except (UserError, ValidationError) as error:
            errors[''] = error.args[0]
        return self._render_new_rma(orders, kind, errors, typed)

    def _typed_rma_lines(self, typed, errors):
        """Return the lines of the form: a quantity was typed for a delivered move.

        :param dict typed: fields of the form, ``quantity_<id>``, ``reason_<id>``, ``resolution_<id>``,
            ``lot_<id>_<id of the lot>``
        :param dict errors: is filled with what is wrong
        """
        lines = []
        for name, text in typed.items():
            match = re.fullmatch('quantity_([1-9][0-9]{0,8})', name)
            if not match or text.strip() in ('', '0'):
                continue
            number = text.strip().replace(',', '.')
            if not re.fullmatch(r'[0-9]{1,9}(\.[0-9]{1,6})?', number) or not float(number):
                errors[name] = request.env._('Please enter a quantity.')
                continue
            line = {'move_id': int(match[1]), 'quantity': float(number)}
            if typed.get(f'reason_{match[1]}'):
                line['reason_id'] = _to_id(typed[f'reason_{match[1]}']) or -1
            # 'refund', or 'exchange-7' for another product
            resolution, _dash, product = typed.get(f'resolution_{match[1]}', '').partition('-')
            line.update({'resolution': resolution or None, 'exchange_product_id': _to_id(product) or None})
            line['lot_ids'] = [_to_id(name.rsplit('_', 1)[1]) or -1 for name in typed if name.startswith(f'lot_{match[1]}_')]
            lines.append(line)
        return lines

    def _orders_to_choose(self, chosen, kind, choice):
        """Return what the list of orders to choose from shows.

        :param chosen: ``sale.order`` that were chosen already
        :param dict choice: what the visitor asks for: ``search``, ``page``
        """
        search = clean_text(choice.get('search')).strip()[:MAX_SEARCH]
        page = min(_to_id(choice.get('page')) or 1, MAX_PAGES)
        found = request.env['customer.rma']._customer_orders(
            search=search, offset=(page - 1) * ORDERS_PAGE, limit=ORDERS_PAGE + 1)
        chosen_ids = ','.join(map(str, chosen.ids))

        def link(number, **params):
            ids = ','.join(filter(None, [chosen_ids, number]))
            return '/my/rmas/new?' + urlencode({'orders': ids, 'kind': kind, **params})

        def page_link(number):
            return link('', choose=1, page=number, **({'search': search} if search else {}))

        return {
            # sudo: names and dates of the orders that the visitor may see
            'others_sudo': (found[:ORDERS_PAGE] - chosen).sudo(),
            'order_link': lambda order: link(str(order.id)),
            'newer_link': page > 1 and page_link(page - 1),
            'older_link': len(found) > ORDERS_PAGE and page_link(page + 1),
            'search': search,
            'is_empty': not search and page == 1 and not found,
        }

    def _render_new_rma(self, orders, kind, errors=None, values=None, choice=None):
        Rma = request.env['customer.rma']
        if not request.env['sale.order'].has_access('read'):
            raise NotFound
        kind = kind if kind in dict(KINDS) else 'return'
        ids = [int(text) for text in re.findall('[0-9]{1,9}', clean_text(orders))][:MAX_ORDERS]
        chosen = Rma._customer_orders(ids) if ids else request.env['sale.order']
        chosen_sudo = chosen.sudo()  # what is asked of people and companies below, in one query
        fetch_together(
            request.env.user.partner_id.sudo(), chosen_sudo.commercial_partner_id, chosen_sudo.company_id.partner_id)
        fetch_view(request.env, 'customer_rma.portal_my_rma_new')
        choice = choice or {}
        is_choice = not chosen or bool(choice.get('choose'))
        return request.render('customer_rma.portal_my_rma_new', {
            **self._prepare_portal_layout_values(),
            'page_name': 'rma_new',
            'additional_title': request.env._('New return'),
            'kind': kind,
            'labels': self._rma_labels(),
            # sudo: names and dates of the orders that the visitor may see
            'orders_sudo': chosen_sudo,
            'order_ids': ','.join(map(str, chosen.ids)),
            'is_choice': is_choice,
            **(self._orders_to_choose(chosen, kind, choice) if is_choice else {}),
            'items': Rma._returnable_items(chosen, kind) if not choice.get('choose') else [],
            # sudo: of invoices of the orders that the visitor may see, what is not paid yet
            'open_amounts': {order.id: sum(invoice.amount_residual for invoice in order.invoice_ids if (
                invoice.state == 'posted' and invoice.move_type == 'out_invoice')) for order in chosen_sudo},
            'resolutions': self._resolution_labels(),
            'company_currency': (chosen_sudo.company_id[:1] or request.env.company.sudo()).currency_id,
            'reasons_sudo': Rma._customer_choices('customer.rma.reason'),
            'methods_sudo': Rma._customer_choices('customer.rma.method'),
            'form_key': self._new_form_key(),
            'uploads': self._upload_hints(),
            'max_text': MAX_TEXT,
            'errors': errors or {},
            'values': values or {},
        })


def _to_id(text):
    """Return the id in a text, 0 if it is none."""
    return int(text) if re.fullmatch('[1-9][0-9]{0,8}', text or '') else 0
