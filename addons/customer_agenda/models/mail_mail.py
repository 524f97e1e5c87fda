import re

from odoo import models


class MailMail(models.Model):
    _inherit = 'mail.mail'

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Write the method of an invitation as calendars expect it: Odoo stores types of files in small letters."""
        emails = super()._prepare_outgoing_list(*args, **kwargs)
        for email in emails:
            email['attachments'] = [
                (name, content, re.sub(
                    r'^(text/calendar; method=)(\w+)', lambda match: match[1] + match[2].upper(), mimetype or ''))
                for name, content, mimetype in email['attachments']]
        return emails
