import io

from pdfminer.high_level import extract_pages
from pdfminer.layout import LTFigure, LTTextBox

from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.report_paperformat import PAPER_SIZES

from .. import printer
from ..addresses import decode_data
from ..document import Document
from ..paper import Paper
from .common import (
    ReportCommon,
    data_address,
    image_sizes,
    page_sizes,
    page_texts,
    pdfa_problems,
    png,
    word_positions,
)


def overflow_mm(pdf):
    """Return where the table's last column ends, in mm from the left, by the grey box in it."""
    page = PdfFileReader(io.BytesIO(pdf)).pages[0]
    right = 0.0

    def visit(operator, operands, matrix, _text_matrix):
        nonlocal right
        if operator == b're':
            x = float(operands[0]) + float(operands[2])
            right = max(right, (x * matrix[0] + matrix[4]) * 25.4 / 72)

    page.extract_text(visitor_operand_before=visit)
    return right


@tagged('post_install', '-at_install')
class TestReport(ReportCommon):

    def test_header_footer_numbers(self):
        """Issue 4.1: header, footer and page numbers stand on every page; each document counts its own pages."""
        report = self.make_report(
            '<p t-out="o.name"/><p style="page-break-before: always">second</p>',
            header='<span t-out="o.name"/>head', footer='Page <span class="page"/> of <span class="topage"/>')
        texts = page_texts(self.print_report(report, self.partners))
        self.assertEqual(len(texts), 6)
        for index, text in enumerate(texts):
            self.assertIn(f'Printed{index // 2 + 1}head', text)
            self.assertIn(f'Page {index % 2 + 1} of 2', text)

    def test_blank_before_text(self):
        """Issue 4.8: a blank between logo and text, or between words, belongs to the text and is in the file."""
        report = self.make_report(
            '<span>one</span> <span>two</span>',
            header=f'<img src="{data_address(png(180, 46))}" alt="Logo"/>\n<span>Some header text</span>')
        pdf = self.print_report(report, self.partners[:1])
        self.assertIn('one two', page_texts(pdf)[0])
        [page] = extract_pages(io.BytesIO(pdf))
        [logo] = [box for box in page if isinstance(box, LTFigure)]
        [text] = [box for box in page if isinstance(box, LTTextBox) and 'header' in box.get_text()]
        self.assertAlmostEqual(text.x0, logo.x1, delta=0.1)

    def test_positions(self):
        """Issue 4.1: margins and header spacing put header, body and footer where wkhtmltopdf puts them."""
        style = '<style>* {margin: 0; padding: 0; font: 10px/10px DejaVu Sans}</style>'
        band = '<html><body>%s<div id="minimal_layout_report_%s"><p>%s</p></div></body></html>'
        reports = self.env['ir.actions.report']
        report = self.make_report('x')
        pdf = reports._run_wkhtmltopdf(
            [f'<html><body>{style}<p>Body</p></body></html>'], report_ref=report.id,
            header=band % ('', 'headers', 'Head'), footer=band % ('', 'footers', 'Foot'))
        words = word_positions(pdf)
        line = 10 * 25.4 / 96 * 96 / 90 / 1.25  # mm
        for word, top in (('Head', 40 - 30), ('Body', 40), ('Foot', 297 - 20)):
            x, y = words[word]
            self.assertAlmostEqual(x, 10, delta=0.3, msg=word)
            self.assertTrue(top < y < top + line + 0.3, (word, y))

    def test_all_formats(self):
        """Issue 4.1: every paper format, a custom size and landscape come out in their size."""
        report = self.make_report('<p>x</p>')
        for size in PAPER_SIZES:
            if size['key'] == 'custom':
                self.paperformat.write({'format': 'custom', 'page_width': 57, 'page_height': 32})
                expected = (57, 32)
            else:
                self.paperformat.write({'format': size['key'], 'page_width': 0, 'page_height': 0})
                expected = (round(size['width']), round(size['height']))
            self.paperformat.write({'margin_top': 3, 'margin_bottom': 3, 'margin_left': 3, 'margin_right': 3})
            pdf = self.print_report(report, self.partners[:1])
            self.assertEqual(page_sizes(pdf)[0], expected, size['key'])
        self.paperformat.orientation = 'Landscape'
        self.assertEqual(page_sizes(self.print_report(report, self.partners[:1]))[0], (32, 57))

    def test_overrides(self):
        """Issue 4.1: data-report attributes of the html tag and landscape in the context are obeyed."""
        report = self.make_report('<p>Body</p>', html_attributes='data-report-landscape="True" data-report-margin-top="90"')
        pdf = self.print_report(report, self.partners[:1])
        self.assertEqual(page_sizes(pdf), [(297, 210)])
        self.assertGreater(word_positions(pdf)['Body'][1], 90)
        plain = self.make_report('<p>Body</p>')
        self.assertEqual(page_sizes(self.print_report(plain, self.partners[:1])), [(210, 297)])
        self.assertEqual(page_sizes(self.print_report(plain, self.partners[:1], landscape=True)), [(297, 210)])

    def test_wide_table(self):
        """Issue 4.1: a table that is wider than the page is made smaller until it fits, as far as half size."""
        cells = ''.join(f'<td><div style="width: 130px; background: grey">C{number}</div></td>' for number in range(9))
        report = self.make_report(f'<table><tbody><tr>{cells}</tr></tbody></table>')
        wide = self.print_report(report, self.partners[:1])
        self.paperformat.disable_shrinking = True
        cut = self.print_report(report, self.partners[:1])
        self.assertIn('C8', page_texts(wide)[0])
        self.assertLess(overflow_mm(wide), 200.5)
        self.assertGreater(overflow_mm(cut), 210)

    def test_fixed_widths(self):
        """Issue 4.1: an image or a box of fixed width that is wider than the page makes it smaller, as a table does."""
        for wide in ('<div style="width: 1000px; background: grey">x</div>',
                     f'<img src="{data_address(png(20, 10))}" style="width: 1000px; height: 10px"/>'):
            page = Document(f'<body style="margin: 0">{wide}</body>')
            with printer._lent_kit('') as kit:
                printing = printer.Printer(kit, None, None, '')
                printing._fetcher = printer.Fetcher(decode_data)
                printing.add(page, Paper())
            self.assertAlmostEqual(printing._scale, Paper().scale * 190 / (1000 * 25.4 / 96 * 0.8), places=3)
        clipped = Document('<body><div style="overflow: hidden"><div style="width: 1000px">x</div></div>'
                           '<div style="position: absolute; width: 1000px">x</div></body>')
        with printer._lent_kit('') as kit:
            printing = printer.Printer(kit, None, None, '')
            printing.add(clipped, Paper())
        self.assertEqual(printing._scale, Paper().scale)

    def test_barcodes_and_images(self):
        """Issue 4.1: bar codes and QR codes are made without a request; images come from fields and static files."""
        self.partners[0].image_1920 = data_address(png(31, 17)).split(',')[1]
        report = self.make_report(
            '<img src="/report/barcode/QR/hello?width=123&amp;height=123"/>'
            '<img src="/report/barcode/?barcode_type=Code128&amp;value=A%2FB&amp;width=234&amp;height=45"/>'
            '<img t-attf-src="/web/image/res.partner/#{o.id}/image_1920"/>'
            '<img src="/base/static/img/avatar_grey.png" style="width: 5cm"/>')
        sizes = image_sizes(self.print_report(report, self.partners[:1]))
        self.assertLessEqual({(123, 123), (234, 45), (31, 17)}, sizes)
        self.assertEqual(len(sizes), 4)

    def test_attachments(self):
        """Issue 4.1: several documents are cut apart and kept as attachments, then reused without printing."""
        report = self.make_report(
            '<h2 t-out="o.name"/><p style="page-break-before: always">end</p>',
            attachment="'%s.pdf' % object.name", attachment_use=True)
        first = self.print_report(report, self.partners)
        kept = self.env['ir.attachment'].search([('res_model', '=', 'res.partner'), ('res_id', 'in', self.partners.ids)])
        self.assertEqual(sorted(kept.mapped('name')), ['Printed1.pdf', 'Printed2.pdf', 'Printed3.pdf'])
        for attachment in kept:
            texts = page_texts(attachment.raw)
            self.assertEqual(len(texts), 2)
            self.assertIn(attachment.name.removesuffix('.pdf'), texts[0])
        self.patch(type(self.env['ir.actions.report']), '_run_wkhtmltopdf', lambda *args, **kwargs: self.fail('printed'))
        self.assertEqual(page_texts(self.print_report(report, self.partners)), page_texts(first))

    def test_batches(self):
        """Issue 4.5: a long file is written in parts, and comes out whole, in order and cut right."""
        self.patch(printer, 'BATCH_PAGES', 2)
        report = self.make_report('<h2 t-out="o.name"/><p style="page-break-before: always">end</p>')
        texts = page_texts(self.print_report(report, self.partners))
        self.assertEqual([text.split()[0] for text in texts], ['Printed1', 'end', 'Printed2', 'end', 'Printed3', 'end'])

    def test_state_without_wkhtmltopdf(self):
        """Issue 4.1: the web client is told that reports can be printed, whatever wkhtmltopdf is there."""
        self.assertEqual(self.env['ir.actions.report'].get_wkhtmltopdf_state(), 'ok')

    def test_pdf_a(self):
        """Issue 4.7: files are PDF/A-3b: output intent, metadata, all fonts embedded, no smoothed images."""
        report = self.make_report(
            '<p>Text <b>bold</b> <a href="http://example.com">link</a></p><h2 id="x">Head</h2><a href="#x">there</a>'
            '<img src="/report/barcode/QR/x"/><svg width="9" height="9"><rect width="9" height="9" opacity="0.5"/></svg>')
        self.assertEqual(pdfa_problems(self.print_report(report, self.partners[:1])), [])
        self.assertTrue(pdfa_problems(plain_pdf()), 'the check can fail')


def plain_pdf():
    """Return a PDF that is no PDF/A."""
    writer, output = PdfFileWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(output)
    return output.getvalue()
