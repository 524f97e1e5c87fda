from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestMessages(DocumentFixture, TransactionCase):
    """Messages follow their document; internal notes stay inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        post = cls.doc_a1.with_user(cls.agent).message_post
        cls.public = post(body='public', message_type='comment', subtype_xmlid='mail.mt_comment')
        cls.note = post(body='internal', message_type='comment', subtype_xmlid='mail.mt_note')
        cls.mailed_note = post(body='internal by mail', message_type='email', subtype_xmlid='mail.mt_note')

    def _seen(self, user):
        messages = self.public | self.note | self.mailed_note
        found = self.env['mail.message'].with_user(user).search([('id', 'in', messages.ids)])
        readable = messages.with_user(user)._filtered_access('read')
        self.assertEqual(set(found.ids), set(readable.ids))
        return found.with_env(self.env)

    def test_notes_never_reach_customers(self):
        """Issue 2.14: a customer reads public messages only, whatever the type of the note."""
        self.assertEqual(self._seen(self.user_a1), self.public)
        self.assertEqual(self._seen(self.specialist), self.public | self.note | self.mailed_note)

    def test_messages_follow_the_document(self):
        """Issue 2.14: other customers, colleagues of scope own and revoked ones see none, even as recipients."""
        for user in (self.user_a2, self.user_b1, self.revoked):
            self.public.sudo().partner_ids = [Command.link(user.partner_id.id)]
            self.assertFalse(self._seen(user), user.login)

    def test_author_loses_messages_with_the_document(self):
        """Issue 2.14: a revoked user does not read what he once wrote, nor a specialist what left his customers."""
        message = self.doc_a1.with_user(self.user_a1).message_post(body='mine')
        self._access(self.user_a1).state = 'revoked'
        self.assertFalse(self.env['mail.message'].with_user(self.user_a1).search([('id', '=', message.id)]))
        with self.assertRaises(AccessError):
            message.with_user(self.user_a1).read(['body'])

    def test_customer_posts_as_himself(self):
        """Issue 2.15: author, recipients, kind and subtype that a customer gives by RPC are ignored."""
        message = self.doc_a1.with_user(self.user_a1).message_post(
            body='<b>hi</b>\x00', author_id=self.agent.partner_id.id, email_from='boss@example.com',
            message_type='notification', subtype_xmlid='mail.mt_note', partner_ids=self.user_b1.partner_id.ids)
        message = message.sudo()
        self.assertEqual(message.author_id, self.user_a1.partner_id)
        self.assertEqual((message.message_type, message.subtype_id), ('comment', self.env.ref('mail.mt_comment')))
        self.assertNotIn(self.user_b1.partner_id, message.partner_ids)
        self.assertIn('&lt;b&gt;hi&lt;/b&gt;', message.body)

    def test_who_may_not_post(self):
        """Issue 2.14: who does not see the document cannot write under it."""
        before = len(self.doc_a1.message_ids)
        for user in (self.user_a2, self.user_b1, self.revoked, self.visitor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.doc_a1.with_user(user).message_post(body='x')
        self.assertEqual(len(self.doc_a1.message_ids), before)

    def test_customer_cannot_touch_messages(self):
        """Issue 2.15: customers neither create, change nor delete messages directly."""
        mine = self.doc_a1.with_user(self.user_a1).message_post(body='mine')
        Message = self.env['mail.message'].with_user(self.user_a1)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            Message.create({
                'model': self.doc_a1._name, 'res_id': self.doc_a1.id, 'body': 'forged',
                'author_id': self.agent.partner_id.id, 'message_type': 'comment',
                'subtype_id': self.env.ref('mail.mt_comment').id})
        with self.assertRaises(AccessError):
            mine.with_user(self.user_a1).write({'body': 'changed'})
        with self.assertRaises(AccessError):
            mine.with_user(self.user_a1).unlink()
        self.assertIn('mine', mine.sudo().body)
        self.assertNotIn('forged', str(self.doc_a1.message_ids.mapped('body')))

    def test_files_of_customers_are_checked(self):
        """Issue 2.15: files given by RPC pass the same limits, before anything is stored."""
        before = self.env['ir.attachment'].search_count([])
        document = self.doc_a1.with_user(self.user_a1)
        for files in ([('a.exe', b'x')], [('a.pdf', b'MZ\x90')], [('a.pdf', b'')], 'nonsense', [1], [(1, 2)]):
            with self.subTest(files=files), self.assertRaises(UserError):
                document.message_post(body='x', attachments=files)
        with self.assertRaises(UserError):
            document.message_post(body='  ')
        self.assertEqual(self.env['ir.attachment'].search_count([]), before)
        message = document.message_post(body='', attachments=[('../a.pdf', b'%PDF-1.7')])
        self.assertEqual(message.sudo().attachment_ids.mapped('name'), ['a.pdf'])

    def test_token_does_not_post(self):
        """Issue 2.15: a share token opens a document for reading, it never writes for the customer."""
        token = self.doc_a1._portal_ensure_token()
        thread = self.env[self.doc_a1._name].with_user(self.visitor)
        self.assertEqual(thread._get_thread_with_access(self.doc_a1.id, mode='read', token=token).id, self.doc_a1.id)
        self.assertFalse(thread._get_thread_with_access(self.doc_a1.id, mode='write', token=token))
        self.assertFalse(thread._get_thread_with_access(self.doc_a1.id, mode='read', token=token[:-1]))

    def test_activities_follow_the_document(self):
        """Issue 3.11: an activity on a hidden document is hidden, even from its assignee."""
        activity_type = self.env.ref('mail.mail_activity_data_todo')
        activities = [document.activity_schedule(
            activity_type_id=activity_type.id, summary='Call', user_id=self.specialist.id)
            for document in (self.doc_a1, self.doc_a2)]
        self.env['customer.administrator'].search([('user_id', '=', self.specialist.id)]).unlink()
        self.env['customer.processor'].create(
            {'user_id': self.specialist.id, 'res_model': self.doc_a2._name, 'res_id': self.doc_a2.id})
        Activity = self.env['mail.activity'].with_user(self.specialist)
        self.assertEqual(
            Activity.search([('res_model', '=', self.doc_a1._name)]).ids, activities[1].ids)
        self.assertEqual(Activity.search_count([('res_model', '=', self.doc_a1._name)]), 1)
        with self.assertRaises(AccessError):
            activities[0].with_user(self.specialist).read(['summary'])
        with self.assertRaises(AccessError):
            activities[0].with_user(self.specialist).write({'summary': 'changed'})
        self.assertEqual(activities[0].summary, 'Call')
        self.assertTrue(activities[1].with_user(self.specialist).read(['summary']))

    def test_followers_follow_the_document(self):
        """Issue 3.11: who follows a hidden document is not told."""
        self.doc_a1.message_subscribe(partner_ids=self.user_a1.partner_id.ids)
        self.doc_b1.message_subscribe(partner_ids=self.user_b1.partner_id.ids)
        Followers = self.env['mail.followers'].with_user(self.specialist)
        domain = [('res_model', '=', self.doc_a1._name), ('partner_id', 'in', (self.user_a1 | self.user_b1).partner_id.ids)]
        found = Followers.search(domain)
        self.assertEqual(found.mapped('res_id'), self.doc_a1.ids)
        hidden = self.env['mail.followers'].search(domain) - found.with_env(self.env)
        with self.assertRaises(AccessError):
            hidden.with_user(self.specialist).read(['partner_id'])
        for user in (self.user_a1, self.visitor):
            with self.assertRaises(AccessError):
                self.env['mail.followers'].with_user(user).search(domain)

    def test_files_follow_the_document(self):
        """Issue 3.11: files of a hidden document are hidden from specialists, all files from customers by RPC."""
        files = [self.env['ir.attachment'].create(
            {'name': 'x.txt', 'raw': b'x', 'res_model': document._name, 'res_id': document.id})
            for document in (self.doc_a1, self.doc_b1)]
        Attachment = self.env['ir.attachment'].with_user(self.specialist)
        self.assertEqual(Attachment.search([('res_model', '=', self.doc_a1._name)]).ids, files[0].ids)
        with self.assertRaises(AccessError):
            files[1].with_user(self.specialist).read(['raw'])
        with self.assertRaises(AccessError):
            files[0].with_user(self.user_a1).read(['raw'])
