from xml.etree import ElementTree

import cssselect2

from odoo.tests import BaseCase

from ..svg import colour_shapes, shape_rules


class TestSvg(BaseCase):

    def test_colours(self):
        """Issue 4.2: the company's colours reach the drawings of the folder layout; the shape's own style wins."""
        rules = shape_rules(
            '@media print {.x rect {fill: blue}} .x rect, .x path {fill: #123456; color: red} .y rect {fill: green}'
            ' .x rect {stroke: var(--c)} .bad::::x {fill: red}')
        root = ElementTree.fromstring(
            '<html><body class="x"><svg xmlns="http://www.w3.org/2000/svg"><rect/><path style="fill: black"/></svg>'
            '</body></html>')
        wrapper = cssselect2.ElementWrapper.from_html_root(root)
        colour_shapes(wrapper, rules)
        rect, path = root.find('.//{*}rect'), root.find('.//{*}path')
        self.assertIn('fill: #123456', rect.get('style'))
        self.assertNotIn('green', rect.get('style'))
        self.assertTrue(path.get('style').endswith('fill: black'))
