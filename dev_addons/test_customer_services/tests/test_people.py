from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import verify_limited_field_access_token

from .common import DocumentFixture


@tagged('post_install', '-at_install')
class TestPeople(DocumentFixture, TransactionCase):
    """Who is told about a document, and what hangs on customers themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.customer_a | cls.customer_b)._draw_customer_numbers()
        cls.stranger = cls._create_staff('stranger', 'customer_services.group_customer_services_specialist')

    def _recipients(self, document, message):
        return self.env['res.partner'].browse(
            recipient['id'] for recipient in document._notify_get_recipients(message) if recipient['id'])

    def test_who_may_not_see_is_not_subscribed(self):
        """Issue 3.11: a document is followed only by who may see it: by hand, by mention, by everything."""
        outsider = self.env['res.partner'].create({'name': 'Supplier', 'email': 'supplier@example.com'})
        technician = self.env['res.partner'].create(
            {'name': 'Without login', 'email': 'tech@example.com', 'parent_id': self.customer_a.id})
        people = (self.user_a1 | self.user_a2 | self.user_b1 | self.revoked | self.stranger | self.specialist
                  | self.agent).partner_id | outsider | technician
        self.doc_a1.message_subscribe(partner_ids=people.ids)
        self.assertEqual(
            self.doc_a1.message_partner_ids & people,
            (self.user_a1 | self.specialist | self.agent).partner_id | technician)

    def test_many_documents_are_subscribed_at_once(self):
        """Issue 3.11: creating many documents takes hardly more queries than one; each is followed by who may see it."""
        Document = self.env['test.customer.document'].with_user(self.agent)
        people = (self.agent | self.user_a1 | self.user_b1).partner_id
        counts = []
        for number in (1, 20, 20):  # the first one warms what is cached per process
            documents = Document.create([
                {'name': str(index), 'partner_id': user.partner_id.id}
                for index in range(number) for user in (self.user_a1, self.user_b1)])
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            documents.message_subscribe(partner_ids=people.ids)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[2], counts[0] + 10)
        for document in documents.sudo():
            owner = self.user_a1 if document.commercial_partner_id == self.customer_a else self.user_b1
            self.assertEqual(document.message_partner_ids & people, (self.agent | owner).partner_id)
        internal = self.env['test.customer.document'].create({'name': 'internal'})
        supplier = self.env['res.partner'].create({'name': 'Supplier', 'email': 'supplier@example.com'})
        internal.message_subscribe(partner_ids=(supplier | self.user_a1.partner_id).ids)
        self.assertEqual(internal.message_partner_ids & (supplier | self.user_a1.partner_id), supplier)

    def test_recipients_are_filtered_when_sent(self):
        """Issue 3.11: whose right ended after he was added gets no mail any more, others still do."""
        people = (self.specialist | self.user_a1 | self.agent).partner_id
        self.doc_a1.message_subscribe(partner_ids=people.ids)
        post = self.doc_a1.with_user(self.manager).message_post
        message = post(body='news', message_type='comment', subtype_xmlid='mail.mt_comment', partner_ids=people.ids)
        self.assertEqual(self._recipients(self.doc_a1, message) & people, people)
        self.env['customer.administrator'].search([]).unlink()
        self._access(self.user_a1).sudo().state = 'blocked'
        self.assertEqual(self._recipients(self.doc_a1, message) & people, self.agent.partner_id)

    def test_logins_of_hidden_customers(self):
        """Issue 3.11: a specialist finds no login, no bank account of a customer that he may not see."""
        banks = self.env['res.partner.bank'].create([
            {'acc_number': f'BE{number}', 'partner_id': customer.id}
            for number, customer in enumerate(self.customer_a | self.customer_b)])
        users = self.user_a1 | self.user_b1 | self.agent
        mine = self.env['res.users'].with_user(self.specialist)
        self.assertEqual(mine.search([('id', 'in', users.ids)]).ids, (self.agent | self.user_a1).ids)
        with self.assertRaises(AccessError):
            self.user_b1.with_user(self.specialist).read(['login'])
        found = banks.with_user(self.specialist).search([('id', 'in', banks.ids)])
        self.assertEqual(found.ids, banks[0].ids)
        with self.assertRaises(AccessError):
            banks[1].with_user(self.specialist).read(['acc_number'])
        for user in (self.agent, self.employee):
            self.assertEqual(len(users.with_user(user).search([('id', 'in', users.ids)])), 3)
            self.assertEqual(len(banks.with_user(user).search([('id', 'in', banks.ids)])), 2)

    def test_what_hangs_on_customers(self):
        """Issue 3.11: notes, activities and followers of a hidden customer are hidden, whoever wrote or got them."""
        found = {}
        for customer in self.customer_a | self.customer_b:
            message = customer.message_post(
                body='note', author_id=self.specialist.partner_id.id, partner_ids=self.specialist.partner_id.ids)
            activity = customer.activity_schedule('mail.mail_activity_data_todo', user_id=self.specialist.id)
            customer.message_subscribe(partner_ids=self.specialist.partner_id.ids)
            follower = self.env['mail.followers'].search([
                ('res_model', '=', 'res.partner'), ('res_id', '=', customer.id),
                ('partner_id', '=', self.specialist.partner_id.id)])
            found[customer] = (message, activity, follower)
        for hidden, shown in zip(found[self.customer_b], found[self.customer_a], strict=True):
            both = hidden | shown
            mine = both.with_user(self.specialist)
            self.assertEqual(mine.search([('id', 'in', both.ids)]).ids, shown.ids, both._name)
            self.assertEqual(mine._filtered_access('read').ids, shown.ids, both._name)
            self.assertEqual(len(both.with_user(self.agent).search([('id', 'in', both.ids)])), 2)

    def test_signed_addresses(self):
        """Issue 3.6: a signed address of a file, which Odoo makes for weeks, ends with the right on the document."""
        attachment = self.env['ir.attachment'].create(
            {'name': 'x.txt', 'raw': b'x', 'res_model': self.doc_a1._name, 'res_id': self.doc_a1.id})
        token = attachment._get_raw_access_token()
        self.assertTrue(verify_limited_field_access_token(attachment, 'raw', token, scope='binary'))

        def opened(user, access_token):
            try:
                self.env['ir.binary'].with_user(user)._find_record(
                    res_id=attachment.id, access_token=access_token, field='raw')
            except AccessError:
                return False
            return True

        self.assertTrue(opened(self.user_a1, token))
        for user in (self.user_a2, self.user_b1, self.revoked, self.visitor, self.stranger):
            self.assertFalse(opened(user, token), user.login)
        share = attachment.generate_access_token()[0]
        self.assertTrue(opened(self.visitor, share), 'what staff shared is a bearer right')
        self._access(self.user_a1).with_user(self.agent).action_revoke()
        for access_token in (token, share):
            for user in (self.user_a1, self.visitor):
                self.assertFalse(opened(user, access_token))

    def test_addresses_of_a_lost_customer(self):
        """Issue 3.6: Odoo's address pages change nothing of a customer to whom the access was revoked."""
        address = self.env['res.partner'].create(
            {'name': 'Ramp', 'type': 'delivery', 'parent_id': self.customer_a.id})
        self.env['customer.access'].create(
            {'customer_id': self.customer_b.id, 'user_id': self.user_a1.id, 'state': 'activated'})
        as_page = address.with_user(self.user_a1).sudo()
        self.assertTrue(as_page._can_be_edited_by_current_customer())
        self._access(self.user_a1).filtered(
            lambda access: access.customer_id == self.customer_a).with_user(self.agent).action_revoke()
        self.assertTrue(self.user_a1.active)
        self.assertFalse(as_page._can_be_edited_by_current_customer())
