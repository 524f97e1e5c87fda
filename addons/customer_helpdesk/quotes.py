"""Quoted history of mails: found and folded, never cut. Plain functions, no database."""
import re

from lxml import etree, html
from markupsafe import Markup

#: Odoo's sanitizer marks what it recognises as quotation with these
_MARKS = ('data-o-mail-quote', 'data-o-mail-quote-node')
_FENCE = re.compile(
    r'^\s*(?:-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Oorspronkelijk bericht|Message d\'origine|Forwarded message|'
    r'Message original)\s*-{2,}|_{20,})\s*$', re.IGNORECASE)
_INTRO = re.compile(
    r'^\s*(?:On\b.{5,200}\bwrote|Am\b.{5,200}\bschrieb.{0,120}|Op\b.{5,200}\b(?:schreef|geschreven).{0,120}|'
    r'Le\b.{5,200}\ba écrit)\s*:\s*$', re.IGNORECASE | re.DOTALL)


def fold_quotes(body, label):
    """Put the quoted parts of a message into ``<details>`` elements, in their place.

    :param body: sanitized HTML
    :param str label: what the closed element says
    :return: Markup; the body as it is, if nothing is quoted or everything is
    """
    if not body or not body.strip():
        return _safe(body or '')
    try:
        root = html.fragment_fromstring(str(body), create_parent='div')
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _safe(body)
    before = _text(root)
    quoted = _quoted_nodes(root)
    if not quoted or not _text_outside(root, quoted):
        return _safe(body)
    for run in _runs(quoted):
        _fold(run, label)
    if _text(root) != before:
        return _safe(body)  # nothing may be lost: better unfolded
    return _safe(''.join(
        [html_escape(root.text or ''), *(html.tostring(child, encoding='unicode') for child in root)]))


def _safe(text):
    return Markup(text)  # noqa: S704 - the body was sanitized when it was stored; only our own elements are added


def html_escape(text):
    """Escape text between elements."""
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def _text(root):
    """Return the text of an element without blanks and without our own labels."""
    return ''.join(''.join(root.xpath('.//text()[not(parent::summary)]')).split())


def _quoted_nodes(root):
    """Return the outermost quoted elements, in document order."""
    found = []
    for node in root.iterdescendants():
        if not isinstance(node.tag, str) or node in found or any(parent in found for parent in node.iterancestors()):
            continue
        if node.tag == 'blockquote' or any(node.get(mark) for mark in _MARKS):
            found.append(node)
        elif node.tag in ('div', 'p', 'pre', 'span') and _starts_history(node):
            found.append(node)
            found.extend(sibling for sibling in node.itersiblings() if isinstance(sibling.tag, str))
    return found


def _starts_history(node):
    text = (node.text_content() or '').strip()
    return len(text) < 400 and bool(_FENCE.match(text) or _INTRO.match(text))


def _text_outside(root, quoted):
    """Tell whether something remains to be read when the quotes are folded."""
    inside = {node for quote in quoted for node in quote.iter()}
    texts = [root.text or '']
    for node in root.iterdescendants():
        if node not in inside:
            texts.append(node.text or '')
        if node not in inside or node in quoted:
            texts.append(node.tail or '')
    return bool(''.join(texts).strip())


def _runs(nodes):
    """Return the quoted elements grouped into runs of neighbours with nothing but blanks between them."""
    runs = []
    for node in nodes:
        last = runs[-1][-1] if runs else None
        if last is not None and last.getnext() is node and not (last.tail or '').strip():
            runs[-1].append(node)
        else:
            runs.append([node])
    return runs


def _fold(run, label):
    first, parent = run[0], run[0].getparent()
    details = etree.Element('details', {'class': 'o_customer_quote'})
    summary = etree.SubElement(details, 'summary')
    summary.text = label
    parent.insert(parent.index(first), details)
    details.tail = run[-1].tail
    for node in run:
        if node is run[-1]:
            node.tail = None
        details.append(node)
