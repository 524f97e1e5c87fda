from xml.etree import ElementTree

from odoo.tests import BaseCase

from ..document import FOOTERS, HEADERS, MAX_DEPTH, MAX_FLEX, Band, Document


def text_of(root):
    return ' '.join(''.join(root.itertext()).split())


class TestDocument(BaseCase):

    def test_bands(self):
        """Issue 4.1: article n gets header n; one without list is for all; an article without header has none."""
        band = Band(f'<html><body class="a b"><div id="{HEADERS}"><p>one</p> <p>two</p></div></body></html>', HEADERS, 'header')
        self.assertEqual([band.element(index) is not None for index in range(3)], [True, True, False])
        self.assertEqual(band.element(1).get('class'), 'wp-header a b')
        self.assertEqual(band.element(1).text_content(), 'two')
        shared = Band('<html><body><p>for all</p></body></html>', FOOTERS, 'footer')
        self.assertEqual([shared.element(index).text_content() for index in (0, 5)], ['for all', 'for all'])
        self.assertIsNone(Band(None, FOOTERS, 'footer').element(0))

    def test_cleaned(self):
        """Issue 4.3: scripts, frames, base and embedded files are taken out; style sheets are named in order."""
        document = Document(
            '<html><head><base href="file:///"/><link rel="stylesheet" href="/a.css"/><style>p {}</style>'
            '<link rel="attachment" href="/web/content/1"/></head><body><script>1</script>kept'
            '<iframe src="/x">frame</iframe><a rel="attachment" href="/web/content/2">text</a></body></html>')
        self.assertEqual(document.styles, [('link', '/a.css'), ('style', 'p {}')])
        self.assertEqual(text_of(document.root), 'kepttext')
        source = ElementTree.tostring(document.root).decode()
        for gone in ('base', 'script', 'iframe', 'attachment', 'link'):
            self.assertNotIn(gone, source)

    def test_bounded(self):
        """Issue 4.3: what a hostile text nests or spans without end is bounded; its words stay."""
        deep = '<div class="d-flex">' * 3000 + 'deepest<b>text</b>' + '</div>' * 3000
        document = Document(f'<body>{deep}<table><col span="99999999"/><tr><td colspan="1000000000">x</td></tr></table></body>')
        depth, node = 0, document.root.find('body')
        while (node := node.find('div')) is not None:
            depth += 1
        self.assertEqual(depth, MAX_DEPTH + 1)
        self.assertIn('deepesttext', text_of(document.root))
        self.assertEqual(document.root.find('.//td').get('colspan'), '1000')
        self.assertEqual(document.root.find('.//col').get('span'), '1000')
        flexible = [box for box in document.root.iter('div') if 'block' not in box.get('style', '')]
        self.assertEqual(len(flexible), MAX_FLEX)

    def test_usual_nesting(self):
        """Issue 4.3: documents as people write them are not touched by that."""
        html = '<div class="row"><div class="col"><div class="row">' * 2 + '<p>x</p>' + '</div></div></div>' * 2
        document = Document(f'<body>{html}</body>')
        self.assertEqual(len(document.root.findall('.//div')), 6)
        self.assertFalse([box for box in document.root.iter('div') if box.get('style')])

    def test_tables(self):
        """Issue 4.2: tables get the parts that browsers give them, so that Odoo's style rules fit."""
        document = Document(
            '<body><table><thead><tr><th>h</th></tr></thead><tr><td>1</td></tr>'
            '<div><tr><td>2</td></tr></div></table></body>')
        table = document.root.find('.//table')
        self.assertEqual({child.tag for child in table}, {'thead', 'tbody'})
        self.assertEqual([''.join(row.itertext()) for row in table.findall('tbody/tr')], ['1', '2'])

    def test_svg(self):
        """Issue 4.2: drawings keep their namespace and their names in camel case; text around comments stays."""
        document = Document(
            '<body>a<!-- x -->b<svg viewBox="0 0 1 1"><linearGradient id="g"></linearGradient></svg>c</body>')
        svg = document.root.find('.//{http://www.w3.org/2000/svg}svg')
        self.assertEqual(svg.get('viewBox'), '0 0 1 1')
        self.assertIsNotNone(svg.find('{http://www.w3.org/2000/svg}linearGradient'))
        self.assertEqual(text_of(document.root), 'abc')

    def test_white_space(self):
        """Issue 4.8: white space at the end of a line before a block is dropped, as browsers do; in pre it stays."""
        document = Document('<body><div>Name: x\n  <div>y</div></div><p>a <b>b</b> c</p><pre>d <div>e</div></pre></body>')
        self.assertEqual(document.root.find('.//div').text, 'Name: x')
        self.assertEqual(''.join(document.root.find('.//p').itertext()), 'a b c')
        self.assertEqual(document.root.find('.//pre').text, 'd ')
