from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..const import DEFAULT_MAX_MB, DEFAULT_QUOTA_MB


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_file_max_mb = fields.Integer(
        string='Largest project file (MB)', default=DEFAULT_MAX_MB, config_parameter='customer_project.max_mb')
    customer_file_quota_mb = fields.Integer(
        string='Room of a customer (MB)', default=DEFAULT_QUOTA_MB, config_parameter='customer_project.quota_mb')
    customer_file_clamd = fields.Char(
        string='Virus scanner', config_parameter='customer_project.clamd',
        help='Address of ClamAV\'s daemon: unix:/run/clamav/clamd.ctl or tcp:host:3310. Empty: no scanner.')
    customer_file_url_hosts = fields.Char(
        string='Hosts for uploads by address', config_parameter='customer_project.url_hosts',
        help='Hosts from which integrators may let files be fetched, separated by blanks. Empty: none.')

    @api.constrains('customer_file_max_mb', 'customer_file_quota_mb')
    def _check_customer_file_limits(self):
        for settings in self:
            if settings.customer_file_max_mb < 1 or settings.customer_file_quota_mb < 1:
                raise ValidationError(self.env._('Sizes of files must be at least 1 MB.'))

    @api.constrains('customer_file_clamd')
    def _check_customer_file_clamd(self):
        for settings in self:
            address = settings.customer_file_clamd or 'unix:/'
            if not address.startswith(('unix:/', 'tcp:')):
                raise ValidationError(self.env._('Write the address of the scanner as unix:/path or tcp:host:port.'))
