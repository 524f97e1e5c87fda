from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.customer_ticket_answer import SEEN_KEY
from .test_mail import TicketMailCommon


@tagged('post_install', '-at_install')
class TestAnswer(TicketMailCommon):
    """Canned answers, and answers that cross with a message."""

    def test_placeholders(self):
        """Issue 5.24: placeholders of a canned answer are filled in from the ticket; unknown ones stay."""
        text = self.ticket_a1.with_user(self.agent).fill_placeholders(
            'Hello {{ requester }} of {{customer}}, [{{number}}] {{subject}} {{nothing}} {{agent}} {{team}}')
        self.assertEqual(text, f'Hello End user A1 of Customer A, [{self.ticket_a1.number}] Lamp of the office '
                               '{{nothing}} Agent First aid')

    def test_placeholders_are_no_code(self):
        """Issue 5.24: nothing in a canned answer, or in what is filled in, is evaluated."""
        self.ticket_a1.name = '{{requester}} {{ 7*7 }}'
        ticket = self.ticket_a1.with_user(self.agent)
        self.assertEqual(ticket.fill_placeholders('{{subject}}'), '{{requester}} {{ 7*7 }}')
        for text in ('{{ 7*7 }}', '{{ object.env }}', '{{ number.__class__ }}', '${number}', '<t t-out="1"/>'):
            self.assertEqual(ticket.fill_placeholders(text), text)

    def test_placeholders_need_the_ticket(self):
        """Issue 5.24: who may not read a ticket learns nothing of it."""
        for user in (self.user_b1, self.specialist, self.employee):
            with self.assertRaises(AccessError):
                self.ticket_b1.with_user(user if user != self.user_b1 else self.user_a1).fill_placeholders('{{subject}}')

    def test_shared_answers(self):
        """Issue 5.24: a canned answer of the team is offered to every specialist and to no other employee."""
        Answer = self.env['mail.canned.response']
        answer = Answer.with_user(self.manager).create({
            'source': 'closing', 'substitution': 'Bye {{requester}}',
            'group_ids': [Command.set(self.env.ref('customer_services.group_customer_services_specialist').ids)]})
        self.assertTrue(Answer.with_user(self.specialist).search([('id', '=', answer.id)]))
        self.assertFalse(Answer.with_user(self.employee).search([('id', '=', answer.id)]))

    # -- messages that cross ---------------------------------------------------

    def test_unseen_message(self):
        """Issue 5.25: an answer that crosses with a message of the customer is refused until it was seen."""
        ticket = self.ticket_a1
        seen = self._post_public(self.user_a1, 'First').id
        words = self._post_public(self.user_a1, 'Second')
        mine = ticket.with_user(self.agent)
        self.assertEqual([word['text'] for word in mine.customer_words_since(seen)], ['Second'])
        before = len(ticket.message_ids)
        with self.assertRaises(UserError):
            mine.with_context(**{SEEN_KEY: seen}).message_post(
                body='Answer', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(len(ticket.message_ids), before)
        self.assertFalse(self._mails().filtered(lambda mail: 'Answer' in (mail.body_html or '')))
        mine.with_context(**{SEEN_KEY: words.id}).message_post(
            body='Answer', message_type='comment', subtype_xmlid='mail.mt_comment')
        self.assertEqual(len(ticket.message_ids), before + 1)
        self._post_public(self.agent, 'By a program: nothing is known of what it has seen')

    def test_own_words_and_notes_do_not_count(self):
        """Issue 5.25: messages of colleagues and notes are not the customer's word."""
        seen = self._post_public(self.user_a1).id
        self._post_public(self.manager, 'From a colleague')
        self._note(self.ticket_a1, self.agent, 'Note')
        self.assertEqual(self.ticket_a1.with_user(self.agent).customer_words_since(seen), [])

    def test_composer(self):
        """Issue 5.25: the full composer asks as well, and sends what is confirmed."""
        seen = self._post_public(self.user_a1).id
        self._post_public(self.user_a1, 'Wait, one more thing')
        composer = self.env['mail.compose.message'].with_user(self.agent).create({
            'model': 'customer.ticket', 'res_ids': str(self.ticket_a1.ids), 'composition_mode': 'comment',
            'body': '<p>Answer</p>', 'customer_ticket_seen': seen,
            'subtype_id': self.env.ref('mail.mt_comment').id})
        with self.assertRaisesRegex(UserError, 'one more thing'):
            composer.action_send_mail()
        composer.customer_ticket_confirmed = True
        composer.action_send_mail()
        self.assertIn('Answer', self.ticket_a1.message_ids[:1].body)

    def test_words_need_the_ticket(self):
        """Issue 5.25: who may not read a ticket does not learn what was said on it."""
        with self.assertRaises(AccessError):
            self.ticket_b1.with_user(self.specialist).customer_words_since(0)


@tagged('post_install', '-at_install')
class TestPresence(TicketMailCommon):
    """Who is at a ticket."""

    def _events(self):
        """Return the events on the bus that the transaction would send."""
        values = self.env.cr.precommit.data.get('bus.bus.values', [])
        found = [value['message'] for value in values if 'customer.ticket/presence' in value['message']]
        values.clear()
        return found

    def test_presence(self):
        """Issue 5.25: who opens a ticket sees who has it open and who answers; they hear of him at once."""
        agent, manager = self.ticket_a1.with_user(self.agent), self.ticket_a1.with_user(self.manager)
        self.assertEqual(agent.desk_presence()['others'], [])
        self.assertEqual(self._events(), [], 'nobody is there who could hear')
        self.assertEqual(manager.desk_presence()['others'], [
            {'id': self.agent.id, 'name': self.agent.name, 'is_answering': False}])
        self.assertEqual(len(self._events()), 1)
        manager.desk_presence()
        self.assertEqual(self._events(), [], 'a heartbeat changes nothing')
        agent.desk_presence('answering')
        [event] = self._events()
        self.assertIn('"answering"', event)
        self.assertTrue(manager.desk_presence()['others'][0]['is_answering'])
        agent.desk_presence('gone')
        self.assertEqual(len(self._events()), 1)
        self.assertEqual(manager.desk_presence()['others'], [])

    def test_silence(self):
        """Issue 5.25: who was not heard of for a while is gone."""
        agent, manager = self.ticket_a1.with_user(self.agent), self.ticket_a1.with_user(self.manager)
        agent.desk_presence()
        self.env.cr.execute("UPDATE customer_ticket_presence SET seen_date = seen_date - interval '1 minute'")
        self.env.invalidate_all()
        self.assertEqual(manager.desk_presence()['others'], [])

    def test_last_words(self):
        """Issue 5.25: the heartbeat tells of a new message of the customer."""
        words = self._post_public(self.user_a1)
        self._post_public(self.manager)
        self.assertEqual(self.ticket_a1.with_user(self.agent).desk_presence()['last_words'], words.id)

    def test_rights(self):
        """Issue 5.25: only who processes a ticket takes part: neither customers nor other specialists."""
        for user in (self.user_b1, self.specialist, self.employee):
            with self.assertRaises(AccessError, msg=user.login):
                self.ticket_b1.with_user(user).desk_presence()
        self.assertFalse(self.env['customer.ticket.presence'].search([('ticket_id', '=', self.ticket_b1.id)]))

    def test_channels(self):
        """Issue 5.25: the bus lets staff hear tickets that they process, and nobody else."""
        names = [f'customer.ticket_desk_{ticket.id}' for ticket in self.ticket_a1 | self.ticket_b1]
        def channels(user):
            return self.env['ir.websocket'].with_user(user)._with_ticket_desks(['other', *names])
        self.assertEqual(channels(self.agent), ['other', (self.ticket_a1, 'desk'), (self.ticket_b1, 'desk')])
        self.assertEqual(channels(self.specialist), ['other', (self.ticket_a1, 'desk')])
        for user in (self.user_a1, self.employee, self.visitor):
            self.assertEqual(channels(user), ['other'], user.login)
