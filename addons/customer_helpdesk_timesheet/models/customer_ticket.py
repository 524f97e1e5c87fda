from odoo import api, fields, models

GROUP_TIMESHEET = 'hr_timesheet.group_hr_timesheet_user'


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    timesheet_ids = fields.One2many(
        'account.analytic.line', 'customer_ticket_id', string='Time spent', groups=GROUP_TIMESHEET)
    timesheet_project_id = fields.Many2one(related='team_id.timesheet_project_id', groups=GROUP_TIMESHEET)
    timesheet_hours = fields.Float(
        string='Hours spent', compute='_compute_timesheet_hours', store=True, groups=GROUP_TIMESHEET)

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody has booked time on a new ticket: its hours are not counted and stored by two more queries."""
        tickets = super().create(vals_list)
        new = tickets.browse(
            ticket.id for ticket, vals in zip(tickets, vals_list, strict=True) if 'timesheet_ids' not in vals)
        self.env.remove_to_compute(self._fields['timesheet_hours'], new)
        return tickets

    @api.depends('timesheet_ids.unit_amount')
    def _compute_timesheet_hours(self):
        hours = dict(self.env['account.analytic.line']._read_group(
            [('customer_ticket_id', 'in', self.ids)], ['customer_ticket_id'], ['unit_amount:sum']))
        for ticket in self:
            ticket.timesheet_hours = hours.get(ticket._origin, 0)
