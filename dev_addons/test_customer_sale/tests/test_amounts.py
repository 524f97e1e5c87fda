"""Whatever combination of prices, taxes and terms: what the portal shows and asks for is what the documents post."""
import itertools
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.customer_sale.tests.common import SaleHttpCommon

from .common import PaymentSteps

DIMENSIONS = {
    'tax': ('none', 'excluded', 'included', 'several', 'fixed'),
    'term': ('none', 'instalments', 'discount included', 'discount excluded', 'discount mixed'),
    'discount': (0, 12.5),
    'currency': ('company', 'foreign'),
    'down': ('none', 'percentage', 'fixed'),
    'cash': ('none', 'add_invoice_line', 'biggest_tax'),
    'rounding': ('round_per_line', 'round_globally'),
    'credit': ('none', 'part', 'whole'),
}


def pairs(row):
    """Return all pairs of values in a row."""
    return set(itertools.combinations(row.items(), 2))


def combinations():
    """Return rows (dicts) in which each value of a dimension meets each value of every other one."""
    names, missing, rows = list(DIMENSIONS), set(), []
    for one, other in itertools.combinations(names, 2):
        missing |= {((one, a), (other, b)) for a in DIMENSIONS[one] for b in DIMENSIONS[other]}
    while missing:
        row = dict(min(missing, key=str))
        for name in names:
            if name not in row:
                row[name] = max(DIMENSIONS[name], key=lambda value: len(  # noqa: B023 - used at once
                    missing & pairs({key: row.get(key, value if key == name else None) for key in names})))  # noqa: B023
        row = {name: row[name] for name in names}
        missing -= pairs(row)
        rows.append(row)
    return rows


def amount(text):
    """Return the number in a formatted amount such as ``$ 1,234.50``."""
    return float(''.join(char for char in text if char.isdigit() or char in '.-'))


@tagged('post_install', '-at_install')
class TestAmounts(PaymentSteps, SaleHttpCommon):
    """From the offer to the last payment: each amount on each page against the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env['res.currency'].search(
            [('id', '!=', cls.company.currency_id.id), ('name', 'in', ('EUR', 'CHF')), ('rounding', '=', 0.01),
             ('active', 'in', (True, False))], limit=1)
        cls.foreign.active = True
        cls.foreign.rate_ids.unlink()
        cls.env['res.currency.rate'].create({
            'name': '2020-01-01', 'rate': 1.2347, 'currency_id': cls.foreign.id, 'company_id': cls.company.id})
        cls.pricelists = {
            'company': cls.env['product.pricelist'].create({'name': 'Home', 'currency_id': cls.company.currency_id.id}),
            'foreign': cls.env['product.pricelist'].create({'name': 'Abroad', 'currency_id': cls.foreign.id})}
        Tax = cls.env['account.tax']
        plus, incl, five, piece = Tax.create([
            {'name': 'Plus', 'amount': 21, 'price_include_override': 'tax_excluded'},
            {'name': 'Included', 'amount': 19, 'price_include_override': 'tax_included'},
            {'name': 'Five', 'amount': 5.5, 'price_include_override': 'tax_excluded'},
            {'name': 'Piece', 'amount': 0.37, 'amount_type': 'fixed', 'price_include_override': 'tax_excluded'}])
        cls.taxes = {
            'none': Tax, 'excluded': plus, 'included': incl, 'several': plus | five, 'fixed': plus | piece}
        cls.terms = {name: cls._term(name) for name in DIMENSIONS['term']}
        gain, loss = cls.env['account.account'].create([
            {'name': 'Rounding gain', 'code': 'RND1', 'account_type': 'income_other'},
            {'name': 'Rounding loss', 'code': 'RND2', 'account_type': 'expense'}])
        cls.cash = {strategy: cls.env['account.cash.rounding'].create({
            'name': strategy, 'rounding': 0.05, 'strategy': strategy, 'rounding_method': 'HALF-UP',
            'profit_account_id': gain.id, 'loss_account_id': loss.id}) for strategy in DIMENSIONS['cash'][1:]}

    @classmethod
    def _term(cls, name):
        """Return the payment terms of a row."""
        Term = cls.env['account.payment.term']
        if name == 'none':
            return Term
        if name == 'instalments':
            return Term.create({'name': name, 'line_ids': [
                Command.create({'value': 'percent', 'value_amount': 30, 'nb_days': 0}),
                Command.create({'value': 'percent', 'value_amount': 70, 'nb_days': 30})]})
        return Term.create({
            'name': name, 'early_discount': True, 'discount_percentage': 3, 'discount_days': 10,
            'early_pay_discount_computation': name.split()[1],
            'line_ids': [Command.create({'value': 'percent', 'value_amount': 100, 'nb_days': 30})]})

    # -- documents ------------------------------------------------------------

    def _offer(self, row):
        self.company.tax_calculation_rounding_method = row['rounding']
        taxes = [Command.set(self.taxes[row['tax']].ids)]
        return self.env['sale.order'].create({
            'partner_id': self.user_a1.partner_id.id, 'state': 'sent', 'require_signature': False,
            'require_payment': False, 'pricelist_id': self.pricelists[row['currency']].id,
            'payment_term_id': self.terms[row['term']].id,
            'order_line': [Command.create({
                'product_id': self.product.id, 'price_unit': price, 'product_uom_qty': quantity,
                'discount': row['discount'], 'tax_ids': taxes})
                for price, quantity in ((33.33, 3), (12.49, 7), (100.07, 1))]})

    def _post_invoices(self, order, row):
        """Return the posted invoices of an order: a down payment if the row has one, and the rest."""
        invoices = self.env['account.move']
        if row['down'] != 'none':
            invoices = self.env['sale.advance.payment.inv'].create({
                'sale_order_ids': [Command.set(order.ids)], 'advance_payment_method': row['down'], 'amount': 33.3,
                'fixed_amount': 50.01})._create_invoices(order)
            self._post(invoices, row)
        last = order._create_invoices(final=True)
        self._post(last, row)
        return invoices | last

    def _post(self, invoice, row):
        if row['cash'] != 'none':
            invoice.invoice_cash_rounding_id = self.cash[row['cash']]
        invoice.action_post()

    def _credit(self, invoice, row):
        """Credit the last invoice in part or as a whole; return the credit note."""
        if row['credit'] == 'none':
            return invoice.browse()
        credit = invoice._reverse_moves([{'invoice_date': fields.Date.today()}])
        if row['credit'] == 'part':
            credit.invoice_line_ids.filtered(lambda line: line.display_type == 'product')[1:].unlink()
        credit.action_post()
        (invoice | credit).line_ids.filtered(
            lambda line: line.account_type == 'asset_receivable' and not line.reconciled).reconcile()
        return credit

    # -- pages ----------------------------------------------------------------

    def _page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.content)

    def _cell(self, page, document, label):
        """Return the first amount in the column of the row of a document, which stands after the label for phones."""
        cell, = page.xpath(
            f'//tr[.//a[normalize-space()="{document.name}"]]/td[div[@class="o_customer_label"]="{label}"]')
        return amount(cell.xpath(
            'string((.//span[contains(@class, "oe_currency_value")] | text()[normalize-space()])[1])'))

    def _asked(self, page, name='data-amount'):
        form, = page.xpath('//form[@id="o_payment_form"]')
        return float(form.get(name))

    # -- tests ----------------------------------------------------------------

    def test_combinations(self):
        """Issue 6.6: taxes, discounts, currencies, down payments, terms, discounts for early payment, cash rounding,
        credit notes: pages, forms and statement show what is posted, and what is asked settles it to the cent."""
        rows = combinations()
        self.assertGreaterEqual(len(rows), 25)
        for row in rows:
            with self.subTest(**row):
                self._check(row)

    def _check(self, row):
        offer = self._offer(row)
        self.env.flush_all()
        self._same(self._cell(self._page('/my/quotes?filterby=all'), offer, 'Total'), offer.amount_total)
        offer.action_confirm()
        self._same(offer.customer_amount_open, offer.amount_total)
        invoices = self._post_invoices(offer, row)
        rounded = sum(invoices.line_ids.filtered(lambda line: line.display_type == 'rounding').mapped('amount_currency'))
        self._same(sum(invoices.mapped('amount_total')) + rounded, offer.amount_total)
        self._same(offer.customer_amount_open, sum(invoices.mapped('amount_residual')))
        credit = self._credit(invoices[-1], row)
        self.env.flush_all()
        self._check_pages(offer, invoices, credit)
        self._check_statement()
        for invoice in invoices.filtered('amount_residual')[1:]:
            self._pay_alone(invoice, row)
        self._pay_together(invoices.filtered('amount_residual'), row)
        for invoice in invoices:
            self._same(invoice.amount_residual, 0)
            self._same(sum(invoice.line_ids.filtered(
                lambda line: line.account_type == 'asset_receivable').mapped('amount_residual_currency')), 0)
        if not credit:
            self._same(offer.customer_amount_open, 0)
        self._check_statement()

    def _check_pages(self, order, invoices, credit):
        orders, page = self._page('/my/orders'), self._page(f'/my/orders/{order.id}')
        self._same(self._cell(orders, order, 'Total'), order.amount_total)
        shown = [amount(cell.text_content()) for cell in page.xpath('//*[@id="total"]//td[contains(@class, "text-end")]')]
        self.assertIn(order.amount_total, shown)
        listed = self._page('/my/invoices')
        for document in invoices | credit:
            sign = -1 if document == credit else 1
            ledger = sum(document.line_ids.filtered(
                lambda line: line.account_type == 'asset_receivable').mapped('amount_currency'))
            self._same(self._cell(listed, document, 'Total'), ledger)
            self._same(self._cell(listed, document, 'Left to pay'), sign * document.amount_residual)
        if order.customer_amount_open:
            left = page.xpath('//div[@id="customer_sale_state"]//strong')[0]
            self._same(amount(left.text_content()), order.customer_amount_open)

    def _check_statement(self):
        """The statement closes with what the list of invoices says is left, in each currency."""
        today = fields.Date.today()
        open_moves = self.env['account.move'].search([
            ('commercial_partner_id', '=', self.customer_a.id), ('state', '=', 'posted'), ('amount_residual', '!=', 0),
            ('move_type', 'in', ('out_invoice', 'out_refund'))])
        parts = self.customer_a.with_user(self.user_a1)._customer_statement(today - timedelta(days=30), today)
        for part in parts:
            left = sum(-move.amount_residual if move.move_type == 'out_refund' else move.amount_residual
                       for move in open_moves if move.currency_id == part['currency'])
            self._same(part['closing'], left)

    def _to_pay(self, invoice, row):
        """Return what settles an invoice: by the terms line, not by our fields."""
        line = invoice.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        if row['term'].startswith('discount') and not line.matched_credit_ids:
            return line.discount_amount_currency
        return invoice.amount_residual

    def _pay_alone(self, invoice, row):
        page = self._page(f'/my/invoices/{invoice.id}')
        expected = self._to_pay(invoice, row)
        if row['term'] == 'instalments' and len(invoice._open_term_lines()) > 1:
            first = invoice._open_term_lines()[0].amount_residual_currency
            self._same(self._asked(page, 'data-invoice-next-amount-to-pay'), first)
            self._done(self._start_invoice(invoice, first))
            page, expected = self._page(f'/my/invoices/{invoice.id}'), expected - first
        self._same(self._asked(page), expected)
        self._done(self._start_invoice(invoice, self._asked(page)))

    def _pay_together(self, invoices, row):
        """Pay what is left, with an invoice of the same kind beside it."""
        if not invoices:
            return
        other = self._offer({**row, 'tax': 'excluded'})
        other.action_confirm()
        invoices |= self._post_invoices(other, {**row, 'down': 'none'})
        self.env.flush_all()
        page = self._page(f'/my/invoices/pay?ids={",".join(map(str, invoices.ids))}')
        asked = self._asked(page)
        self._same(asked, sum(self._to_pay(invoice, row) for invoice in invoices))
        for invoice in invoices:
            self._same(self._cell(page, invoice, 'You pay now'), self._to_pay(invoice, row))
        self._done(self._start_invoices(invoices, asked))
        for invoice in invoices:
            self._same(invoice.amount_residual, 0)

    def _done(self, transaction):
        self.assertTrue(transaction)
        transaction._set_done()
        transaction._post_process()
        self._same(transaction.payment_id.amount, transaction.amount)
        self.env.flush_all()
        self.env.invalidate_all()

    def _same(self, shown, posted):
        self.assertEqual(round(shown, 2), round(posted, 2))

    def test_discount_of_a_late_webhook(self):
        """Issue 6.6: the discount counts by the day on which the customer paid; paid later there is none."""
        row = {**{name: values[0] for name, values in DIMENSIONS.items()}, 'term': 'discount included', 'tax': 'several'}
        order = self._offer(row)
        order.action_confirm()
        invoice = self._post_invoices(order, row)
        line = invoice.line_ids.filtered(lambda line: line.display_type == 'payment_term')
        transaction = self._start_invoice(invoice, line.discount_amount_currency)
        line.discount_date = fields.Date.today() - timedelta(days=1)  # as if the answer came after the last day
        self.env.flush_all()
        self.assertEqual(invoice.customer_amount_to_pay, invoice.amount_residual)
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = create_date - interval '2 days' WHERE id = %s", [transaction.id])
        transaction.invalidate_recordset()
        self._done(transaction)
        self.assertEqual((invoice.amount_residual, invoice.payment_state in ('paid', 'in_payment')), (0, True))

    def test_discount_paid_in_two_windows(self):
        """Issue 6.6: the discount is granted once; a part of an invoice paid online takes none."""
        row = {**{name: values[0] for name, values in DIMENSIONS.items()}, 'term': 'discount mixed', 'tax': 'excluded'}
        order = self._offer(row)
        order.action_confirm()
        invoice = self._post_invoices(order, row)
        asked, total = invoice.customer_amount_to_pay, invoice.amount_residual
        self.assertLess(asked, total)
        page = self._page(f'/my/invoices/{invoice.id}')
        self.assertIn('Early Payment Discount', page.text_content())
        self.assertIn(f'{asked:.2f}', self._page('/my/invoices').text_content())
        first, second = self._start_invoice(invoice, asked), self._start_invoice(invoice, asked)
        for transaction in (first, second):
            self._rpc('/payment/demo/simulate_payment', reference=transaction.reference, payment_details='4242',
                      simulated_state='done')
        (first | second).invalidate_recordset()
        (first | second).filtered(lambda transaction: not transaction.is_post_processed)._post_process()
        self.assertEqual((first.state, second.state, invoice.amount_residual), ('done', 'error', 0))
        other = self._offer(row)
        other.action_confirm()
        invoice = self._post_invoices(other, row)
        self._done(self._start_invoice(invoice, 10))
        self._same(invoice.amount_residual, total - 10)
        self.assertFalse(invoice.customer_discount_date)

    def test_instalments(self):
        """Issue 6.3: Issue 6.6: instalments: the first one overdue is shown, asked for alone, and paid first."""
        row = {**{name: values[0] for name, values in DIMENSIONS.items()}, 'term': 'instalments'}
        order = self._offer(row)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today() - timedelta(days=5)
        invoice.action_post()
        first, second = invoice._term_lines()
        self.env.flush_all()
        self.assertTrue(invoice.customer_is_overdue)
        self.assertEqual((invoice.customer_amount_overdue, invoice.customer_next_amount),
                         (first.amount_residual_currency, second.amount_residual_currency))
        listed = self._page('/my/invoices?filterby=overdue_invoices')
        self._same(self._cell(listed, invoice, 'Left to pay'), invoice.amount_total)
        self.assertIn('Overdue', listed.text_content())
        self.assertIn(f'{invoice.customer_amount_overdue:.2f}', listed.text_content())
        self.assertIn(f'Invoice {invoice.name}', self._page('/my').text_content())
        page = self._page('/my/invoices/overdue')
        self._same(self._asked(page), first.amount_residual_currency)
        self._done(self._start_invoices(invoice, self._asked(page)))
        self.assertTrue(first.reconciled)
        self.assertFalse(second.reconciled)
        self.assertFalse(invoice.customer_is_overdue)
        self.assertNotIn(invoice.name, self._page('/my/invoices?filterby=overdue_invoices').text_content())
        self._same(invoice.customer_amount_to_pay, second.amount_residual_currency)
        page = self._page(f'/my/invoices/pay?ids={invoice.id}')
        self._same(self._asked(page), second.amount_residual_currency)
