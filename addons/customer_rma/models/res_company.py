from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    customer_rma_user_id = fields.Many2one(
        'res.users', string='Responsible for returns', domain=[('share', '=', False)],
        help='Gets the activities of returns for which nobody else is responsible.')
    customer_rma_days = fields.Integer(
        string='Days to send goods back', default=30, help='An approved return expires after as many days. 0: never.')

    _customer_rma_days_positive = models.Constraint(
        'CHECK(customer_rma_days >= 0)', 'The days to send goods back cannot be negative.')


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_rma_user_id = fields.Many2one(related='company_id.customer_rma_user_id', readonly=False)
    customer_rma_days = fields.Integer(related='company_id.customer_rma_days', readonly=False)
