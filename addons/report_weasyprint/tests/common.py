import io
import re
from base64 import b64encode

from PIL import Image

from odoo.tests import TransactionCase, new_test_user
from odoo.tools.pdf import PdfFileReader

MM = 72 / 25.4  # points


def png(width, height, color='red'):
    """Return a PNG (bytes) whose size tells it from all other images of a file."""
    output = io.BytesIO()
    Image.new('RGB', (width, height), color).save(output, 'PNG')
    return output.getvalue()


def data_address(content, mimetype='image/png'):
    return f'data:{mimetype};base64,{b64encode(content).decode()}'


def page_texts(pdf):
    """Return the text of each page, its white space made single blanks."""
    return [re.sub(r'\s+', ' ', page.extract_text()) for page in PdfFileReader(io.BytesIO(pdf)).pages]


def page_sizes(pdf):
    """Return (width, height) of each page in whole mm."""
    boxes = [page.mediabox for page in PdfFileReader(io.BytesIO(pdf)).pages]
    return [(round(float(box[2] - box[0]) / MM), round(float(box[3] - box[1]) / MM)) for box in boxes]


def word_positions(pdf, page=0):
    """Return {word: (x, y)} of a page in mm from its top left corner to the word's base line."""
    sheet = PdfFileReader(io.BytesIO(pdf)).pages[page]
    height = float(sheet.mediabox[3])
    found = {}

    def visit(text, transform, matrix, _font, _size):
        x = matrix[4] * transform[0] + matrix[5] * transform[2] + transform[4]
        y = matrix[4] * transform[1] + matrix[5] * transform[3] + transform[5]
        if text.strip():
            found.setdefault(text.strip(), (round(x / MM, 1), round((height - y) / MM, 1)))

    sheet.extract_text(visitor_text=visit)
    return found


def image_sizes(pdf):
    """Return the set of (width, height) in dots of all images in the file, wherever it refers to them."""
    reader = PdfFileReader(io.BytesIO(pdf))
    found = set()
    for number in range(1, int(reader.trailer['/Size'])):
        item = reader.get_object(number)
        if isinstance(item, dict) and item.get('/Subtype') == '/Image':
            found.add((int(item['/Width']), int(item['/Height'])))
    return found


def attached_files(pdf):
    """Return the names of the files that are embedded in the PDF."""
    return list(PdfFileReader(io.BytesIO(pdf)).attachments)


class ReportCommon(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.config_parameter'].set_param('web.base.url', 'http://odoo.example.com')
        cls.env['ir.config_parameter'].set_param('report_weasyprint.engine', 'weasyprint')
        cls.paperformat = cls.env['report.paperformat'].create({
            'name': 'Test', 'format': 'A4', 'orientation': 'Portrait', 'margin_top': 40, 'margin_bottom': 20,
            'margin_left': 10, 'margin_right': 10, 'header_spacing': 30, 'dpi': 90,
        })
        cls.partners = cls.env['res.partner'].create([{'name': f'Printed{number}'} for number in range(1, 4)])
        cls.employee = new_test_user(cls.env, 'print_employee', groups='base.group_user,base.group_partner_manager')
        cls.portal = new_test_user(cls.env, 'print_portal', groups='base.group_portal')

    @classmethod
    def make_report(cls, body, header='', footer='', html_attributes='', **values):
        """Return a report on res.partner, printed as one article a partner."""
        key = f'report_weasyprint.test_{cls.env["ir.ui.view"].search_count([])}'
        cls.env['ir.ui.view'].create({'type': 'qweb', 'name': key, 'key': key, 'arch': f'''
            <t t-name="{key}">
              <html {html_attributes}>
                <head><title>Test</title></head>
                <body><main>
                  <t t-foreach="docs" t-as="o">
                    <div class="header">{header}</div>
                    <div class="article" data-oe-model="res.partner" t-att-data-oe-id="o.id">{body}</div>
                    <div class="footer">{footer}</div>
                  </t>
                </main></body>
              </html>
            </t>'''})
        return cls.env['ir.actions.report'].create({
            'name': key, 'report_name': key, 'model': 'res.partner', 'report_type': 'qweb-pdf',
            'paperformat_id': cls.paperformat.id, **values,
        })

    def print_report(self, report, records, **context):
        """Return the PDF of a report, printed for an employee."""
        context = {'force_report_rendering': True, **context}
        return self.env(user=self.employee)['ir.actions.report'].with_context(**context)._render_qweb_pdf(report, records.ids)[0]

    def print_html(self, html, user=None, **options):
        """Return a PDF of a document, printed for a user."""
        reports = self.env['ir.actions.report'].with_user(user or self.employee)
        return reports._run_wkhtmltopdf([f'<!DOCTYPE html><html><head></head><body>{html}</body></html>'], **options)
