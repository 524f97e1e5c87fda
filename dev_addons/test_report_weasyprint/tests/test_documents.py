from odoo import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.report_weasyprint.tests.common import (
    image_sizes,
    page_sizes,
    page_texts,
    word_positions,
)


@tagged('post_install', '-at_install')
class TestDocuments(AccountTestInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('report_weasyprint.engine', 'weasyprint')
        cls.company = cls.company_data['company']
        cls.company.write({
            'paperformat_id': cls.env.ref('base.paperformat_euro').id,
            'report_header': 'Slogan of the house', 'report_footer': 'Foot of the house',
        })
        cls.partner_a.name = 'Printed Customer'
        cls.product_a.write({'barcode': '5901234123457', 'is_storable': True})

    def print(self, report, records, data=None):
        reports = self.env['ir.actions.report'].with_context(
            force_report_rendering=True, report_pdf_no_attachment=True)
        return reports._render_qweb_pdf(report, records.ids if records else None, data=data)[0]

    def invoice(self):
        """Return a posted invoice of two lines with a discount."""
        invoice = self.init_invoice('out_invoice', partner=self.partner_a, products=self.product_a + self.product_b)
        invoice.invoice_line_ids[0].discount = 10
        invoice.action_post()
        return invoice

    def picking(self):
        """Return a confirmed delivery of three pieces."""
        warehouse = self.env['stock.warehouse'].search([('company_id', '=', self.company.id)], limit=1)
        picking = self.env['stock.picking'].create({
            'picking_type_id': warehouse.out_type_id.id, 'partner_id': self.partner_a.id,
            'location_id': warehouse.lot_stock_id.id,
            'location_dest_id': self.env.ref('stock.stock_location_customers').id,
            'move_ids': [Command.create({
                'product_id': self.product_a.id, 'product_uom_qty': 3, 'location_id': warehouse.lot_stock_id.id,
                'location_dest_id': self.env.ref('stock.stock_location_customers').id})],
        })
        picking.action_confirm()
        return picking

    def choose_din(self):
        """Let the company write letters by DIN 5008."""
        self.company.write({
            'external_report_layout_id': self.env.ref('l10n_din5008.external_layout_din5008').id,
            'paperformat_id': self.env.ref('l10n_din5008.paperformat_euro_din').id,
        })

    def test_layouts(self):
        """Issue 4.2: an invoice comes out in each of Odoo's layouts: letter head, foot, customer, lines, page numbers."""
        invoice = self.invoice()
        layouts = self.env['report.layout'].search([])
        self.assertEqual(set(layouts.mapped('name')) - {
            'Light', 'Boxed', 'Bold', 'Striped', 'Bubble', 'Wave', 'Folder', 'DIN 5008'}, set())
        self.assertEqual(len(layouts), 8)
        for layout in layouts:
            if layout.name == 'DIN 5008':
                self.choose_din()
            else:
                self.company.external_report_layout_id = layout.view_id
            pdf = self.print('account.report_invoice_with_payments', invoice)
            self.assertEqual(page_sizes(pdf), [(210, 297)], layout.name)
            text, = page_texts(pdf)
            for part in ('Slogan of the house', 'Foot of the house', 'Printed Customer', invoice.name, 'product_a'):
                self.assertIn(part, text, layout.name)
            self.assertRegex(text, '1 (/|of) 1', layout.name)
            self.assertIn('disc.%', text.lower(), f'the head of the column in one line: {layout.name}')

    def test_din_letters(self):
        """Issue 4.2: letters by DIN 5008 are all printed in one size, also one whose tables are narrow."""
        self.choose_din()
        letters = (('account.report_invoice_with_payments', self.invoice()), ('stock.action_report_delivery', self.picking()))
        feet = []
        for report, record in letters:
            words = word_positions(self.print(report, record))
            feet.append(next(place for word, place in words.items() if word.startswith('Page:')))
        self.assertAlmostEqual(feet[0][0], feet[1][0], delta=0.5)
        self.assertAlmostEqual(feet[0][1], feet[1][1], delta=0.5)

    def test_invoices_in_one_file(self):
        """Issue 4.1: ten invoices print as one file, each with its own page numbers."""
        invoices = self.env['account.move'].union(*(
            self.init_invoice('out_invoice', partner=self.partner_a, products=self.product_a, post=True)
            for _number in range(10)))
        texts = page_texts(self.print('account.report_invoice_with_payments', invoices))
        self.assertEqual(len(texts), 10)
        for invoice, text in zip(invoices, texts, strict=True):
            self.assertIn(invoice.name, text)
            self.assertIn('1 / 1', text)

    def test_offer(self):
        """Issue 4.2: an offer prints; its table of 60 lines runs over pages with its head on each."""
        order = self.env['sale.order'].sudo().create({
            'partner_id': self.partner_a.id,
            'order_line': [Command.create({'product_id': self.product_a.id, 'name': f'Line {number} of the offer'})
                           for number in range(60)],
        })
        texts = page_texts(self.print('sale.action_report_saleorder', order))
        self.assertGreater(len(texts), 1)
        self.assertIn('Line 59 of the offer', ' '.join(texts))
        for number, text in enumerate(texts, 1):
            self.assertIn(f'{number} / {len(texts)}', text)
            self.assertIn('Foot of the house', text)

    def test_stock(self):
        """Issue 4.2: delivery slip, picking with bar code and count sheet print."""
        picking = self.picking()
        text, = page_texts(self.print('stock.action_report_delivery', picking))
        self.assertIn(picking.name, text)
        self.assertIn('product_a', text)
        self.assertTrue(image_sizes(self.print('stock.action_report_picking', picking)), 'its bar code')
        quant = self.env['stock.quant'].create({
            'product_id': self.product_a.id, 'location_id': picking.location_id.id, 'quantity': 4})
        self.assertIn('product_a', page_texts(self.print('stock.action_report_inventory', quant))[0])

    def test_traceability(self):
        """Issue 4.1: what Odoo prints past its reports (traceability, landscape, margins of its own) is printed too."""
        picking = self.picking()
        reports = self.env['stock.traceability.report'].with_context(active_model='stock.picking', active_id=picking.id)
        pdf = reports.get_pdf([])
        self.assertEqual(page_sizes(pdf), [(297, 210)])
        text, = page_texts(pdf)
        self.assertIn('Traceability Report', text)
        self.assertIn(picking.name, text)
        self.assertIn(self.company.name, text, 'its header')

    def test_labels(self):
        """Issue 4.2: product labels print on their sheets, with bar codes and prices, without an empty page."""
        for template, size, pages in (('2x7xprice', (210, 297), 2), ('4x7xprice', (210, 297), 1),
                                      ('4x12', (210, 297), 1), ('dymo', (57, 32), 28)):
            wizard = self.env['product.label.layout'].create({
                'print_format': template, 'product_ids': [Command.set(self.product_a.ids)], 'custom_quantity': 28})
            report, data = wizard._prepare_report_data()
            data['quantity_by_product'] = {str(key): value for key, value in data['quantity_by_product'].items()}
            pdf = self.print(report, None, data=data)
            texts = page_texts(pdf)
            self.assertEqual(page_sizes(pdf), [size] * pages, template)
            self.assertTrue(all('product_a' in text for text in texts), template)
            self.assertTrue(image_sizes(pdf), template)
            if 'price' in template:
                self.assertTrue(all(f'{self.product_a.list_price:,.0f}' in text for text in texts), texts[0])
