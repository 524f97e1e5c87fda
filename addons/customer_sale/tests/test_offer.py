from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SaleCommon


@tagged('post_install', '-at_install')
class TestOffer(SaleCommon):
    """Answers to offers, by the model."""

    def _answer(self, user):
        return {
            'customer_answer_partner_id': user.partner_id.id, 'customer_answer_name': user.name,
            'customer_answer_address': '192.0.2.1'}

    def test_accept_by_click(self):
        """Issue 6.1: an offer without any flag is accepted by click, once; who, when and from where is kept."""
        offer = self.offer_a1
        self.assertTrue(offer._can_accept_by_click())
        offer._accept_by_customer(self._answer(self.user_a1))
        self.assertEqual((offer.state, offer.customer_offer_state), ('sale', 'accepted'))
        self.assertEqual(offer.customer_answer_partner_id, self.user_a1.partner_id)
        self.assertEqual(offer.customer_answer_access_id, self._access(self.user_a1))
        self.assertEqual((offer.customer_answer_way, offer.customer_answer_address), ('click', '192.0.2.1'))
        date, messages = offer.customer_answer_date, offer.message_ids
        offer._accept_by_customer(self._answer(self.user_a2))
        self.assertEqual((offer.customer_answer_date, offer.message_ids), (date, messages))
        with self.assertRaises(UserError):
            offer._reject_by_customer(self._answer(self.user_a1), self.reason.id)
        self.assertEqual(offer.state, 'sale')

    def test_what_may_be_answered(self):
        """Issue 6.1: click, signature, payment and signed-unpaid offers: which of them can be accepted or rejected how."""
        sign = self._create_order(self.user_a1, state='sent', require_signature=True)
        pay = self._create_order(self.user_a1, state='sent', require_payment=True)
        both = self._create_order(self.user_a1, state='sent', require_signature=True, require_payment=True)
        both.signature = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
        expired = self._create_order(
            self.user_a1, state='sent', validity_date=fields.Date.today() - timedelta(days=1))
        cancelled = self._create_order(self.user_a1, state='cancel')
        for order, click, reject in (
            (self.offer_a1, True, True), (sign, False, True), (pay, False, True), (both, False, True),
            (expired, False, False), (cancelled, False, False), (self.order_a1, False, False),
        ):
            self.assertEqual(order._can_accept_by_click(), click, order.name)
            self.assertEqual(order._can_reject_online(), reject, order.name)
            if not click and order.state != 'sale':
                with self.assertRaises(UserError):
                    order._accept_by_customer(self._answer(self.user_a1))
                self.assertNotEqual(order.state, 'sale')

    def test_reject(self):
        """Issue 6.1: an offer is rejected with a reason of the list, once; staff find reason and comment."""
        offer = self.offer_a1
        offer.user_id = self.agent
        other = self.env.ref('customer_sale.customer_reject_reason_other')
        foreign = self.env['customer.reject.reason'].create({'name': 'Foreign', 'company_id': self.company_2.id})
        for reason, comment in ((None, 'too dear'), (foreign.id, ''), (other.id, ''), (other.id, ' \x00 '), (0, '')):
            with self.assertRaises(UserError):
                offer._reject_by_customer(self._answer(self.user_a1), reason, comment)
            self.assertEqual((offer.state, offer.customer_answer), ('sent', False))
        offer._reject_by_customer(self._answer(self.user_a1), self.reason.id, 'Half of it')
        self.assertEqual((offer.state, offer.customer_offer_state), ('cancel', 'rejected'))
        self.assertEqual((offer.customer_reject_reason_id, offer.customer_reject_comment), (self.reason, 'Half of it'))
        message = offer.message_ids.sorted('id')[-1]
        self.assertIn('Half of it', message.body)
        self.assertIn(self.agent.partner_id, message.notified_partner_ids)
        count = len(offer.message_ids)
        offer._reject_by_customer(self._answer(self.user_a2), other.id, 'again')
        self.assertEqual((len(offer.message_ids), offer.customer_reject_reason_id), (count, self.reason))

    def test_states(self):
        """Issue 6.1: new, accepted, rejected, expired, withdrawn: the same by reading and by searching."""
        yesterday = fields.Date.today() - timedelta(days=1)
        orders = {
            'new': self.offer_a1,
            'draft': self._create_order(self.user_a1),
            'expired': self._create_order(self.user_a1, state='sent', validity_date=yesterday),
            'withdrawn': self._create_order(self.user_a1, state='cancel'),
            'rejected': self._create_order(self.user_a1, state='cancel', customer_answer='rejected'),
            'accepted': self.order_a1,
        }
        ids = [order.id for order in orders.values()]
        for state, order in orders.items():
            self.assertEqual(order.customer_offer_state, state)
            found = self.env['sale.order'].search([('id', 'in', ids), ('customer_offer_state', '=', state)])
            self.assertEqual(found, order, state)
        self.assertEqual(self.env['sale.order'].search_count(
            [('id', 'in', ids), ('customer_offer_state', 'in', ['new', 'draft'])]), 2)

    def test_confirmed_by_staff(self):
        """Issue 6.7: an offer that staff confirm says so, and one that is made anew is answered anew."""
        salesman = self._create_staff('salesman', 'sales_team.group_sale_salesman_all_leads')
        self.offer_a1.with_user(salesman).action_confirm()
        self.assertEqual(self.offer_a1.customer_answer_way, 'staff')
        self.assertEqual(self.offer_a1.customer_answer_partner_id, salesman.partner_id)
        self.offer_a2._reject_by_customer(self._answer(self.user_a2), self.reason.id)
        self.offer_a2.with_user(salesman).action_draft()
        self.assertFalse(self.offer_a2.customer_answer or self.offer_a2.customer_reject_reason_id)

    def test_reorder(self):
        """Issue 6.2: order again: today's price, own customer, nothing of another one."""
        self.product.list_price = 120
        new = self.order_a1.with_user(self.user_a1)._reorder_by_customer()
        self.assertEqual((new.state, new.amount_total, new.commercial_partner_id), ('draft', 120, self.customer_a))
        self.assertEqual(new.origin, self.order_a1.name)
        count = self.env['sale.order'].search_count([])
        for order, user in ((self.order_b1, self.user_a1), (self.order_a1, self.revoked), (self.order_a1, self.agent)):
            with self.assertRaises(UserError):
                order.with_user(user)._reorder_by_customer()
        self.assertEqual(self.env['sale.order'].search_count([]), count)

    def test_amount_in_words(self):
        """Issue 6.1: with the option, the document says its total in words, in its language; without it not."""
        self.env['res.lang']._activate_lang('de_DE')
        self.user_a1.partner_id.lang = 'de_DE'
        offer = self._create_order(self.user_a1, price=21, state='sent')
        report = self.env['ir.actions.report']
        html = report._render_qweb_html('sale.report_saleorder', offer.ids)[0].decode()
        self.assertNotIn('inundzwanzig', html)
        self.company.customer_order_words = True
        html = report._render_qweb_html('sale.report_saleorder', offer.ids)[0].decode()
        self.assertIn('Einundzwanzig', html)
