from odoo.tests import tagged

from odoo.addons.customer_sale.tests.common import SaleHttpCommon

from .common import DemoProvider


@tagged('post_install', '-at_install')
class TestSaleTours(DemoProvider, SaleHttpCommon):
    """The flows of customers in Chromium, with the demo provider."""

    def _tour(self, document, name):
        self.start_tour(document.get_portal_url(), name, login=self.user_a1.login)
        document.invalidate_recordset()

    def test_accept_and_reject(self):
        """Issue 6.1: accept by click and reject with a reason, in a browser."""
        self._tour(self.offer_a1, 'customer_sale_accept')
        self.assertEqual(self.offer_a1.state, 'sale')
        self._tour(self.offer_a2, 'customer_sale_reject')
        self.assertEqual((self.offer_a2.state, self.offer_a2.customer_reject_comment), ('cancel', 'Too dear'))

    def test_sign(self):
        """Issue 6.1: accept by signature, in a browser."""
        offer = self._create_order(self.user_a1, state='sent', require_signature=True)
        self._tour(offer, 'customer_sale_sign')
        self.assertEqual((offer.state, offer.customer_answer_way), ('sale', 'signature'))
        self.assertEqual((offer.signed_by, offer.customer_answer_access_id), ('Anna Keller', self._access(self.user_a1)))
        self.assertTrue(offer.signature)

    def test_pay(self):
        """Issue 6.1: Issue 6.3: Issue 6.4: accept by payment, pay the rest of an order, pay one and several invoices, in a browser."""
        offer = self._create_order(self.user_a1, state='sent', require_payment=True)
        self._tour(offer, 'customer_sale_pay')
        self.assertEqual((offer.state, offer.customer_answer_way), ('sale', 'payment'))
        self._tour(self.invoice_a2, 'customer_sale_pay')
        self.assertEqual(self.invoice_a2.amount_residual, 0)
        invoices = self.env['account.move'].concat(*(
            self._invoice(self._create_confirmed(self.user_a1)) for _index in range(2)))
        self.start_tour('/my/invoices', 'customer_sale_invoices', login=self.user_a1.login)
        self.env.invalidate_all()
        self.assertEqual(invoices.mapped('amount_residual'), [0, 0])
