from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_reminder_days = fields.Integer(related='company_id.customer_reminder_days', readonly=False)
    customer_reminder_max = fields.Integer(related='company_id.customer_reminder_max', readonly=False)
    customer_order_words = fields.Boolean(related='company_id.customer_order_words', readonly=False)
