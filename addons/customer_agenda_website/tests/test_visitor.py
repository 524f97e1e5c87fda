from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_agenda.exceptions import SlotTaken
from odoo.addons.customer_agenda.tests.common import MONDAY, NOW

from ..const import CAP_HOURS, CAPS, FORM, UNPROVEN_PER_TYPE
from .common import VisitorCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestVisitor(VisitorCommon):

    def test_audience(self):
        """Issue 8.1: what the public may book is offered to visitors and to customers; visitors get nothing else."""
        Kind = self.env['customer.appointment.type']
        others = [self._create_type(self.resource, audience=audience) for audience in ('customers', 'groups', 'invited', 'staff')]
        group = self.env['customer.group'].create({'name': 'Top', 'partner_ids': [Command.set(self.visitor.partner_id.ids)]})
        others[1].group_ids = group
        others[2].invited_partner_ids = self.visitor.partner_id
        self.assertEqual(Kind._offered_to(self.visitor), self.kind)
        self.assertEqual(Kind._offered_to(self.user_a1), self.kind | others[0])
        for kind in others:
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._visit(kind=kind)
        self.kind.company_id = self.company_2
        self.assertFalse(Kind._offered_to(self.visitor))

    def test_held_until_confirmed(self):
        """Issue 8.3: a booking holds the slot for nobody yet; the link in the mail gives it to its owner."""
        partners = self.env['res.partner'].with_context(active_test=False)
        count = partners.search_count([])
        appointment = self._visit()
        self.assertEqual((appointment.state, appointment.hold_kind), ('offered', 'proof'))
        self.assertEqual(appointment.hold_until, NOW + HOUR)
        self.assertFalse(appointment.event_id, 'in no calendar yet')
        self.assertNotIn(MONDAY, self._starts())
        self.assertEqual(partners.search_count([]), count, 'no contact is made for what nobody has proved')
        mail = self._mails(appointment)
        self.assertEqual((mail.email_to, mail.recipient_ids.ids), ('vera@example.com', []))
        self.assertIn('link=', mail.body_html)
        for text in ('Vera', 'My own words', '+49 30'):
            self.assertNotIn(text, mail.body_html, 'nothing that a stranger typed is mailed to somebody else')
        self._confirm(appointment)
        self.assertEqual((appointment.state, appointment.hold_until), ('confirmed', False))
        self.assertEqual(
            (appointment.partner_id.name, appointment.partner_id.email, appointment.partner_id.phone),
            ('Vera Visitor', 'vera@example.com', '+49 30 123'))
        self.assertFalse(appointment.partner_id.customer_number, 'he is a contact, no customer')
        self.assertEqual(appointment.event_id.start, MONDAY)
        told = self._mails(appointment) - mail
        self.assertEqual(told.recipient_ids, appointment.partner_id | self.agent.partner_id)
        self.assertTrue(all(told.attachment_ids.mapped('mimetype')))
        self.assertIn('link=', told.filtered(lambda one: one.recipient_ids == appointment.partner_id).body_html)

    def test_address_of_a_customer(self):
        """Issue 8.3: who types a customer's address gets the same answer, and lands nowhere before he has proved it."""
        email = self.user_a1.partner_id.email
        appointment = self._visit(email=email.upper())
        self.assertEqual(appointment.partner_id, self.env['customer.appointment']._unproven())
        self.assertFalse(appointment.with_user(self.user_a1).has_access('read'))
        self.assertFalse(appointment.with_user(self.specialist).has_access('read'))
        self.assertNotIn(self.customer_a.name, self._mails(appointment).body_html)
        self._confirm(appointment)
        self.assertEqual(appointment.partner_id, self.user_a1.partner_id)
        self.assertEqual(appointment.commercial_partner_id, self.customer_a)
        self.assertTrue(appointment.with_user(self.user_a1).has_access('read'))
        self.assertEqual(self.user_a1.partner_id.phone, False, 'what he typed changes nothing of the customer')
        self.assertEqual(appointment.visitor_phone, '+49 30 123')

    def test_whose_address(self):
        """Issue 8.3: staff, revoked accesses and addresses that lead to several customers are nobody's customer."""
        known = self.env['res.partner'].create({'name': 'Old guest', 'email': 'vera@example.com'})
        shared = self.env['res.partner'].create([
            {'name': name, 'email': 'shared@example.com', 'parent_id': customer.id}
            for name, customer in (('A', self.customer_a), ('B', self.customer_b))])
        cases = {
            'vera@example.com': known, self.agent.email: None, self.revoked.partner_id.email: None,
            'shared@example.com': None, self.company.partner_id.email or 'x@example.com': None,
            self.customer_b.email: self.customer_b}
        for number, (email, expected) in enumerate(cases.items()):
            appointment = self._visit(
                MONDAY + timedelta(days=number % 5, hours=number // 5), network=str(number), email=email)
            self._confirm(appointment)
            with self.subTest(email=email):
                self.assertEqual(appointment.state, 'confirmed')
                if expected:
                    self.assertEqual(appointment.partner_id, expected)
                else:
                    self.assertEqual(appointment.commercial_partner_id, appointment.partner_id)
                    self.assertNotIn(appointment.partner_id, shared | self.agent.partner_id | self.revoked.partner_id)
        self.assertEqual(self.env['res.partner'].search_count([('email_normalized', '=', 'vera@example.com')]), 1)

    def test_not_confirmed(self):
        """Issue 8.3: who does not confirm in time loses the slot; a day later nothing of him is left."""
        appointment = self._visit()
        with freeze_time(NOW + 2 * HOUR):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._confirm(appointment)
            self.env['customer.appointment.wait']._cron_offers()
            self.assertEqual(appointment.state, 'cancelled')
            self.assertEqual(appointment.partner_id, self.env['customer.appointment']._unproven())
            self.assertIn(MONDAY, self._starts())
        self.assertEqual(len(self._mails(appointment)), 1, 'nobody is told')
        self.env.flush_all()
        self.env.cr.execute('UPDATE customer_appointment SET write_date = %s WHERE id = %s', [NOW, appointment.id])
        appointment.invalidate_recordset()
        with freeze_time(NOW + 23 * HOUR):
            self.env['customer.appointment']._gc_unproven()
            self.assertTrue(appointment.exists())
        with freeze_time(NOW + 49 * HOUR):
            self.env['customer.appointment']._gc_unproven()
            self.env['customer.visit']._gc_visits()
        self.assertFalse(appointment.exists())

    def test_manual_confirmation(self):
        """Issue 8.1: what staff confirm by hand is a request after the visitor has confirmed, and he is told so."""
        self.kind.is_confirmed_manually = True
        appointment = self._visit()
        self._confirm(appointment)
        self.assertEqual(appointment.state, 'requested')
        self.assertIn('Your request', ' '.join(self._mails(appointment).mapped('subject')))

    def test_flood(self):
        """Issue 8.3: the database counts bookings a network, an address and a type; what is too much is refused."""
        def booked():
            return self.env['customer.appointment'].search_count([('type_id', '=', self.kind.id)])
        for number in range(CAPS['address']):
            self._visit(MONDAY + timedelta(days=number), network=f'192.0.2.{number}')
        with self.assertRaisesRegex(UserError, 'too many'), self.env.cr.savepoint():
            self._visit(MONDAY + timedelta(days=7))
        with self.assertRaisesRegex(UserError, 'too many'), self.env.cr.savepoint():
            self._visit(MONDAY + timedelta(days=7), email='Vera@EXAMPLE.com')
        self.assertEqual(booked(), CAPS['address'])
        for number in range(UNPROVEN_PER_TYPE - CAPS['address']):
            self._visit(
                MONDAY + timedelta(days=7 + number % 5, hours=number // 5), network='192.0.2.9',
                email=f'{number}@example.com')
        with self.assertRaisesRegex(UserError, 'too many'), self.env.cr.savepoint():
            self._visit(MONDAY + timedelta(days=14), network='192.0.2.8', email='other@example.com')
        self.assertEqual(booked(), UNPROVEN_PER_TYPE)
        Visit = self.env['customer.visit']
        takes = [Visit._take(FORM, '192.0.2.7', f'{number}@x.example', str(number), CAPS, CAP_HOURS)
                 for number in range(CAPS['network'] + 1)]
        self.assertEqual(takes, [True] * CAPS['network'] + [False])
        self.assertNotIn('vera', str(Visit.search([]).mapped('address_hash')))

    def test_refused(self):
        """Issue 8.3: foreign fields, guests, wrong addresses and other users are refused, and nothing is stored."""
        Appointment = self.env['customer.appointment']
        count = Appointment.search_count([])
        for error, more in ((AccessError, {'partner_id': self.customer_a.id}), (AccessError, {'state': 'confirmed'}),
                            (AccessError, {'guest_emails': 'a@example.com'}), (UserError, {'start': 'soon'}),
                            (UserError, {'customer_note': 'x' * 3000})):
            with self.assertRaises(error, msg=str(more)[:40]), self.env.cr.savepoint():
                Appointment.with_user(self.visitor)._create_from_visitor(
                    {'type_id': self.kind.id, 'start': str(MONDAY), **more}, {'name': 'V', 'email': 'v@example.com'}, 'n')
        for visitor in ({'name': ' '}, {'email': 'nobody'}, {'email': ''}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._visit(**visitor)
        for user in (self.user_a1, self.employee, self.agent):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                Appointment.with_user(user)._create_from_visitor(
                    {'type_id': self.kind.id, 'start': str(MONDAY)}, {'name': 'V', 'email': 'v@example.com'}, 'n')
        self._create_appointment(self.user_b1)
        with self.assertRaises(SlotTaken), self.env.cr.savepoint():
            self._visit()
        self.assertEqual(Appointment.search_count([]), count + 1)
        appointment = self._visit(MONDAY + HOUR)
        for model in (appointment, self.kind, self.env['customer.visit'].search([], limit=1)):
            self.assertFalse(model.with_user(self.visitor).sudo(False).has_access('read'), model._name)

    def test_uninstall(self):
        """Issue 8.3: uninstalling deletes what nobody confirmed, and keeps the rest."""
        from .. import uninstall_hook
        appointment, confirmed = self._visit(), self._visit(MONDAY + HOUR)
        self._confirm(confirmed)
        uninstall_hook(self.env)
        self.assertFalse(appointment.exists())
        self.assertTrue(confirmed.exists())
