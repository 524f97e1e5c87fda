"""How appointments are booked, moved and cancelled, on every channel."""
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..const import (
    CANDIDATES_KEY,
    HOLDING_STATES,
    MAX_TEXT,
    OPEN_STATES,
)
from ..exceptions import SlotTaken
from .customer_appointment import PLACE_FIELDS, TIME_FIELDS


class CustomerAppointment(models.Model):
    _inherit = 'customer.appointment'

    # ------------------------------------------------------------------
    # API for staff and integrators
    # ------------------------------------------------------------------

    @api.model
    def book(self, values):
        """Book a free slot for a customer.

        :param dict values: ``type_id``, ``partner_id``, ``start`` (UTC, as ``'2026-12-01 09:00:00'``); optional are
            ``resource_id``, ``tz``, ``guest_emails``, ``customer_note``, ``answers``, ``name``
        :return: dict ``id``, ``number``, ``state``, ``start``, ``stop``, ``resource_id``
        :raises UserError: if the slot is not free; the text names the next free ones
        """
        self.check_access('create')
        allowed = {*self._customer_fields, 'partner_id', 'name'}
        if foreign := sorted(set(values) - allowed):
            raise UserError(self.env._('These fields cannot be set when booking: %s', ', '.join(foreign)))
        kind = self.env['customer.appointment.type'].browse(values.get('type_id') or [])
        kind.check_access('read')
        start = self._read_start(values.get('start'))
        slot = self._find_slot(kind, start, values.get('resource_id'), is_staff=True)
        values = dict(values, start=start)
        values.pop('resource_id', None)
        appointment = self.with_context(**{CANDIDATES_KEY: kind._order_candidates(slot)}).create(values)
        return appointment.with_env(self.env)._api_values()

    def reschedule(self, start, resource_id=False, reason=''):
        """Move an appointment to a free slot.

        :param str start: UTC, as ``'2026-12-01 09:00:00'``
        :return: dict as of :meth:`book`
        :raises UserError: if the slot is not free or the appointment is over
        """
        self.ensure_one()
        self.check_access('write')
        self._move(self._read_start(start), resource_id, reason, is_staff=True)
        return self._api_values()

    def cancel(self, reason=''):
        """Cancel appointments; cancelled ones stay so.

        :param str reason: is told to the participants
        """
        self.check_access('write')
        self._cancel(reason)
        return True

    def _api_values(self):
        return {
            'id': self.id, 'number': self.number, 'state': self.state,
            'start': fields.Datetime.to_string(self.start), 'stop': fields.Datetime.to_string(self.stop),
            'resource_id': self.resource_id.id}

    @api.model
    def _read_start(self, start):
        """Return an instant given by a caller as naive UTC.

        :raises UserError: for what is none
        """
        try:
            start = fields.Datetime.to_datetime(start)
        except (TypeError, ValueError):
            start = None
        if not isinstance(start, datetime) or not 2000 <= start.year <= 2200:
            raise UserError(self.env._('Times are written as 2026-12-31 09:00:00 (UTC).'))
        return start

    @api.model
    def _find_slot(self, kind, start, resource_id=False, ignore=None, is_staff=False):
        """Return the free slot that begins at an instant.

        :raises SlotTaken: if there is none; the text names the next free ones
        """
        kind.sudo()._lock_limits()
        found = kind._free_slots(
            start, start + timedelta(seconds=1), resource_id=resource_id, ignore=ignore, is_staff=is_staff)
        if not found:
            raise self._slot_taken(kind, start, ignore)
        return found[0]

    @api.model
    def _slot_taken(self, kind, start, ignore=None):
        """Return the exception for a slot that is not free, with the next free ones (UTC)."""
        following = ', '.join(fields.Datetime.to_string(slot) for slot in kind._next_free(start, ignore))
        return SlotTaken(
            self.env._('This time is not free. The next free ones (UTC): %s', following) if following
            else self.env._('This time is not free, and there is no other one at present.'))

    # ------------------------------------------------------------------
    # Entry for customers
    # ------------------------------------------------------------------

    @api.model
    def _create_from_customer(self, values):
        """Book for the portal user; who takes the appointment is chosen here."""
        kind = self._customer_type(values.get('type_id'))
        slot = self._find_slot(kind, self._read_start(values.get('start')), values.get('resource_id') or False)
        quiet = self.with_context(**{CANDIDATES_KEY: kind._order_candidates(slot)})
        return super(CustomerAppointment, quiet)._create_from_customer(values).with_env(self.env)

    @api.model
    def _customer_type(self, type_id):
        """Return a type that the current portal user may book, in sudo.

        :raises UserError: for any other one
        """
        kind_sudo = self.env['customer.appointment.type']._offered_to(self.env.user).filtered(
            lambda kind: kind.id == type_id)
        if not kind_sudo:
            raise UserError(self.env._('This kind of appointment cannot be booked here.'))
        return kind_sudo

    @api.model
    def _prepare_customer_values(self, values):
        """Check what a customer entered; ``answers`` are complete and in his words.

        :raises UserError: with a message that he can act on
        """
        values = super()._prepare_customer_values(values)
        kind_sudo = self._customer_type(values.get('type_id'))
        for name in ('customer_note', 'answers'):
            if len(values.get(name) or '') > MAX_TEXT * (1 if name == 'customer_note' else 10):
                raise UserError(self.env._('The text is too long: at most %s characters.', MAX_TEXT))
        if values.get('tz') not in dict(self._fields['tz']._description_selection(self.env)):
            values['tz'] = kind_sudo.tz
        values.pop('resource_id', None)
        return dict(
            values, start=self._read_start(values.get('start')),
            **(self._next_hold(kind_sudo, self.env.user.partner_id) or {'state': kind_sudo._booked_state()}))

    def _check_customer_may_change(self):
        """Refuse changes by customers after the cut-off, or of what is over.

        :raises UserError: with a message for the customer
        """
        self.ensure_one()
        appointment = self.sudo()  # a customer reads no type
        if appointment.state not in OPEN_STATES:
            raise UserError(self.env._('This appointment cannot be changed any more.'))
        if not appointment.customer_can_change:
            raise UserError(self.env._(
                'This appointment can be changed until %s hours before. Please call us.',
                appointment.type_id.cutoff_hours))

    def _change_as_customer(self, change, reason, start=None):
        """Move, cancel or accept for the customer who may see the appointment or holds its link.

        :param str change: ``'move'``, ``'cancel'`` or ``'accept'``
        :param str reason: his words
        :param datetime start: naive UTC, if it moves
        :raises UserError: with a message for the customer
        """
        self.ensure_one()
        if not self.env.su and self._customer_restriction() != 'portal':
            raise AccessError(self.env._('Only customers can do this in the portal.'))
        self.check_access('read')
        reason = ' '.join((reason or '').split())[:MAX_TEXT]
        # sudo: customers have read access only; what they may do was checked, and is checked again here
        appointment_sudo = self.sudo()
        if change == 'accept':
            appointment_sudo._accept_offer()
            return
        self._check_customer_may_change()
        if change == 'cancel':
            appointment_sudo._cancel(reason)
        else:
            appointment_sudo._move(start, False, reason)

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def _move(self, start, resource_id=False, reason='', is_staff=False):
        """Move to a free slot, with the same resource if it is free.

        :param datetime start: naive UTC
        :raises SlotTaken: if it is not free
        """
        self.ensure_one()
        if self.state not in OPEN_STATES:
            raise UserError(self.env._('This appointment cannot be changed any more.'))
        if start == self.start and (not resource_id or resource_id == self.resource_id.id):
            return
        kind = self.type_id
        slot = self._find_slot(kind, start, resource_id, ignore=self, is_staff=is_staff)
        candidates = kind._order_candidates(slot)
        candidates.sort(key=lambda candidate: candidate[0] != self.resource_id.id)
        self.with_context(**{CANDIDATES_KEY: candidates}).write({'start': start, 'reason': reason or False})

    def _cancel(self, reason=''):
        """Cancel what is not cancelled yet, and offer the slot to the waiting list."""
        for appointment in self.filtered(lambda appointment: appointment.state != 'cancelled'):
            appointment.reason = reason or False
            appointment._transition(OPEN_STATES, 'cancelled')

    # ------------------------------------------------------------------
    # Holding a slot
    # ------------------------------------------------------------------

    @api.model
    def _next_hold(self, kind_sudo, partner):
        """Hook: return what a customer has to do before his booking counts; his slot is held meanwhile.

        :param kind_sudo: the type
        :param partner: the customer's contact
        :return: values ``state`` (``'offered'``), ``hold_kind``, ``hold_until``, or an empty dict for nothing
        """
        return {}

    def _begin_hold(self):
        """Let the job that frees held slots run as soon as the time is over."""
        # sudo: jobs are the system's
        job_sudo = self.env.ref('customer_agenda.ir_cron_offer_customer_appointment_wait').sudo()
        for moment in set(self.mapped('hold_until')):
            job_sudo._trigger(at=moment + timedelta(seconds=1))

    def _accept_offer(self):
        """Accept in time what is offered; if the customer has something more to do, the slot is held for that.

        :raises UserError: if it is none, or too late
        """
        if self.state == 'offered' and self.hold_until and self.hold_until < fields.Datetime.now():
            raise UserError(self.env._('This offer is not valid any more.'))
        hold = self.state == 'offered' and self._next_hold(self.type_id, self.partner_id)
        if not hold:
            self._transition(('offered',), self._accepted_state())
            return
        self._write_quietly(hold)
        self._begin_hold()
        self._announce('offered')

    def _accepted_state(self):
        """Return the state after the customer accepted: staff offered the slot, so there is nothing to confirm."""
        return 'confirmed'

    def _expiry_reason(self):
        """Return what the customer is told when his slot is given free."""
        return self.env._('The offer was not accepted in time.')

    def _hold_goes_on(self):
        """Hook: tell whether the slot stays held although the time is over."""
        return False

    @api.model
    def _expire_holds(self):
        """Give slots free that nobody accepted in time; the waiting list gets them."""
        for appointment in self.search([('state', '=', 'offered'), ('hold_until', '<', fields.Datetime.now())]):
            if not appointment._hold_goes_on():
                appointment._cancel(appointment._expiry_reason())

    def _hold_label(self):
        """Return what the customer is asked to do on his home page."""
        return self.env._('Accept the slot that became free')

    # ------------------------------------------------------------------
    # Time of resources
    # ------------------------------------------------------------------

    def _hold(self):
        """Take the time of the resources; the caller gave candidates, or the appointment names its resource.

        :raises SlotTaken: if somebody else has it
        """
        self.ensure_one()
        # sudo: rows of busy times are nobody's to write but the system's
        appointment_sudo = self.sudo()
        kind_sudo = appointment_sudo.type_id
        candidates = self.env.context.get(CANDIDATES_KEY) or self._default_candidates(kind_sudo)
        taken = self.env['customer.appointment.busy'].sudo()._take(appointment_sudo, candidates)
        if not taken:
            raise self._slot_taken(kind_sudo, self.start)
        main, extra = taken
        if (appointment_sudo.resource_id.id, appointment_sudo.extra_resource_id.id) != taken:
            appointment_sudo._write_quietly({'resource_id': main, 'extra_resource_id': extra})
            self.env['customer.appointment'].flush_model()

    def _default_candidates(self, kind_sudo):
        """Return who may take an appointment that staff enter at any time, working hours or not.

        Whoever is free by the search for slots comes first.
        """
        slot = next(iter(kind_sudo._free_slots(
            self.start, self.start + timedelta(seconds=1), resource_id=self.resource_id.id, ignore=self,
            is_staff=True)), None)
        found = kind_sudo._order_candidates(slot) if slot else []
        mains = self.resource_id.ids or kind_sudo.line_ids.resource_id.ids
        extras = kind_sudo.extra_resource_ids.ids or [False]
        return found + [pair for pair in ((main, extra) for main in mains for extra in extras) if pair not in found]

    def _release(self):
        """Give the time of the resources back."""
        # sudo: see _hold
        self.env['customer.appointment.busy'].sudo().search([('appointment_id', 'in', self.ids)]).unlink()
        self.env.flush_all()

    def _calendar_data(self):
        """Return what calendars know of the appointment, to find out whether it changed."""
        return {name: self[name] for name in (*PLACE_FIELDS, 'state', 'guest_emails')}

    def _after_change(self, vals, before):
        """Follow up a change: take time, count the revision, plan reminders, tell, offer the slot to others.

        :param dict vals: what was written
        :param dict before: id -> :meth:`_calendar_data` from before
        """
        for appointment in self:
            old = before[appointment.id]
            changed = {name for name, value in appointment.sudo()._calendar_data().items() if value != old[name]}
            if not changed:
                continue
            is_cancelled = 'state' in changed and appointment.state == 'cancelled'
            if is_cancelled:
                appointment._release()
            elif appointment.state in HOLDING_STATES and changed & set(TIME_FIELDS):
                appointment._release()
                appointment._hold()
            if 'state' in changed:
                appointment.sudo().wait_id._follow(appointment.state)
            appointment._tell_change(changed, old)
            if is_cancelled or (changed & set(TIME_FIELDS) and appointment.state in OPEN_STATES):
                freed = appointment.type_id.sudo().browse(old['type_id'].id)
                self.env['customer.appointment.wait'].sudo()._offer_freed(freed, old['start'])

    def _tell_change(self, changed, old):
        """Tell calendars and people about a change.

        :param set changed: names of the fields that changed
        :param dict old: values from before
        """
        appointment_sudo = self.sudo()  # revision and reminders are the system's
        event = None
        if 'state' in changed:
            event = self.state if self.state in ('requested', 'confirmed', 'cancelled') else None
        elif self.state in OPEN_STATES:
            event = 'moved'
        if event or 'state' in changed:
            appointment_sudo._write_quietly({'revision': self.revision + 1})
            self._sync_event()
            self._plan_notices()
        if event:
            self._announce(event, old_start=old['start'])
