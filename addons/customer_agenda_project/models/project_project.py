from odoo import fields, models

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class ProjectProject(models.Model):
    _inherit = 'project.project'

    customer_appointment_ids = fields.One2many(
        'customer.appointment', 'project_id', string='Appointments', groups=GROUP_SPECIALIST)
    customer_appointment_count = fields.Integer(
        string='Number of appointments', compute='_compute_customer_appointment_count', groups=GROUP_SPECIALIST)

    def _compute_customer_appointment_count(self):
        counts = dict(self.env['customer.appointment']._read_group(
            [('project_id', 'in', self.ids)], ['project_id'], ['__count']))
        for project in self:
            project.customer_appointment_count = counts.get(project, 0)

    def action_open_customer_appointments(self):
        """Open the appointments about the project, to make new ones too."""
        return self.env['customer.appointment']._action_of(self, 'project_id')
