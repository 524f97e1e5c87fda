from odoo import fields, models


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    timesheet_project_id = fields.Many2one(
        'project.project', string='Project for time spent', check_company=True,
        domain=[('allow_timesheets', '=', True), ('is_template', '=', False)],
        help='Time that is spent on tickets of the team is booked here. Empty: no time is booked.')
