from odoo import models


class ProjectProject(models.Model):
    _name = 'project.project'
    _inherit = ['project.project', 'customer.ticket.about.mixin']

    _customer_ticket_kind = 'project'
