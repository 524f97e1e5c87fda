from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestReminder(SaleCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['sale.order'].search([('state', '=', 'sent'), ('id', 'not in', cls.offers.ids)]).state = 'cancel'
        cls.offers.date_order = fields.Datetime.now() - timedelta(days=8)

    def _run(self, **kwargs):
        """Run the cron's method and return the offers that got a reminder now."""
        before = {offer: offer.customer_reminder_count for offer in self.offers}
        with patch.object(self.env.registry['ir.cron'], '_commit_progress', lambda *args, **kwargs: 0):
            self.env['sale.order']._cron_remind_offers(**kwargs)
        return self.offers.filtered(lambda offer: offer.customer_reminder_count > before[offer])

    def test_reminders(self):
        """Issue 6.7: offers without answer are reminded after the days of the company, at most so often."""
        self.offer_b1.customer_answer = 'accepted'
        self.offer_a2.validity_date = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self._run(), self.offer_a1)
        mail = self.offer_a1.message_ids.sorted('id')[-1]
        self.assertIn(self.offer_a1.name, mail.subject)
        self.assertIn(self.user_a1.partner_id, mail.notified_partner_ids)
        self.assertFalse(self._run())
        self.offer_a1.customer_reminded_date = fields.Datetime.now() - timedelta(days=8)
        self.assertEqual(self._run(), self.offer_a1)
        self.offer_a1.customer_reminded_date = fields.Datetime.now() - timedelta(days=8)
        self.assertFalse(self._run(), 'twice is enough')

    def test_cap(self):
        """Issue 6.7: one run sends at most so many; days 0 sends none."""
        self.assertEqual(len(self._run(limit=2)), 2)
        self.company.customer_reminder_days = 0
        self.assertFalse(self._run())
