import uuid
from datetime import timedelta

from babel.dates import format_date, format_time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, babel_locale_parse, email_normalize, get_lang

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .. import slots
from ..const import GATE_KEY, HOLDING_STATES, MAX_GUESTS, OPEN_STATES, STATES

#: number of an appointment that is not stored yet
NO_NUMBER = '/'
#: fields whose change moves the appointment in all calendars
PLACE_FIELDS = ('start', 'stop', 'type_id', 'resource_id', 'location', 'video_url')
#: fields whose change takes other time of resources
TIME_FIELDS = ('start', 'stop', 'type_id', 'resource_id')


class CustomerAppointment(models.Model):
    """An appointment of a customer."""

    _name = 'customer.appointment'
    _description = 'Appointment'
    _inherit = ['customer.document.mixin']
    _order = 'start desc, id desc'
    _rec_names_search = ['number', 'name']
    _check_company_auto = True
    _portal_url = '/my/appointments'
    _customer_open_domain = [('state', 'in', OPEN_STATES)]
    _customer_icon = 'fa-calendar'
    _customer_fields = frozenset({
        'type_id', 'start', 'resource_id', 'tz', 'guest_emails', 'customer_note', 'answers'})

    number = fields.Char(required=True, readonly=True, copy=False, index='trigram', default=NO_NUMBER)
    name = fields.Char(string='Subject', required=True, index='trigram', tracking=True)
    partner_id = fields.Many2one(required=True, ondelete='restrict', check_company=True)
    type_id = fields.Many2one(
        'customer.appointment.type', string='Type', required=True, ondelete='restrict', check_company=True, tracking=True)
    state = fields.Selection(STATES, string='State', required=True, readonly=True, copy=False, default='confirmed', tracking=True)
    start = fields.Datetime(required=True, tracking=True)
    stop = fields.Datetime(string='End', required=True, copy=False)
    tz = fields.Selection(
        _tz_get, string='Time zone', required=True, default=lambda self: self.env.user.tz or 'UTC',
        help='In which the customer reads the time.')
    when = fields.Char(string='When', compute='_compute_when', help="In the customer's time zone.")
    resource_id = fields.Many2one('resource.resource', string='With', ondelete='restrict', tracking=True)
    extra_resource_id = fields.Many2one(
        'resource.resource', string='In', readonly=True, copy=False, ondelete='restrict', index='btree_not_null')
    user_id = fields.Many2one(
        'res.users', string='Staff', related='resource_id.user_id', store=True, related_sudo=True)
    place_kind = fields.Selection(related='type_id.place_kind', related_sudo=True)
    location = fields.Char(string='Place', compute='_compute_place', store=True, readonly=False, precompute=True)
    video_url = fields.Char(
        string='Video call', compute='_compute_place', store=True, readonly=False, precompute=True)
    guest_emails = fields.Char(string='Guests', help='Their e-mail addresses, separated by commas: they get the invitation.')
    customer_note = fields.Text(string='Message of the customer')
    answers = fields.Text(string='Answers')
    internal_note = fields.Html(string='Internal notes', groups=GROUP_SPECIALIST, copy=False)
    reason = fields.Char(string='Reason', readonly=True, copy=False, help='Of the last change.')
    hold_kind = fields.Selection(
        [('wait', 'Waiting list')], string='Held for', readonly=True, copy=False,
        help='What has to happen until then: the customer accepts an offer of the waiting list, or what other addons add.')
    hold_until = fields.Datetime(string='Held until', readonly=True, copy=False)
    wait_id = fields.Many2one(
        'customer.appointment.wait', string='Waiting list', readonly=True, copy=False, ondelete='set null',
        index='btree_not_null', groups=GROUP_SPECIALIST)
    series = fields.Char(readonly=True, copy=False, index='btree_not_null', help='The same for repeated appointments.')
    uid = fields.Char(
        string='Calendar id', required=True, readonly=True, copy=False, default=lambda self: f'{uuid.uuid4()}@customer-services')
    revision = fields.Integer(readonly=True, copy=False, help='Counts the changes that calendars have to know.')
    event_id = fields.Many2one(
        'calendar.event', string="Event in Odoo's calendar", readonly=True, copy=False, ondelete='set null',
        index='btree_not_null', groups=GROUP_SPECIALIST)
    notice_ids = fields.One2many(
        'customer.appointment.notice', 'appointment_id', string='Reminders', readonly=True, groups=GROUP_SPECIALIST)
    letter_date = fields.Datetime(string='Letter printed on', readonly=True, copy=False, groups=GROUP_SPECIALIST)
    posted_date = fields.Datetime(string='Posted on', readonly=True, copy=False, groups=GROUP_SPECIALIST)
    customer_can_change = fields.Boolean(compute='_compute_customer_can_change', compute_sudo=True)

    _number_unique = models.UniqueIndex('(number)', 'This appointment number is taken.')
    _uid_unique = models.UniqueIndex('(uid)', 'This appointment exists already.')
    _time_check = models.Constraint('CHECK(start < stop)', 'An appointment begins before it ends.')
    _start_idx = models.Index('(start DESC, id DESC)')
    _customer_idx = models.Index('(commercial_partner_id, start DESC, id DESC)')
    _type_idx = models.Index('(type_id, start)')
    _resource_idx = models.Index('(resource_id, start)')
    _user_idx = models.Index('(user_id, start) WHERE user_id IS NOT NULL')

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('start', 'stop', 'tz')
    @api.depends_context('lang')
    def _compute_when(self):
        for appointment in self:
            appointment.when = appointment._format_when(appointment.start, appointment.stop, appointment.tz)

    @api.model
    def _format_when(self, start, stop, tz_name):
        """Return a time for people, in the current language: weekday, date, hours, zone.

        :param start: naive UTC, or nothing
        :param stop: naive UTC, or nothing
        """
        if not start:
            return ''
        tz, locale = slots.zone(tz_name), babel_locale_parse(get_lang(self.env).code)
        wall = slots.to_wall(start, tz)
        text = f'{format_date(wall, "full", locale=locale)}, {format_time(wall, "short", locale=locale)}'
        if stop:
            end = slots.to_wall(stop, tz)
            text += f'–{format_time(end, "short", locale=locale)}'
        return f'{text} ({tz.key})'

    @api.depends('type_id')
    def _compute_place(self):
        for appointment in self:
            kind = appointment.type_id.sudo()
            appointment.location = kind.location if kind.place_kind == 'place' else False
            appointment.video_url = kind.video_url if kind.place_kind == 'video' else False

    @api.depends('number', 'name')
    def _compute_display_name(self):
        for appointment in self:
            number = f'[{appointment.number}] ' if appointment.number != NO_NUMBER else ''
            appointment.display_name = f'{number}{appointment.name or ""}'

    @api.depends('state', 'start', 'type_id.cutoff_hours')
    def _compute_customer_can_change(self):
        now = fields.Datetime.now()
        for appointment in self:
            cutoff = timedelta(hours=max(appointment.type_id.cutoff_hours, 0))
            appointment.customer_can_change = (
                appointment.state in OPEN_STATES and bool(appointment.start) and appointment.start - cutoff > now)

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('guest_emails')
    def _check_guests(self):
        for appointment in self:
            appointment._guests()

    def _guests(self):
        """Return the addresses of the guests, normalized.

        :raises ValidationError: for what is no address, or too many
        """
        texts = [text.strip() for text in (self.guest_emails or '').replace(';', ',').replace('\n', ',').split(',')]
        texts = [text for text in texts if text]
        if len(texts) > MAX_GUESTS:
            raise ValidationError(self.env._('At most %s guests can be invited.', MAX_GUESTS))
        for text in texts:
            if not email_normalize(text):
                raise ValidationError(self.env._('“%s” is no e-mail address.', text))
        return list(dict.fromkeys(email_normalize(text) for text in texts))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create appointments: number them, take the time of their resources, tell everybody.

        Nobody is told of what is imported, created with mail switched off, or over already.

        :raises SlotTaken: if somebody else has the time
        """
        numbers = self._next_numbers(len(vals_list))
        vals_list = [self._prepare_appointment_values(vals, number) for vals, number in zip(vals_list, numbers)]
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        appointments = super(CustomerAppointment, quiet).create(vals_list).with_env(self.env)
        for appointment in appointments.filtered(lambda appointment: appointment.state in HOLDING_STATES):
            appointment._hold()
        appointments._sync_event()
        appointments._plan_notices()
        appointments.filtered('hold_until')._begin_hold()
        for appointment in appointments:
            appointment._announce(appointment.state)
        return appointments

    def write(self, vals):
        """Take other time if the appointment moves, and tell everybody; the number is given once.

        :raises SlotTaken: if somebody else has the time
        """
        if not {'number', 'uid'}.isdisjoint(vals):
            raise AccessError(self.env._('The number of an appointment cannot be changed.'))
        if 'state' in vals and not self.env.context.get(GATE_KEY):
            raise UserError(self.env._('Use the buttons to change the state of an appointment.'))
        if not set(vals) & {*PLACE_FIELDS, 'state', 'guest_emails'}:
            return super().write(vals)
        before = {appointment.id: appointment._calendar_data() for appointment in self.sudo()}
        for appointment in self if 'start' in vals and 'stop' not in vals else ():
            # what moves keeps its length
            length = appointment.stop - appointment.start
            super(CustomerAppointment, appointment).write(
                dict(vals, stop=fields.Datetime.to_datetime(vals['start']) + length))
        result = super().write(vals) if 'start' not in vals or 'stop' in vals else True
        self._after_change(vals, before)
        return result

    def _write_quietly(self, vals):
        """Write what nobody has to be told: no tracking, no mail, no other time of resources."""
        quiet = super(CustomerAppointment, self.with_context(tracking_disable=True))
        return quiet.write(vals)

    def unlink(self):
        """Cancel in all calendars what was still to come."""
        self.filtered(lambda appointment: appointment.state in OPEN_STATES)._cancel()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_event(self):
        # sudo: the event goes with its appointment
        self.sudo().event_id.with_context(customer_agenda_sync=True).unlink()

    @api.model
    def _prepare_appointment_values(self, vals, number):
        """Return the values of a new appointment with its number, and subject, end and company from its type."""
        vals = dict(vals, number=number)
        # sudo: only defaults; whether the user may use the type, is checked when the appointment is stored
        kind = self.env['customer.appointment.type'].sudo().browse(vals.get('type_id') or [])
        if kind and not vals.get('name'):
            partner = self.env['res.partner'].sudo().browse(vals.get('partner_id') or [])
            vals['name'] = kind.with_context(lang=partner.lang or self.env.lang).name
        if kind and vals.get('start') and not vals.get('stop'):
            vals['stop'] = fields.Datetime.to_datetime(vals['start']) + kind._duration()
        if kind.company_id and not vals.get('company_id'):
            vals['company_id'] = kind.company_id.id
        if vals.get('state') not in HOLDING_STATES:
            vals['state'] = 'confirmed'
        return vals

    @api.model
    def _next_numbers(self, count):
        """Take ``count`` numbers from the sequence, in one query.

        :return: list of texts such as ``A00042``
        :raises UserError: if the sequence is gone
        """
        # sudo: every appointment needs a number, whoever creates it
        sequence = self.env['ir.sequence'].sudo().search_fetch([('code', '=', 'customer.appointment')], limit=1)
        if not sequence:
            raise UserError(self.env._('There is no sequence with the code “customer.appointment” for numbers.'))
        if sequence.implementation != 'standard' or sequence.use_date_range:
            return [sequence.next_by_id() for _index in range(count)]
        rows = self.env.execute_query(SQL(
            'SELECT nextval(%s) FROM generate_series(1, %s)', f'ir_sequence_{sequence.id:03d}', count))
        return [sequence.get_next_char(number) for number, in rows]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_confirm(self):
        """Confirm requests."""
        self._transition(('offered', 'requested'), 'confirmed')

    def action_done(self):
        """Say that the appointments took place."""
        self._transition(('confirmed', 'no_show'), 'done')

    def action_no_show(self):
        """Say that the customer did not come."""
        self._transition(('confirmed', 'done'), 'no_show')

    @api.model
    def _action_of(self, document, name):
        """Return the action with the appointments about a document, on which new ones are made for its customer.

        :param document: the ticket, project, ...; it has a ``partner_id``
        :param str name: field of the appointment that leads to it
        """
        document.ensure_one()
        document.check_access('read')
        return dict(
            self.env['ir.actions.act_window']._for_xml_id('customer_agenda.customer_appointment_action'),
            domain=[(name, '=', document.id)], view_mode='list,calendar,form',
            views=[(False, 'list'), (False, 'calendar'), (False, 'form')],
            context={f'default_{name}': document.id, 'default_partner_id': document.partner_id.id})

    def _check_same_customer(self, name):
        """Refuse a document of another customer: the appointment would tell of it.

        :param str name: field of the appointment that leads to the document
        :raises ValidationError: if the customers differ
        """
        for appointment in self.sudo():
            document = appointment[name]
            if document and document.commercial_partner_id != appointment.commercial_partner_id:
                raise ValidationError(self.env._(
                    '%(document)s and the appointment belong to different customers.', document=document.display_name))

    def action_open_portal(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'new'}

    def action_print_letter(self):
        """Print letters in the customers' languages, one page each."""
        self.letter_date = fields.Datetime.now()
        return self.env.ref('customer_agenda.action_report_appointment_letter').report_action(self)

    def action_mark_posted(self):
        """Say that the letters were posted."""
        self.posted_date = fields.Datetime.now()

    def _transition(self, allowed, target):
        """Open the gate: only from here on the state may be written."""
        quiet = self.with_context(**{GATE_KEY: True})
        return super(CustomerAppointment, quiet)._transition(allowed, target).with_env(self.env)

    def _transition_values(self, target):
        """An appointment that is confirmed is no offer any more."""
        return dict(super()._transition_values(target), hold_until=False)
