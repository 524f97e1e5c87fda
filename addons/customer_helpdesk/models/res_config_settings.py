from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import DEFAULT_CAP_ADDRESS, DEFAULT_CAP_TICKET


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_ticket_cap_address = fields.Integer(
        string='Automatic mails to one address in an hour', default=DEFAULT_CAP_ADDRESS,
        config_parameter='customer_helpdesk.cap_address')
    customer_ticket_cap_ticket = fields.Integer(
        string='Mails about one ticket in an hour', default=DEFAULT_CAP_TICKET,
        config_parameter='customer_helpdesk.cap_ticket')

    @api.constrains('customer_ticket_cap_address', 'customer_ticket_cap_ticket')
    def _check_customer_ticket_caps(self):
        for settings in self:
            if min(settings.customer_ticket_cap_address, settings.customer_ticket_cap_ticket) < 1:
                raise ValidationError(self.env._('At least one mail in an hour must be allowed.'))
