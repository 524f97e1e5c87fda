from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import LIMITS, MIN_PASSWORD, RETENTION_DAYS, SESSION_HOURS
from ..network import parse_networks


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_login_force_tls = fields.Selection(
        [('True', 'Always'), ('False', 'No')], string='Lead to TLS', default='True',
        config_parameter='customer_login.force_tls')
    customer_login_proxies = fields.Selection(
        [('1', 'One'), ('2', 'Two'), ('3', 'Three')], string='Proxies in front of Odoo', default='1',
        config_parameter='customer_login.proxies')
    customer_login_pair = fields.Integer(
        string='Failures of one account from one address', default=LIMITS['login'].pair,
        config_parameter='customer_login.limit_pair')
    customer_login_source = fields.Integer(
        string='Failures from one address', default=LIMITS['login'].source,
        config_parameter='customer_login.limit_source')
    customer_login_account = fields.Integer(
        string='Failures of one account from everywhere', default=LIMITS['login'].account,
        config_parameter='customer_login.limit_account')
    customer_login_minutes = fields.Integer(
        string='Within minutes', default=LIMITS['login'].minutes, config_parameter='customer_login.limit_minutes')
    customer_login_allowed = fields.Char(
        string='Addresses that are never locked', config_parameter='customer_login.allowed_networks',
        help='Networks such as 192.0.2.0/24 or 2001:db8::/32, separated by commas.')
    customer_login_retention = fields.Integer(
        string='Keep attempts for days', default=RETENTION_DAYS, config_parameter='customer_login.retention_days')
    customer_login_password_length = fields.Integer(
        string='Shortest password', default=MIN_PASSWORD, config_parameter='customer_login.password_length')
    customer_login_session_hours = fields.Integer(
        string='End unused sessions of customers after hours', default=SESSION_HOURS,
        config_parameter='customer_login.session_hours')

    @api.constrains('customer_login_allowed')
    def _check_customer_login_allowed(self):
        for settings in self:
            try:
                parse_networks(settings.customer_login_allowed)
            except ValueError as error:
                raise ValidationError(self.env._('This is no network: %s', error)) from None

    @api.constrains(
        'customer_login_pair', 'customer_login_source', 'customer_login_account', 'customer_login_minutes',
        'customer_login_retention', 'customer_login_session_hours')
    def _check_customer_login_numbers(self):
        for settings in self:
            numbers = [
                settings.customer_login_pair, settings.customer_login_source, settings.customer_login_account,
                settings.customer_login_minutes, settings.customer_login_retention,
                settings.customer_login_session_hours]
            if min(numbers) < 1:
                raise ValidationError(self.env._('The limits of logins must be 1 or more.'))

    @api.constrains('customer_login_password_length')
    def _check_customer_login_password_length(self):
        for settings in self:
            if not 8 <= settings.customer_login_password_length <= 64:
                raise ValidationError(self.env._('The shortest password must have between 8 and 64 characters.'))
