from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_mail import TicketMailCommon


@tagged('post_install', '-at_install')
class TestMerge(TicketMailCommon):
    """Tickets that become one."""

    def setUp(self):
        super().setUp()
        self.old = self._create_ticket(self.user_a1, name='Lamp again')
        self.new = self._create_ticket(self.user_a1, name='Lamp')

    def test_merge(self):
        """Issue 5.23: messages, notes, files, followers and activities move; the old ticket is cancelled and points there."""
        message = self._comment(self.old, self.user_a1, 'It flickers')
        note = self._note(self.old, self.agent, 'First series')
        file = self._attachment(self.old, 'lamp.txt', b'photo')
        self._access(self.user_a2).scope = 'all'
        self.old.message_subscribe(self.user_a2.partner_id.ids)
        activity = self.old.activity_schedule('mail.mail_activity_data_todo', user_id=self.agent.id)
        target = self.old.with_user(self.agent)._merge_into(self.new)
        self.assertEqual(target, self.new)
        for record in (message, note, file, activity):
            self.assertEqual(record.res_id, self.new.id, record._name)
        self.assertIn(self.user_a2.partner_id, self.new.message_partner_ids)
        self.assertEqual((self.old.state, self.old.merged_into_id), ('cancelled', self.new))
        self.assertIn(message, self.new.message_ids)
        bodies = ' '.join(self.new.message_ids.mapped('body'))
        self.assertIn(self.old.number, bodies)
        portal = self.new.with_user(self.user_a1)
        public = self.env['mail.message'].with_user(self.user_a1).search(portal._public_messages_domain())
        self.assertIn(message, public)
        self.assertNotIn(note, public)

    def test_text_of_a_quiet_ticket(self):
        """Issue 5.23: the text of a ticket that was entered without mail becomes a message of its requester."""
        quiet = self.env['customer.ticket'].with_context(tracking_disable=True).create({
            'partner_id': self.user_a1.partner_id.id, 'name': 'Old', 'description': '<p>Only here</p>',
            'team_id': self.team.id})
        quiet._merge_into(self.new)
        moved = self.new.message_ids.filtered(lambda message: 'Only here' in message.body)
        self.assertEqual(moved.author_id, self.user_a1.partner_id)

    def test_mail_lands_on_the_target(self):
        """Issue 5.23: mail to the old ticket, by reference or by reply, lands on the target; over a chain too."""
        self._mails()
        acknowledgement = self.old.message_ids.filtered(lambda message: message.message_type == 'auto_comment')
        self.old._merge_into(self.new)
        third = self._create_ticket(self.user_a1, name='Third')
        self.new._merge_into(third)
        self.assertEqual(self.old._merge_target(), third)
        self._receive('a1@example.com', 'first-aid@desk.example.com', 'Re: Lamp again', 'By mail',
                      In_Reply_To=acknowledgement.message_id)
        self.assertIn('By mail', third.message_ids[:1].body + third.message_ids[1:2].body)
        self.old.with_user(self.user_a1).message_post(body='In the portal')
        self.assertIn('In the portal', third.message_ids[:1].body)
        self.assertNotIn('In the portal', ' '.join(self.old.message_ids.mapped('body')))

    def test_cycles(self):
        """Issue 5.23: a ticket is never merged into itself, directly or around a corner; stored cycles end."""
        with self.assertRaises(UserError):
            self.old._merge_into(self.old)
        self.old._merge_into(self.new)
        with self.assertRaises(UserError):
            self.new._merge_into(self.old)
        with self.assertRaises(ValidationError):
            self.new.merged_into_id = self.old
        self.env.flush_all()
        self.env.cr.execute('UPDATE customer_ticket SET merged_into_id = %s WHERE id = %s', [self.old.id, self.new.id])
        self.env.invalidate_all()
        self.assertIn(self.old._merge_target(), self.old | self.new)

    def test_other_customer_needs_confirmation(self):
        """Issue 5.23: tickets of different customers are merged only after a confirmation; nothing moves before."""
        message = self._comment(self.ticket_b1, self.user_b1, 'Secret')
        self.ticket_b1.message_subscribe(self.user_b1.partner_id.ids)
        with self.assertRaises(UserError):
            self.ticket_b1.with_user(self.agent)._merge_into(self.new)
        self.assertEqual((message.res_id, self.ticket_b1.merged_into_id.id), (self.ticket_b1.id, False))
        wizard = Form(self.env['customer.ticket.merge.wizard'].with_user(self.agent).with_context(
            default_ticket_ids=(self.ticket_b1 | self.new).ids))
        self.assertEqual(wizard.customer_count, 2)
        wizard.target_id = self.new
        wizard.is_confirmed = True
        action = wizard.save().action_merge()
        self.assertEqual(action['res_id'], self.new.id)
        self.assertEqual(message.res_id, self.new.id)
        self.assertNotIn(self.user_b1.partner_id, self.new.message_partner_ids, 'he may not see that ticket')

    def test_wizard_proposes_the_oldest(self):
        """Issue 5.23: the wizard merges into the oldest ticket if nothing else is chosen."""
        wizard = self.env['customer.ticket.merge.wizard'].with_user(self.agent).create(
            {'ticket_ids': [Command.set((self.new | self.old).ids)]})
        self.assertEqual(wizard.target_id, self.old)
        wizard.action_merge()
        self.assertEqual(self.new.merged_into_id, self.old)

    def test_rights(self):
        """Issue 5.23: who may not process both tickets merges neither; customers and colleagues without right do not."""
        for user in (self.specialist, self.user_a1, self.employee, self.other_company_agent):
            with self.assertRaises(AccessError, msg=user.login):
                self.old.with_user(user)._merge_into(self.ticket_b1.with_user(user), allow_other_customer=True)
        self.assertFalse(self.old.merged_into_id)
        self.assertFalse(self.ticket_b1.message_ids.filtered(lambda message: 'merged' in (message.body or '')))

    def test_promises_of_the_target(self):
        """Issue 5.23: the customer of the merged ticket goes on waiting on the target, the promises of which count."""
        for ticket in self.old | self.new:
            self._post_public(self.agent, ticket=ticket)
        self._post_public(self.user_a1, ticket=self.old)
        since = self.old.next_response_since
        self.assertTrue(since)
        self.old._merge_into(self.new)
        self.assertEqual(self.new.next_response_since, since)

    # -- split ------------------------------------------------------------------

    def test_split(self):
        """Issue 5.23: a message becomes a ticket of its own, with its author, text and files, linked with the first."""
        file = self._attachment(self.new, 'second.txt', b'other')
        message = self._comment(self.new, self.user_a2, '<p>By the way, the chair broke</p>', attachment_ids=file.ids)
        wizard = self.env['customer.ticket.split.wizard'].with_user(self.agent).with_context(
            default_ticket_id=self.new.id).create({})
        self.assertEqual(wizard.name, 'Lamp')
        line = wizard.line_ids.filtered(lambda line: line.message_id == message)
        self.assertIn('chair broke', line.text)
        wizard.name = 'Chair'
        self._mails()
        ticket = self.env['customer.ticket'].browse(line.action_split()['res_id'])
        self.assertEqual((ticket.name, ticket.partner_id, ticket.split_from_id), (
            'Chair', self.user_a2.partner_id, self.new))
        self.assertEqual((ticket.linked_ids, self.new.linked_ids), (self.new, ticket))
        request = ticket.message_ids.filtered(lambda found: found.attachment_ids)
        self.assertEqual(request.attachment_ids.mapped('raw'), [b'other'])
        self.assertEqual(message.res_id, self.new.id, 'the message stays where it was said')
        self.assertIn('a2@example.com', self._recipients(self._mails()), 'the requester is told the number')

    def test_split_refused(self):
        """Issue 5.23: notes and messages of other tickets do not become tickets."""
        note = self._note(self.new, self.agent, 'internal')
        foreign = self._comment(self.ticket_b1, self.user_b1, 'Secret')
        count = self.env['customer.ticket'].search_count([])
        for message in (note, foreign):
            with self.assertRaises(UserError):
                self.new.with_user(self.agent)._split(message)
        with self.assertRaises(AccessError):
            self.ticket_b1.with_user(self.specialist)._split(foreign)
        self.assertEqual(self.env['customer.ticket'].search_count([]), count)

    # -- link ---------------------------------------------------------------------

    def test_links(self):
        """Issue 5.23: a link is shown on both tickets, and is gone from both."""
        self.old.with_user(self.agent).linked_ids = self.new
        self.assertEqual(self.new.linked_ids, self.old)
        self.new.with_user(self.agent).linked_ids = False
        self.assertFalse(self.old.linked_ids)
        with self.assertRaises(ValidationError):
            self.old.linked_ids = self.old

    def test_links_hide_foreign_tickets(self):
        """Issue 5.23: a link opens nothing: a specialist does not see the linked ticket of another customer."""
        self.old.linked_ids = self.ticket_b1
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.old.with_user(self.specialist).linked_ids)
