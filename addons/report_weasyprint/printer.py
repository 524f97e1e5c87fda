"""WeasyPrint behind one function, `print_pdf`. Knows no database: the caller fetches what documents name."""

import contextlib
import io
import logging
import threading
from pathlib import Path
from urllib.parse import urljoin

import cssselect2
import pydyf
import weasyprint
from fontTools.ttLib import TTFont
from weasyprint.formatting_structure import boxes
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import (
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
    URLFetchingError,
)

from .addresses import Refused
from .document import FOOTERS, HEADERS, Band, Document
from .outline import join
from .svg import colour_shapes, shape_rules

_logger = logging.getLogger(__name__)

STYLE = Path(__file__).parent / 'static/src/css/weasyprint.css'
BATCH_PAGES = 50  # pages that are kept laid out before they are written: bounds the memory of a long file
MAX_USES = 100  # reports that one kit serves: the caches of its fonts grow slowly
MAX_SHEETS = 20  # style sheets that one kit keeps
MAX_DPI = 300  # resolution of images in the PDF
TRUETYPE = b'\0\1\0\0'  # how such a font file begins
# A style sheet that may not be read, names a file that may not be read where WeasyPrint insists on it, or is absurd.
BROKEN_SHEET = (ValueError, URLFetchingError, RecursionError, SyntaxError)
OVERFLOW_PAGES = 3  # pages of a document that are looked at for what is too wide
# WeasyPrint's second line of six bytes would tell Odoo's PDF writer that the Factur-X data are in the file already.
SECOND_LINE, SECOND_LINE_FOR_ODOO = b'\n%\xf0\x9f\x96\xa4\n', b'\n%\xf0\x9f\x96\xa4\r'

_kits = []
_kits_lock = threading.Lock()


def print_pdf(bodies, paper, fetch, base_url, header=None, footer=None, public_fetch=None, tenant=''):
    """Return a PDF (bytes): each body begins a page and has its own page numbers, header and footer.

    :param bodies: HTML documents (str), one at least
    :param paper: `paper.Paper`
    :param fetch: function (absolute address) -> (content as bytes, MIME type); raises `addresses.Refused`
    :param base_url: what relative addresses and links start from
    :param header: HTML document with the headers of all bodies, or None; the same for `footer`
    :param public_fetch: the `fetch` for style sheets that are kept for the reports of other users
    :param tenant: name of the database: what is kept for one is not used for another
    """
    bands = [Band(footer, FOOTERS, 'footer'), Band(header, HEADERS, 'header')]
    first_pages, page_count = [], 0
    try:
        with _lent_kit(tenant) as kit:
            printer = Printer(kit, fetch, public_fetch or fetch, base_url)
            for index, body in enumerate(bodies):
                first_pages.append(page_count)
                page_count += printer.add(Document(body, bands, index), paper)
            parts = printer.finish()
    except FatalURLFetchingError as error:
        raise error.__cause__ from None
    if len(first_pages) > 1:
        return join(parts, first_pages)
    return parts[0].replace(SECOND_LINE, SECOND_LINE_FOR_ODOO, 1)


class Fetcher(URLFetcher):
    """Asks the caller's function; never the network and never the disk."""

    def __init__(self, fetch):
        super().__init__(allowed_protocols=())
        self._fetch = fetch

    def fetch(self, url, headers=None):
        try:
            content, mimetype = self._fetch(url)
        except Refused as error:
            raise ValueError('refused') from error  # WeasyPrint goes on without it
        except Exception as error:
            raise FatalURLFetchingError from error  # the database's errors must reach the caller
        return URLFetcherResponse(url, content, {'Content-Type': mimetype})


class ReportHTML(weasyprint.HTML):
    """HTML for WeasyPrint from a tree that is parsed already: its own parser is slow."""

    def __init__(self, root, base_url, url_fetcher):
        self.base_url = base_url
        self.url_fetcher = url_fetcher
        self.media_type = 'print'
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element


class Kit:
    """Fonts and parsed style sheets, which cost more than an invoice: used by one report at a time, then by the next."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.fonts = FontConfiguration()
        self.sheets = {}
        self.uses = 0
        self.own_fonts = 0

    def font_count(self):
        """Return how many font files were added by style sheets."""
        folder = self.fonts._folder
        return len(list(folder.iterdir())) if folder else 0

    def is_reusable(self):
        """Return whether the next report, of any user, may have it: it holds no font that a document brought."""
        return self.uses < MAX_USES and len(self.sheets) <= MAX_SHEETS and self.font_count() == self.own_fonts


@contextlib.contextmanager
def _lent_kit(tenant):
    with _kits_lock:
        kit = _kits.pop() if _kits and _kits[-1].tenant == tenant else None
    kit = kit or Kit(tenant)
    kit.uses += 1
    yield kit
    if kit.is_reusable():
        with _kits_lock:
            _kits[:] = [kit]


class Printer:
    """Lays documents out and writes them part by part."""

    def __init__(self, kit, fetch, public_fetch, base_url):
        self._kit, self._base_url = kit, base_url
        self._fetcher, self._public_fetcher = Fetcher(fetch), Fetcher(public_fetch)
        self._images, self._sheets = {}, {}
        self._rendered, self._pages, self._scale = None, [], None
        self._parts = []

    def add(self, document, paper):
        """Lay a `document.Document` out on a `paper.Paper`; return the number of its pages."""
        rendered = self._layout(document, paper)
        narrower = paper.shrunk(overflow(rendered.pages[:OVERFLOW_PAGES]))
        if narrower != paper:
            paper, rendered = narrower, self._layout(document, narrower)
        if self._pages and (paper.scale != self._scale or len(self._pages) >= BATCH_PAGES):
            self._write()
        self._rendered, self._scale = rendered, paper.scale
        self._pages += rendered.pages
        return len(rendered.pages)

    def finish(self):
        """Return all parts (list of bytes)."""
        if self._pages:
            self._write()
        return self._parts

    def _write(self):
        document, self._rendered = self._rendered.copy(self._pages), None
        self._pages = []
        self._parts.append(document.write_pdf(
            zoom=self._scale, pdf_variant='pdf/a-3b', dpi=MAX_DPI, finisher=unname_glyphs))
        self._images.clear()

    def _layout(self, document, paper):
        sheets = [self._sheet(kind, value) for kind, value in document.styles]
        sheets += [self._sheet('file', str(STYLE)), self._sheet('style', paper.css())]
        html = ReportHTML(document.root, self._base_url, self._fetcher)
        colour_shapes(html.wrapper_element, [rule for sheet in sheets for rule in sheet.shape_rules])
        return html.render(
            font_config=self._kit.fonts, stylesheets=sheets, presentational_hints=True, cache=self._images,
            dpi=MAX_DPI)

    def _sheet(self, kind, value):
        """Return a parsed style sheet; those of bundles and of this addon are kept for later reports."""
        if kind == 'link':
            value = urljoin(self._base_url, value)
        is_bundle = kind == 'link' and '/web/assets/' in value and '/debug/' not in value
        sheets = self._kit.sheets if is_bundle or kind == 'file' else self._sheets
        if sheet := sheets.get((kind, value)):
            return sheet
        before = self._kit.font_count()
        try:
            sheet = self._parse(kind, value, self._public_fetcher if is_bundle else self._fetcher)
        except BROKEN_SHEET as error:  # the next report asks again
            _logger.info('Not printed: a style sheet (%s)', type(error).__name__)
            sheets, sheet = self._sheets, self._parse('style', '', self._fetcher)
        sheets[kind, value] = sheet
        if sheets is self._kit.sheets:
            self._kit.own_fonts += self._kit.font_count() - before
        return sheet

    def _parse(self, kind, value, fetcher):
        base_url = self._base_url
        if kind == 'file':
            value = Path(value).read_text()
        elif kind == 'link':
            base_url, value = value, fetcher.fetch(value).read().decode(errors='replace')
        sheet = weasyprint.CSS(string=value, base_url=base_url, url_fetcher=fetcher, font_config=self._kit.fonts)
        sheet.shape_rules = shape_rules(value)
        return sheet


def unname_glyphs(_document, pdf):
    """Take the character maps out of the fonts in a `pydyf.PDF`: glyphs are shown by number.

    Odoo's PDF writer states the widths of glyphs without name only, and would put those after a named one out of step.
    """
    for item in pdf.objects:
        content = item.stream[0] if isinstance(item, pydyf.Stream) and item.stream else None
        if not isinstance(content, bytes) or content[:4] != TRUETYPE:
            continue
        font = TTFont(io.BytesIO(content), recalcBBoxes=False, recalcTimestamp=False)
        if 'cmap' in font:
            del font['cmap']
            output = io.BytesIO()
            font.save(output)
            item.stream[0] = output.getvalue()
            item.extra['Length1'] = len(item.stream[0])


def overflow(pages):
    """Return how many times as wide as the page its widest table, image or box of fixed width is (1.0 if all fit)."""
    ratio = 1.0
    for page in pages:
        page_box = page._page_box
        left, right = page_box.content_box_x(), page_box.content_box_x() + page_box.width
        for child in page_box.children:
            if isinstance(child, boxes.MarginBox) or page_box.width <= 0:
                continue
            for box in wide_boxes(child):
                excess = max(box.position_x + box.margin_width() - right, left - box.position_x, 0.0)
                if excess > 1.0:
                    ratio = max(ratio, (page_box.width + excess) / page_box.width)
    return ratio


def wide_boxes(box):
    """Yield the boxes in a box that keep their width when the page is too narrow, but none that is clipped or floats free."""
    if not (box.is_in_normal_flow() or box.is_floated()):
        return
    width = box.style['width']
    if isinstance(box, (boxes.TableBox, boxes.ReplacedBox)) or width != 'auto' and width.unit == 'px':
        yield box
    if isinstance(box, boxes.ParentBox) and box.style['overflow'] == 'visible':
        for child in box.children:
            yield from wide_boxes(child)
