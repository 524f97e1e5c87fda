from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import email_normalize
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_agenda.controllers.booking import ZONES, CustomerAppointmentBooking
from odoo.addons.customer_services.visitor import check_person, form_stamp

from ..const import FORM, PROOF_MINUTES

_lt = LazyTranslate(__name__)

#: what customers find in the query string when they come from the public page
KEPT_PARAMS = ('type', 'month', 'day', 'tz', 'resource')


class CustomerAppointmentVisitor(CustomerAppointmentBooking):
    """The booking page for visitors without login: that of the portal, with what is asked of strangers."""

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    @route('/appointments', type='http', auth='public', website=True, readonly=True, methods=['GET'],
           list_as_website_content=_lt('Appointments'))
    def public_appointment_new(self, **params):
        """Show what everybody may book; who is logged in gets the page of the portal."""
        if not request.env.user._is_public():
            kept = {name: params[name] for name in KEPT_PARAMS if isinstance(params.get(name), str)}
            return request.redirect(f'/my/appointments/new?{url_encode(kept)}')
        return self._render_new(params)

    @route('/appointments', type='http', auth='public', website=True, methods=['POST'], captcha='customer_appointment')
    def public_appointment_create(self, form_key='', **params):
        """Hold a slot for the visitor and ask him to look into his mailbox: the same for every address."""
        if not request.env.user._is_public():
            return request.redirect('/my/appointments/new')
        if params.get('home_page'):  # a field that people do not see: the program learns nothing
            return self._after_booking(None, params)
        return self._take_booking(form_key, params)

    def _booking_values(self, kinds_sudo, kind_sudo):
        values = super()._booking_values(kinds_sudo, kind_sudo)
        if not request.env.user._is_public():
            return values
        form_key, stamp = form_stamp(FORM, request.params.get('form_key'), request.params.get('stamp'))
        return {
            **values, 'booking_url': '/appointments', 'is_visitor': True, 'no_breadcrumbs': True, 'reminder_choices': [],
            'waits_sudo': request.env['customer.appointment.wait'],
            'additional_title': request.env._('Appointments'),
            'form_key': form_key, 'stamp': stamp}

    # ------------------------------------------------------------------
    # What the form asks
    # ------------------------------------------------------------------

    def _check_booking(self, kind_sudo, typed):
        errors = super()._check_booking(kind_sudo, typed)
        if not request.env.user._is_public():
            return errors
        if not typed.get('name', '').strip():
            errors['name'] = request.env._('Please enter your name.')
        if not email_normalize(typed.get('email', '')):
            errors['email'] = request.env._('Please enter a valid e-mail address.')
        if kind_sudo.place_kind == 'phone' and not typed.get('phone', '').strip():
            errors['phone'] = request.env._('Please enter the number at which we can call you.')
        try:
            if not errors:
                check_person(FORM, request.params.get('form_key'), typed)
        except UserError as error:
            errors[''] = error.args[0]
        return errors

    def _book(self, values, typed):
        if not request.env.user._is_public():
            return super()._book(values, typed)
        values.pop('guest_emails')  # else strangers would let us write to anybody
        return request.env['customer.appointment']._create_from_visitor(
            values, typed, request.httprequest.remote_addr)

    def _after_booking(self, appointment, typed):
        if not request.env.user._is_public():
            return super()._after_booking(appointment, typed)
        return request.render('customer_agenda_website.booked', {
            'email': email_normalize(typed.get('email') or '') or '', 'minutes': PROOF_MINUTES, 'page_name': 'appointment_new'})

    def _zone_name(self, params, kind_sudo):
        """The account of the public is nobody's: his browser tells the zone of a visitor."""
        if not request.env.user._is_public():
            return super()._zone_name(params, kind_sudo)
        wanted = (params.get('tz'), request.httprequest.cookies.get('tz'), kind_sudo.tz)
        return next((name for name in wanted if name in ZONES), 'UTC')
