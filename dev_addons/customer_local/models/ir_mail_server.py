import os
import smtplib

from odoo import models
from odoo.exceptions import UserError


class IrMailServer(models.Model):
    _inherit = 'ir.mail_server'

    # pylint: disable=method-required-super
    def _connect__(self, *args, smtp_from=None, **kwargs):  # noqa: PLW3201 - Odoo's name
        """Connect to the catcher of this local run, whatever server is asked for or set up.

        :return: smtplib.SMTP, or None in tests like Odoo's own
        :raise UserError: there is no catcher (Odoo was not started by scripts/run)
        """
        if self._disable_send():
            return None
        port = os.environ.get('CUSTOMER_LOCAL_SMTP_PORT')
        if not port:
            raise UserError(self.env._('This local database sends no mail: scripts/run is not running.'))
        connection = smtplib.SMTP('127.0.0.1', int(port), timeout=60)
        connection.ehlo_or_helo_if_needed()
        connection.from_filter = self._get_default_from_filter()
        connection.smtp_from = smtp_from
        return connection
