"""Files on disk and their names: plain Python, no database, never a whole file in memory."""
import hashlib
import os
import re
import unicodedata

from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.customer_services.uploads import PROGRAM_MAGIC, clean_name

BLOCK = 1024 * 1024
#: bytes by which the type of a file is told
HEAD_BYTES = 8192
#: types that a browser shows without running anything; all others are downloads
INLINE_TYPES = frozenset({
    'application/pdf', 'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'text/plain'})
IMAGE_TYPES = frozenset({'image/png', 'image/jpeg', 'image/gif', 'image/webp'})
#: beginnings of names that Windows reserves for devices
RESERVED = re.compile(r'^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)', re.IGNORECASE)


def detect_type(head):
    """Return the type of a file by its first bytes, never by its name.

    HTML, SVG and XML are told also where libmagic sees text only, so that nobody serves them inline.

    :param bytes head: the first :data:`HEAD_BYTES`
    """
    start = head[:1024].lstrip(b'\xef\xbb\xbf \t\r\n\x00').lower()
    if start.startswith((b'<!doctype html', b'<html', b'<script', b'<head', b'<body')):
        return 'text/html'
    if b'<svg' in head[:4096].lower():
        return 'image/svg+xml'
    mimetype = guess_mimetype(head, default='application/octet-stream') if head else 'application/octet-stream'
    if mimetype == 'text/plain' and re.search(rb'<\s*(script|html|iframe|object|embed)\b', head, re.IGNORECASE):
        return 'text/html'
    return mimetype


def served_type(mimetype):
    """Return the type with which a file leaves the server: what could run in a browser is bytes without meaning."""
    return mimetype if mimetype in INLINE_TYPES else 'application/octet-stream'


def is_program(head):
    """Tell whether the first bytes are those of a program."""
    return head.startswith(PROGRAM_MAGIC)


def file_digest(path):
    """Return the SHA-1 of a file on disk as Odoo's filestore names it."""
    digest = hashlib.sha1(usedforsecurity=False)
    with open(path, 'rb') as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def same_content(path, other):
    """Compare two files on disk, block by block."""
    if os.path.getsize(path) != os.path.getsize(other):
        return False
    with open(path, 'rb') as one, open(other, 'rb') as two:
        while block := one.read(BLOCK):
            if block != two.read(BLOCK):
                return False
    return True


def segment(name):
    """Return one part of a path in a ZIP that is safe on every system."""
    name = clean_name(unicodedata.normalize('NFC', name or ''))
    name = re.sub(r'[<>:"|?*\\/]', '_', name).strip(' .') or '_'
    return f'_{name}' if RESERVED.match(name) else name


class Paths:
    """Unique paths of the files in a ZIP: equal names get a number."""

    def __init__(self):
        self._taken = set()

    def add(self, *parts):
        """Return a path for the parts (folders, then the name) that was not given out before, whatever the case."""
        *folders, name = [segment(part) for part in parts]
        stem, dot, ending = name.rpartition('.')
        stem, ending = (stem, dot + ending) if dot and stem else (name, '')
        path, number = '/'.join([*folders, name]), 1
        while path.lower() in self._taken:
            number += 1
            path = '/'.join([*folders, f'{stem} ({number}){ending}'])
        self._taken.add(path.lower())
        return path
