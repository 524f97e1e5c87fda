"""Fixtures for the tests of returns."""
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon
from odoo.addons.customer_stock.tests.common import StockFixture


class RmaFixture(StockFixture):
    """A product with a tax, a delivered order of each customer, and one rule that approves, refund at receipt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env['account.chart.template'].try_loading('generic_coa', cls.company, install_demo=False)
        cls.tax = cls.env['account.tax'].create({
            'name': 'Tax of 15', 'amount': 15, 'type_tax_use': 'sale', 'price_include_override': 'tax_excluded'})
        cls.lamp = cls.env['product.product'].create({
            'name': 'Reading lamp', 'is_storable': True, 'list_price': 100, 'invoice_policy': 'order',
            'taxes_id': [Command.set(cls.tax.ids)]})
        cls.env['stock.quant']._update_available_quantity(cls.lamp, cls.warehouse.lot_stock_id, 500)
        cls.env['customer.rma.rule'].search([]).active = False
        cls.rule = cls.env['customer.rma.rule'].create({
            'name': 'Within 30 days', 'decision': 'approve', 'window_days': 30, 'refund_trigger': 'receipt'})
        cls.reason = cls.env.ref('customer_rma.customer_rma_reason_defect')
        cls.sold_a1 = cls._sell(cls.user_a1)
        cls.sold_a2 = cls._sell(cls.user_a2)
        cls.sold_b1 = cls._sell(cls.user_b1)

    @classmethod
    def _sell(cls, user, quantity=3, invoice=True, discount=10.0, **values):
        """Return an order that was delivered, and invoiced unless told otherwise."""
        order = cls.env['sale.order'].create({
            'partner_id': user.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({
                'product_id': cls.lamp.id, 'product_uom_qty': quantity, 'price_unit': 100, 'discount': discount})],
            **values})
        order.action_confirm()
        cls._ship(order.picking_ids)
        if invoice:
            order._create_invoices().action_post()
        return order

    @classmethod
    def _move(cls, order):
        """Return the move by which the goods of an order were delivered."""
        return order.order_line.move_ids.filtered(lambda move: move.state == 'done')[:1]

    @classmethod
    def _deliver_ago(cls, order, days):
        """Make a delivery older."""
        order.picking_ids.write({'date_done': fields.Datetime.now() - timedelta(days=days)})

    def _request(self, user, order, quantity, **line):
        """Ask for a return as a customer does."""
        return self._request_lines(user, [dict({'move_id': self._move(order).id, 'quantity': quantity}, **line)])

    def _request_lines(self, user, lines, **values):
        rma = self.env['customer.rma'].with_user(user)._create_from_customer({'line_ids': lines, **values})
        return rma.with_user(self.env.user)

    def _requested(self, user, order, quantity, **line):
        """Return a return that was requested, with its jobs done."""
        rma = self._request(user, order, quantity, **line)
        rma._run_jobs()
        return rma

    def _receive(self, rma, quantity=None):
        """Validate the expected transfers as the warehouse does."""
        for picking in rma.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel')):
            self._ship(picking, quantity)
        rma._run_jobs()

    def _pay(self, invoice):
        """Register a payment of an invoice by bank."""
        self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({})._create_payments()


class RmaCommon(RmaFixture, CustomerCommon):
    """For tests of models."""


class RmaHttpCommon(RmaFixture, CustomerHttpCommon):
    """For tests of routes and pages."""

    def _queries(self, call):
        """Return how many queries the second of two equal calls takes (savepoints of the test not counted)."""
        call()
        return self._queries_once(call)

    def _queries_once(self, call):
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        call()
        return self.env.cr.sql_log_count - before

    def _post_queries(self, order, moves):
        """Return how many queries a request for one piece of each of the moves takes, on warm caches."""
        data = {'orders': order.id, **{f'quantity_{move.id}': '1' for move in moves}}
        response = []
        count = self._queries_once(lambda: response.append(self.post_form('/my/rmas/new', data)))
        self.assertEqual(response[0].status_code, 303)
        return count
