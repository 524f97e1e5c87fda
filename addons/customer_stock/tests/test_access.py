from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from .common import StockHttpCommon


@tagged('post_install', '-at_install')
class TestStockAccess(StockHttpCommon):
    """Shipments are as visible as their orders."""

    def _assert_sees(self, user, records, expected):
        self.env.flush_all()
        self.env.invalidate_all()
        found = records.browse().with_user(user).search([('id', 'in', records.ids)])
        self.assertEqual(set(found.ids), set(expected.ids), user.login)
        for record in records:
            if record in expected:
                record.with_user(user).read(['display_name'])
            else:
                with self.assertRaises(AccessError, msg=user.login):
                    record.with_user(user).read(['display_name'])

    def test_end_users(self):
        """Issue 6.5: scope all sees the shipments of colleagues, own only its own, others and revoked none."""
        none = self.pickings.browse()
        for user, expected in (
            (self.user_a1, self.picking_a1 | self.picking_a2), (self.user_a2, self.picking_a2),
            (self.user_b1, self.picking_b1), (self.user_b2, none), (self.revoked, none),
        ):
            self._assert_sees(user, self.pickings, expected)
        with self.assertRaises(AccessError):
            self.picking_a1.with_user(self.user_a1).write({'note': 'x'})
        with self.assertRaises(AccessError):
            self.picking_a1.with_user(self.user_a1).action_customer_delivered()

    def test_staff(self):
        """Issue 6.5: specialists see shipments of their customers and of orders that they process; stock staff all."""
        processor = self._create_staff('processor', GROUP_SPECIALIST)
        self.env['customer.processor'].create({
            'user_id': processor.id, 'res_model': 'sale.order', 'res_id': self.order_b1.id})
        worker = self._create_staff('worker', 'stock.group_stock_user')
        packer = self._create_staff('packer', f'{GROUP_SPECIALIST},stock.group_stock_user')
        self.env['customer.administrator'].create({'user_id': packer.id, 'customer_id': self.customer_a.id})
        receipt = self.env['stock.picking'].create({
            'picking_type_id': self.warehouse.in_type_id.id,
            'partner_id': self.env['res.partner'].create({'name': 'Vendor'}).id})
        of_a = self.picking_a1 | self.picking_a2
        everything = self.pickings | receipt
        for user, expected in (
            (self.specialist, of_a), (processor, self.picking_b1), (worker, everything), (packer, of_a | receipt),
            (self.agent, self.pickings), (self.manager, self.pickings),
        ):
            self._assert_sees(user, everything, expected)
            self._assert_sees(user, self.pickings.move_ids, (expected & self.pickings).move_ids)
        with self.assertRaises(AccessError):
            self.picking_b1.with_user(packer).write({'note': 'x'})

    def test_shipped_elsewhere(self):
        """Issue 6.5: goods that go to another customer are seen by who ordered them."""
        order = self._create_order(self.user_a1, partner_shipping_id=self.customer_b.id)
        self.assertEqual(order.picking_ids.commercial_partner_id, self.customer_b)
        self._assert_sees(self.user_a1, order.picking_ids, order.picking_ids)
        self._assert_sees(self.specialist, order.picking_ids, order.picking_ids)
        self._assert_sees(self.user_a2, order.picking_ids, order.picking_ids.browse())

    def test_slips(self):
        """Issue 6.2: Issue 6.5: a colleague who sees the order gets the delivery slip; others do not, a wrong token neither."""
        url = f'/my/picking/pdf/{self.picking_a2.id}'
        for user, status in (
            (self.user_a1, 200), (self.user_a2, 200), (self.user_b1, 404), (self.revoked, 404),
        ):
            self.authenticate(user.login, user.login)
            self.assertEqual(self.url_open(url).status_code, status, user.login)
        self.assertEqual(self.url_open(f'{url}?access_token=x').status_code, 404)
        token = self.order_b1._portal_ensure_token()
        self.assertEqual(self.url_open(f'{url}?access_token={token}').status_code, 404)
