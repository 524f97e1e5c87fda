from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.customer_agenda.tests.common import MONDAY, NOW

from .common import PaidCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestPaid(PaidCommon):

    def _held(self, user=None):
        """Return an appointment that a customer booked and has not paid yet."""
        return self._book(user or self.user_a1).sudo()

    def test_held_and_paid(self):
        """Issue 8.1: what costs something is an offer that is held; the payment confirms it."""
        appointment = self._held()
        order = appointment.order_id
        self.assertEqual((appointment.state, appointment.hold_kind), ('offered', 'payment'))
        self.assertEqual(appointment.hold_until, NOW + timedelta(minutes=30))
        self.assertEqual((order.state, order.partner_id, order.amount_total), ('sent', self.user_a1.partner_id, 119))
        self.assertTrue(order._has_to_be_paid())
        self.assertTrue(order.with_user(self.user_a1).has_access('read'))
        self.assertFalse(order.with_user(self.user_b1).has_access('read'))
        self.assertIn(appointment.number, order.order_line.name)
        self.assertNotIn(MONDAY, self._starts())
        mail = self._mails(appointment)
        self.assertEqual(mail.recipient_ids, self.user_a1.partner_id, 'staff are told when it is paid')
        self.assertIn('Please pay', mail.subject)
        self.assertIn('as soon as you have paid', mail.body_html)
        with self.assertRaises(UserError):
            appointment.with_user(self.user_a1)._change_as_customer('accept', '')
        self._pay(order)
        self.assertEqual((order.state, appointment.state, appointment.hold_until), ('sale', 'confirmed', False))
        self.assertIn('Appointment: ', ' '.join(self._mails(appointment).mapped('subject')))

    def test_manual_confirmation(self):
        """Issue 8.1: what staff confirm by hand is a request once it is paid."""
        self.kind.is_confirmed_manually = True
        appointment = self._held()
        self._pay(appointment.order_id)
        self.assertEqual(appointment.state, 'requested')

    def test_not_paid(self):
        """Issue 8.1: the hold expires: the slot is free, the offer cancelled, the customer told."""
        appointment = self._held()
        order = appointment.order_id
        with freeze_time(NOW + timedelta(minutes=29)):
            self.env['customer.appointment.wait']._cron_offers()
            self.assertEqual(appointment.state, 'offered')
        with freeze_time(NOW + timedelta(minutes=31)):
            self.env['customer.appointment.wait']._cron_offers()
            self.assertEqual((appointment.state, order.state), ('cancelled', 'cancel'))
            self.assertEqual(appointment.reason, 'It was not paid in time.')
            self.assertIn(MONDAY, self._starts())
            self.assertEqual(self._held(self.user_b1).state, 'offered')

    def test_payment_on_its_way(self):
        """Issue 8.1: a payment that the bank has not confirmed, or that is not processed yet, keeps the slot."""
        appointment, other = self._held(), self._book(self.user_b1, MONDAY + HOUR).sudo()
        transaction = self._start_payment(appointment.order_id)
        transaction._set_done()
        self.patch(type(appointment.order_id), '_has_running_payment', lambda order: order == other.order_id)
        with freeze_time(NOW + HOUR):
            self.env['customer.appointment.wait']._cron_offers()
            self.assertEqual((appointment.state, other.state), ('offered', 'offered'))
            self._process(transaction)
        self.assertEqual(appointment.state, 'confirmed')

    def test_late_payment(self):
        """Issue 8.1: money that comes after the slot was given free confirms nothing; staff and customer are told."""
        appointment = self._held()
        order = appointment.order_id
        transaction = self._start_payment(order)
        with freeze_time(NOW + HOUR):
            self.env['customer.appointment.wait']._cron_offers()
            other = self._held(self.user_b1)
            transaction._set_done()
            self._process(transaction)
        self.assertEqual((appointment.state, order.state, other.state), ('cancelled', 'cancel', 'offered'))
        activity = appointment.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.assertIn('given free', activity.summary)
        self.assertIn('given free', appointment.message_ids[0].body)

    def test_cancelled(self):
        """Issue 8.6: cancelled in time: without money the order goes too, with money staff are asked for a refund."""
        unpaid = self._held()
        unpaid.order_id.with_user(self.manager).sudo().action_confirm()
        self.assertEqual(unpaid.state, 'confirmed', 'staff may confirm without payment')
        unpaid.with_user(self.user_a1)._change_as_customer('cancel', 'ill')
        self.assertEqual((unpaid.state, unpaid.order_id.state), ('cancelled', 'cancel'))
        paid = self._held()
        self._pay(paid.order_id)
        paid.with_user(self.user_a1)._change_as_customer('cancel', 'ill')
        self.assertEqual((paid.state, paid.order_id.state), ('cancelled', 'sale'))
        self.assertIn(paid.order_id.name, paid.activity_ids.summary)
        late = self._held()
        self._pay(late.order_id)
        with freeze_time(MONDAY - HOUR), self.assertRaises(UserError):
            late.with_user(self.user_a1)._change_as_customer('cancel', '')
        self.assertEqual((late.state, late.order_id.state), ('confirmed', 'sale'))

    def test_offer_rejected(self):
        """Issue 8.1: who rejects the offer gives the time back at once."""
        appointment = self._held()
        appointment.order_id._action_cancel()
        self.assertEqual(appointment.state, 'cancelled')
        self.assertIn(MONDAY, self._starts())

    def test_waiting_list(self):
        """Issue 8.12: who accepts an offer of the waiting list pays it as well."""
        first = self._held()
        self._pay(first.order_id)
        wait = self.env['customer.appointment.wait'].with_user(self.user_b1)._join_as_customer(
            self.kind.sudo(), MONDAY.date(), MONDAY.date(), 'Europe/Berlin')
        first.with_user(self.user_a1)._change_as_customer('cancel', '')
        offer = wait.appointment_ids
        self.assertEqual((offer.hold_kind, offer.order_id.id), ('wait', False))
        offer.with_user(self.user_b1)._change_as_customer('accept', '')
        self.assertEqual((offer.state, offer.hold_kind, offer.hold_until), ('offered', 'payment', NOW + timedelta(minutes=30)))
        self._pay(offer.order_id)
        self.assertEqual((offer.state, wait.state), ('confirmed', 'booked'))

    def test_free(self):
        """Issue 8.1: without product or at a price of nothing there is neither offer nor hold; staff book without."""
        self.product.list_price = 0
        self.assertFalse(self._held().order_id)
        self.product.list_price = 100
        self.assertFalse(self._create_appointment(self.user_b1, MONDAY + HOUR).order_id)
        self.kind.product_id = False
        self.assertEqual(self._book(self.user_b1, MONDAY + 2 * HOUR).state, 'confirmed')

    def test_both_sides(self):
        """Issue 8.10: the order shows its appointment and the other way round, each with the rights of the user."""
        appointment = self._held()
        action = appointment.with_user(self.agent).action_open_order()
        self.assertEqual((action['res_model'], action['res_id']), ('sale.order', appointment.order_id.id))
        action = appointment.order_id.action_open_customer_appointments()
        self.assertEqual(self.env['customer.appointment'].search(action['domain']), appointment)
