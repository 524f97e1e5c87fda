from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    customer_reminder_days = fields.Integer(
        string='Remind of offers after (days)', default=7, help='0: customers are not reminded.')
    customer_reminder_max = fields.Integer(string='Reminders of an offer at most', default=2)
    customer_order_words = fields.Boolean(
        string='Total amount of offers and orders in letters',
        help='Printed below the total, in the language of the document.')

    _customer_reminders_positive = models.Constraint(
        'CHECK(customer_reminder_days >= 0 AND customer_reminder_max >= 0)',
        'Days and number of reminders cannot be negative.')
