from odoo.addons.sms.tools.sms_api import SmsApiBase


class LocalSmsApi(SmsApiBase):
    """An SMS provider that takes each message and sends none: the rows of sms.sms are the outbox."""

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        """Return what Odoo expects of a provider: a dict with uuid and state for each number."""
        return [
            {'uuid': number['uuid'], 'state': 'success'} if number['number'] else
            {'uuid': number['uuid'], 'state': 'sms_number_missing'}
            for message in messages for number in message['numbers']
        ]
