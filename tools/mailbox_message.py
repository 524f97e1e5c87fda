"""Reading of messages that may be broken or hostile: every part has a value, nothing raises."""

import contextlib
import dataclasses
import email.message
import email.policy
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser, BytesParser

POLICY = email.policy.compat32  # the newer policies raise on some broken headers
SHOWN = ('From', 'To', 'Cc', 'Reply-To', 'Date', 'Subject')


@dataclasses.dataclass(frozen=True)
class File:
    """An attachment: a name without folders, the type that it claims, its bytes."""

    name: str
    kind: str
    content: bytes


class Message:
    """One message: `headers` as [(name, text)], `text` and `html` (str or None), `files`."""

    def __init__(self, content):
        """Read a message from bytes; what cannot be read at all is shown as plain text."""
        self.text = self.html = None
        self.files = []
        try:
            message = BytesParser(policy=POLICY).parsebytes(content)
            self.headers = headers(message)
            for part in _leaves(message):
                self._take(part)
        except Exception:  # noqa: BLE001 - the parser of the standard library raises many kinds, RecursionError too
            self.headers = [('Subject', '(broken message)')]
            self.text, self.html, self.files = content.decode('utf-8', 'replace'), None, []

    def _take(self, part):
        """Keep a part without parts of its own as text, as HTML or as a file."""
        kind = part.get_content_type()
        attached = part.get_content_disposition() == 'attachment' or part.get_filename() is not None
        if not attached and kind == 'text/plain' and self.text is None:
            self.text = _text(part)
        elif not attached and kind == 'text/html' and self.html is None:
            self.html = _text(part)
        else:
            name = (decoded(part.get_filename() or '').replace('\\', '/').rsplit('/', 1)[-1]
                    or f'part-{len(self.files) + 1}')
            self.files.append(File(name, kind, _bytes(part)))

    def header(self, name):
        """Return the text of the first header of that name, '' without."""
        return next((text for key, text in self.headers if key.lower() == name.lower()), '')


def summary(path):
    """Return {name: text} of the headers for a list; reads no more than the head of the file."""
    with path.open('rb') as file:
        try:
            found = headers(BytesHeaderParser(policy=POLICY).parse(file))
        except Exception:  # noqa: BLE001 - see Message
            found = [('Subject', '(broken message)')]
    return {name: next((text for key, text in found if key.lower() == name.lower()), '') for name in SHOWN}


def headers(message):
    """Return all headers as a list of (name, readable text)."""
    return [(name, decoded(value)) for name, value in message.raw_items()]


def decoded(value):
    """Return a raw header as readable text: encoded words (RFC 2047) and bare UTF-8 decoded, lines joined."""
    text = str(value).encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')
    with contextlib.suppress(Exception):  # unknown charsets, broken base64, ...
        text = str(make_header(decode_header(text)))
    return ' '.join(text.split())


def _leaves(message):
    """Yield the parts without parts of their own, in order; an attached message is one part."""
    stack = [message]
    while stack:
        part = stack.pop()
        payload = part.get_payload()
        if part.get_content_maintype() == 'multipart' and isinstance(payload, list):
            stack.extend(reversed(payload))
        else:
            yield part


def _bytes(part):
    """Return the decoded content of a part."""
    payload = part.get_payload()
    if isinstance(payload, list):  # message/rfc822 and other kinds of messages within
        return b'\n'.join(inner.as_bytes() if isinstance(inner, email.message.Message) else b'' for inner in payload)
    return part.get_payload(decode=True) or b''


def _text(part):
    """Return the decoded text of a part; characters that its charset does not have are replaced."""
    content = _bytes(part)
    for charset in (part.get_content_charset(), 'utf-8'):
        try:
            return content.decode(charset or 'utf-8', 'replace')
        except (LookupError, UnicodeError, ValueError):  # a charset nobody knows
            continue
    return content.decode('latin-1')
