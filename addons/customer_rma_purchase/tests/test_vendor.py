from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: vendor returns keep the rules of the suite."""

    addon = 'customer_rma_purchase'
    public_methods = frozenset({
        'customer.rma.action_return_to_vendor', 'customer.rma.action_open_vendor_pickings'})


@tagged('post_install', '-at_install')
class TestVendor(RmaCommon):
    """Issue 7.22: goods go back to the vendor, linked to the customer's return."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env['res.partner'].create({'name': 'Vendor of lamps'})
        cls.purchases = cls._purchase(5) | cls._purchase(1)

    @classmethod
    def _purchase(cls, quantity):
        order = cls.env['purchase.order'].create({'partner_id': cls.vendor.id, 'order_line': [Command.create({
            'product_id': cls.lamp.id, 'product_qty': quantity, 'price_unit': 40})]})
        order.button_confirm()
        cls._ship(order.picking_ids)
        return order

    def _sent(self, rma):
        return self.env['stock.picking'].search([('customer_rma_vendor_id', '=', rma.id)])

    def test_vendor_return(self):
        """Issue 7.22: 2 of 3 came back: 2 go to the vendor, over two receipts, once; cancelled ones may go again."""
        rma = self._requested(self.user_a1, self.sold_a1, 3)
        with self.assertRaises(UserError):
            rma.with_user(self.agent).action_return_to_vendor()
        self._receive(rma, 2)
        rma.with_user(self.agent).action_return_to_vendor()
        sent = self._sent(rma)
        self.assertEqual(sorted(sent.move_ids.mapped('product_uom_qty')), [1, 1])
        self.assertEqual((sent.partner_id, sent.purchase_id), (self.vendor, self.purchases))
        self.assertEqual(sent.move_ids.customer_rma_vendor_line_id, rma.line_ids)
        self.assertEqual((rma.vendor_picking_count, sent.customer_rma_id.ids), (2, []))
        with self.assertRaises(UserError):
            rma.action_return_to_vendor()
        sent[0].action_cancel()
        rma.action_return_to_vendor()
        sent = self._sent(rma).filtered(lambda picking: picking.state != 'cancel')
        self.assertEqual(sum(sent.move_ids.mapped('product_uom_qty')), 2)
        for picking in sent:
            self._ship(picking)
        self.assertEqual(sum(self.purchases.order_line.mapped('qty_received')), 4)
        self.assertEqual(rma.line_ids.quantity_received, 2, "the customer's return is as it was")

    def test_rights(self):
        """Issue 7.22: only users of returns; the customer sees no transfer to a vendor."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self._receive(rma)
        for user in (self.user_a1, self.employee, self.specialist, self.other_company_agent):
            with self.assertRaises(AccessError, msg=user.login):
                rma.with_user(user).action_return_to_vendor()
        self.assertFalse(self._sent(rma))
        rma.action_return_to_vendor()
        self.assertFalse(self.env['stock.picking'].with_user(self.user_a1).search([('id', 'in', self._sent(rma).ids)]))

    def test_lines_share_receipts(self):
        """Issue 7.22: two lines of one product together take no more than its receipts have; queries do not grow."""
        moves = self._move(self.sold_a1) | self._move(self.sold_a2)
        rma = self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 3} for move in moves])
        rma._run_jobs()
        self._receive(rma)
        counts = []
        for ids in (rma.line_ids[0].ids, rma.line_ids.ids):
            self.env.invalidate_all()
            lines = self.env['customer.rma.line'].browse(ids)
            before = self.env.cr.sql_log_count
            parts = lines._vendor_parts()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual([(line, quantity) for line, _move, quantity in parts], [
            (rma.line_ids[0], 1), (rma.line_ids[0], 2), (rma.line_ids[1], 3)])
        rma.with_user(self.agent).action_return_to_vendor()
        self.assertEqual(sorted(self._sent(rma).move_ids.mapped('product_uom_qty')), [1, 5])
