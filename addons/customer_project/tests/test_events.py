import base64

from odoo.tests import tagged

from .common import PDF, FileHttpCommon


@tagged('post_install', '-at_install')
class TestEvents(FileHttpCommon):
    """Mails about news: who gets which, at once or as digest, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['customer.file.event'].search([]).unlink()
        cls.loud = cls.env(context=dict(cls.env.context, customer_project_quiet=False))

    def _events(self, event):
        return {row.user_id.login: row.mode for row in self.env['customer.file.event'].search([('event', '=', event)])}

    def _mails(self):
        return self.env['mail.mail'].search([('subject', 'like', 'file'), ('state', '=', 'outgoing')], order='id')

    def test_roles_and_modes(self):
        """Issue 9.5: each role gets what the defaults say, each person what he chose, nobody what he may not see."""
        self._access(self.user_a2).scope = 'own'
        preference = self.env['customer.file.preference']
        preference.search([]).unlink()
        preference.create([
            {'role': 'access_all', 'event': 'version', 'mode': 'once'},
            {'role': 'access', 'event': 'version', 'mode': 'digest'},
            {'role': 'manager', 'event': 'upload', 'mode': 'once'},
            {'role': 'staff', 'event': 'upload', 'mode': 'digest'}])
        own = self.file_own.with_env(self.loud)
        own.content = base64.b64encode(PDF + b'2')
        self.assertEqual(self._events('version'), {'test_a1': 'once', 'test_a2': 'digest'})
        preference.with_user(self.user_a2)._choose({'version': 'off', 'nonsense': 'once'})
        own.content = base64.b64encode(PDF + b'3')
        rows = self.env['customer.file.event'].search([('event', '=', 'version'), ('mark', '=', 'v3')])
        self.assertEqual(rows.user_id, self.user_a1)
        self.file_internal.with_env(self.loud).content = base64.b64encode(PDF + b'2')
        self.assertFalse(self.env['customer.file.event'].search([('res_id', '=', self.file_internal.id)]))
        self.loud['customer.file'].with_user(self.user_a1)._create_by_upload(
            self.folder.with_user(self.user_a1), self._temporary(), 'up.pdf')
        self.assertEqual(self._events('upload'), {'test_agent': 'once', 'test_specialist': 'digest'})

    def test_mail(self):
        """Issue 9.5: one mail a person, with working links; what he may not see any more is not in it; sent once."""
        for number in (2, 3):
            self.file.with_env(self.loud).content = base64.b64encode(PDF + b'%d' % number)
        self.file_top.with_env(self.loud).content = base64.b64encode(PDF + b'2')
        self.env['customer.file.event'].search([]).mode = 'once'
        self.file_top.visibility = 'internal'
        self.env['customer.file.event']._cron_send()
        self.env['customer.file.event']._cron_send()
        mail = self.env['mail.mail'].search([('recipient_ids', 'in', self.user_a1.partner_id.ids)])
        self.assertEqual(len(mail), 1)
        self.assertIn('2 news', mail.subject)
        self.assertIn(f'/my/files/{self.file.id}', mail.body_html)
        self.assertNotIn('top.pdf', mail.body_html)
        self.assertIn('auto-generated', mail.headers)
        states = self.env['customer.file.event'].search([]).mapped('state')
        self.assertNotIn('waiting', states)
        self.assertIn('dropped', states)

    def test_digest(self):
        """Issue 9.5: a digest waits for its job."""
        self.env['customer.file.preference'].search([('event', '=', 'file')]).mode = 'digest'
        self.loud['customer.file'].create({
            'project_id': self.project_a.id, 'name': 'new.pdf', 'content': base64.b64encode(PDF)})
        self.env['customer.file.event']._cron_send()
        mails = [('recipient_ids', 'in', self.user_a1.partner_id.ids)]
        self.assertFalse(self.env['mail.mail'].search(mails))
        self.env['customer.file.event']._cron_digest()
        self.assertIn('new.pdf', self.env['mail.mail'].search(mails).body_html)

    def test_revoked(self):
        """Issue 9.5: who lost his access between news and mail gets no mail."""
        self.file.with_env(self.loud).content = base64.b64encode(PDF + b'2')
        self._access(self.user_a1).action_revoke()
        self.env['customer.file.event'].search([]).mode = 'once'
        self.env['customer.file.event']._cron_send()
        self.assertFalse(self.env['mail.mail'].search([('recipient_ids', 'in', self.user_a1.partner_id.ids)]))

    def test_choices_in_the_portal(self):
        """Issue 9.5: everybody chooses for himself which mails he gets."""
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(
            self.post_form('/my/files/notifications', {'mode_file': 'digest', 'mode_version': 'nonsense'}).status_code, 303)
        mine = self.env['customer.file.preference'].with_user(self.user_a1)._my_choices()
        self.assertEqual(mine, {'file': 'digest'})
        self.assertIn('was saved', self.url_open('/my/files/notifications?done=1').text)
        self.post_form('/my/files/notifications', {'mode_file': ''})
        self.assertEqual(self.env['customer.file.preference'].with_user(self.user_a1)._my_choices(), {})
