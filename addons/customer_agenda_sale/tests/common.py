"""Fixtures for paid appointments."""
from odoo.fields import Command

from odoo.addons.customer_agenda.tests.common import AgendaCommon, AgendaFixture, AgendaHttpCommon


class PaidFixture(AgendaFixture):
    """A type that costs 100 and 19 of tax, and a provider of payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env['account.chart.template'].try_loading('generic_coa', cls.company, install_demo=False)
        cls.tax = cls.env['account.tax'].create({
            'name': '19 %', 'amount': 19, 'type_tax_use': 'sale', 'company_id': cls.company.id})
        cls.product = cls.env['product.product'].create({
            'name': 'Planning', 'list_price': 100, 'type': 'service', 'taxes_id': [Command.set(cls.tax.ids)],
            'invoice_policy': 'order'})
        # the demo data of a shop bring pricelists with discounts
        (cls.customer_a | cls.customer_b).property_product_pricelist = cls.env['product.pricelist'].create({'name': 'Plain'})
        cls.kind.product_id = cls.product
        cls.provider = cls.env['payment.provider'].create({
            'name': 'Test', 'code': 'none', 'state': 'test', 'company_id': cls.company.id})
        cls.method = cls.env['payment.method'].with_context(active_test=False).search([], limit=1)

    def _start_payment(self, order, **values):
        """Return a transaction for an order, as the payment form makes it."""
        return self.env['payment.transaction'].create({
            'provider_id': self.provider.id, 'payment_method_id': self.method.id, 'amount': order.amount_total,
            'currency_id': order.currency_id.id, 'partner_id': order.partner_id.id,
            'reference': f'{order.name}-{order.id}', 'operation': 'online_redirect', 'sale_order_ids': [Command.set(order.ids)],
            **values})

    def _pay(self, order):
        """Pay an order: the provider says so, then the payment is processed."""
        transaction = self._start_payment(order)
        transaction._set_done()
        self._process(transaction)
        return transaction

    def _process(self, transaction):
        """Let the payment be processed; no entry is made for it, the accounts are not what is tested."""
        self.patch(type(transaction), '_create_payment', lambda self, **extra: self.env['account.payment'])
        transaction._post_process()


class PaidCommon(PaidFixture, AgendaCommon):
    """For tests of models."""


class PaidHttpCommon(PaidFixture, AgendaHttpCommon):
    """For tests of pages."""
