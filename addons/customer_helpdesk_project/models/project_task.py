from odoo import models


class ProjectTask(models.Model):
    _name = 'project.task'
    _inherit = ['project.task', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'task'

    def _customer_ticket_requester(self):
        return self.partner_id or self.project_id.partner_id
