"""What a page looks like: sizes from a paper format, the per-report overrides, and the page's CSS. Knows no database.

All lengths are millimetres on paper. wkhtmltopdf prints a CSS pixel 25.4 / (1.25 * dpi) mm wide ("smart shrinking"),
25.4 / dpi mm without it: Odoo's templates are made for that size, so pages are laid out larger and scaled down.
"""

from dataclasses import dataclass, replace

SHRINK = 1.25  # what smart shrinking divides by at least
MAX_SHRINK = 2.0  # and at most, for documents that are wider than their page
CSS_DPI = 96.0
POINTS = 72 / 25.4  # in a millimetre
DEFAULT_SIZE = (210.0, 297.0)  # A4, as wkhtmltopdf without a paper format
DEFAULT_MARGIN = 10.0


@dataclass(frozen=True)
class Paper:
    """One page: width, height, margins and header spacing in mm; dpi and shrinking as in `report.paperformat`."""

    width: float = DEFAULT_SIZE[0]
    height: float = DEFAULT_SIZE[1]
    margin_top: float = DEFAULT_MARGIN
    margin_bottom: float = DEFAULT_MARGIN
    margin_left: float = DEFAULT_MARGIN
    margin_right: float = DEFAULT_MARGIN
    header_spacing: float = 0.0
    header_line: bool = False
    dpi: float = CSS_DPI
    shrinking: bool = True

    @property
    def scale(self):
        """Return how large a CSS millimetre is on paper, in mm."""
        return CSS_DPI / self.dpi / (SHRINK if self.shrinking else 1.0)

    def shrunk(self, ratio):
        """Return the Paper on which a document `ratio` times as wide as this page fits, as far as shrinking may go."""
        if not self.shrinking or ratio <= 1.0:
            return self
        return replace(self, dpi=self.dpi * min(ratio, MAX_SHRINK / SHRINK))

    def css(self):
        """Return the `@page` rule (str) in CSS lengths, to be printed with the zoom `scale`."""
        def length(millimetres):
            return f'{millimetres / self.scale:.3f}mm'

        def size(millimetres):
            # whole points, as wkhtmltopdf writes them
            return f'{round(millimetres * POINTS) / self.scale:.9f}pt'

        # the header hangs from where its spacing says; what is too high for the margin runs over, as in wkhtmltopdf
        header_top = max(self.margin_top - self.header_spacing, 0.0)
        line = 'border-bottom: 1px solid black;' if self.header_line else ''
        return (
            f'@page {{ size: {size(self.width)} {size(self.height)};'
            f' margin: {length(self.margin_top)} {length(self.margin_right)}'
            f' {length(self.margin_bottom)} {length(self.margin_left)};'
            f' @top-center {{ content: element(wp-header); width: 100%; height: 100%; vertical-align: top;'
            f' padding-top: {length(header_top)}; box-sizing: border-box; text-align: start; {line} }}'
            f' @bottom-center {{ content: element(wp-footer); width: 100%; height: 100%; vertical-align: top;'
            f' text-align: start }} }}'
        )


def _number(value, default):
    """Return the value of a `data-report-*` attribute as float; `default` if it is no number."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def _is_set(value):
    """Return whether the text of a `data-report-*` attribute means yes."""
    return str(value).strip().lower() not in ('', 'false', '0', 'none')


def make_paper(paperformat=None, sizes=(), overrides=None, landscape=None):
    """Return the Paper that `ir.actions.report._build_wkhtmltopdf_args` would describe to wkhtmltopdf.

    :param paperformat: object with the fields of `report.paperformat`, or nothing
    :param sizes: `PAPER_SIZES` of Odoo: dicts with key, width and height in mm
    :param overrides: dict of the `data-report-*` attributes of the report's html tag
    :param landscape: true turns the page; None asks the override, then the paper format
    """
    overrides = overrides or {}
    if landscape is None:
        landscape = _is_set(overrides.get('data-report-landscape') or '')
    paper = _from_format(paperformat, sizes) if paperformat else Paper()
    landscape = landscape or bool(paperformat) and paperformat.orientation == 'Landscape'
    paper = replace(
        paper,
        margin_top=_number(overrides.get('data-report-margin-top'), paper.margin_top),
        margin_bottom=_number(overrides.get('data-report-margin-bottom'), paper.margin_bottom),
        header_spacing=_number(overrides.get('data-report-header-spacing'), paper.header_spacing),
        dpi=_number(overrides.get('data-report-dpi'), 0.0) or paper.dpi,
    )
    return replace(paper, width=paper.height, height=paper.width) if landscape else paper


def _from_format(paperformat, sizes):
    """Return the Paper of a paper format, upright."""
    width, height = DEFAULT_SIZE
    if paperformat.format == 'custom':
        if paperformat.page_width and paperformat.page_height:
            width, height = float(paperformat.page_width), float(paperformat.page_height)
    else:
        for size in sizes:
            if size['key'] == paperformat.format:
                width, height = size['width'], size['height']
    return Paper(
        width=width, height=height,
        margin_top=paperformat.margin_top, margin_bottom=paperformat.margin_bottom,
        margin_left=paperformat.margin_left, margin_right=paperformat.margin_right,
        header_spacing=paperformat.header_spacing or 0.0, header_line=bool(paperformat.header_line),
        dpi=float(paperformat.dpi or CSS_DPI), shrinking=not paperformat.disable_shrinking,
    )
