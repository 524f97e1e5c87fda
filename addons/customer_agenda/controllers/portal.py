from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.http import request, route
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal
from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting, contains

from ..const import OPEN_STATES

_lt = LazyTranslate(__name__)

#: the address carries a secret: no search engine, no other site, no cache may learn it
PRIVATE_HEADERS = {
    'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex, nofollow'}


APPOINTMENTS = PortalList(
    model='customer.appointment',
    url='/my/appointments',
    page_name='appointment',
    title=_lt('Appointments'),
    template='customer_agenda.portal_my_appointments',
    fields=('number', 'name', 'start', 'stop', 'tz', 'state', 'partner_id', 'resource_id'),
    sortings={
        'newest': Choice(_lt('Latest first'), 'start desc, id desc'),
        'oldest': Choice(_lt('Earliest first'), 'start, id'),
        'subject': Choice(_lt('Subject'), 'name, start desc, id desc'),
    },
    filters={
        'all': Choice(_lt('All'), []),
        'coming': Choice(_lt('To come'), lambda: [('state', 'in', OPEN_STATES), ('stop', '>', Datetime.now())]),
        'past': Choice(_lt('Past'), lambda: [('stop', '<=', Datetime.now()), ('state', '!=', 'cancelled')]),
        'cancelled': Choice(_lt('Cancelled'), [('state', '=', 'cancelled')]),
    },
    searches={
        'all': Choice(_lt('Everything'), contains('number', 'name')),
        'number': Choice(_lt('Number'), contains('number')),
    },
    groupings={
        'none': Choice(_lt('None'), None),
        'state': Choice(_lt('State'), 'state'),
    },
    empty=_lt('No appointments yet. Book one whenever you like.'),
    new_url='/my/appointments/new',
    new_label=_lt('Book an appointment'),
)


class CustomerAppointmentPortal(CustomerServicesPortal):

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'customer.appointment', [('state', '=', 'offered'), ('start', '>', Datetime.now())],
            ('number', 'name', 'start'), 'start, id', lambda offer: {
                'title': offer.display_name,
                'url': offer.access_url,
                'label': offer._hold_label(),
                'date': offer.start,
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Appointments'),
            'text': request.env._('Book, move and cancel appointments'),
            'url': APPOINTMENTS.url,
            'icon': 'fa-calendar',
            'model': 'customer.appointment',
            'domain': [('state', 'in', OPEN_STATES), ('stop', '>', Datetime.now())],
        }]

    # ------------------------------------------------------------------
    # List and page
    # ------------------------------------------------------------------

    @route(['/my/appointments', '/my/appointments/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_appointments(self, page=1, **params):
        """List the appointments that the visitor may see."""
        return self._render_portal_list(APPOINTMENTS, page, **params)

    @route('/my/appointments/<int:appointment_id>', type='http', auth='public', website=True, readonly=True)
    def portal_my_appointment(self, appointment_id, access_token=None, link=None, **params):
        """Show one appointment: to who may see it, who holds its share token, or the link of a mail."""
        appointment = self._get_appointment(appointment_id, access_token, link)
        shown = {name: params[name] for name in ('all', 'sent', 'created', 'changed') if name in params}
        return self._render_appointment(appointment, access_token=access_token, link=link, **shown)

    @route('/my/appointments/<int:appointment_id>/calendar', type='http', auth='public', website=True, readonly=True)
    def portal_my_appointment_calendar(self, appointment_id, access_token=None, link=None, **params):
        """Send the appointment as calendar file."""
        appointment = self._get_appointment(appointment_id, access_token, link)
        return request.make_response(appointment._ics(), {
            'Content-Type': 'text/calendar; charset=utf-8',
            'Content-Disposition': 'attachment; filename="appointment.ics"',
            'X-Content-Type-Options': 'nosniff', **PRIVATE_HEADERS})

    @route('/my/appointments/<int:appointment_id>/files/<int:attachment_id>', type='http', auth='public', website=True,
           readonly=True)
    def portal_my_appointment_file(self, appointment_id, attachment_id, access_token=None, **params):
        """Send a file of the conversation."""
        return self._send_attachment(
            self._get_portal_document('customer.appointment', appointment_id, access_token), attachment_id)

    @route('/my/appointments/<int:appointment_id>/reply', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointment_reply(self, appointment_id, body='', form_key='', **params):
        """Post what the customer wrote; on an error the page comes back with his text."""
        appointment = self._get_portal_document('customer.appointment', appointment_id)
        try:
            uploads = self._read_uploads()
            self._submit_once(form_key, lambda: self._post_reply(appointment, body, uploads))
        except UserError as error:
            return self._render_appointment(appointment, errors={'body': error.args[0]}, values={'body': body})
        return request.redirect(f'{appointment.access_url}?sent=1#discussion')

    def _get_appointment(self, appointment_id, access_token=None, link=None):
        """Open one appointment; a link of a mail opens it in sudo.

        :raises NotFound: for a link that does not hold any more, as for all that opens nothing
        """
        if link and appointment_id < 2 ** 31:
            # sudo: the link is the right of the visitor
            appointment_sudo = request.env['customer.appointment'].sudo().browse(appointment_id).exists()
            if appointment_sudo and appointment_sudo._check_link(link):
                lang = appointment_sudo._customer_lang()
                if request.env.user._is_public() and lang and request.env['res.lang']._get_data(code=lang):
                    request.update_context(lang=lang)
                return appointment_sudo.with_context(lang=request.env.lang)
            if request.env.user._is_public():
                raise NotFound
        return self._get_portal_document('customer.appointment', appointment_id, access_token)

    def _may_act(self, appointment, link):
        """Tell whether the visitor may do something: a share token only shows."""
        return not appointment.env.su or bool(link and appointment._check_link(link))

    def _render_appointment(self, appointment, errors=None, values=None, link=None, **params):
        response = request.render('customer_agenda.portal_my_appointment', {
            **self._portal_document_values(appointment, 'appointment', **params),
            'appointment': appointment,
            'link': link if appointment.env.su else None,
            'may_act': self._may_act(appointment, link),
            'is_created': bool(params.get('created')),
            'is_changed': bool(params.get('changed')),
            'errors': errors or {},
            'values': values or {},
        })
        if link:
            response.headers.update(PRIVATE_HEADERS)
        return response

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    @route('/my/appointments/<int:appointment_id>/cancel', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_appointment_cancel(self, appointment_id, link=None, reason='', **params):
        """Cancel; also declines an offer."""
        return self._change(appointment_id, link, lambda appointment: appointment._change_as_customer('cancel', reason))

    @route('/my/appointments/<int:appointment_id>/accept', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_appointment_accept(self, appointment_id, link=None, **params):
        """Accept an offer."""
        return self._change(appointment_id, link, lambda appointment: appointment._change_as_customer('accept', ''))

    def _change(self, appointment_id, link, change):
        """Do something with an appointment and show it; on an error the page says why."""
        appointment = self._get_appointment(appointment_id, None, link)
        if not self._may_act(appointment, link):
            raise NotFound
        try:
            with request.env.cr.savepoint():
                change(appointment)
        except UserError as error:
            return self._render_appointment(appointment, errors={'': error.args[0]}, link=link)
        return self._after_change(appointment, link)

    def _after_change(self, appointment, link):
        """Show what became of it: the link is void now, its holder sees a page without any secret."""
        if appointment.env.su and link and appointment._check_link(link):  # something is still to be done
            response = request.redirect(f'{appointment.access_url}?{url_encode({"link": link})}')
            response.headers.update(PRIVATE_HEADERS)
            return response
        if appointment.env.su:
            response = request.render('customer_agenda.portal_appointment_changed', {
                'appointment_sudo': appointment, 'page_name': 'appointment_changed'})
            response.headers.update(PRIVATE_HEADERS)
            return response
        return request.redirect(f'{appointment.access_url}?changed=1')

    # ------------------------------------------------------------------
    # Calendar feed
    # ------------------------------------------------------------------

    @route('/my/appointments/feed', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_appointments_feed(self, **params):
        """Explain the calendar feed, and tell whether there is one."""
        return self._render_feed()

    @route('/my/appointments/feed', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointments_feed_renew(self, **params):
        """Make a new secret address and show it this once."""
        if not request.env['customer.appointment'].has_access('read'):
            raise NotFound
        token = request.env['customer.appointment.feed']._renew()
        return self._render_feed(f'{request.httprequest.host_url}my/appointments/feed/{token}.ics')

    @route('/my/appointments/feed/revoke', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointments_feed_revoke(self, **params):
        """Void the secret address."""
        request.env['customer.appointment.feed']._revoke()
        return request.redirect('/my/appointments/feed')

    @route('/my/appointments/feed/<string:token>.ics', type='http', auth='public', website=True, multilang=False,
           sitemap=False, readonly=True, save_session=False)
    def portal_appointments_feed_read(self, token, **params):
        """Send the appointments to a calendar program."""
        content = request.env['customer.appointment.feed']._read_feed(token)
        if content is None:
            raise NotFound
        return request.make_response(content, {
            'Content-Type': 'text/calendar; charset=utf-8', 'X-Content-Type-Options': 'nosniff', **PRIVATE_HEADERS})

    def _render_feed(self, address=None):
        response = request.render('customer_agenda.portal_my_appointments_feed', {
            **self._prepare_portal_layout_values(),
            'page_name': 'appointment_feed',
            'address': address,
            'feed_sudo': request.env['customer.appointment.feed']._mine(),
        })
        response.headers.update(PRIVATE_HEADERS)
        return response
