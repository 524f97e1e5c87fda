import os
import smtplib
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from odoo.addons.sms.tools.sms_api import SmsApi


@tagged('post_install', '-at_install')
class TestOutbox(TransactionCase):

    def _connect(self, catcher, **kwargs):
        """Return where the mail server connects to as (host, port), with sending switched on."""
        servers = self.env['ir.mail_server']
        environ = {'CUSTOMER_LOCAL_SMTP_PORT': catcher} if catcher else {}
        with patch.dict(os.environ, environ), patch.object(type(servers), '_disable_send', lambda *_: False), \
                patch.object(smtplib, 'SMTP') as smtp, patch.object(smtplib, 'SMTP_SSL') as smtp_ssl:
            if not catcher:
                os.environ.pop('CUSTOMER_LOCAL_SMTP_PORT', None)
            servers._connect__(**kwargs)
        self.assertFalse(smtp_ssl.called)
        return smtp.call_args.args

    def test_mail_goes_to_the_catcher_whatever_is_set_up(self):
        """Issue 2.4: outgoing mail servers set in the backend and arguments do not count."""
        server = self.env['ir.mail_server'].create({
            'name': 'outside', 'smtp_host': 'mail.example.com', 'smtp_port': 465, 'smtp_encryption': 'ssl'})
        self.assertEqual(self._connect('2525', mail_server_id=server.id), ('127.0.0.1', 2525))
        self.assertEqual(self._connect('2525', host='mail.example.com', port=25), ('127.0.0.1', 2525))

    def test_no_catcher_no_mail(self):
        """Issue 2.4: without the catcher of scripts/run sending fails."""
        with self.assertRaises(UserError):
            self._connect(None, smtp_from='agent@example.com')

    def test_sms_stays_as_row(self):
        """Issue 2.4: SMS stay as rows with their text, no provider is asked, also when failed ones are sent again."""
        sms = self.env['sms.sms'].create([
            {'number': '+491701234567', 'body': 'Your parcel is here'}, {'number': False, 'body': 'No number'}])
        with patch.object(SmsApi, '_contact_iap') as contact:
            sms.send(unlink_sent=True, unlink_failed=True)
            sms[1].number = '+31612345678'
            sms[1].resend_failed()
            self.env['sms.sms']._gc_device()
        self.assertFalse(contact.called)
        self.assertEqual(sms.exists().mapped('state'), ['pending', 'pending'])
        self.assertEqual(sms[0].body, 'Your parcel is here')
        self.assertEqual(self.env.company._get_sms_api_class().__name__, 'LocalSmsApi')

    def test_failed_sms_tells_why(self):
        """Issue 2.4: a missing number is shown, not hidden."""
        sms = self.env['sms.sms'].create({'number': False, 'body': 'No number'})
        sms.send()
        self.assertEqual((sms.state, sms.failure_type), ('error', 'sms_number_missing'))

    def test_telemetry_is_off(self):
        """Issue 2.4: nothing is reported to the outside."""
        self.assertFalse(self.env.ref('mail.ir_cron_module_update_notification').active)
        self.assertEqual(self.env['ir.config_parameter'].get_param('iap.endpoint'), 'http://127.0.0.1:9')


@tagged('post_install', '-at_install')
class TestMailIn(HttpCase):

    def post(self, key, message):
        return self.url_open('/customer_local/mail-in', data=message, headers={
            'X-Local-Key': key, 'Content-Type': 'message/rfc822'})

    def test_mail_in(self):
        """Issue 2.4: the gateway takes a reply; a message for nobody is refused for good; the key is needed."""
        self.env['mail.alias.domain'].search([]) or self.env['mail.alias.domain'].create({'name': 'local.example'})
        partner = self.env['res.partner'].create({'name': 'Thread'})
        root = partner.message_post(body='first', message_type='comment', subtype_xmlid='mail.mt_comment')
        reply = (
            'From: Ann <ann@example.com>\r\nTo: catchall@local.example\r\nSubject: Re\r\n'
            f'Message-ID: <1@example.com>\r\nReferences: {root.message_id}\r\n\r\nsecond\r\n').encode()
        lost = b'From: ann@example.com\r\nTo: nobody@nowhere.example\r\nMessage-ID: <2@example.com>\r\n\r\nx\r\n'
        with patch.dict(os.environ, {'CUSTOMER_LOCAL_KEY': 'secret'}):
            self.assertEqual(self.post('wrong', reply).status_code, 404)
            self.assertNotIn('second', ''.join(partner.message_ids.mapped('body')))
            self.assertEqual(self.post('secret', reply).status_code, 200)
            partner.invalidate_recordset()
            self.assertIn('second', ''.join(partner.message_ids.mapped('body')))
            self.assertEqual(self.post('secret', lost).status_code, 422)
        with patch.dict(os.environ, {'CUSTOMER_LOCAL_KEY': ''}):
            self.assertEqual(self.post('', reply).status_code, 404)

    def test_mailbox_link(self):
        """Issue 2.4: the menu leads to the mailbox page."""
        new_test_user(self.env, 'local_staff', groups='base.group_user', password='local_staff')
        self.authenticate('local_staff', 'local_staff')
        with patch.dict(os.environ, {'CUSTOMER_LOCAL_MAILBOX': 'http://127.0.0.1:8070/'}):
            answer = self.url_open('/customer_local/mailbox', allow_redirects=False)
        self.assertEqual((answer.status_code, answer.headers['Location']), (303, 'http://127.0.0.1:8070/'))
