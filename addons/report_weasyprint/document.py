"""The articles of a report with their headers and footers as element trees that WeasyPrint prints. No database."""

import copy
import re
from xml.etree import ElementTree

import lxml.html
from lxml import etree

HEADERS, FOOTERS = 'minimal_layout_report_headers', 'minimal_layout_report_footers'
SVG = 'http://www.w3.org/2000/svg'
# What prints nothing, but would run, embed a file in the PDF, or move the base of all addresses.
DROPPED = frozenset({'script', 'noscript', 'base', 'iframe', 'frame', 'frameset', 'applet'})
TABLE_PARTS = frozenset({'table', 'thead', 'tbody', 'tfoot'})
MAX_DEPTH = 80  # elements in each other: what is deeper is printed as plain text
MAX_FLEX = 4  # flexible boxes in each other: each costs WeasyPrint more than twice what is in it
MAX_SPAN = 1000  # columns, as browsers do: WeasyPrint makes a list of them
_FLEX = frozenset({'row', 'd-flex', 'd-inline-flex', 'd-grid', 'd-inline-grid'})
_FLEX_STYLE = re.compile(r'display\s*:[^;]*(?:flex|grid)', re.IGNORECASE)
BLOCKS = ('div', 'p', 'table', 'ul', 'ol', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6')
# An HTML parser writes names in lower case, SVG has some in camel case.
SVG_TAGS = {name.lower(): name for name in (
    'clipPath', 'foreignObject', 'linearGradient', 'radialGradient', 'textPath', 'feBlend', 'feFlood', 'feOffset')}
SVG_ATTRIBUTES = {name.lower(): name for name in (
    'clipPathUnits', 'gradientTransform', 'gradientUnits', 'lengthAdjust', 'markerHeight', 'markerUnits',
    'markerWidth', 'maskContentUnits', 'maskUnits', 'pathLength', 'patternContentUnits', 'patternTransform',
    'patternUnits', 'preserveAspectRatio', 'refX', 'refY', 'spreadMethod', 'startOffset', 'textLength', 'viewBox')}


def parse(html):
    """Return the lxml tree of an HTML document (str, Markup)."""
    # as bytes: lxml refuses a str with an encoding declaration
    content = str(html).strip().encode(errors='replace') or b'<html><body></body></html>'
    return lxml.html.document_fromstring(content, parser=lxml.html.HTMLParser(encoding='utf-8', huge_tree=True))


def body_of(root):
    """Return the body element of a parsed document; an empty one if it has none."""
    body = root.find('body')
    return lxml.html.Element('body') if body is None else body


class Band:
    """The running headers, or footers, of all articles of a report.

    Odoo writes all of them into one document; article number n gets the n-th, as in Odoo's own script. A document
    without that list (the traceability report's) is one header for all.
    """

    def __init__(self, html, container_id, name):
        self.name = name
        self.items, self.shared = [], None
        if not html:
            return
        body = body_of(parse(html))
        self.classes = body.get('class', '')
        containers = body.xpath('.//div[@id=$name]', name=container_id)
        if containers:
            self.items = list(containers[0])
        else:
            self.shared = body

    def element(self, index):
        """Return the running element of article `index`, or None if it has none."""
        content = self.items[index] if index < len(self.items) else self.shared
        if content is None:
            return None
        content = copy.deepcopy(content)
        content.tail = None
        if content.tag == 'body':
            content.tag = 'div'
        # the wrapper stands for the body of the header's own document: its padding applies
        wrapper = lxml.html.Element('div', {'class': f'wp-{self.name} {self.classes}'})
        wrapper.append(content)
        return wrapper


class Document:
    """One article: `root` (ElementTree element) and the style sheets that it names, in their order.

    `styles` holds ('link', address) and ('style', css text); they are taken out of the tree, so that those that many
    documents share are parsed once.
    """

    def __init__(self, html, bands=(), index=0):
        tree = parse(html)
        body = body_of(tree)
        for band in bands:
            element = band.element(index)
            if element is not None:
                body.insert(0, element)
        self.styles = []
        for element in list(tree.iter(etree.Element)):
            self._clean(element)
        _bound(body)
        self.root = to_element_tree(tree)

    def _clean(self, element):
        tag = element.tag
        if tag in DROPPED:
            element.drop_tree()
        elif tag == 'link':
            if 'stylesheet' in element.get('rel', '').lower().split() and element.get('href'):
                self.styles.append(('link', element.get('href').strip()))
            element.drop_tree()  # also rel=attachment, which would embed a file unseen
        elif tag == 'style' and not _inside_svg(element):
            self.styles.append(('style', ''.join(element.itertext())))
            element.drop_tree()
        elif tag not in TABLE_PARTS and element.find('tr') is not None and element.getparent().tag in TABLE_PARTS:
            element.drop_tag()  # browsers put such an element before the table and leave its rows in
        elif tag == 'tr' and element.getparent().tag == 'table':
            _put_into_body(element)
        elif 'attachment' in element.get('rel', '').lower():
            del element.attrib['rel']


def _bound(element, depth=0, flex=0):
    """Take out of an element what would make printing fail, or take hours: a text of a customer may hold it."""
    for child in list(element):
        if not isinstance(child.tag, str):
            continue
        for name in ('colspan', 'span'):
            if child.get(name, '').isdigit():
                child.set(name, str(min(int(child.get(name)[:9]), MAX_SPAN)))
        inner = flex + _is_flex(child)
        if inner > MAX_FLEX and inner > flex:
            child.set('style', f'{child.get("style", "")}; display: block !important')
        if depth >= MAX_DEPTH:
            etree.strip_tags(child, '*')
        else:
            _bound(child, depth + 1, inner)


def _is_flex(element):
    return not _FLEX.isdisjoint(element.get('class', '').split()) or bool(_FLEX_STYLE.search(element.get('style', '')))


def _put_into_body(row):
    """Put a row that stands in its table itself into a tbody, with the rows after it, as browsers do."""
    table, rows = row.getparent(), [row]
    for sibling in row.itersiblings():
        if sibling.tag != 'tr':
            break
        rows.append(sibling)
    body = lxml.html.Element('tbody')
    table.insert(table.index(row), body)
    body.extend(rows)


def _inside_svg(element):
    return any(parent.tag == 'svg' for parent in element.iterancestors())


def to_element_tree(tree):
    """Return the lxml tree of an HTML document as ElementTree element, with SVG in its namespace; drop comments."""
    builder = ElementTree.TreeBuilder()
    svg_depth = 0
    for block in tree.iter(*BLOCKS):
        _trim_before(block)
    for span in tree.iter('span'):
        _take_blank_before(span)
    for event, node in etree.iterwalk(tree, events=('start', 'end', 'comment', 'pi')):
        if event == 'start':
            svg_depth += svg_depth > 0 or node.tag == 'svg'
            tag, attributes = node.tag, dict(node.attrib)
            if svg_depth:
                tag = f'{{{SVG}}}{SVG_TAGS.get(tag, tag)}'
                attributes = {_svg_attribute(key): value for key, value in attributes.items()}
            builder.start(tag, attributes)
            if node.text:
                builder.data(node.text)
            continue
        if event == 'end':
            builder.end(f'{{{SVG}}}{SVG_TAGS.get(node.tag, node.tag)}' if svg_depth else node.tag)
            svg_depth -= svg_depth > 0
        if node.tail and node is not tree:
            builder.data(node.tail)
    return builder.close()


def _trim_before(block):
    """Take the white space off that ends the line before a block: browsers drop it, WeasyPrint prints it."""
    parent, previous = block.getparent(), block.getprevious()
    if parent is None or next(block.iterancestors('pre', 'textarea'), None) is not None:
        return
    if previous is not None and previous.tail:
        previous.tail = previous.tail.rstrip()
    elif previous is None and parent.text:
        parent.text = parent.text.rstrip()


def _take_blank_before(span):
    """Put the white space before plain text into its element: WeasyPrint does not print a blank that stands alone.

    It would leave the room, but programs that read the file would join the words.
    """
    previous = span.getprevious()
    is_plain = not span.attrib and span.text and not span.text[0].isspace()
    if is_plain and previous is not None and previous.tail and previous.tail.isspace():
        span.text, previous.tail = previous.tail + span.text, None


def _svg_attribute(name):
    name = name.lower()
    if name == 'xlink:href':
        return '{http://www.w3.org/1999/xlink}href'
    return SVG_ATTRIBUTES.get(name, name)
