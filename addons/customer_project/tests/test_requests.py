from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PDF, FileHttpCommon


@tagged('post_install', '-at_install')
class TestRequests(FileHttpCommon):
    """Staff ask, the customer uploads, staff accept or send back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls._create_request(folder_id=cls.folder.id, date_due='2030-01-01')

    def _upload(self, user=None, name='permit.pdf'):
        user = user or self.user_a1
        return self.env['customer.file'].with_user(user)._create_by_upload(
            self.request.with_user(user), self._temporary(), name)

    def test_life(self):
        """Issue 9.3: open, submitted, sent back with a reason, submitted again, accepted; double clicks do nothing."""
        file = self._upload()
        self.assertEqual((self.request.state, file.sudo().request_id, file.sudo().folder_id),
                         ('submitted', self.request, self.folder))
        staff = self.request.with_user(self.specialist)
        with self.assertRaises(UserError):
            staff._send_back('  ')
        staff._send_back('Page 2 is missing')
        self.assertEqual((self.request.state, self.request.reason), ('returned', 'Page 2 is missing'))
        self._upload()
        staff.action_accept()
        staff.action_accept()
        self.assertEqual((self.request.state, self.request.is_done, self.request.reason), ('accepted', True, False))
        self.assertEqual(len(self.request.file_ids), 2)
        self.assertFalse(self.env['customer.file.upload'].with_user(self.user_a1)._check_target(
            self.request.with_user(self.user_a1)))
        with self.assertRaises(AccessError):
            self.request.with_user(self.user_a1).action_accept()

    def test_who_sees_it(self):
        """Issue 9.11: a request is open to the customer by the same accesses, and to his specialists."""
        own = self._create_request(self.project_a2)
        self.assertEqual(own.partner_id, self.user_a2.partner_id)
        for user, visible in ((self.user_a1, self.request | own), (self.user_a2, own), (self.user_b1, own.browse()),
                              (self.specialist, self.request | own), (self.revoked, own.browse())):
            mine = self.env['customer.file.request'].with_user(user)
            self.assertEqual(mine.search([('id', 'in', (self.request | own).ids)]).sudo().with_env(self.env),
                             visible.sorted(), user.login)
        with self.assertRaises(ValidationError):
            self.request.partner_id = self.user_b1.partner_id

    def test_bulk(self):
        """Issue 9.3: one form asks many customers; who has no project gets one."""
        customer, _user1, _user2 = self._create_customer('c')
        customer.is_customer = True
        wizard = self.env['customer.file.request.wizard'].with_user(self.agent).create({
            'name': 'Certificate', 'date_due': '2030-01-01',
            'customer_ids': (self.customer_a | self.customer_b | customer).ids})
        wizard.action_apply()
        requests = self.env['customer.file.request'].search([('name', '=', 'Certificate')])
        self.assertEqual(requests.commercial_partner_id, self.customer_a | self.customer_b | customer)
        self.assertEqual(len(requests), 3)
        with self.assertRaises(UserError):
            wizard.copy({'customer_ids': False, 'project_ids': False}).action_apply()

    def test_reminders(self):
        """Issue 9.3: reminders come before and after the due date, each once, and end with the upload."""
        Event, today = self.env['customer.file.event'], fields.Date.today()
        loud = self.request.with_context(customer_project_quiet=False)
        self.env['customer.file.preference'].search([('event', '=', 'reminder')]).mode = 'once'

        def remind(days):
            """Return how many reminders there are for the end user, after the job ran ``days`` before the due date."""
            self.request.date_due = today + timedelta(days=days)
            for _time in range(2):
                loud._cron_remind()
            return Event.search_count([('event', '=', 'reminder'), ('res_id', '=', self.request.id),
                                       ('user_id', '=', self.user_a1.id)])

        self.assertEqual([remind(10), remind(3), remind(-1), remind(0)], [0, 1, 2, 3])
        self.request.date_due = today - timedelta(days=1)
        self.assertEqual(self.request._reminder_mark(today), self.request._reminder_mark(today + timedelta(days=6)))
        self.assertNotEqual(self.request._reminder_mark(today), self.request._reminder_mark(today + timedelta(days=7)))
        self._upload()
        self.assertEqual(remind(-20), 3)

    def test_portal(self):
        """Issue 9.3: the customer finds what is asked on his home page, uploads into it, and reads the reason."""
        self.authenticate('test_a1', 'test_a1')
        self.assertIn('Permit', self.url_open('/my').text)
        self.assertIn('Permit', self.url_open('/my/requests').text)
        url = f'/my/requests/{self.request.id}'
        self.assertEqual(self.post_form(f'{url}/upload', files=[('files', ('p.pdf', PDF))]).status_code, 303)
        self.assertEqual(self.request.state, 'submitted')
        self.assertIn('p.pdf', self.url_open(url).text)
        self.request._send_back('Page <2> is missing')
        self.assertIn('Page &lt;2&gt; is missing', self.url_open(url).text)
        self.assertIn('Please choose a file', self.post_form(f'{url}/upload').text)
        self.request._transition(('returned',), 'cancelled')
        self.assertEqual(self.post_form(f'{url}/upload', files=[('files', ('p.pdf', PDF))]).status_code, 404)
        self.assertEqual(len(self.request.file_ids), 1)
        self.authenticate('test_b1', 'test_b1')
        for address in (url, f'{url}?done=uploaded'):
            answer = self.url_open(address)
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn('Permit', answer.text)
        self.assertEqual(self.post_form(f'{url}/upload', files=[('files', ('p.pdf', PDF))]).status_code, 404)
