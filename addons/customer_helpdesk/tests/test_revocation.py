from xmlrpc.client import Fault

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.bus.tests.common import WebsocketCase
from odoo.addons.bus.websocket import CloseCode
from odoo.addons.customer_services.tests.common import CustomerFixture

from .common import TicketFixture, TicketHttpCommon


@tagged('post_install', '-at_install')
class TestRevocation(TicketHttpCommon):
    """A revoked or blocked access: what the end user still has opens nothing from the next request on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls._attachment(cls.ticket_a2, 'plan.txt', b'plan')
        cls._comment(cls.ticket_a2, cls.agent, 'see the plan', attachment_ids=cls.file.ids)
        cls.link = f'/my/tickets/{cls.ticket_a2.id}?access_token={cls.ticket_a2._portal_ensure_token()}'
        cls.file_link = f'/my/tickets/{cls.ticket_a2.id}/files/{cls.file.id}'
        cls.token_link = f'/web/content/{cls.file.id}?access_token={cls.file.generate_access_token()[0]}'
        cls.access_a1 = cls._access(cls.user_a1)
        cls.env.flush_all()

    def _rpc(self, method, *args):
        return self.xmlrpc_object.execute(
            self.env.cr.dbname, self.user_a1.id, 'test_a1', 'customer.ticket', method, *args)

    def _answers(self):
        """Return the status of the list, the page, the file and of the links that work without login."""
        answers = [
            self.url_open(url, allow_redirects=False).status_code
            for url in (f'/my/tickets/{self.ticket_a2.id}', self.file_link)]
        saved, self.opener.cookies = self.opener.cookies, type(self.opener.cookies)()
        self.opener.cookies.update({name: value for name, value in saved.items() if name != 'session_id'})
        answers += [
            self.url_open(url, allow_redirects=False).status_code for url in (self.link, self.token_link)]
        self.opener.cookies = saved
        return answers

    def _close(self, action):
        getattr(self.access_a1.with_user(self.agent), action)()
        self.env.flush_all()
        self.env.invalidate_all()

    @mute_logger('odoo.addons.rpc.controllers.xmlrpc')
    def _check_closed(self):
        for status in self._answers():
            self.assertIn(status, (303, 403, 404))
        for method, args in (('search', [[]]), ('read', [self.ticket_a2.ids, ['name']])):
            with mute_logger('odoo.http'), self.assertRaises(Fault):
                self._rpc(method, *args)
        self.assertNotIn(
            self.user_a1.partner_id.id,
            [row['id'] for row in self.ticket_a2._notify_get_recipients(self.ticket_a2.message_ids[:1])])

    def test_revoked(self):
        """Issue 3.6: page, RPC, old share link, attachment URL and mail are refused after a revocation."""
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self._answers(), [200] * 4)
        self.assertIn(self.ticket_a2.id, self._rpc('search', []))
        self._close('action_revoke')
        self._check_closed()
        self.assertEqual(
            (self.ticket_a1 | self.ticket_a2).mapped('name'), ['Lamp of the office', 'Chair of a colleague'])

    def test_blocked_and_unblocked(self):
        """Issue 3.6: blocking refuses the same; unblocking opens all but the old links."""
        self.authenticate('test_a1', 'test_a1')
        self._close('action_block')
        self._check_closed()
        self._close('action_unblock')
        self.authenticate('test_a1', 'test_a1')
        self.assertEqual(self._answers()[:2], [200, 200])
        self.assertNotIn(200, self._answers()[2:])

    def test_keeps_another_customer(self):
        """Issue 3.6: who has access to another customer stays logged in, and loses this one only."""
        self.env['customer.access'].create({
            'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'scope': 'all', 'state': 'activated'})
        self.authenticate('test_a1', 'test_a1')
        self._close('action_revoke')
        self.assertTrue(self.user_a1.active)
        self.assertEqual(self.url_open(f'/my/tickets/{self.ticket_b1.id}').status_code, 200)
        self.assertNotIn(200, self._answers())
        self.assertEqual(self._rpc('search', []), self.ticket_b1.ids)

    def test_other_customers_keep_their_links(self):
        """Issue 3.6: share links of other customers go on working."""
        token = self.ticket_b1._portal_ensure_token()
        self._close('action_revoke')
        self.assertEqual(self.ticket_b1.access_token, token)

    def test_no_further_mail(self):
        """Issue 3.6: what was queued is not sent to him, others get theirs; he follows nothing any more."""
        partner, colleague = self.user_a1.partner_id, self.user_a2.partner_id
        self.ticket_a2.message_subscribe(partner_ids=(partner | colleague).ids)
        Mail = self.env['mail.mail']
        values = {'model': 'customer.ticket', 'res_id': self.ticket_a2.id, 'body_html': '<p>x</p>'}
        alone, both, by_address = Mail.create([
            dict(values, recipient_ids=partner.ids), dict(values, recipient_ids=(partner | colleague).ids),
            dict(values, email_to=partner.email_formatted)])
        other = Mail.create(dict(values, res_id=self.ticket_b1.id, recipient_ids=partner.ids))
        sms = self.env['sms.sms'].create({
            'number': '+31612345678', 'body': 'x', 'partner_id': partner.id,
            'mail_message_id': self.ticket_a2.message_ids[:1].id})
        self._close('action_revoke')
        self.assertEqual(
            (alone | both | by_address | other).mapped('state'), ['cancel', 'outgoing', 'cancel', 'outgoing'])
        self.assertEqual(both.recipient_ids, colleague)
        self.assertEqual(sms.state, 'canceled')
        self.assertEqual(self.ticket_a2.message_partner_ids & (partner | colleague), colleague)
        sent = Mail.search_count([('recipient_ids', 'in', partner.ids)])
        self.ticket_a2.with_user(self.agent).message_post(
            body='news', message_type='comment', subtype_xmlid='mail.mt_comment', partner_ids=partner.ids)
        self.assertEqual(Mail.search_count([('recipient_ids', 'in', partner.ids)]), sent)


@tagged('post_install', '-at_install')
class TestWebsocket(TicketFixture, CustomerFixture, WebsocketCase):
    """An open websocket ends with the access."""

    def test_revoked(self):
        """Issue 3.6: the next use of an open websocket ends it, and nothing is delivered any more."""
        for outgoing in (False, True):
            user = self.user_a1 if outgoing else self.user_a2
            session = self.authenticate(user.login, user.login)
            websocket = self.websocket_connect(cookie=f'session_id={session.sid};')
            if outgoing:
                self.subscribe(websocket, ['channel1'], self.env['bus.bus']._bus_last_id())
            self._access(user).with_user(self.agent).action_revoke()
            self.env.flush_all()
            if outgoing:
                self.env['bus.bus']._sendone('channel1', 'notif type', 'message')
                self.trigger_notification_dispatching(['channel1'])
            else:
                self.subscribe(websocket, wait_for_dispatch=False)
            self.assert_close_with_code(websocket, CloseCode.SESSION_EXPIRED)
