from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountAnalyticLine(models.Model):
    _inherit = 'account.analytic.line'

    customer_ticket_id = fields.Many2one(
        'customer.ticket', string='Ticket', index='btree_not_null', ondelete='restrict', check_company=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Book time on a ticket on the project of its team.

        :raises UserError: if the team has no project
        """
        for vals in vals_list:
            ticket = self.env['customer.ticket'].browse(
                vals.get('customer_ticket_id', self.env.context.get('default_customer_ticket_id')))
            if ticket and not vals.get('project_id'):
                # sudo: the team's project; that the ticket may be seen is checked with the rule of the line
                project = ticket.sudo().team_id.timesheet_project_id
                if not project:
                    raise UserError(self.env._('Team %s books no time: choose a project for it.', ticket.sudo().team_id.name))
                vals['project_id'] = project.id
        return super().create(vals_list)

    def _is_timesheet_encode_uom_day(self):
        """Compare ids: Odoo asks the database whether the unit exists, once for each task in the portal's list."""
        # sudo: the unit of the company, as Odoo reads it
        return self.env.company.sudo().timesheet_encode_uom_id.id == self.env['ir.model.data']._xmlid_to_res_id(
            'uom.product_uom_day')

    def _compute_partner_id(self):
        result = super()._compute_partner_id()
        for line in self.filtered('customer_ticket_id'):
            # sudo: the customer of the ticket on which the line hangs
            line.partner_id = line.sudo().customer_ticket_id.partner_id
        return result
