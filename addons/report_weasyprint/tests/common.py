import io
import re
from base64 import b64encode

from lxml import etree
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


def objects(pdf):
    """Yield all objects of a PDF that are dictionaries or streams."""
    reader = PdfFileReader(io.BytesIO(pdf))
    for number in range(1, int(reader.trailer['/Size'])):
        item = reader.get_object(number)
        if isinstance(item, dict):
            yield item


def pdfa_problems(pdf):
    """Return what keeps a PDF from being PDF/A-3 (list of str), as far as its objects tell: rules of ISO 19005-3, clause 6.

    No program that checks all rules is packaged where this project gets its tools from.
    """
    reader = PdfFileReader(io.BytesIO(pdf))
    trailer, root = reader.trailer, reader.trailer['/Root']
    second_line = pdf[9:pdf.index(b'\n' if b'\n' in pdf[9:20] else b'\r', 9)]
    metadata = etree.fromstring(root['/Metadata'].get_data()) if '/Metadata' in root else etree.Element('none')
    part = metadata.xpath(  # XMP may state it as element or as attribute
        'string((//*[local-name()="part"]/text() | //@*[local-name()="part"])[1])')
    rules = {
        '6.1.2 header': pdf[:8] == b'%PDF-1.7' and second_line[:1] == b'%' and sum(byte > 127 for byte in second_line) >= 4,
        '6.1.3 trailer': len(trailer.get('/ID', ())) == 2 and '/Encrypt' not in trailer,
        '6.6.2 metadata': part == '3',
        '6.5 actions': not {'/AA', '/OpenAction'} & set(root) and '/JavaScript' not in root.get('/Names', {}),
        '6.4 forms': not root.get('/AcroForm', {}).get('/NeedAppearances', False),
    }
    intents = [intent['/DestOutputProfile'] for intent in root.get('/OutputIntents', ())]
    rules['6.2.3 output intent'] = len(intents) == 1 and intents[0]['/N'] == 3 and intents[0].get_data()[36:40] == b'acsp'
    problems = [name for name, is_met in rules.items() if not is_met]
    for item in objects(pdf):
        problems += _object_problems(item)
    return problems + _file_problems(root)


def _object_problems(item):
    kind, subtype = item.get('/Type'), item.get('/Subtype')
    filters = item.get('/Filter', [])
    filters = filters if isinstance(filters, list) else [filters]
    action = item.get('/A', {})
    fonts = {'/FontFile', '/FontFile2', '/FontFile3'}
    rules = {
        '6.1.7 filter': not {'/LZWDecode', '/Crypt'} & set(filters),
        '6.2.8 image': subtype != '/Image' or item.get('/Interpolate', False) in (False, 'false')
        and not {'/Alternates', '/OPI'} & set(item) and str(item.get('/ColorSpace')) != '/DeviceCMYK',
        '6.2.5 graphics state': kind != '/ExtGState' or not {'/TR', '/HTP'} & set(item),
        '6.2.11.4 font program': kind != '/FontDescriptor' or bool(fonts & set(item)),
        '6.2.11.3 glyph map': subtype != '/CIDFontType2' or '/CIDToGIDMap' in item,
        '6.3.2 annotation': kind != '/Annot' or item.get('/F', 0) & 0b100111 == 0b100,
        '6.5.1 action': not isinstance(action, dict) or action.get('/S', '/URI') in ('/URI', '/GoTo', '/Named'),
    }
    return [f'{name}: {kind} {subtype}' for name, is_met in rules.items() if not is_met]


def _file_problems(root):
    """Return what is wrong with embedded files: 6.8."""
    names = root.get('/Names', {}).get('/EmbeddedFiles', {}).get('/Names', [])
    problems = []
    for file in (item.get_object() for item in names[1::2]):
        if not {'/F', '/UF', '/EF', '/AFRelationship'} <= set(file):
            problems.append(f'6.8 keys of the file: {sorted(file)}')
        stream = file['/EF']['/F'].get_object()
        if '/Subtype' not in stream or '/ModDate' not in stream.get('/Params', {}):
            problems.append(f'6.8 embedded file: {sorted(stream)}')
        if file['/F'] not in [item.get_object()['/F'] for item in root.get('/AF', [])]:
            problems.append('6.8 file is not associated')
    return problems


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
