import io
from types import SimpleNamespace
from unittest.mock import patch

from fontTools.ttLib import TTFont
from lxml import etree

from odoo.tests import tagged
from odoo.tools.pdf import OdooPdfFileReader

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.report_weasyprint.tests.common import page_texts, pdfa_problems

SENDER = 'odoo.addons.account_edi_ubl_cii.models.account_move_send'


@tagged('post_install', '-at_install')
class TestFacturX(AccountTestInvoicingCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('report_weasyprint.engine', 'weasyprint')
        cls.invoice = cls.init_invoice('out_invoice', products=cls.product_a, post=True)
        cls.xml = cls.env['account.edi.xml.cii']._export_invoice(cls.invoice)[0]
        reports = cls.env['ir.actions.report'].with_context(
            force_report_rendering=True, report_pdf_no_attachment=True)
        cls.pdf = reports._render_qweb_pdf('account.report_invoice_with_payments', cls.invoice.ids)[0]

    def embed(self):
        """Return the invoice's PDF after Odoo embedded the Factur-X file, as it does when an invoice is sent."""
        data = {
            'pdf_attachment_values': {'raw': self.pdf},
            'ubl_cii_xml_options': {'ubl_cii_format': 'facturx'},
            'ubl_cii_xml_attachment_values': {'raw': self.xml},
        }
        with patch(f'{SENDER}.tools', SimpleNamespace(config={'test_enable': False})), \
                self.assertNoLogs(SENDER, 'ERROR'):
            self.env['account.move.send']._hook_invoice_document_after_pdf_report_render(self.invoice, data)
        return data['pdf_attachment_values']['raw']

    def test_found_again(self):
        """Issue 4.7: the XML that Odoo embeds is found again, and the pages are as before."""
        embedded = self.embed()
        reader = OdooPdfFileReader(io.BytesIO(embedded), strict=False)
        (name, found), = reader.getAttachments()
        self.assertEqual((name, found), ('factur-x.xml', self.xml))
        self.assertEqual(etree.fromstring(found).findtext('.//{*}ExchangedDocument/{*}ID'), self.invoice.name)
        self.assertEqual(page_texts(embedded), page_texts(self.pdf))

    def test_valid(self):
        """Issue 4.7: the file stays PDF/A-3: metadata of Factur-X, output intent, file identifier, associated file."""
        embedded = self.embed()
        self.assertEqual(pdfa_problems(embedded), [])
        reader = OdooPdfFileReader(io.BytesIO(embedded), strict=False)
        root = reader.trailer['/Root']
        metadata = root['/Metadata'].get_data()
        for part in (b'<pdfaid:part>3</pdfaid:part>', b'urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#', b'factur-x.xml'):
            self.assertIn(part, metadata)
        self.assertEqual(root['/OutputIntents'][0]['/S'], '/GTS_PDFA1')
        self.assertEqual(len(root['/AF']), 1)
        self.assertEqual(len(reader.trailer['/ID']), 2)
        self.assertNotIn('/Encrypt', reader.trailer)

    def test_glyph_widths(self):
        """Issue 4.7: widths that the file states are those of the fonts in it, also after Odoo's rewriting."""
        reader = OdooPdfFileReader(io.BytesIO(self.embed()), strict=False)
        checked = 0
        for number in range(1, int(reader.trailer['/Size'])):
            font = reader.get_object(number)
            if not isinstance(font, dict) or font.get('/Subtype') != '/CIDFontType2':
                continue
            program = TTFont(io.BytesIO(font['/FontDescriptor']['/FontFile2'].get_data()))
            scale = 1000 / program['head'].unitsPerEm
            advances = [program['hmtx'][name][0] * scale for name in program.getGlyphOrder()]
            for glyph, width in stated_widths(font['/W']):
                self.assertAlmostEqual(width, advances[glyph], delta=1, msg=(font['/BaseFont'], glyph))
                checked += 1
        self.assertGreater(checked, 20)


def stated_widths(array):
    """Yield (glyph, width) of a PDF font's /W array, of its form `first [width ...]`."""
    items = [item.get_object() for item in array]
    for first, widths in zip(items[::2], items[1::2], strict=True):
        for offset, width in enumerate(widths):
            yield int(first) + offset, float(width)
