from odoo import models

from ..sms_api import LocalSmsApi


class SmsSms(models.Model):
    _inherit = 'sms.sms'

    def _split_by_api(self):
        yield LocalSmsApi(self.env), self

    def _send_with_api(self, sms_api, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send by no provider, not even by the one given, and keep the rows: a person reads them here."""
        return super()._send_with_api(
            LocalSmsApi(self.env), unlink_failed=False, unlink_sent=False, raise_exception=raise_exception)
