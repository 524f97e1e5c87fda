from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MONDAY, NOW, AgendaCommon

HOUR = timedelta(hours=1)


@tagged('post_install', '-at_install')
class TestWait(AgendaCommon):

    def _wait(self, user, **values):
        kind = self.kind.sudo()
        return self.env['customer.appointment.wait'].with_user(user)._join_as_customer(
            kind, values.get('date_start', MONDAY.date()), values.get('date_end', MONDAY.date()), 'Europe/Berlin')

    def test_offer(self):
        """Issue 8.12: a freed slot is offered to the first who waits; he accepts it, or the next one gets it."""
        appointment = self._book(self.user_a1)
        first, second = self._wait(self.user_b1), self._wait(self.user_b2)
        appointment._change_as_customer('cancel', '')
        offer = first.appointment_ids
        self.assertEqual((offer.state, offer.start, first.state, second.state), ('offered', MONDAY, 'offered', 'waiting'))
        self.assertNotIn(MONDAY, self._starts(), 'it is held')
        self.assertIn('became free', self._mails(offer)[0].subject)
        with freeze_time(NOW + 13 * HOUR):
            with self.assertRaises(UserError):
                offer.with_user(self.user_b1)._change_as_customer('accept', '')
            self.env['customer.appointment.wait']._cron_offers()
        self.assertEqual((offer.state, first.state, second.state), ('cancelled', 'waiting', 'offered'))
        offer = second.appointment_ids
        offer.with_user(self.user_b2)._change_as_customer('accept', '')
        self.assertEqual((offer.state, second.state, offer.hold_until), ('confirmed', 'booked', False))

    def test_decline(self):
        """Issue 8.12: who declines gets the same slot no second time, and waits on."""
        appointment = self._book(self.user_a1)
        wait = self._wait(self.user_b1)
        appointment._change_as_customer('cancel', '')
        wait.appointment_ids.with_user(self.user_b1)._change_as_customer('cancel', '')
        self.assertEqual((wait.state, len(wait.appointment_ids)), ('waiting', 1))
        self.assertIn(MONDAY, self._starts())

    def test_join(self):
        """Issue 8.12: nobody waits twice, for the past, or without an access."""
        wait = self._wait(self.user_b1)
        again = self._wait(self.user_b1, date_end=MONDAY.date() + timedelta(days=3))
        self.assertEqual((wait, wait.date_end), (again, MONDAY.date() + timedelta(days=3)))
        for values in ({'date_end': None}, {'date_start': NOW.date() - timedelta(9), 'date_end': NOW.date() - timedelta(8)},
                       {'date_end': MONDAY.date() - timedelta(1)}):
            with self.assertRaises(UserError, msg=values):
                self._wait(self.user_a1, **values)
        with self.assertRaises(AccessError):
            self._wait(self.revoked)
        with self.assertRaises(AccessError):
            self.env['customer.appointment.wait'].with_user(self.user_b1).search([])

    def test_staff(self):
        """Issue 8.12: staff offer a free slot to who waits, or take him off the list."""
        wait = self._wait(self.user_b1)
        wait.with_user(self.agent).action_offer_next()
        self.assertEqual((wait.state, wait.appointment_ids.state), ('offered', 'offered'))
        other = self._wait(self.user_a1)
        other.with_user(self.agent).action_close()
        self.assertEqual(other.state, 'closed')
