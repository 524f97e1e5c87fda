"""What makes a password easy to guess: plain functions, no database, nothing is asked over the network."""
import functools
import gzip
import re
from pathlib import Path

LIST = Path(__file__).parent / 'data/common_passwords.txt.gz'


@functools.cache
def common_passwords():
    """Return the passwords that leaked most often, in lower case, as a frozenset."""
    with gzip.open(LIST, 'rt', encoding='ascii') as lines:
        return frozenset(lines.read().split('\n'))


def is_common(password):
    """Tell whether guessing programs try this password early.

    So they do with the list, and with its words with digits and signs before or behind: ``Password2026!``.
    """
    text = password.strip().lower()
    core = re.sub(r'^[\W\d_]+|[\W\d_]+$', '', text)
    return text in common_passwords() or not core or core in common_passwords() or len(set(text)) < 5


def is_personal(password, words):
    """Tell whether a password is one of the words (name, login, company), but for digits and signs around it.

    :param words: iterable of texts, empty ones are ignored
    """
    def core(text):
        return re.sub(r'[\W\d_]+', '', text.lower())
    text = core(password)
    return bool(text) and text in {core(word) for word in words if word}
