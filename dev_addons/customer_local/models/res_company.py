from odoo import models

from ..sms_api import LocalSmsApi


class ResCompany(models.Model):
    _inherit = 'res.company'

    # pylint: disable=method-required-super
    def _get_sms_api_class(self):
        """Return the SMS provider that sends nothing."""
        self.ensure_one()
        return LocalSmsApi
