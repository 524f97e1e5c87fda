import io

from odoo.tests import BaseCase
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from ..outline import join


class TestOutline(BaseCase):

    def test_join(self):
        """Issue 4.1: the parts become one file whose outline is the one that Odoo reads to cut it again."""
        part = io.BytesIO()
        writer = PdfFileWriter()
        for _number in range(3):
            writer.add_blank_page(100, 100)
        writer.write(part)
        reader = PdfFileReader(io.BytesIO(join([part.getvalue()] * 2, [0, 2, 5])))
        self.assertEqual(len(reader.pages), 6)
        root = reader.trailer['/Root']
        node, pages = root['/Outlines']['/First'], []
        while node:
            pages.append(root['/Dests'][node['/Dest']][0])
            node = node.get('/Next') and node['/Next']
        self.assertEqual(pages, [0, 2, 5])
