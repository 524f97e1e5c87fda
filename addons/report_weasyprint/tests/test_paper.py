from dataclasses import dataclass

from odoo.tests import BaseCase

from odoo.addons.base.models.report_paperformat import PAPER_SIZES

from ..paper import Paper, make_paper


@dataclass
class Format:
    format: str = 'A4'
    page_width: int = 0
    page_height: int = 0
    orientation: str = 'Portrait'
    margin_top: float = 40
    margin_bottom: float = 20
    margin_left: float = 7
    margin_right: float = 8
    header_spacing: int = 35
    header_line: bool = False
    dpi: int = 90
    disable_shrinking: bool = False


class TestPaper(BaseCase):

    def test_formats(self):
        """Issue 4.1: every paper format of Odoo has its size, upright and turned; custom sizes too."""
        for size in PAPER_SIZES:
            if size['key'] == 'custom':
                continue
            upright = make_paper(Format(size['key']), PAPER_SIZES)
            turned = make_paper(Format(size['key'], orientation='Landscape'), PAPER_SIZES)
            self.assertEqual((upright.width, upright.height), (size['width'], size['height']), size['key'])
            self.assertEqual((turned.width, turned.height), (size['height'], size['width']), size['key'])
        custom = make_paper(Format('custom', page_width=57, page_height=32), PAPER_SIZES)
        self.assertEqual((custom.width, custom.height), (57, 32))
        self.assertEqual((make_paper().width, make_paper().height), (210, 297), 'A4 without a paper format')

    def test_overrides(self):
        """Issue 4.1: the data-report attributes of a report win over its paper format."""
        paper = make_paper(Format(), PAPER_SIZES, {
            'data-report-margin-top': '15', 'data-report-margin-bottom': 9, 'data-report-header-spacing': '5',
            'data-report-dpi': '120', 'data-report-landscape': 'True'})
        self.assertEqual(
            (paper.width, paper.margin_top, paper.margin_bottom, paper.header_spacing, paper.dpi), (297, 15, 9, 5, 120))
        self.assertEqual((paper.margin_left, paper.margin_right), (7, 8), 'not overridden')
        broken = make_paper(Format(), PAPER_SIZES, {'data-report-margin-top': 'x', 'data-report-dpi': ''})
        self.assertEqual((broken.margin_top, broken.dpi), (40, 90))

    def test_landscape(self):
        """Issue 4.1: a caller's landscape wins; False in the attribute is no landscape."""
        self.assertEqual(make_paper(Format(), PAPER_SIZES, landscape=True).width, 297)
        self.assertEqual(make_paper(Format(), PAPER_SIZES, {'data-report-landscape': 'False'}).width, 210)
        self.assertEqual(make_paper(Format(orientation='Landscape'), PAPER_SIZES, landscape=True).width, 297)

    def test_scale(self):
        """Issue 4.1: a CSS pixel is as large on paper as wkhtmltopdf prints it, with and without shrinking."""
        self.assertAlmostEqual(Paper(dpi=96, shrinking=False).scale, 1.0)
        self.assertAlmostEqual(Paper(dpi=96).scale, 0.8)
        self.assertAlmostEqual(Paper(dpi=90).scale, 96 / 90 / 1.25)
        self.assertIn('size: 743.750000000pt 1052.500000000pt', Paper(dpi=96).css(), 'A4, 595 x 842 points, by 0.8')

    def test_shrunk(self):
        """Issue 4.1: what is too wide is made smaller, but not under half of its size, and not if that is off."""
        self.assertEqual(Paper().shrunk(1.0), Paper())
        self.assertAlmostEqual(Paper().shrunk(1.2).scale, Paper().scale / 1.2)
        self.assertAlmostEqual(Paper().shrunk(9.0).scale, 0.5)
        self.assertEqual(Paper(shrinking=False).shrunk(1.5), Paper(shrinking=False))
