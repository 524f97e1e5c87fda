"""Fixtures for the tests of shipments."""
from odoo.fields import Command

from odoo.addons.customer_services.tests.common import CustomerCommon, CustomerHttpCommon


class StockFixture:
    """A storable product with five pieces in stock, and an order of each customer with its picking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chair = cls.env['product.product'].create({
            'name': 'Chair', 'is_storable': True, 'list_price': 50, 'taxes_id': [Command.clear()]})
        cls.warehouse = cls.env['stock.warehouse'].search([('company_id', '=', cls.company.id)], limit=1)
        cls.env['stock.quant']._update_available_quantity(cls.chair, cls.warehouse.lot_stock_id, 5)
        cls.order_a1, cls.order_a2, cls.order_b1 = (
            cls._create_order(user) for user in (cls.user_a1, cls.user_a2, cls.user_b1))
        cls.picking_a1, cls.picking_a2, cls.picking_b1 = (
            order.picking_ids for order in (cls.order_a1, cls.order_a2, cls.order_b1))
        cls.pickings = cls.picking_a1 | cls.picking_a2 | cls.picking_b1

    @classmethod
    def _create_order(cls, user, quantity=1, **values):
        """Return a confirmed order for a user's contact."""
        order = cls.env['sale.order'].create({
            'partner_id': user.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': cls.chair.id, 'product_uom_qty': quantity})], **values})
        order.action_confirm()
        return order

    @classmethod
    def _ship(cls, picking, quantity=None):
        """Ship a picking, in part if a quantity is given; the rest becomes a back order."""
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking.with_context(skip_backorder=True, skip_sms=True).button_validate()


class StockCommon(StockFixture, CustomerCommon):
    """For tests of models."""


class StockHttpCommon(StockFixture, CustomerHttpCommon):
    """For tests of routes and pages."""
