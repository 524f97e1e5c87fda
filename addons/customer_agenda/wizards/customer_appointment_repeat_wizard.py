import uuid
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import slots
from ..exceptions import SlotTaken

MAX_REPEATS = 60


class CustomerAppointmentRepeatWizard(models.TransientModel):
    """Repeat an appointment at the same hour of the clock."""

    _name = 'customer.appointment.repeat.wizard'
    _description = 'Repeat an appointment'

    appointment_id = fields.Many2one(
        'customer.appointment', required=True, default=lambda self: self.env.context.get('active_id'))
    every = fields.Integer(required=True, default=1)
    unit = fields.Selection([('days', 'Days'), ('weeks', 'Weeks'), ('months', 'Months')], required=True, default='weeks')
    count = fields.Integer(string='How often more', required=True, default=4)
    skipped = fields.Text(readonly=True)

    @api.constrains('every', 'count')
    def _check_numbers(self):
        for wizard in self:
            if wizard.every < 1 or not 1 <= wizard.count <= MAX_REPEATS:
                raise UserError(self.env._('Repeat it 1 to %s times, every 1 or more.', MAX_REPEATS))

    def _starts(self):
        """Return the further starts (naive UTC): 09:00 stays 09:00 when the clock is changed.

        An hour that is skipped on that day begins an hour later, as calendars do.
        """
        appointment = self.appointment_id
        tz = slots.zone(appointment.resource_id.sudo().tz or appointment.type_id.tz)
        wall = slots.to_wall(appointment.start, tz)
        found = []
        for number in range(1, self.count + 1):
            moved = wall + relativedelta(**{self.unit: self.every * number})
            instants = slots.to_instants(moved, tz) or slots.to_instants(moved + timedelta(hours=1), tz)
            found.append(instants[0])
        return found

    def action_apply(self):
        """Create the further appointments; those whose time is taken are left out and named."""
        self.ensure_one()
        first = self.appointment_id
        first.check_access('write')
        series = first.series or str(uuid.uuid4())
        created, skipped = first, []
        for start in self._starts():
            try:
                with self.env.cr.savepoint():
                    created |= first.create(dict(
                        first.copy_data()[0], start=start, stop=start + (first.stop - first.start),
                        resource_id=first.resource_id.id, partner_id=first.partner_id.id, name=first.name))
            except SlotTaken:
                skipped.append(first._format_when(start, None, first.tz))
        created._write_quietly({'series': series})
        if not skipped:
            return {'type': 'ir.actions.act_window_close'}
        self.skipped = '\n'.join(skipped)
        return {
            'type': 'ir.actions.act_window', 'res_model': self._name, 'res_id': self.id, 'view_mode': 'form',
            'target': 'new', 'name': self.env._('Repeat')}
