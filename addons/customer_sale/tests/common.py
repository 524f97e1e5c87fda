"""Fixtures for the tests of offers, orders and invoices."""
from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon


class SaleFixture:
    """A product, an offer and an order of each customer, invoiced; no mail is sent while they are made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env['product.product'].create({
            'name': 'Lamp', 'list_price': 100.0, 'type': 'service', 'invoice_policy': 'order',
            'taxes_id': [Command.clear()]})
        cls._ensure_accounts()
        cls.offer_a1 = cls._create_order(cls.user_a1, state='sent')
        cls.offer_a2 = cls._create_order(cls.user_a2, state='sent')
        cls.offer_b1 = cls._create_order(cls.user_b1, state='sent')
        cls.offers = cls.offer_a1 | cls.offer_a2 | cls.offer_b1
        cls.order_a1 = cls._create_confirmed(cls.user_a1)
        cls.order_a2 = cls._create_confirmed(cls.user_a2)
        cls.order_b1 = cls._create_confirmed(cls.user_b1)
        cls.invoice_a1, cls.invoice_a2, cls.invoice_b1 = (
            cls._invoice(order) for order in (cls.order_a1, cls.order_a2, cls.order_b1))
        cls.invoices = cls.invoice_a1 | cls.invoice_a2 | cls.invoice_b1
        cls.reason = cls.env.ref('customer_sale.customer_reject_reason_price')

    @classmethod
    def _ensure_accounts(cls):
        """Load a chart of accounts unless the company has one."""
        if not cls.company.chart_template:
            cls.env['account.chart.template'].try_loading('generic_coa', cls.company, install_demo=False)

    @classmethod
    def _create_order(cls, user, price=100.0, quantity=1, **values):
        """Return an order for a user's contact, as the superuser."""
        return cls.env['sale.order'].create({
            'partner_id': user.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({
                'product_id': cls.product.id, 'price_unit': price, 'product_uom_qty': quantity})],
            **values})

    @classmethod
    def _create_confirmed(cls, user, **values):
        order = cls._create_order(user, **values)
        order.action_confirm()
        return order

    @classmethod
    def _invoice(cls, order):
        """Return the posted invoice of an order."""
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoice, amount=None):
        """Register a payment of an invoice by bank."""
        values = {'amount': amount} if amount else {}
        wizard = cls.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create(values)
        return wizard._create_payments()


class SaleCommon(SaleFixture, CustomerCommon):
    """For tests of models."""


class SaleHttpCommon(SaleFixture, CustomerHttpCommon):
    """For tests of routes and pages."""
