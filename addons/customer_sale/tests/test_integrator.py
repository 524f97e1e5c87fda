import json
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_services.const import GROUP_INTEGRATOR

from .common import SaleHttpCommon


@tagged('post_install', '-at_install')
class TestSaleIntegrator(SaleHttpCommon):
    """What a program does with offers over the network."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.integrator = cls._create_staff('integrator', f'{GROUP_INTEGRATOR},sales_team.group_sale_salesman_all_leads')
        cls.key = cls.env['res.users.apikeys'].with_user(cls.integrator)._generate(
            'rpc', 'test', fields.Datetime.now() + timedelta(days=1))

    def _call(self, model, method, **arguments):
        """Call a method by JSON-2 and return its result."""
        response = self.url_open(
            f'/json/2/{model}/{method}', data=json.dumps(arguments), headers={
                'Authorization': f'bearer {self.key}', 'Content-Type': 'application/json'})
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def test_offer(self):
        """Issue 6.8: an integrator creates an offer, sends it, reads the answer, the PDF and the payments."""
        [offer_id] = self._call('sale.order', 'create', vals_list=[{
            'partner_id': self.user_a1.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': self.product.id, 'product_uom_qty': 2})]}])
        offer = self.env['sale.order'].browse(offer_id)
        self.assertEqual(offer.commercial_partner_id, self.customer_a)
        for _index in range(2):
            self._call('sale.order', 'action_customer_send', ids=[offer_id])
        offer.invalidate_recordset()
        self.assertEqual(offer.state, 'sent')
        self.assertIn(self.user_a1.partner_id, offer.message_ids.notified_partner_ids)
        offer._reject_by_customer({
            'customer_answer_partner_id': self.user_a1.partner_id.id, 'customer_answer_name': 'Anna',
            'customer_answer_address': '192.0.2.1'}, self.reason.id, 'no')
        self.env.flush_all()
        [answer] = self._call(
            'sale.order', 'search_read', domain=[['id', '=', offer_id], ['customer_offer_state', '=', 'rejected']],
            fields=['customer_answer', 'customer_reject_reason_id', 'customer_reject_comment', 'customer_answer_name'])
        self.assertEqual(answer['customer_answer'], 'rejected')
        self.assertEqual(answer['customer_reject_reason_id'][0], self.reason.id)
        self.assertEqual((answer['customer_reject_comment'], answer['customer_answer_name']), ('no', 'Anna'))
        url = self._call('sale.order', 'get_portal_url', ids=[offer_id], report_type='pdf', download=True)
        self.authenticate(None, None)
        response = self.url_open(url)
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        payments = self._call(
            'payment.transaction', 'search_read', domain=[['sale_order_ids', 'in', [offer_id]]],
            fields=['reference', 'state', 'amount'])
        self.assertEqual(payments, [])
        [order] = self._call('sale.order', 'read', ids=[self.order_a1.id], fields=[
            'customer_state', 'customer_amount_open'])
        self.assertEqual((order['customer_state'], order['customer_amount_open']), ('awaiting_payment', 100))
