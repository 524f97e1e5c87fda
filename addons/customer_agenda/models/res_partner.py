from odoo import fields, models

from ..const import REMINDER_CHOICES


class ResPartner(models.Model):
    _inherit = 'res.partner'

    appointment_reminder = fields.Selection(
        REMINDER_CHOICES, string='Reminders of appointments', help='Empty: as the type of appointment says.')
