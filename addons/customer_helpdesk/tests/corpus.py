"""Small synthetic mails in the shapes that real mail programs, gateways and accidents produce.

Each is ``name: (bytes, what is expected)``: the shape, subject, sender, a piece of the text, the names of the files.
"""
import base64

HEAD = (b'From: Ann <ann@example.com>\r\nTo: first-aid@desk.example.com\r\nSubject: Help\r\n'
        b'Date: Wed, 25 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n')
PDF = base64.encodebytes(b'%PDF-1.4 ' + b'x' * 300).replace(b'\n', b'\r\n')
PNG = base64.encodebytes(b'\x89PNG\r\n\x1a\n' + b'0' * 60).replace(b'\n', b'\r\n')


def mail(name, content, head=HEAD):
    """Return a mail with a Message-ID made from its name."""
    return head + b'Message-ID: <' + name.encode() + b'@corpus.example.com>\r\n' + content


def multipart(kind, *parts, end=True):
    """Return the headers and the body of a multipart mail."""
    body = b''.join(b'--=_x\r\n' + part + b'\r\n' for part in parts)
    return (b'Content-Type: multipart/' + kind.encode() + b'; boundary="=_x"\r\n\r\nThis is MIME.\r\n' + body
            + (b'--=_x--\r\n' if end else b''))


TEXT = b'Content-Type: text/plain; charset=utf-8\r\n\r\nthe text'
HTML = b'Content-Type: text/html; charset=utf-8\r\n\r\n<p>the text</p>'


def attachment(kind, name, content, *headers):
    return (b'Content-Type: ' + kind + b'; name="' + name + b'"\r\nContent-Transfer-Encoding: base64\r\n'
            + b''.join(header + b'\r\n' for header in headers)
            + b'Content-Disposition: attachment; filename="' + name + b'"\r\n\r\n' + content)


_SHAPES = {
    'plain': (b'\r\nthe text\r\n', {}),
    'html': (b'Content-Type: text/html; charset=utf-8\r\n\r\n<p>the text</p>', {}),
    'alternative': (multipart('alternative', TEXT, HTML), {}),
    'attachment': (multipart('mixed', TEXT, attachment(b'application/pdf', b'a.pdf', PDF)), {'files': ['a.pdf']}),
    'inline_image': (multipart(
        'related', b'Content-Type: text/html; charset=utf-8\r\n\r\n<p>the text</p><img src="cid:i1">',
        attachment(b'image/png', b'i.png', PNG, b'Content-ID: <i1>')), {'files': ['i.png']}),
    'latin1_undeclared': (
        b'Content-Type: text/plain\r\n\r\nthe text, gr\xfcn', {'shape': 'odd', 'text': 'the text, grün'}),
    'latin1_as_utf8': (
        b'Content-Type: text/plain; charset=utf-8\r\n\r\nthe text, gr\xfcn', {'shape': 'odd', 'text': 'grün'}),
    'unknown_charset': (
        b'Content-Type: text/plain; charset=x-mac-moon\r\n\r\nthe text, gr\xc3\xbcn', {'shape': 'odd', 'text': 'grün'}),
    'gb2312': (b'Content-Type: text/plain; charset=gb2312\r\n\r\nthe text \xc4\xe3\xba\xc3', {'text': '你好'}),
    'iso2022jp': (
        b'Content-Type: text/plain; charset=iso-2022-jp\r\n\r\nthe text \x1b$B$3$s\x1b(B', {'text': 'こん'}),
    'calendar': (multipart(
        'alternative', TEXT, HTML, b'Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR'),
        {'shape': 'odd', 'files': ['invite.ics']}),
    'calendar_only': (
        b'Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR',
        {'shape': 'odd', 'text': '', 'files': ['invite.ics']}),
    'tnef': (multipart('mixed', TEXT, b'Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                       + base64.b64encode(b'\x78\x9f\x3e\x22' + b'0' * 40)),
             {'shape': 'odd', 'files': ['winmail.dat']}),
    'forwarded': (multipart('mixed', TEXT, b'Content-Type: message/rfc822\r\n\r\nFrom: b@example.org\r\n'
                            b'Subject: Inner mail\r\n\r\ninner text'), {'shape': 'odd', 'files': ['Inner mail.eml']}),
    'truncated': (multipart('mixed', TEXT, attachment(b'application/pdf', b'a.pdf', PDF[:80]), end=False),
                  {'shape': 'broken', 'files': ['a.pdf']}),
    'no_boundary': (b'Content-Type: multipart/mixed\r\n\r\nthe text', {'shape': 'broken'}),
    'wrong_boundary': (b'Content-Type: multipart/mixed; boundary=other\r\n\r\n--=_x\r\n\r\nthe text\r\n--=_x--',
                       {'shape': 'broken'}),
    'broken_base64': (multipart('mixed', TEXT, attachment(b'application/pdf', b'a.pdf', b'%%%not base64%%%')),
                      {'files': ['a.pdf']}),
    'nul': (b'\r\nthe text\x00 goes on', {'shape': 'broken'}),
    'pdf_only': (b'Content-Type: application/pdf; name=scan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n' + PDF,
                 {'text': '', 'files': ['scan.pdf']}),
    'csv_only': (b'Content-Type: text/csv; name=list.csv\r\n\r\na;b\r\n', {
        'shape': 'odd', 'text': '', 'files': ['list.csv']}),
    'empty': (b'\r\n', {'text': ''}),
    'deep': (multipart('mixed', multipart('alternative', TEXT).replace(b'=_x', b'=_y')), {}),
    'unknown_encoding': (b'Content-Type: text/plain\r\nContent-Transfer-Encoding: 8 bits\r\n\r\nthe text', {}),
}
CORPUS = {name: (mail(name, content), expected) for name, (content, expected) in _SHAPES.items()}
CORPUS |= {
    'mbox_line': (b'From ann@example.com Wed Nov 25 10:00:00 2026\r\n' + mail('mbox_line', b'\r\nthe text'), {
        'shape': 'odd'}),
    'raw_subject': (mail('raw_subject', b'\r\nthe text', HEAD.replace(b'Help', b'H\xfclfe')), {
        'shape': 'odd', 'subject': 'Hülfe'}),
    'utf8_headers': (mail('utf8_headers', b'\r\nthe text', HEAD.replace(b'Help', 'Hülfe ☂'.encode())), {
        'shape': 'odd', 'subject': 'Hülfe ☂'}),
    'encoded_words': (mail('encoded_words', b'\r\nthe text', HEAD.replace(
        b'Help', b'=?utf-8?B?SMO8?=\r\n =?iso-8859-1?Q?lfe?=')), {'subject': 'Hülfe'}),
    'unknown_word': (mail('unknown_word', b'\r\nthe text', HEAD.replace(b'Help', b'=?x-moon?Q?H=FClfe?=')), {
        'shape': 'odd', 'subject': 'Hülfe'}),
    'no_subject': (mail('no_subject', b'\r\nthe text', HEAD.replace(b'Subject: Help\r\n', b'')), {'subject': ''}),
    'unclosed_from': (mail('unclosed_from', b'\r\nthe text', HEAD.replace(b'Ann <ann', b'"Ann <ann')), {}),
    'two_from': (mail('two_from', b'\r\nthe text', b'From: ann@example.com\r\n' + HEAD.replace(b'From', b'From')), {}),
    'no_from': (mail('no_from', b'\r\nthe text', HEAD.replace(b'From: Ann <ann@example.com>\r\n', b'')), {'sender': ''}),
    'bad_date': (mail('bad_date', b'\r\nthe text', HEAD.replace(b'Wed, 25 Nov 2026 10:00:00 +0100', b'yesterday 99:99')), {}),
    'bare_lf': (mail('bare_lf', b'\r\nthe text').replace(b'\r\n', b'\n'), {}),
    'long_subject': (mail('long_subject', b'\r\nthe text', HEAD.replace(b'Help', b'Help ' * 300)), {
        'subject': ('Help ' * 300).strip()}),
}
