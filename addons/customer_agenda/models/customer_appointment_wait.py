from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import slots
from ..const import CANDIDATES_KEY
from ..exceptions import SlotTaken


class CustomerAppointmentWait(models.Model):
    """Somebody who waits for a slot to become free."""

    _name = 'customer.appointment.wait'
    _description = 'Waiting list of appointments'
    _inherit = ['customer.accessible.mixin']
    _order = 'id'
    _rec_name = 'partner_id'

    type_id = fields.Many2one('customer.appointment.type', string='Type', required=True, ondelete='cascade', index=True)
    partner_id = fields.Many2one('res.partner', string='Requester', required=True, ondelete='cascade', index=True)
    commercial_partner_id = fields.Many2one(
        'res.partner', string='Customer', compute='_compute_commercial_partner_id', store=True, index=True, precompute=True)
    company_id = fields.Many2one(
        'res.company', string='Company', required=True, index=True, default=lambda self: self.env.company)
    date_start = fields.Date(string='From', required=True)
    date_end = fields.Date(string='To', required=True)
    tz = fields.Char(string='Time zone', required=True, default='UTC')
    state = fields.Selection(
        [('waiting', 'Waiting'), ('offered', 'Offered'), ('booked', 'Booked'), ('closed', 'Closed')],
        required=True, readonly=True, default='waiting', copy=False)
    appointment_ids = fields.One2many('customer.appointment', 'wait_id', string='Offers', readonly=True)

    _waiting_unique = models.UniqueIndex(
        "(type_id, partner_id) WHERE state = 'waiting'", 'You are on this waiting list already.')
    _dates_check = models.Constraint('CHECK(date_start <= date_end)', 'The first day comes before the last one.')

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for wait in self:
            wait.commercial_partner_id = wait.partner_id.commercial_partner_id

    @api.model
    def _join_as_customer(self, kind_sudo, date_start, date_end, tz):
        """Put the portal user on the waiting list; who waits already gets the new days.

        :param kind_sudo: a type that he may book
        :return: the entry, in sudo
        :raises UserError: for days that are none
        """
        user = self.env.user
        if not date_start or not date_end or date_start > date_end or date_end < fields.Date.today():
            raise UserError(self.env._('Please choose a first and a last day in the future.'))
        if not kind_sudo.has_waiting_list:
            raise UserError(self.env._('There is no waiting list for this kind of appointment.'))
        # sudo: customers have no right on the list; the entry is his own
        self.env['customer.document.mixin']._check_customer_may_create(user.partner_id)
        wait_sudo = self.sudo().search([
            ('type_id', '=', kind_sudo.id), ('partner_id', '=', user.partner_id.id), ('state', '=', 'waiting')])
        values = {'date_start': date_start, 'date_end': date_end, 'tz': tz}
        if wait_sudo:
            wait_sudo.write(values)
            return wait_sudo
        return self.sudo().create(dict(
            values, type_id=kind_sudo.id, partner_id=user.partner_id.id, company_id=user.company_id.id))

    @api.model
    def _offer_freed(self, kind, start):
        """Offer a slot that became free to the first who waits for that day.

        :param kind: the type, in sudo
        :param start: when the slot begins, naive UTC
        :return: the offer, or nothing
        """
        now = fields.Datetime.now()
        Appointment = self.env['customer.appointment'].sudo()
        if not kind.has_waiting_list or start <= now:
            return Appointment
        until = min(now + timedelta(hours=max(kind.offer_hours, 1)), start - timedelta(minutes=30))
        if until <= now:
            return Appointment
        day = timedelta(days=1)  # days are those of the zone of who waits
        for wait in self.sudo().search([
            ('type_id', '=', kind.id), ('state', '=', 'waiting'), ('date_start', '<=', start.date() + day),
            ('date_end', '>=', start.date() - day),
        ]):
            if not wait.date_start <= slots.to_wall(start, slots.zone(wait.tz)).date() <= wait.date_end:
                continue
            if Appointment.search_count([('wait_id', '=', wait.id), ('start', '=', start)], limit=1):
                continue  # this one was offered to him already
            if offer := wait._offer(start, until):
                return offer
        return Appointment

    def _offer(self, start, until):
        """Hold a slot for who waits, and tell him.

        :return: the appointment, or nothing if the slot is taken
        """
        kind = self.type_id
        slot = next(iter(kind._free_slots(start, start + timedelta(seconds=1))), None)
        if not slot:
            return None
        Appointment = self.env['customer.appointment'].with_context(
            **{CANDIDATES_KEY: kind._order_candidates(slot)}).sudo()
        try:
            with self.env.cr.savepoint():
                offer = Appointment.create({
                    'type_id': kind.id, 'partner_id': self.partner_id.id, 'company_id': self.company_id.id,
                    'start': start, 'tz': self.tz, 'state': 'offered', 'hold_kind': 'wait', 'hold_until': until,
                    'wait_id': self.id})
        except SlotTaken:
            return None
        self.state = 'offered'
        return offer

    def _follow(self, state):
        """Keep the entry in step with the appointment that was offered: who declined or was late waits on.

        :param str state: the new state of the appointment
        """
        for wait in self.filtered(lambda wait: wait.state == 'offered'):
            if state == 'confirmed':
                wait.state = 'booked'
            elif state == 'cancelled':
                is_waiting = self.search_count([
                    ('type_id', '=', wait.type_id.id), ('partner_id', '=', wait.partner_id.id),
                    ('state', '=', 'waiting')], limit=1)
                wait.state = 'closed' if is_waiting else 'waiting'

    @api.model
    def _cron_offers(self):
        """Take back offers that nobody accepted in time; the next one gets them. Close what is over."""
        self.env['customer.appointment']._expire_holds()
        self.search([('state', '=', 'waiting'), ('date_end', '<', fields.Date.today())]).state = 'closed'

    def action_close(self):
        """Take the entries off the list."""
        self.check_access('write')
        self.state = 'closed'

    def action_offer_next(self):
        """Offer the next free slot in the wanted days."""
        for wait in self.filtered(lambda wait: wait.state == 'waiting'):
            start = fields.Datetime.to_datetime(wait.date_start)
            stop = fields.Datetime.to_datetime(wait.date_end) + timedelta(days=1)
            until = fields.Datetime.now() + timedelta(hours=max(wait.type_id.sudo().offer_hours, 1))
            for slot in wait.type_id._free_slots(start, stop)[:5]:
                if slot.start > until and wait.sudo()._offer(slot.start, until):
                    break
            else:
                raise UserError(self.env._('No slot is free in these days.'))
