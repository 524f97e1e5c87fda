from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RmaCommon


@tagged('post_install', '-at_install')
class TestFlow(RmaCommon):
    """From the request to the goods."""

    def test_receipt(self):
        """Issue 7.1: with the trigger receipt the only human action is the validation of the warehouse."""
        invoice = self.sold_a1.invoice_ids
        self._pay(invoice)
        rma = self._requested(self.user_a1, self.sold_a1, 3)
        self.assertEqual(rma.state, 'approved')
        self.assertEqual(rma.line_ids.quantity_approved, 3)
        self.assertFalse(rma.credit_note_ids)
        self._receive(rma)
        self.assertEqual((rma.state, rma.line_ids.quantity_received), ('received', 3))
        note = rma.credit_note_ids
        self.assertEqual((note.state, note.amount_total), ('posted', invoice.amount_total))
        # paid by bank: no provider can pay it back, so staff are told
        self.assertIn('Pay back by hand', rma.activity_ids.mapped('summary'))
        self._pay(note)
        rma._cron_close()
        self.assertEqual(rma.state, 'resolved')

    def test_unpaid_invoice(self):
        """Issue 7.6: the credit note of an invoice that is not paid lowers what is open; nothing is paid back."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self._receive(rma)
        invoice, note = self.sold_a1.invoice_ids - rma.credit_note_ids, rma.credit_note_ids
        self.assertIn(note.payment_state, ('paid', 'reversed'))
        self.assertAlmostEqual(invoice.amount_residual, 207.0)
        self.assertEqual(rma.state, 'resolved')
        self.assertFalse(rma.activity_ids)

    def test_partial_receipt(self):
        """Issue 7.5: of 2 one comes: a back order waits for the other, and the refund covers one."""
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self._receive(rma, 1)
        self.assertEqual((rma.state, rma.line_ids.quantity_received, rma.line_ids.quantity_refunded), ('transit', 1, 1))
        self.assertAlmostEqual(rma.credit_note_ids.amount_total, 103.5)
        backorder = rma.picking_ids.filtered(lambda picking: picking.state != 'done')
        self.assertEqual(backorder.move_ids.product_uom_qty, 1)
        self.assertEqual(backorder.move_ids.customer_rma_line_id, rma.line_ids)
        self._receive(rma)
        self.assertEqual((rma.state, rma.line_ids.quantity_received, rma.line_ids.quantity_refunded), ('resolved', 2, 2))
        self.assertEqual(rma.credit_note_ids.mapped('amount_total'), [103.5, 103.5])

    def test_backorder_is_cancelled(self):
        """Issue 7.5: what does not come is not refunded, and can be asked for again."""
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self._receive(rma, 1)
        rma.picking_ids.filtered(lambda picking: picking.state != 'done').action_cancel()
        rma._run_jobs()
        self.assertEqual((rma.state, rma.line_ids.quantity_claimed), ('resolved', 1))
        self.assertEqual(self._move(self.sold_a1)._returnable_quantities()[self._move(self.sold_a1)], 2)

    def test_deliveries_and_orders(self):
        """Issue 7.9: goods of several deliveries and orders are one return, with one transfer a delivery."""
        lamps = self.lamp | self.env['product.product'].create(
            [{'name': f'Lamp {number}', 'is_storable': True, 'list_price': 100} for number in range(4)])
        for lamp in lamps:
            self.env['stock.quant']._update_available_quantity(lamp, self.warehouse.lot_stock_id, 50)
        order = self._create_order(self.user_a1, order_line=[
            Command.create({'product_id': lamp.id, 'product_uom_qty': 6}) for lamp in lamps])
        picking = order.picking_ids
        for _time in range(2):
            self._ship(picking, 2)
            picking = order.picking_ids.filtered(lambda picking: picking.state != 'done')
        self._ship(picking)
        moves = order.order_line.move_ids
        self.assertEqual((len(moves.picking_id), len(moves)), (3, 15))
        chosen = moves.sorted('id')[:10] | self._move(self.sold_a1)
        rma = self._request_lines(self.user_a1, [{'move_id': move.id, 'quantity': 1} for move in chosen])
        rma._run_jobs()
        self.assertEqual(len(rma.line_ids), 11)
        self.assertEqual(len(rma.picking_ids), len(chosen.picking_id))
        self.assertEqual(rma.picking_ids.return_id, chosen.picking_id)
        self.assertEqual(sum(rma.picking_ids.move_ids.mapped('product_uom_qty')), 11)
        self.assertEqual(rma.line_ids.order_id, order | self.sold_a1)
        self._receive(rma)
        self.assertEqual(rma.line_ids.mapped('quantity_received'), [1.0] * 11)

    def test_cancelled_by_customer(self):
        """Issue 7.12: a customer cancels what he did not send; once goods came he cannot; others never can."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        with self.assertRaises(AccessError):
            rma.with_user(self.user_b1)._cancel_by_customer()
        rma.with_user(self.user_a1)._cancel_by_customer()
        self.assertEqual((rma.state, rma.picking_ids.state), ('cancelled', 'cancel'))
        rma.with_user(self.user_a1)._cancel_by_customer()
        late = self._requested(self.user_a1, self.sold_a1, 2)
        self._receive(late, 1)
        with self.assertRaises(UserError):
            late.with_user(self.user_a1)._cancel_by_customer()
        self.assertEqual(late.state, 'transit')

    def test_expiry(self):
        """Issue 7.12: an approved return whose goods do not come expires, and its goods can be asked for again."""
        rma = self._requested(self.user_a1, self.sold_a1, 3)
        self.assertEqual(rma.expiry_date, fields.Date.context_today(rma) + timedelta(days=30))
        rma._cron_expire()
        self.assertEqual(rma.state, 'approved')
        rma.expiry_date = fields.Date.context_today(rma) - timedelta(days=1)
        rma._cron_expire()
        self.assertEqual((rma.state, rma.picking_ids.state), ('expired', 'cancel'))
        self._request(self.user_a1, self.sold_a1, 3)

    def test_rejected(self):
        """Issue 7.12: Issue 7.17: staff reject with a message, which the customer gets by mail; without one they do not."""
        self.rule.decision = 'review'
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self.assertEqual(rma.state, 'review')
        with self.assertRaises(UserError):
            rma.with_user(self.agent).reject(' ')
        with self.assertRaises(UserError):
            rma.with_user(self.agent).reject(5)
        self.env['customer.rma.reject'].with_user(self.agent).create(
            {'rma_id': rma.id, 'message': 'It was used.'}).action_reject()
        rma._run_jobs()
        self.assertEqual(rma.state, 'rejected')
        mail = self.env['mail.mail'].search([('model', '=', 'customer.rma'), ('res_id', '=', rma.id)], order='id')
        self.assertEqual(len(mail), 2)
        self.assertRegex(mail[-1].body_html, 'white-space: ?pre-line[^>]*>It was used.')
        for body in mail.mapped('body_html'):
            self.assertIn(f'href="{rma.get_base_url()}/my/rmas/{rma.id}"', body, 'the way to the return')
        self.assertIn('auto-generated', mail[-1].headers)

    def test_rights_of_staff(self):
        """Issue 7.16: users work on returns, approvers decide about money, employees and specialists do neither."""
        self.rule.write({'decision': 'review', 'refund_trigger': 'approval'})
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        for user in (self.employee, self.specialist, self.agent, self.user_a1, self.user_b1, self.visitor):
            with self.assertRaises(AccessError, msg=user.login):
                rma.with_user(user).action_approve()
        for user in (self.employee, self.specialist, self.user_a1, self.visitor):
            for method in ('action_receive', 'action_in_transit', 'action_cancel', 'action_inspect', 'action_submit'):
                with self.assertRaises(AccessError, msg=f'{user.login} {method}'):
                    getattr(rma.with_user(user), method)()
            with self.assertRaises(AccessError):
                rma.with_user(user).reject('no')
        self.assertEqual((rma.state, rma.line_ids.quantity_approved), ('review', 0))
        with self.assertRaises(AccessError):
            rma.line_ids.with_user(self.agent).refund_percent = 50
        rma.with_user(self.manager).action_approve()
        rma._run_jobs()
        self.assertEqual(rma.line_ids.quantity_refunded, 1)

    def test_scan(self):
        """Issue 7.1: Issue 7.16: a scanner receives by the code on the slip; an unknown code says so, customers may not."""
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        Rma = self.env['customer.rma']
        for unknown in ('RMA0', 'RMA\x00', '', None, 5):
            with self.assertRaises(UserError):
                Rma.with_user(self.agent).receive_scan(unknown)
        with self.assertRaises(AccessError):
            Rma.with_user(self.user_a1).receive_scan(rma.number)
        self.assertFalse(rma.line_ids.quantity_received)
        self.assertEqual(Rma.with_user(self.agent).receive_scan(rma.number), rma.number)
        rma._run_jobs()
        self.assertEqual((rma.state, rma.line_ids.quantity_received), ('resolved', 2))
        with self.assertRaises(UserError):
            Rma.with_user(self.agent).receive_scan(rma.number)

    def test_carrier_scan(self):
        """Issue 7.1: with the trigger scan, money goes back when the carrier has the parcel; a second scan changes nothing."""
        self.rule.refund_trigger = 'scan'
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self.assertFalse(rma.credit_note_ids)
        rma.with_user(self.agent).action_in_transit()
        rma.with_user(self.agent).action_in_transit()
        rma._run_jobs()
        self.assertEqual(rma.line_ids.quantity_refunded, 2)
        self.assertEqual(len(rma.credit_note_ids), 1)

    def test_inspection(self):
        """Issue 7.14: with the trigger inspection the grade says what is paid back; without grades nothing is."""
        self.rule.refund_trigger = 'inspection'
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        self._receive(rma)
        self.assertEqual((rma.state, rma.line_ids.quantity_refunded), ('received', 0))
        with self.assertRaises(UserError):
            rma.with_user(self.agent).action_inspect()
        rma.line_ids.with_user(self.agent).grade_id = self.env.ref('customer_rma.customer_rma_grade_used')
        rma.with_user(self.agent).action_inspect()
        rma._run_jobs()
        self.assertAlmostEqual(rma.credit_note_ids.amount_total, 2 * 103.5 * 0.8)
        self.assertEqual(rma.state, 'resolved')

    def test_timeline(self):
        """Issue 7.17: one timeline tells of request, approval, receipt and credit note, in their order."""
        rma = self._requested(self.user_a1, self.sold_a1, 1)
        self._receive(rma)
        steps = rma.with_user(self.user_a1)._timeline()
        text = ' '.join(f'{step["title"]} {step["text"]}' for step in steps)
        # all of it within one minute: in the order in which it makes sense
        self.assertEqual([step['title'] for step in steps], ['Requested', 'Approved', 'Received', 'Credit note', 'Resolved'])
        self.assertIn('Reading lamp', text)
        self.assertIn(rma.credit_note_ids.name, text)

    def test_slip(self):
        """Issue 7.11: the slip shows number, barcode, goods and the address to send them to."""
        rma = self._requested(self.user_a1, self.sold_a1, 2)
        html = self.env['ir.actions.report']._render_qweb_html('customer_rma.report_slip', rma.ids)[0].decode()
        for text in (rma.number, 'data:image/png;base64', 'Reading lamp', self.sold_a1.name, rma._return_address().name):
            self.assertIn(text, html)
