from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_helpdesk.tests.about import AboutMixin
from odoo.addons.customer_helpdesk.tests.common import TicketFixture
from odoo.addons.customer_sale.tests.common import SaleHttpCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: the addon brings no model, no public method and no route."""

    addon = 'customer_helpdesk_sale'


@tagged('post_install', '-at_install')
class TestAbout(AboutMixin, TicketFixture, SaleHttpCommon):
    """Issue 5.6: tickets about orders and invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = {
            'order': (cls.order_a1, cls.order_b1), 'invoice': (cls.invoice_a1, cls.invoice_b1)}
        cls.pages = {'order': f'/my/orders/{cls.order_a1.id}', 'invoice': f'/my/invoices/{cls.invoice_a1.id}'}
        cls.specialist.group_ids = [
            Command.link(cls.env.ref(name).id)
            for name in ('sales_team.group_sale_salesman_all_leads', 'account.group_account_invoice')]

    def test_offer(self):
        """Issue 5.6: an offer that waits for an answer can be asked about too, and a visitor with a link cannot ask."""
        self.authenticate(self.user_a1.login, self.user_a1.login)
        self.assertIn(f'about=order-{self.offer_a1.id}', self.url_open(f'/my/orders/{self.offer_a1.id}').text)
        _response, ticket = self._send(self.user_a1, f'order-{self.offer_a1.id}')
        self.assertEqual(ticket.about_order_id, self.offer_a1)
        self.authenticate(None, None)
        page = self.url_open(self.offer_a1.get_portal_url())
        self.assertEqual(page.status_code, 200)
        self.assertNotIn('about=order', page.text)
