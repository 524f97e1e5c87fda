import logging
import subprocess

from odoo.tests import tagged

from .. import fonts
from .common import ReportCommon, page_texts

PRIVATE = '\uf8ff'  # a character that is no letter of any script


@tagged('post_install', '-at_install')
class TestFonts(ReportCommon):

    def setUp(self):
        super().setUp()
        self.filter = next(
            item for item in logging.getLogger('weasyprint').filters if isinstance(item, fonts.MissingGlyphs))
        self.patch(self.filter, 'said', set())

    def missing(self, text):
        """Print a text; return what the log says of missing fonts."""
        with self.assertNoLogs('weasyprint'), self.assertLogs(fonts.__name__, 'WARNING') as logged:
            logging.getLogger(fonts.__name__).warning('end')
            self.print_html(f'<p style="font-family: DejaVu Sans">{text}</p>')
        return [line for line in logged.output if 'No font' in line]

    def test_missing_once(self):
        """Issue 4.4: a script without font is said once in the log, not in every report, with a package that has it."""
        self.assertEqual(len(self.missing(f'a{PRIVATE}{PRIVATE}')), 1)
        self.assertEqual(self.missing(f'b{PRIVATE}'), [])

    def test_hints(self):
        """Issue 4.4: the log names the Debian package that brings the font."""
        self.assertEqual(fonts.script_of('中'), 'CJK')
        self.assertEqual(fonts._HINTS[fonts.script_of('中')], 'fonts-noto-cjk')
        self.assertEqual(fonts.script_of('ع'), 'ARABIC')
        self.assertEqual(fonts.package_hint('😀'), 'fonts-noto-color-emoji')
        self.assertEqual(fonts.package_hint('ก'), 'fonts-noto-core')

    def test_right_to_left(self):
        """Issue 4.4: Arabic is shaped, runs from the right margin, and can be selected."""
        text = 'السلام عليكم'
        self.assertEqual(self.missing(text), [])
        pdf = self.print_html(f'<div dir="rtl" style="font-family: DejaVu Sans">{text}</div>')
        printed = page_texts(pdf)[0]
        self.assertEqual(sorted(set(printed.replace(' ', ''))), sorted(set(text.replace(' ', ''))))

    def test_system_fonts(self):
        """Issue 4.4: Chinese and emoji are printed if a font of the system has them, and are said missing if not."""
        for text in ('发票号码', '😀'):
            listed = subprocess.run(
                ['fc-list', f':charset={ord(text[0]):x}', 'family'], capture_output=True, text=True, check=True).stdout
            self.filter.said.clear()
            self.assertEqual(len(self.missing(text)), 0 if listed.strip() else 1, text)
            if listed.strip():
                self.assertIn(text, page_texts(self.print_html(f'<p>{text}</p>'))[0])
