from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import TicketCommon


@tagged('post_install', '-at_install')
class TestTicketAccess(TicketCommon):
    """Who may do what with tickets by ORM and RPC, whatever the pages show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tickets = cls.ticket_a1 | cls.ticket_a2 | cls.ticket_b1
        cls.stranger = cls._create_staff('stranger', 'customer_services.group_customer_services_specialist')
        cls.processor = cls._create_staff('processor', 'customer_services.group_customer_services_specialist')
        cls.env['customer.processor'].create({
            'user_id': cls.processor.id, 'res_model': 'customer.ticket', 'res_id': cls.ticket_b1.id})

    def _assert_sees(self, user, expected):
        """Check all ways of reading: search, count, groups, names, and each record alone."""
        Ticket = self.env['customer.ticket'].with_user(user)
        mine = [('id', 'in', self.tickets.ids)]
        self.assertEqual(Ticket.search(mine), expected.with_user(user), user.login)
        self.assertEqual(Ticket.search_count(mine), len(expected))
        groups = Ticket._read_group(mine, ['commercial_partner_id'], ['__count'])
        self.assertEqual(sum(count for _customer, count in groups), len(expected))
        for ticket in self.tickets:
            found = [row[0] for row in Ticket.name_search(ticket.number)]
            own = Ticket.browse(ticket.id)
            if ticket in expected:
                self.assertIn(ticket.id, found)
                self.assertEqual(own.read(['name'])[0]['name'], ticket.name)
            else:
                self.assertNotIn(ticket.id, found)
                with self.assertRaises(AccessError):
                    own.read(['name'])

    def _assert_no_acl(self, user):
        Ticket = self.env['customer.ticket'].with_user(user)
        for call in (
            lambda: Ticket.search([]), lambda: Ticket.search_count([]), lambda: Ticket.name_search('T'),
            lambda: Ticket._read_group([], [], ['__count']), lambda: Ticket.browse(self.ticket_a1.id).read(['name']),
        ):
            with self.assertRaises(AccessError, msg=user.login):
                call()

    def _assert_cannot_change(self, user, tickets, may_create=False):
        """Check that writing, creating for the customer and deleting are refused and change nothing."""
        count = self.env['customer.ticket'].search_count([])
        for ticket in tickets:
            before = ticket.sudo().read(['name', 'stage_id', 'partner_id', 'user_id', 'write_date'])
            own = ticket.with_user(user)
            for values in ({'name': 'Mine'}, {'stage_id': self.stages['closed'].id},
                           {'partner_id': user.partner_id.id}, {'user_id': user.id}):
                with self.assertRaises(AccessError, msg=f'{user.login} {values}'):
                    own.write(values)
            with self.assertRaises(AccessError):
                own.unlink()
            if not may_create:
                with self.assertRaises(AccessError):
                    self.env['customer.ticket'].with_user(user).create(
                        {'name': 'Mine', 'partner_id': ticket.sudo().partner_id.id})
            ticket.invalidate_recordset()
            self.assertEqual(ticket.sudo().read(['name', 'stage_id', 'partner_id', 'user_id', 'write_date']), before)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)

    def test_visitor(self):
        """Issue 2.14, Issue 5.29: a visitor without login sees and changes nothing."""
        self._assert_no_acl(self.visitor)
        self._assert_cannot_change(self.visitor, self.tickets)

    def test_employee(self):
        """Issue 2.14: an employee without a role in customer services sees and changes nothing."""
        self._assert_no_acl(self.employee)
        self._assert_cannot_change(self.employee, self.tickets)

    def test_customer_with_scope_all(self):
        """Issue 2.14: a customer with scope all reads the tickets of his company only, and writes none."""
        self._assert_sees(self.user_a1, self.ticket_a2 | self.ticket_a1)
        self._assert_cannot_change(self.user_a1, self.tickets)

    def test_customer_with_scope_own(self):
        """Issue 2.14: a colleague with scope own reads what he asked himself only."""
        self._assert_sees(self.user_a2, self.ticket_a2)
        self._assert_cannot_change(self.user_a2, self.tickets)

    def test_other_customer(self):
        """Issue 2.14: another customer sees nothing of this one."""
        self._assert_sees(self.user_b1, self.ticket_b1)
        self._assert_sees(self.user_b2, self.env['customer.ticket'])

    def test_revoked(self):
        """Issue 2.14: who lost his access sees nothing, not even what he asked himself."""
        own = self._create_ticket(self.revoked)
        self.tickets |= own
        self._assert_sees(self.revoked, self.env['customer.ticket'])
        self._assert_cannot_change(self.revoked, own)

    def test_specialist(self):
        """Issue 2.14: a specialist sees and processes the tickets of the customers that he administers."""
        self._assert_sees(self.specialist, self.ticket_a2 | self.ticket_a1)
        self._assert_cannot_change(self.specialist, self.ticket_b1)
        self.ticket_a1.with_user(self.specialist).stage_id = self.stages['open']
        self.assertEqual(self.ticket_a1.state, 'open')
        ticket = self.env['customer.ticket'].with_user(self.specialist).create(
            {'name': 'By phone', 'partner_id': self.user_a1.partner_id.id})
        self.assertEqual(ticket.commercial_partner_id, self.customer_a)
        with self.assertRaises(AccessError):
            ticket.unlink()
        with self.assertRaises(AccessError):
            self.ticket_a1.with_user(self.specialist).partner_id = self.user_b1.partner_id
        self.env.invalidate_all()
        self.assertEqual(ticket.sudo().exists(), ticket)

    def test_specialist_without_authorisation(self):
        """Issue 2.14: a specialist without any authorisation sees and changes nothing."""
        self._assert_sees(self.stranger, self.env['customer.ticket'])
        self._assert_cannot_change(self.stranger, self.tickets)

    def test_processor(self):
        """Issue 2.14: a processor sees and processes the one ticket that was given to him."""
        self._assert_sees(self.processor, self.ticket_b1)
        self._assert_cannot_change(self.processor, self.ticket_a1 | self.ticket_a2)
        self.ticket_b1.user_id = self.processor
        self.ticket_b1.with_user(self.processor).priority = '2'
        self.assertEqual(self.ticket_b1.priority, '2')

    def test_agent(self):
        """Issue 2.14: an agent sees and processes everything, but deletes nothing."""
        self._assert_sees(self.agent, self.tickets.sorted(lambda ticket: -ticket.id))
        self.ticket_b1.with_user(self.agent).write({'user_id': self.agent.id, 'stage_id': self.stages['open'].id})
        self.assertEqual((self.ticket_b1.user_id, self.ticket_b1.state), (self.agent, 'open'))
        with self.assertRaises(AccessError):
            self.ticket_b1.with_user(self.agent).unlink()
        self.assertTrue(self.ticket_b1.exists())

    def test_manager(self):
        """Issue 2.14: a manager also deletes, and sets up teams and stages, which an agent cannot."""
        self._assert_sees(self.manager, self.tickets.sorted(lambda ticket: -ticket.id))
        self.ticket_b1.with_user(self.manager).unlink()
        self.assertFalse(self.ticket_b1.exists())
        values = {'customer.ticket.team': {'name': 'New'}, 'customer.ticket.stage': {'name': 'New', 'state': 'open'}}
        for model, vals in values.items():
            self.assertTrue(self.env[model].with_user(self.manager).create(dict(vals)))
            count = self.env[model].search_count([])
            for user in (self.agent, self.specialist, self.employee, self.user_a1, self.visitor):
                with self.assertRaises(AccessError, msg=f'{model} {user.login}'):
                    self.env[model].with_user(user).create(dict(vals))
            self.assertEqual(self.env[model].search_count([]), count)

    def test_customers_do_not_read_the_organisation(self):
        """Issue 2.14: teams with their members and the stages are the business of staff."""
        for user in (self.user_a1, self.visitor, self.employee):
            for model in ('customer.ticket.team', 'customer.ticket.stage'):
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_other_company(self):
        """Issue 2.14: an agent of another company sees and changes nothing, and creates in his company only."""
        self._assert_sees(self.other_company_agent, self.env['customer.ticket'])
        self._assert_cannot_change(self.other_company_agent, self.tickets, may_create=True)
        Ticket = self.env['customer.ticket'].with_user(self.other_company_agent)
        with self.assertRaises(AccessError):
            Ticket.create({
                'name': 'Mine', 'partner_id': self.customer_a.id, 'company_id': self.company.id})

    def test_messages_follow_the_ticket(self):
        """Issue 2.14: internal notes and their files never reach a customer, by no call; public ones reach his own."""
        secret = self._attachment(self.ticket_a1, 'secret.txt', b'internal')
        shared = self._attachment(self.ticket_a1, 'shared.txt', b'public')
        note = self._note(self.ticket_a1, self.agent, 'internal', attachment_ids=secret.ids)
        public = self._comment(self.ticket_a1, self.agent, 'public', attachment_ids=shared.ids)
        Message = self.env['mail.message'].with_user(self.user_a1)
        domain = [('model', '=', 'customer.ticket'), ('res_id', '=', self.ticket_a1.id)]
        self.assertEqual(Message.search(domain).ids, public.ids)
        self.assertEqual(public.with_user(self.user_a1).read(['body'])[0]['body'], '<p>public</p>')
        self.assertEqual(shared.with_user(self.user_a1).raw, b'public')
        self.env.invalidate_all()
        for call in (
            lambda: note.with_user(self.user_a1).read(['body']),
            lambda: secret.with_user(self.user_a1).read(['name', 'raw']),
            lambda: public.with_user(self.user_b1).read(['body']),
            lambda: shared.with_user(self.user_b1).read(['name', 'raw']),
            lambda: public.with_user(self.user_a1).write({'body': 'changed'}),
            lambda: public.with_user(self.user_a1).unlink(),
        ):
            with self.assertRaises(AccessError):
                call()
        self.env.invalidate_all()
        self.assertEqual((public.body, note.body), ('<p>public</p>', '<p>internal</p>'))

    def test_notes_cannot_be_guessed(self):
        """Issue 2.14: a customer cannot find out by searching what stands in internal notes, staff can search them."""
        self._note(self.ticket_a1, self.agent, 'difficult customer', attachment_ids=self._attachment(
            self.ticket_a1, 'debts.txt', b'internal').ids)
        self._comment(self.ticket_a1, self.agent, 'friendly answer')
        self.env.flush_all()
        for name in ('message_ids', 'website_message_ids'):
            for user, text, count in (
                (self.user_a1, 'difficult', 0), (self.user_a1, 'friendly', 1), (self.user_b1, 'friendly', 0),
                (self.agent, 'difficult', 1), (self.specialist, 'difficult', 1),
            ):
                Ticket = self.env['customer.ticket'].with_user(user)
                domain = [('id', '=', self.ticket_a1.id)]
                self.assertEqual(
                    Ticket.search_count([*domain, (f'{name}.body', 'ilike', text)]), count, f'{user.login} {text}')
            Ticket = self.env['customer.ticket'].with_user(self.user_a1)
            self.assertFalse(Ticket.search([(f'{name}.attachment_ids.name', 'ilike', 'debts')]))
            messages = Ticket.browse(self.ticket_a1.id)[name].sudo()
            self.assertEqual(messages.mapped('body'), ['<p>friendly answer</p>'])

    def test_customer_posts_as_himself(self):
        """Issue 2.14: by RPC a customer answers publicly as himself; he chooses neither author nor recipients."""
        message = self.ticket_a1.with_user(self.user_a1).message_post(
            body='Hello', author_id=self.agent.partner_id.id, email_from='agent@staff.example.com',
            subtype_xmlid='mail.mt_note', message_type='notification', partner_ids=self.user_b1.partner_id.ids)
        message = message.sudo()
        self.assertEqual(message.author_id, self.user_a1.partner_id)
        self.assertEqual(message.subtype_id, self.env.ref('mail.mt_comment'))
        self.assertEqual(message.message_type, 'comment')
        self.assertFalse(message.partner_ids)
        count = self.env['mail.message'].search_count([])
        for ticket in (self.ticket_b1, self.ticket_a1):
            user = self.user_a1 if ticket == self.ticket_b1 else self.user_a2
            with self.assertRaises(AccessError):
                ticket.with_user(user).message_post(body='Hello')
        self.assertEqual(self.env['mail.message'].search_count([]), count)
