"""What an address in a report means: which file, field, barcode or asset of this database, or nothing. Plain Python.

Nothing is ever asked over the network: an address that is not one of this server's own, in a form known here, is
refused. The rights are checked by who reads the record (`models/ir_actions_report.py`).
"""

import binascii
import re
from base64 import b64decode
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

from PIL import Image

MAX_DATA_BYTES = 32 * 1024 * 1024  # of one data: address
MAX_PIXELS = 50_000_000  # of one image, the limit that Odoo has for images
PRINT_SIDE = 3508  # the long side of A4 at 300 dots per inch: larger images are made smaller

_ASSET = re.compile(r'/web/assets/(?:(?P<website>[1-9][0-9]{0,8})/)?(?P<unique>[^/]+)/(?P<filename>[^/]+)')
_STATIC = re.compile(r'/(?P<module>\w+)/static/(?P<path>.+)')
_BARCODE = re.compile(r'/report/barcode(?:/(?P<barcode_type>[^/]*)(?:/(?P<value>.*))?)?')
_LOGO = re.compile(r'/(?:logo(?:\.png)?|web/binary/company_logo)')
_TAIL = r'(?:/(?P<width>\d+)x(?P<height>\d+))?(?:/[^/]*)?'
_RECORD = tuple(re.compile(r'/web/(?:image|content)' + pattern) for pattern in (
    r'',
    r'/(?P<res_id>\d+)(?:-[^/]*)?' + _TAIL,
    r'/(?P<model>[a-z_][\w.]*)/(?P<res_id>\d+)(?:-[^/]*)?/(?P<field>\w+)' + _TAIL,
    r'/(?P<xmlid>\w+\.\w+)' + _TAIL,
))


class Refused(Exception):
    """An address that prints nothing; the text says why, without query (it may hold a token)."""


@dataclass(frozen=True)
class Target:
    """What an address names: `kind` is asset, static, barcode, logo or record; `values` its parameters (str)."""

    kind: str
    values: dict = field(default_factory=dict)


def safe_name(address):
    """Return the address without query and content, fit for the log."""
    if address[:5].lower() == 'data:':
        return address[:40].split(',')[0]
    return address.split('?')[0].split('#')[0][:200]


def resolve(address, origins):
    """Return the Target of an absolute or host-relative http address.

    :param origins: addresses that are this server's own, such as web.base.url
    :raise Refused: for every other address
    """
    try:
        parts = urlsplit(address)
        own = {_origin(urlsplit(origin)) for origin in origins if origin}
        if parts.scheme.lower() not in ('http', 'https') or _origin(parts) not in own:
            raise Refused('not an address of this server')
    except ValueError as error:
        raise Refused('not an address') from error
    path = unquote(parts.path)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if path != '/report/barcode' and not path.startswith('/report/barcode/'):
        _check_path(path)
    if match := _BARCODE.fullmatch(path):
        return Target('barcode', query | _given(match))
    if match := _ASSET.fullmatch(path):
        return Target('asset', _given(match))
    if _LOGO.fullmatch(path):
        return Target('logo', {'company': query['company']} if query.get('company', '').isdigit() else {})
    for pattern in _RECORD:
        if match := pattern.fullmatch(path):
            return Target('record', _record_values(query) | _given(match))
    if match := _STATIC.fullmatch(path):
        return Target('static', _given(match))
    raise Refused('neither a file nor an image of this server')


def _origin(parts):
    port = parts.port or {'http': 80, 'https': 443}.get(parts.scheme.lower())
    return (parts.hostname or '').lower(), port


def _check_path(path):
    if '\\' in path or '\0' in path or any(part in ('.', '..') for part in path.split('/')):
        raise Refused('a path that climbs')


def _given(match):
    return {key: value for key, value in match.groupdict().items() if value}


def _record_values(query):
    """Return the parameters of /web/image and /web/content that have a meaning in print."""
    values = {key: query[key] for key in ('model', 'field', 'width', 'height', 'crop', 'access_token') if key in query}
    if 'xmlid' in query:
        values['xmlid'] = query['xmlid']
    if query.get('id', '').isdigit():
        values['res_id'] = query['id']
    return values


def decode_data(address):
    """Return the content (bytes) and MIME type of a data: address; raise Refused if it is broken or too large."""
    if len(address) > MAX_DATA_BYTES * 4 / 3 + 200:
        raise Refused(f'more than {MAX_DATA_BYTES} bytes')
    header, comma, data = address[5:].partition(',')
    if not comma:
        raise Refused('a broken data address')
    mimetype, *options = [part.strip() for part in header.split(';')]
    content = unquote_to_bytes(data)
    if 'base64' in (option.lower() for option in options):
        try:
            content = b64decode(b''.join(content.split()) + b'==')
        except binascii.Error as error:
            raise Refused('a broken data address') from error
    if len(content) > MAX_DATA_BYTES:
        raise Refused(f'more than {MAX_DATA_BYTES} bytes')
    return content, mimetype.lower() or 'text/plain'


def bounded_image(content):
    """Return the content, made smaller if it is an image with more dots than a printed page shows.

    :raise Refused: if it has too many dots to be opened at all (a few bytes can ask for gigabytes)
    """
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise Refused(f'an image of more than {MAX_PIXELS} dots')
            if max(width, height) <= PRINT_SIDE:
                return content
            image_format = image.format
            image.thumbnail((PRINT_SIDE, PRINT_SIDE))
            output = BytesIO()
            image.save(output, image_format)
            return output.getvalue()
    except Image.DecompressionBombError as error:
        raise Refused(f'an image of more than {MAX_PIXELS} dots') from error
    except (OSError, ValueError, SyntaxError):
        return content  # no image, or one that the printer refuses by itself
