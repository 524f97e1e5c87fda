from odoo.tests import tagged

from .common import StockHttpCommon


@tagged('post_install', '-at_install')
class TestShipmentStates(StockHttpCommon):
    """How far an order is, with its shipments."""

    def _assert_state(self, order, state, line_state=None):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(order.customer_state, state)
        self.assertEqual(order.order_line[:1].customer_state, line_state or state)

    def test_from_reserved_to_delivered(self):
        """Issue 6.2: reserved, shipped with tracking, delivered when the parcel arrived; a second call changes nothing."""
        order = self.order_a1
        self._assert_state(order, 'reserved')
        self.picking_a1.carrier_tracking_ref = 'T1'
        self._ship(self.picking_a1)
        self._assert_state(order, 'shipped')
        self.picking_a1.action_customer_delivered()
        date = self.picking_a1.customer_delivered_date
        self.picking_a1.action_customer_delivered()
        self.assertEqual(self.picking_a1.customer_delivered_date, date)
        self._assert_state(order, 'delivered')

    def test_without_carrier(self):
        """Issue 6.2: goods that were handed over without a carrier are delivered."""
        self._ship(self.picking_a2)
        self._assert_state(self.order_a2, 'delivered')

    def test_back_order(self):
        """Issue 6.2: a back order shows when it is expected; what was shipped in part says so."""
        order = self._create_order(self.user_a1, quantity=20)
        self._assert_state(order, 'backorder')
        self.assertTrue(order.order_line.customer_expected_date)
        self._ship(order.picking_ids, 1)
        self._assert_state(order, 'part_shipped')
        self.assertTrue(order.order_line.customer_expected_date)
        self.authenticate(self.user_a1.login, self.user_a1.login)
        text = self.url_open(f'/my/orders/{order.id}').text
        self.assertIn('Partly shipped', text)
        self.assertIn('Expected on', text)

    def test_returned(self):
        """Issue 6.2: all sent back is returned."""
        self._ship(self.picking_a1)
        wizard = self.env['stock.return.picking'].with_context(
            active_id=self.picking_a1.id, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        self._ship(back)
        self._assert_state(self.order_a1, 'returned')

    def test_cancelled(self):
        """Issue 6.2: a cancelled order says so, whatever its shipments."""
        self.order_a1._action_cancel()
        self._assert_state(self.order_a1, 'cancelled')
