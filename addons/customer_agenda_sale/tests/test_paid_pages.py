from lxml import html

from odoo.tests import tagged

from odoo.addons.customer_agenda.tests.common import MONDAY

from .common import PaidHttpCommon


@tagged('post_install', '-at_install')
class TestPaidPages(PaidHttpCommon):

    def setUp(self):
        super().setUp()
        self.authenticate('test_a1', 'test_a1')

    def test_pay(self):
        """Issue 8.1: the price with its tax stands on the page before anybody books; then the page leads to payment."""
        self.kind.cutoff_hours = 0
        page = html.fromstring(self.url_open(f'/my/appointments/new?type={self.kind.id}&day=2026-10-05').content)
        [price] = page.xpath('//p[contains(@class, "o_agenda_price")]')
        self.assertRegex(price.text_content(), r'Price:\D*119[.,]00\D*19[.,]00\D*of it tax')
        answer = self.post_form('/my/appointments/new', {
            'type': self.kind.id, 'start': str(MONDAY), 'tz': 'Europe/Berlin', 'form_key': 'k'})
        page = html.fromstring(self.url_open(answer.headers['Location']).content)
        [link] = page.xpath('//a[contains(@href, "allow_payment=yes")]')
        self.assertIn('119', link.text_content())
        self.assertFalse(page.xpath('//form[contains(@action, "/accept")]'))
        order = self.env['customer.appointment'].search([('type_id', '=', self.kind.id)]).order_id
        self.assertIn(f'/my/orders/{order.id}?', link.get('href'))
        home = self.url_open('/my')
        self.assertIn('Pay to keep the appointment', home.text)
        self._pay(order)
        self.env.flush_all()
        page = self.url_open(answer.headers['Location'])
        self.assertIn('Your appointment is booked', page.text)
        self.assertNotIn('allow_payment', page.text)
