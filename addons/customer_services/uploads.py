"""What customers may upload: plain functions, no database.

Checks happen on the server before anything is stored. The type of a file is decided by its name *and* by its first
bytes, because a program renamed to ``.pdf`` is still a program.
"""
import re
import unicodedata
from dataclasses import dataclass

DEFAULT_MAX_MB = 10
DEFAULT_MAX_FILES = 10
DEFAULT_EXTENSIONS = (
    'pdf, png, jpg, jpeg, gif, webp, heic, txt, log, csv, odt, ods, odp, doc, docx, xls, xlsx, ppt, pptx, zip, eml, '
    'mp4, mov')
MAX_NAME = 120
#: first bytes of programs: Windows, Linux, macOS (both byte orders, fat), scripts, Java classes share a fat binary's
PROGRAM_MAGIC = (
    b'MZ', b'\x7fELF', b'\xfe\xed\xfa\xce', b'\xfe\xed\xfa\xcf', b'\xce\xfa\xed\xfe', b'\xcf\xfa\xed\xfe',
    b'\xca\xfe\xba\xbe', b'#!')


@dataclass(frozen=True)
class Limits:
    """Limits set in the backend: bytes of one file, number of files, lower-case endings without dot."""

    max_bytes: int
    max_files: int
    extensions: frozenset


class UploadError(Exception):
    """A file that is refused; ``code`` is one of ``many``, ``type``, ``size``, ``empty``, ``program``."""

    def __init__(self, code, name=''):
        super().__init__(code)
        self.code, self.name = code, name


def parse_extensions(text):
    """Return the frozenset of lower-case endings in a text such as ``pdf, .PNG jpg``."""
    return frozenset(re.findall(r'[a-z0-9]+', (text or '').lower()))


def clean_name(name):
    """Return a file name that is safe to store and to show.

    The folder part, control and formatting characters (right-to-left marks) go; the length is cut to 120
    characters, the ending is kept.
    """
    name = unicodedata.normalize('NFC', name or '').replace('\\', '/').rsplit('/', 1)[-1]
    name = ''.join(char for char in name if unicodedata.category(char) not in ('Cc', 'Cf', 'Cs', 'Co')).strip(' .')
    stem, dot, ending = name.rpartition('.')
    if not dot:
        stem, ending = name, ''
    return (stem[:MAX_NAME - len(dot + ending[:10])] + dot + ending[:10]) or 'file'


def check_files(files, limits):
    """Check files against the limits.

    :param files: iterable of ``(cleaned name, size in bytes, first bytes)``
    :param Limits limits: what is allowed
    :raises UploadError: for the first file that is refused
    """
    for count, (name, size, head) in enumerate(files, 1):
        if count > limits.max_files:
            raise UploadError('many', name)
        if name.rpartition('.')[2].lower() not in limits.extensions or '.' not in name:
            raise UploadError('type', name)
        if size > limits.max_bytes:
            raise UploadError('size', name)
        if size <= 0:
            raise UploadError('empty', name)
        if head.startswith(PROGRAM_MAGIC):
            raise UploadError('program', name)
