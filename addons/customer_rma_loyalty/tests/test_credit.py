from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_rma.tests.common import RmaCommon
from odoo.addons.customer_services.tests.conformance import ConformanceMixin

from .common import CreditFixture


@tagged('post_install', '-at_install')
class TestConformance(ConformanceMixin, TransactionCase):
    """Issue 2.13: store credit keeps the rules of the suite."""

    addon = 'customer_rma_loyalty'
    public_methods = frozenset({'customer.rma.action_open_credit'})


@tagged('post_install', '-at_install')
class TestCredit(CreditFixture, RmaCommon):
    """Issue 7.13: store credit instead of money."""

    def _audit(self, rma):
        """Return the texts of the activities of the nightly reconciliation."""
        self.env['customer.rma']._cron_reconcile()
        return [str(activity.note) for activity in rma.activity_ids if activity.summary == 'Goods and money do not agree']

    def test_given_once(self):
        """Issue 7.13: Issue 7.8: at receipt, as invoiced, on one card of the customer, once however often jobs run."""
        rma = self._credited(self.user_a1, self.sold_a1, 1)
        card, note = rma._credit_card(), rma.credit_note_ids
        self.assertEqual((rma.state, note.amount_total, note.amount_residual), ('resolved', 103.5, 0))
        self.assertEqual(
            (card.points, card.partner_id, card.program_id, len(card.history_ids)),
            (103.5, self.customer_a, self.program, 1))
        self.assertGreater(card.expiration_date, note.date)
        self.assertFalse(rma.job_ids.filtered(lambda job: job.kind == 'gateway'))
        self.assertFalse(rma.activity_ids, 'nothing is left for people')
        for _time in range(5):
            rma.job_ids.filtered(lambda job: job.kind != 'mail').state = 'todo'
            rma._run_jobs()
            rma._add_gateway_jobs(note)
        self.assertEqual((card.points, len(card.history_ids), rma.credit_note_ids), (103.5, 1, note))
        self.assertEqual(self.env['loyalty.card'].search([('program_id', '=', self.program.id)]), card)
        self.assertEqual(self._owed(), 103.5)
        self.assertEqual(self.sold_a1.customer_amount_open, 0)
        self.assertEqual((self.sold_a1.order_line.qty_to_invoice, self.sold_a1.invoice_status), (0, 'invoiced'))
        self.assertEqual(self._audit(rma), [])
        card.history_ids.issued = 100
        self.assertIn('booked', self._audit(rma)[0])
        rmas, counts = rma | self._credited(self.user_a2, self.sold_a2, 1), []
        for ids in (rma.ids, rmas.ids):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(self.env['customer.rma'].browse(ids).mapped('credit_balance')))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1], 'a list takes as many queries for more returns')

    def test_mail_and_timeline(self):
        """Issue 7.17: the requester gets code, balance and last day by mail, and sees them in the timeline."""
        rma = self._credited(self.user_a1, self.sold_a1, 1)
        card = rma._credit_card()
        mails = self.env['mail.mail'].search([('model', '=', 'customer.rma'), ('res_id', '=', rma.id)])
        mail = mails.filtered(lambda mail: 'store credit' in mail.subject)
        self.assertEqual((len(mail), mail.recipient_ids), (1, self.user_a1.partner_id))
        self.assertFalse((mails - mail).filtered(lambda other: card.code in other.body_html))
        step = next(step for step in rma.with_user(self.user_a1)._timeline() if step['title'] == 'Store credit')
        for text in (card.code, '103.50', 'valid until'):
            self.assertIn(text, mail.body_html)
            self.assertIn(text, step['text'])
        self.assertFalse(self.env['mail.mail'].search([('model', '=', 'loyalty.card')]), "Odoo's own mail is not sent")

    def test_unpaid(self):
        """Issue 7.13: what was never paid is taken off the invoice, nothing is given for it."""
        rma = self._requested(self.user_a1, self.sold_a1, 1, resolution='credit')
        self._receive(rma)
        self.assertEqual((rma.state, rma.credit_note_ids.amount_residual), ('resolved', 0))
        self.assertFalse(rma._credit_card())
        self.assertEqual(self.sold_a1.invoice_ids.filtered(lambda move: move.move_type == 'out_invoice').amount_residual, 207.0)

    def test_fees_and_grade(self):
        """Issue 7.13: Issue 7.14: fees and the share of a grade are taken off as from money."""
        self.rule.write({'restocking_percent': 10, 'shipping_fee': 5, 'refund_trigger': 'inspection'})
        amounts = []
        for resolution in ('refund', 'credit'):
            order = self._sell(self.user_a1)
            self._pay(order.invoice_ids)
            rma = self._requested(self.user_a1, order, 1, resolution=resolution)
            self._receive(rma)
            rma.line_ids.grade_id = self.env.ref('customer_rma.customer_rma_grade_used')
            rma.action_inspect()
            rma._run_jobs()
            amounts.append(rma.credit_note_ids.amount_total)
        self.assertEqual(amounts[0], amounts[1])
        self.assertEqual(rma._credit_card().points, amounts[1])
        self.assertAlmostEqual(amounts[1], (90 * 0.8 * 0.9 - 5) * 1.15)

    def test_with_money(self):
        """Issue 7.13: of one invoice a part comes back as money and a part as store credit: two credit notes; receipts add up."""
        order = self._sell(self.user_a1, order_line=[
            Command.create({'product_id': self.lamp.id, 'product_uom_qty': quantity, 'price_unit': 100})
            for quantity in (3, 2)])
        self._pay(order.invoice_ids)
        moves = order.order_line.move_ids
        rma = self._request_lines(self.user_a1, [
            {'move_id': moves[0].id, 'quantity': 1, 'resolution': 'refund'},
            {'move_id': moves[1].id, 'quantity': 2, 'resolution': 'credit'}])
        rma._run_jobs()
        self._receive(rma, 1)
        card = rma._credit_card()
        self.assertEqual((card.points, rma.credit_note_ids.mapped('amount_total')), (115, [115, 115]))
        self.assertIn('Pay back by hand', rma.activity_ids.mapped('summary'))
        self._receive(rma)
        self.assertEqual((card.points, len(card.history_ids), rma.state), (230, 2, 'received'))
        self.assertEqual(self._owed(), 230)
        money = rma.credit_note_ids.filtered('amount_residual')
        self.assertEqual(money.invoice_line_ids.customer_rma_line_id.mapped('resolution'), ['refund'])
        self._pay(money)
        rma._close_if_settled()
        self.assertEqual(rma.state, 'resolved')
        self.assertEqual(self._audit(rma), [])

    def _spend(self, user, code, **values):
        """Return ``(order, answer)`` after a code was applied to a new order of a user, with its reward if there is one."""
        order = self.env['sale.order'].create({
            'partner_id': user.partner_id.id, 'require_signature': False, 'require_payment': False,
            'order_line': [Command.create({'product_id': self.lamp.id, 'price_unit': 100})], **values})
        answer = order._try_apply_code(code)
        for card, reward in answer.items() if 'error' not in answer else ():
            order._apply_program_reward(reward, card)
        return order, answer

    def test_spent(self):
        """Issue 7.13: the customer and his colleagues spend it in orders, others never; the liability goes with it."""
        card = self._credited(self.user_a1, self.sold_a1, 1)._credit_card()
        foreign, answer = self._spend(self.user_b1, card.code)
        self.assertTrue(answer.get('not_found'))
        self.assertEqual((foreign.amount_total, foreign.applied_coupon_ids.ids), (115, []))
        order, _answer = self._spend(self.user_a2, card.code)
        self.assertAlmostEqual(order.amount_total, 11.5)
        order.action_confirm()
        self.assertEqual(card.points, 0)
        order._create_invoices().action_post()
        self.assertAlmostEqual(order.invoice_ids.amount_total, 11.5)
        self.assertAlmostEqual(order.invoice_ids.amount_tax, 15)
        self.assertAlmostEqual(self._owed(), 0)

    def test_bought_with_it(self):
        """Issue 7.6: Issue 7.13: what was paid by gift card never comes back as money by itself: only the rest does."""
        card = self._credited(self.user_a1, self.sold_a1, 1)._credit_card()
        order, _answer = self._spend(self.user_a1, card.code)
        order.action_confirm()
        self._ship(order.picking_ids)
        order._create_invoices().action_post()
        self._pay(order.invoice_ids)
        for resolution in ('refund', 'credit'):
            [item] = self.env['customer.rma'].with_user(self.user_a1)._returnable_items(order.with_user(self.user_a1))
            self.assertEqual((item['estimate'], item['verdict'].why), (11.5, 'reduced'))
            rma = self._requested(self.user_a1, order, 1, resolution=resolution)
            self.assertEqual((rma.state, round(rma.line_ids.refund_percent, 6)), ('review', 10))
            rma.with_user(self.user_a1)._cancel_by_customer()
        rma = self._requested(self.user_a1, order, 1)
        with self.assertRaises(AccessError):
            rma.with_user(self.agent).action_approve()
        self.assertEqual(rma.state, 'review')
        rma.with_user(self.manager).action_approve()
        rma._run_jobs()
        self._receive(rma)
        self.assertEqual(rma.credit_note_ids.mapped('amount_total'), [11.5])
        self.assertEqual(self._audit(rma), [])

    def test_order_changes_hands(self):
        """Issue 7.13: an order with store credit that gets another customer loses it."""
        card = self._credited(self.user_a1, self.sold_a1, 1)._credit_card()
        order, _answer = self._spend(self.user_a1, card.code)
        order.partner_id = self.user_b1.partner_id
        order.action_confirm()
        self.assertAlmostEqual(order.amount_total, 115)
        self.assertEqual(card.points, 103.5)

    def test_currency(self):
        """Issue 7.13: in a program of another currency the card gets what the credit note is worth there on its day."""
        currency = self.env['res.currency'].with_context(active_test=False).search([
            ('id', '!=', self.company.currency_id.id), ('rounding', '=', 0.01)], limit=1)
        currency.active = True
        self.env['res.currency.rate'].create({'currency_id': currency.id, 'rate': 2.0, 'name': '2020-01-01'})
        pricelist = self.env['product.pricelist'].create({'name': 'Foreign', 'currency_id': currency.id})
        order = self._sell(self.user_a1, pricelist_id=pricelist.id)
        rma = self._credited(self.user_a1, order, 1)
        card = rma._credit_card()
        self.assertEqual((rma.credit_note_ids.currency_id, rma.credit_note_ids.amount_total), (currency, 103.5))
        self.assertEqual((card.points, card.currency_id, self._owed()), (51.75, self.company.currency_id, 51.75))
        self.assertEqual(self._audit(rma), [])
        spent, _answer = self._spend(self.user_a1, card.code, pricelist_id=pricelist.id)
        self.assertAlmostEqual(spent.amount_total, 11.5)
        self.company.customer_rma_credit_program_id = self._create_program(self.company, currency)
        card = self._credited(self.user_a1, self.sold_a1, 1)._credit_card()
        self.assertEqual((card.points, card.currency_id, self._owed()), (207, currency, 155.25))

    def test_program_fits_the_books(self):
        """Issue 7.13: a program that would book what is owed elsewhere is refused, also if it was changed later."""
        product = self.program.payment_program_discount_product_id
        income = self.env['account.account'].search(
            [('account_type', '=', 'income'), ('company_ids', 'in', self.company.ids)], limit=1)
        fits = {'property_account_income_id': self.liability.id, 'taxes_id': [Command.clear()]}
        for change in ({'property_account_income_id': income.id}, {'taxes_id': [Command.set(self.tax.ids)]}):
            product.write(change)
            with self.assertRaises(ValidationError):
                self.company.customer_rma_credit_program_id = self.program
            product.write(fits)
        others = self.env['loyalty.program'].create([
            {'name': 'Other company', 'program_type': 'gift_card', 'company_id': self.company_2.id},
            {'name': 'eWallet', 'program_type': 'ewallet', 'company_id': self.company.id}])
        for other in others:
            with self.assertRaises(ValidationError):
                self.company.customer_rma_credit_program_id = other
        self._pay(self.sold_a1.invoice_ids)
        rma = self._requested(self.user_a1, self.sold_a1, 1, resolution='credit')
        product.property_account_income_id = income
        self._receive(rma)
        job = rma.job_ids.filtered(lambda job: job.kind == 'credit')
        self.assertEqual((job.state, job.tries, rma.state), ('todo', 1, 'received'))
        self.assertIn('liability', job.error)
        self.assertFalse(rma._credit_card())
        with self.assertRaises(UserError):
            rma.action_cancel()
        product.property_account_income_id = self.liability
        job.action_retry()
        rma._run_jobs()
        self.assertEqual((rma._credit_card().points, rma.state), (103.5, 'resolved'))

    def test_offered(self):
        """Issue 7.13: it is offered where rule and company allow it, alone if the rule says so, never to who withdraws."""
        def offered(kind='return'):
            item = self.env['customer.rma'].with_user(self.user_a1)._returnable_items(self.sold_a1, kind)[0]
            return [choice[0] for choice in item['resolutions']], item['credit']
        names, text = offered()
        self.assertIn('credit', names)
        self.assertIn('103.50', text)
        self.assertIn('365', text)
        self.assertEqual(offered('withdrawal'), (['refund'], ''))
        self.rule.write({'refund_allowed': False, 'replace_allowed': False, 'exchange_allowed': False})
        self.assertEqual(offered()[0], ['credit'])
        with self.assertRaises(UserError):
            self._request(self.user_a1, self.sold_a1, 1, resolution='refund')
        with self.assertRaises(ValidationError):
            self.rule.credit_allowed = False
        self.rule.write({'refund_allowed': True, 'credit_allowed': False})
        with self.assertRaises(UserError):
            self._request(self.user_a1, self.sold_a1, 1, resolution='credit')
        self.rule.credit_allowed = True
        rma = self._request(self.user_a1, self.sold_a1, 1)
        self.assertEqual(rma.line_ids.resolution, 'refund')
        self.company.customer_rma_credit_program_id = False
        self.assertEqual(offered(), (['refund'], ''))
        with self.assertRaises(ValidationError):
            rma.line_ids.resolution = 'credit'
