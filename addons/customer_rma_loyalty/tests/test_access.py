from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_rma.tests.common import RmaHttpCommon

from .common import CreditFixture


@tagged('post_install', '-at_install')
class TestCreditAccess(CreditFixture, RmaHttpCommon):
    """Issue 7.4: Issue 7.13: a code is money, and its owner's only."""

    def test_pages(self):
        """Issue 7.13: the form says what store credit is; the page names the code to its customer, not by a share link."""
        self.authenticate(self.user_a1.login, self.user_a1.login)
        form = self.url_open(f'/my/rmas/new?orders={self.sold_a1.id}').text
        self.assertIn('As store credit: a gift card with', form)
        rma = self._credited(self.user_a1, self.sold_a1, 1)
        code = rma._credit_card().code
        page = self.url_open(f'/my/rmas/{rma.id}').text
        self.assertEqual(page.count(code), 2, 'in its box and in the timeline')
        self.authenticate(self.user_b1.login, self.user_b1.login)
        self.assertEqual(self.url_open(f'/my/rmas/{rma.id}').status_code, 404)
        self.authenticate(None, None)
        shared = self.url_open(f'/my/rmas/{rma.id}?access_token={rma._portal_ensure_token()}')
        self.assertEqual(shared.status_code, 200)
        self.assertIn('103.50', shared.text)
        self.assertNotIn(code, shared.text)

    def test_rpc(self):
        """Issue 7.4: nobody outside reads cards or changes them by RPC, whatever context he sends; nothing changes."""
        rma = self._credited(self.user_a1, self.sold_a1, 1)
        card = rma._credit_card()
        for user in (self.user_a1, self.user_b1):
            for model, record in (('loyalty.card', card), ('loyalty.history', card.history_ids), ('loyalty.program', self.program)):
                with self.assertRaises(AccessError, msg=user.login):
                    self.env[model].with_user(user).search([])
                with self.assertRaises(AccessError, msg=user.login):
                    record.with_user(user).read(['display_name'])
            with self.assertRaises(AccessError):
                card.with_user(user).write({'points': 999})
        mine = rma.with_user(self.user_a1).with_context(customer_rma_show_code=True)
        values = str(mine.read(['display_name', 'timeline_html', 'credit_balance', 'order_names']))
        self.assertIn('103.50', values)
        self.assertNotIn(card.code, values, 'the page shows it, fields do not')
        with self.assertRaises(AccessError):
            rma.with_user(self.user_b1).read(['credit_balance'])
        with self.assertRaises(AccessError):
            rma.with_user(self.user_b1).action_open_credit()
        self.assertEqual((card.points, len(card.history_ids)), (103.5, 1))
