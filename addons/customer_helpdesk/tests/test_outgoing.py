from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_mail import TicketMailCommon

TEAM = 'first-aid@desk.example.com'
OUTBOX = 'odoo.addons.customer_helpdesk.models.customer_ticket_outbox'


@tagged('post_install', '-at_install')
class TestOutbox(TicketMailCommon):
    """Mails are made after the transaction, once."""

    def test_nothing_before_the_job(self):
        """Issue 5.7: a message writes one row; the job makes the mails, once, and wakes the mail queue."""
        cron = self.env.ref('customer_helpdesk.ir_cron_address_customer_ticket_outbox')
        triggers = self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)])
        self._post_public(self.user_a1)
        self.env.flush_all()
        self.assertFalse(self.env['mail.mail'].search([('id', 'not in', self.known.ids)]))
        self.assertEqual(self.env['ir.cron.trigger'].search_count([('cron_id', '=', cron.id)]), triggers + 1)
        self.env['customer.ticket.outbox']._cron_address()
        self.assertFalse(self.env['customer.ticket.outbox'].search([]))
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.env['customer.ticket.outbox']._cron_address()
        self.assertFalse(self._mails())

    @mute_logger(OUTBOX)
    def test_one_that_fails(self):
        """Issue 5.16: a mail that cannot be made stops no other; it is tried again and stands in the ledger."""
        Ticket = type(self.env['customer.ticket'])
        self._post_public(self.user_a1)
        self._post_public(self.user_b1, ticket=self.ticket_b1)
        original = Ticket._notify_get_recipients

        def fail(ticket, message, *args, **kwargs):
            if ticket == self.ticket_a1:
                raise ZeroDivisionError('broken')
            return original(ticket, message, *args, **kwargs)

        with patch.object(Ticket, '_notify_get_recipients', fail):
            self.assertEqual(len(self._mails()), 1)
        self.assertEqual(self.ticket_a1.delivery_ids.mapped('status'), ['failed'])
        self.assertIn('broken', self.ticket_a1.delivery_ids.failure)
        self.assertEqual(len(self._mails()), 1)
        self.env.invalidate_all()
        self.assertEqual(self.ticket_a1.delivery_ids.mapped('status'), ['queued'])

    def test_batch(self):
        """Issue 5.4: tickets created together each get their message, their mail and their acknowledgement."""
        tickets = self.env['customer.ticket'].create([
            {'name': f'Number {index}', 'description': f'<p>Text {index}</p>', 'team_id': self.team.id,
             'partner_id': user.partner_id.id}
            for index, user in enumerate(self.user_a1 | self.user_b1 | self.user_a2)])
        mails = self._mails()
        self.assertEqual(len(mails), 6)
        for index, ticket in enumerate(tickets):
            message = self._last(ticket)
            self.assertEqual(message.author_id, ticket.partner_id)
            self.assertIn(f'Text {index}', message.body)
            self.assertEqual(
                self._recipients(mails.filtered(lambda mail, ticket=ticket: mail.res_id == ticket.id)),
                sorted(['agent@staff.example.com', ticket.partner_id.email]))

    def test_copy_for_the_author(self):
        """Issue 5.7: a team can send customers a copy of what they answer in the portal; nobody gets it twice."""
        self._post_public(self.user_a1)
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.team.portal_copy = True
        self._post_public(self.user_a1)
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'agent@staff.example.com'])
        self._receive('a1@example.com', TEAM, f'[#{self.ticket_a1.number}]')
        self.assertEqual(self._recipients(self._mails()), ['agent@staff.example.com'])
        self.env['customer.ticket'].with_user(self.user_a1)._create_from_customer({'name': 'A', 'description': 'B'})
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com', 'agent@staff.example.com'])


@tagged('post_install', '-at_install')
class TestSuppression(TicketMailCommon):
    """What is not sent is listed, with its reason, and can be sent by one click."""

    def _suppressed(self, ticket=None):
        return [(row.email, row.reason) for row in (ticket or self.ticket_a1).suppression_ids.sorted('id')]

    def test_addresses(self):
        """Issue 5.10: nothing goes to our own addresses, nor to those that nobody reads."""
        for address, reason in ((TEAM, 'own_address'), ('no-reply@shop.example.com', 'no_reply')):
            self.user_a1.partner_id.email = address
            self._post_public(self.agent)
            self._mails()
            self.assertEqual(self._suppressed()[-1], (address, reason))
            self.assertFalse(self.env['mail.notification'].search([
                ('res_partner_id', '=', self.user_a1.partner_id.id), ('mail_message_id.res_id', '=', self.ticket_a1.id)]))

    def test_cap_of_an_address(self):
        """Issue 5.10: more than so many automatic mails in an hour are kept back, over all tickets and contacts."""
        self.env['ir.config_parameter'].set_param('customer_helpdesk.cap_address', '2')
        twin = self.env['res.partner'].create({'name': 'Twin', 'email': 'A1@example.com'})
        tickets = self.env['customer.ticket'].create([
            {'name': 'Many', 'partner_id': partner.id, 'team_id': self.team.id}
            for partner in (self.user_a1.partner_id, self.user_a1.partner_id, self.user_a1.partner_id, twin)])
        self.assertEqual(self._recipients(self._mails()).count('a1@example.com'), 2)
        self.assertEqual([self._suppressed(ticket) for ticket in tickets], [
            [], [], [('a1@example.com', 'cap_address')], [('a1@example.com', 'cap_address')]])
        self._post_public(self.agent, ticket=tickets[2])
        self.assertEqual(self._recipients(self._mails()), ['a1@example.com'], 'what people write is no automatic mail')

    def test_cap_of_a_ticket(self):
        """Issue 5.10: when two robots talk on a ticket, the mails stop, and nothing is lost."""
        self.env['ir.config_parameter'].set_param('customer_helpdesk.cap_ticket', '3')
        for index in range(5):
            self._receive('a1@example.com', TEAM, f'[#{self.ticket_a1.number}] {index}')
        self.assertEqual(len(self._mails()), 3)
        self.assertEqual(self._suppressed(), [('agent@staff.example.com', 'cap_ticket')] * 2)
        self.assertEqual(self.env['mail.message'].search_count(self.ticket_a1._public_messages_domain()), 5)

    def test_cap_of_a_sender(self):
        """Issue 5.10: a flood of new mails from one address makes its tickets, but no flood of mails."""
        self.env['ir.config_parameter'].set_param('customer_helpdesk.cap_ticket', '1')
        self.env['ir.config_parameter'].set_param('customer_helpdesk.cap_address', '2')
        tickets = self.env['customer.ticket']
        for index in range(4):
            tickets |= self._receive('flood@example.org', TEAM, f'Flood {index}')
        self.assertEqual(len(tickets), 4)
        recipients = self._recipients(self._mails())
        self.assertEqual(recipients, ['agent@staff.example.com'] * 2 + ['flood@example.org'] * 2)

    def test_bounced_address(self):
        """Issue 5.10: an address from which mails came back three times gets no automatic mail."""
        self.user_a1.partner_id.message_bounce = 3
        self.ticket_a1._acknowledge()
        self.assertFalse(self._mails())
        self.assertEqual(self._suppressed(), [('a1@example.com', 'bounced')])

    def test_release(self):
        """Issue 5.10: one click sends the mail, once; who may not write to the ticket sends none."""
        self.user_a1.partner_id.email = 'noreply@shop.example.com'
        self._post_public(self.agent)
        self.assertFalse(self._mails())
        row = self.ticket_a1.suppression_ids
        self.assertEqual(self.ticket_a1.delivery_ids.mapped('status'), ['suppressed'])
        for user in (self.user_a1, self.employee, self.other_company_agent):
            with self.assertRaises(AccessError):
                row.with_user(user).action_release()
            self.assertFalse(row.released)
        row.with_user(self.agent).action_release()
        self.assertEqual(self._recipients(self._mails()), ['noreply@shop.example.com'])
        self.assertEqual(row.released_by, self.agent)
        with self.assertRaises(UserError):
            row.with_user(self.agent).action_release()
        self.assertFalse(self._mails())


@tagged('post_install', '-at_install')
class TestLedger(TicketMailCommon):
    """Who was mailed what, and did it arrive."""

    def _ledger(self, kind='public'):
        self.env.flush_all()
        self.env.invalidate_all()
        return sorted(
            (row.partner_id.email or '', row.status)
            for row in self.env['customer.ticket.delivery'].search(
                [('ticket_id', '=', self.ticket_a1.id), ('kind', '=', kind)]))

    def test_both_parties(self):
        """Issue 5.16: both directions stand in the ledger, from the first moment on."""
        self._post_public(self.user_a1)
        self.assertEqual(self._ledger(), [('', 'queued')])
        self._mails()
        self._post_public(self.agent)
        mails = self._mails()
        self.assertEqual(self._ledger(), [('a1@example.com', 'queued'), ('agent@staff.example.com', 'queued')])
        mails._postprocess_sent_message(success_pids=mails.recipient_ids, success_emails=[])
        self.assertEqual(self._ledger(), [('a1@example.com', 'sent'), ('agent@staff.example.com', 'queued')])

    def test_resend(self):
        """Issue 5.16: what failed is sent again to its one recipient; what is on its way or arrived is not."""
        message = self._post_public(self.agent)
        mail = self._mails()
        row = self.env['customer.ticket.delivery'].search([('message_id', '=', message.id)])
        with self.assertRaises(UserError):
            row.with_user(self.agent).action_resend()
        mail.write({'state': 'exception'})
        mail._postprocess_sent_message(
            success_pids=[], success_emails=[], failure_type='mail_smtp', failure_reason='no route')
        self.assertEqual(self._ledger(), [('a1@example.com', 'failed')])
        for user in (self.user_a1, self.employee):
            with self.assertRaises(AccessError):
                row.with_user(user).action_resend()
        self.assertFalse(self._mails())
        row.with_user(self.agent).action_resend()
        again = self._mails()
        self.assertEqual(self._recipients(again), ['a1@example.com'])
        self.assertEqual(mail.exists().mapped('state'), ['cancel'])
        self.assertEqual(self._ledger(), [('a1@example.com', 'queued')])

    def test_who_reads_it(self):
        """Issue 5.16: the ledger is as visible as the ticket."""
        self._post_public(self.agent)
        self._mails()
        Delivery = self.env['customer.ticket.delivery']
        domain = [('ticket_id', '=', self.ticket_a1.id)]
        self.assertTrue(Delivery.with_user(self.specialist).search(domain))
        self.assertFalse(Delivery.with_user(self.specialist).search([('ticket_id', '=', self.ticket_b1.id)]))
        for user in (self.user_a1, self.employee):
            with self.assertRaises(AccessError):
                Delivery.with_user(user).search(domain)
