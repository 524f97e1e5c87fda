"""What WeasyPrint tells its log: a character that no font has is said once, the rest only when debugging."""

import logging
import unicodedata

_logger = logging.getLogger(__name__)

_HINTS = {
    'CJK': 'fonts-noto-cjk', 'HIRAGANA': 'fonts-noto-cjk', 'KATAKANA': 'fonts-noto-cjk', 'HANGUL': 'fonts-noto-cjk',
}


class MissingGlyphs(logging.Filter):
    """Filter of WeasyPrint's logger: says each script without font once a process and drops what may name a token."""

    def __init__(self):
        super().__init__()
        self.said = set()

    def filter(self, record):
        if str(record.msg).startswith('.notdef') and len(record.args or ()) == 2:
            self.say(chr(record.args[1]))
        return _logger.isEnabledFor(logging.DEBUG)

    def say(self, character):
        """Log that no font has this character, unless its script was said before."""
        script = script_of(character)
        if script not in self.said:
            self.said.add(script)
            _logger.warning(
                'No font on this system has %r (U+%04X, %s): reports print a box for it. Install a font that has it,'
                ' on Debian for example %s. This is said once.',
                character, ord(character), script, _HINTS.get(script, package_hint(character)))


def package_hint(character):
    """Return the Debian package that most likely has a font for the character."""
    if unicodedata.category(character) == 'So' and ord(character) > 0x2000:
        return 'fonts-noto-color-emoji'
    return 'fonts-noto-core'


def script_of(character):
    """Return the first word of the character's Unicode name (CJK, ARABIC, THAI, ...), its block's number without one."""
    name = unicodedata.name(character, '')
    if unicodedata.category(character) == 'So':
        return 'SYMBOL'
    return name.split()[0].split('-')[0] if name else f'U+{ord(character) >> 8:02X}xx'


def listen():
    """Put the filter on WeasyPrint's logger; silence the progress reports of the libraries under it."""
    logger = logging.getLogger('weasyprint')
    if not any(isinstance(item, MissingGlyphs) for item in logger.filters):
        logger.addFilter(MissingGlyphs())
    for name in ('weasyprint.progress', 'fontTools'):
        logging.getLogger(name).setLevel(logging.ERROR)
