from odoo import api, fields, models

from odoo.addons.customer_helpdesk.about import shown, stored


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    project_id = fields.Many2one('project.project', string='Project (stored)', **stored())
    about_project_id = fields.Many2one(
        'project.project', string='Project', domain=[('is_template', '=', False)], **shown('project'))
    task_id = fields.Many2one('project.task', string='Task (stored)', **stored())
    about_task_id = fields.Many2one(
        'project.task', string='Task', domain=[('project_id', '!=', False), ('is_template', '=', False)], **shown('task'))

    @api.model
    def _about_kinds(self):
        return super()._about_kinds() | {'project', 'task'}
