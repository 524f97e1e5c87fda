import calendar
import re
from datetime import date, timedelta

from babel.dates import format_date, format_time
from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.fields import Date, Datetime
from odoo.http import request, route
from odoo.tools import babel_locale_parse, get_lang

from odoo.addons.base.models.res_partner import _tzs
from odoo.addons.customer_services.portal_list import clean_text

from .. import slots
from ..const import MAX_TEXT, REMINDER_CHOICES
from ..exceptions import SlotTaken
from .portal import PRIVATE_HEADERS, CustomerAppointmentPortal

ZONES = frozenset(name for name, _label in _tzs)


def _read_id(text):
    """Return an id from a form, or 0."""
    return int(text) if isinstance(text, str) and re.fullmatch('[1-9][0-9]{0,8}', text) else 0


def _read_day(text):
    """Return a day written as 2026-12-31, or None."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) and re.fullmatch(r'2[01]\d\d-\d\d-\d\d', text) else None
    except ValueError:
        return None


class CustomerAppointmentBooking(CustomerAppointmentPortal):

    # ------------------------------------------------------------------
    # Book
    # ------------------------------------------------------------------

    @route('/my/appointments/new', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_appointment_new(self, **params):
        """Show the kinds of appointments, and of the chosen one the free days and slots."""
        return self._render_new(params)

    @route('/my/appointments/new', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointment_create(self, form_key='', **params):
        """Book; if the slot was taken meanwhile, the page names the next free ones."""
        return self._take_booking(form_key, params)

    def _take_booking(self, form_key, params):
        """Book what a form asks for, and answer.

        :param str form_key: one-time key of the form
        :param dict params: the form as sent
        """
        kind_sudo = self._get_type(params.get('type'))
        typed = {name: clean_text(text) for name, text in params.items() if isinstance(text, str)}
        if not kind_sudo:
            return self._render_new(typed, {'': request.env._('Please choose a kind of appointment.')})
        answers, errors = self._read_answers(kind_sudo, typed)
        if not typed.get('start'):
            errors['start'] = request.env._('Please choose a time.')
        errors.update(self._check_booking(kind_sudo, typed))
        try:
            if not errors:
                values = {
                    'type_id': kind_sudo.id, 'start': typed['start'], 'resource_id': _read_id(typed.get('resource')),
                    'tz': self._zone_name(typed, kind_sudo), 'guest_emails': typed.get('guest_emails', '').strip(),
                    'customer_note': typed.get('customer_note', '').strip(), 'answers': answers}
                return self._after_booking(self._submit_once(form_key, lambda: self._book(values, typed)), typed)
        except SlotTaken:
            return self._render_new(
                typed, {'start': request.env._('This time was taken in the meantime. Please choose another one.')},
                status=409, taken=typed['start'])
        except UserError as error:
            errors[''] = error.args[0]
        return self._render_new(typed, errors)

    def _check_booking(self, kind_sudo, typed):
        """Hook: return what is wrong with the form besides answers and time, as ``{field: text}``."""
        return {}

    def _after_booking(self, appointment, typed):
        """Answer after the appointment was booked."""
        return request.redirect(f'{appointment.access_url}?created=1')

    def _book(self, values, typed):
        """Book and keep how the customer wants to be reminded."""
        appointment = request.env['customer.appointment']._create_from_customer(values)
        if typed.get('reminder') in dict(REMINDER_CHOICES):
            # sudo: his own preference, one of the choices
            request.env.user.sudo().partner_id.appointment_reminder = typed['reminder']
        return appointment

    def _get_type(self, text):
        """Return the type that the visitor chose, in sudo, if it is offered to him."""
        type_id = _read_id(text)
        return request.env['customer.appointment.type']._offered_to(request.env.user).filtered(
            lambda kind: kind.id == type_id)

    def _read_answers(self, kind_sudo, typed):
        """Return ``(text with questions and answers, errors by field)``."""
        lines, errors = [], {}
        for question in kind_sudo.question_ids:
            name = f'q_{question.id}'
            answer = typed.get(name, '').strip()
            if question.is_required and not answer:
                errors[name] = request.env._('Please answer: %s', question.name)
            elif len(answer) > MAX_TEXT or (question.kind == 'choice' and answer and answer not in question._choices()):
                errors[name] = request.env._('This answer cannot be taken: %s', question.name)
            if answer:
                lines.append(f'{question.name}: {answer}')
        if len(typed.get('customer_note', '')) > MAX_TEXT:
            errors['customer_note'] = request.env._('The text is too long: at most %s characters.', MAX_TEXT)
        return '\n'.join(lines), errors

    def _render_new(self, params, errors=None, status=200, taken=None):
        kinds_sudo = request.env['customer.appointment.type']._offered_to(request.env.user)
        kind_sudo = self._get_type(params.get('type')) or (kinds_sudo if len(kinds_sudo) == 1 else kinds_sudo.browse())
        values = {
            'booking_url': '/my/appointments/new',
            'is_visitor': False,
            **self._prepare_portal_layout_values(),
            'page_name': 'appointment_new',
            'kinds_sudo': kinds_sudo,
            'kind_sudo': kind_sudo,
            'form_key': self._new_form_key(),
            'errors': errors or {},
            'values': params,
            'reminder_choices': self._reminder_choices(kind_sudo),
            'reminder': params.get('reminder') or request.env.user.sudo().partner_id.appointment_reminder,
            'waits_sudo': self._waits(),
            'is_waiting': bool(params.get('waiting')),
        }
        if kind_sudo:
            values.update(self._picker(kind_sudo, params, taken=taken))
        values.update(self._booking_values(kinds_sudo, kind_sudo))
        return request.render('customer_agenda.portal_my_appointment_new', values, status=status)

    def _booking_values(self, kinds_sudo, kind_sudo):
        """Hook: return further values of the booking page."""
        return {}

    def _reminder_choices(self, kind_sudo):
        """Return the choices for reminders as ``(key, label)``, if the type reminds at all."""
        if not kind_sudo.reminder_ids:
            return []
        field = request.env['res.partner']._fields['appointment_reminder']
        return field._description_selection(request.env)

    # ------------------------------------------------------------------
    # Move
    # ------------------------------------------------------------------

    @route('/my/appointments/<int:appointment_id>/move', type='http', auth='public', website=True, readonly=True,
           methods=['GET'])
    def portal_my_appointment_move(self, appointment_id, link=None, **params):
        """Show the free days and slots to which an appointment can move."""
        appointment = self._get_appointment(appointment_id, None, link)
        if not self._may_act(appointment, link):
            raise NotFound
        return self._render_move(appointment, link, params)

    @route('/my/appointments/<int:appointment_id>/move', type='http', auth='public', website=True, methods=['POST'])
    def portal_my_appointment_moved(self, appointment_id, link=None, start='', reason='', **params):
        """Move an appointment."""
        appointment = self._get_appointment(appointment_id, None, link)
        if not self._may_act(appointment, link):
            raise NotFound
        typed = dict(params, start=start, reason=clean_text(reason))
        if not start:
            return self._render_move(appointment, link, typed, {'start': request.env._('Please choose a time.')})
        try:
            with request.env.cr.savepoint():
                appointment._change_as_customer(
                    'move', typed['reason'], request.env['customer.appointment']._read_start(start))
        except SlotTaken:
            return self._render_move(appointment, link, typed, {
                'start': request.env._('This time was taken in the meantime. Please choose another one.')}, 409, start)
        except UserError as error:
            return self._render_move(appointment, link, typed, {'': error.args[0]})
        return self._after_change(appointment, link)

    def _render_move(self, appointment, link, params, errors=None, status=200, taken=None):
        # sudo: a customer reads no type; the appointment was checked
        kind_sudo = appointment.sudo().type_id
        response = request.render('customer_agenda.portal_my_appointment_move', {
            **self._prepare_portal_layout_values(),
            'page_name': 'appointment',
            'appointment': appointment,
            'document': appointment,
            'kind_sudo': kind_sudo,
            'link': link if appointment.env.su else None,
            'errors': errors or {},
            'values': params,
            **self._picker(kind_sudo, params, appointment.sudo(), taken),
        }, status=status)
        if link:
            response.headers.update(PRIVATE_HEADERS)
        return response

    # ------------------------------------------------------------------
    # Waiting list
    # ------------------------------------------------------------------

    @route('/my/appointments/wait', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointment_wait(self, **params):
        """Put the visitor on the waiting list of a type."""
        kind_sudo = self._get_type(params.get('type'))
        if not kind_sudo:
            raise NotFound
        try:
            with request.env.cr.savepoint():
                request.env['customer.appointment.wait']._join_as_customer(
                    kind_sudo, _read_day(params.get('date_start')), _read_day(params.get('date_end')),
                    self._zone_name(params, kind_sudo))
        except UserError as error:
            return self._render_new(params, {'': error.args[0]})
        return request.redirect(f'/my/appointments/new?{url_encode({"type": kind_sudo.id, "waiting": 1})}')

    @route('/my/appointments/wait/<int:wait_id>/leave', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_appointment_unwait(self, wait_id, **params):
        """Take the visitor off a waiting list."""
        wait_sudo = self._waits().filtered(lambda wait: wait.id == wait_id)
        if not wait_sudo:
            raise NotFound
        wait_sudo.state = 'closed'
        return request.redirect('/my/appointments/new')

    def _waits(self):
        """Return where the visitor himself waits, in sudo."""
        # sudo: customers have no right on the list; the domain picks his own entries
        return request.env['customer.appointment.wait'].sudo().search([
            ('partner_id', '=', request.env.user.partner_id.id), ('state', '=', 'waiting'),
            ('date_end', '>=', Date.today())])

    # ------------------------------------------------------------------
    # Days and slots
    # ------------------------------------------------------------------

    def _zone_name(self, params, kind_sudo):
        """Return the zone of the visitor: what he chose, that of his account or browser, else that of the type."""
        wanted = (params.get('tz'), request.env.user.tz, request.httprequest.cookies.get('tz'), kind_sudo.tz)
        return next((name for name in wanted if name in ZONES), 'UTC')

    def _picker(self, kind_sudo, params, appointment=None, taken=None):
        """Return what the page with days and slots needs.

        :param dict params: ``month`` (2026-12), ``day`` (2026-12-31), ``tz``, ``resource``, as sent
        :param appointment: the one that moves, in sudo
        :param taken: start (text) that was just taken: the next free ones are looked up in a new transaction, which
            sees what others have booked since this one began
        """
        tz_name = appointment.tz if appointment and params.get('tz') not in ZONES else self._zone_name(params, kind_sudo)
        tz = slots.zone(tz_name)
        today = slots.to_wall(Datetime.now(), tz).date()
        last = today + timedelta(days=kind_sudo.horizon_days)
        day = _read_day(params.get('day'))
        month = _read_day(f'{params.get("month")}-01') or (day or today).replace(day=1)
        month = min(max(month, today.replace(day=1)), last.replace(day=1))
        resource_id = _read_id(params.get('resource'))
        by_day = self._free_days(kind_sudo, month, tz, resource_id, appointment)
        if not by_day and not params.get('month') and not day and month < last.replace(day=1):
            month = (month + timedelta(days=32)).replace(day=1)
            by_day = self._free_days(kind_sudo, month, tz, resource_id, appointment)
        options = by_day.get(day, [])
        if taken:
            options = self._next_options(kind_sudo, taken, appointment)
            day = None
        locale = babel_locale_parse(get_lang(request.env).code)
        following = (month + timedelta(days=32)).replace(day=1)
        base = {'tz': tz_name, **({'type': kind_sudo.id} if not appointment else {}),
                **({'resource': resource_id} if resource_id else {})}
        return {
            'tz_name': tz_name,
            'zones': sorted(ZONES),
            'month_name': format_date(month, 'LLLL y', locale=locale),
            'month_key': f'{month:%Y-%m}',
            'month_previous': f'{month - timedelta(days=1):%Y-%m}' if month > today.replace(day=1) else None,
            'month_next': f'{following:%Y-%m}' if following <= last else None,
            'weekdays': self._weekdays(locale),
            'weeks': self._weeks(month, by_day, day, locale),
            'picked_day': day if options else None,
            'picked_day_name': format_date(day, 'full', locale=locale) if day else '',
            'options': [{
                'value': Datetime.to_string(start),
                'label': self._option_label(start, tz, locale, bool(taken)),
            } for start in options],
            'is_taken': bool(taken),
            'resource_id': resource_id,
            'link_to': lambda **more: '?' + url_encode({**base, **more}),
            'today': today.isoformat(),
            'last_day': last.isoformat(),
        }

    def _option_label(self, start, tz, locale, is_day_shown):
        wall = slots.to_wall(start, tz)
        text = format_time(wall, 'short', locale=locale)
        if len(slots.to_instants(wall, tz)) > 1:  # the hour that comes twice when summer time ends
            text += f' ({start.replace(tzinfo=slots.UTC).astimezone(tz):%Z})'
        return f'{format_date(wall, "full", locale=locale)}, {text}' if is_day_shown else text

    def _free_days(self, kind_sudo, month, tz, resource_id, appointment):
        """Return ``{day: [start, ...]}`` of a month of the visitor."""
        following = (month + timedelta(days=32)).replace(day=1)
        found = {}
        for slot in kind_sudo._free_slots(
                slots.start_of_day(month, tz), slots.start_of_day(following, tz), resource_id=resource_id,
                ignore=appointment):
            found.setdefault(slots.to_wall(slot.start, tz).date(), []).append(slot.start)
        return found

    def _next_options(self, kind_sudo, taken, appointment):
        """Return the next free starts as the database is now, not as it was when the request began."""
        after = request.env['customer.appointment']._read_start(taken)
        with request.env.registry.cursor() as cr:
            env = request.env(cr=cr)
            return env['customer.appointment.type'].sudo().browse(kind_sudo.id)._next_free(
                after, ignore=appointment and env['customer.appointment'].sudo().browse(appointment.id))

    def _weekdays(self, locale):
        first = int(get_lang(request.env).week_start) - 1
        monday = date(2024, 1, 1)
        days = [monday + timedelta(days=first + index) for index in range(7)]
        return [(format_date(day, 'ccc', locale=locale), format_date(day, 'cccc', locale=locale)) for day in days]

    def _weeks(self, month, by_day, picked, locale):
        first = int(get_lang(request.env).week_start) - 1
        return [[{
            'number': day.day,
            'key': day.isoformat(),
            'name': format_date(day, 'full', locale=locale),
            'is_inside': day.month == month.month,
            'count': len(by_day.get(day, [])) if day.month == month.month else 0,
            'is_picked': day == picked,
        } for day in week] for week in calendar.Calendar(first).monthdatescalendar(month.year, month.month)]
