"""Codes that a person types and tokens that travel in a link: no database here."""
import hashlib
import hmac
import secrets

#: characters that nobody confuses: none of 0 O 1 I L l U
ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
CODE_LENGTH = 8
#: makes each guess at a stolen hash cost some milliseconds
ITERATIONS = 20_000


def new_code():
    """Return a random code of :data:`CODE_LENGTH` characters of :data:`ALPHABET`."""
    return ''.join(secrets.choice(ALPHABET) for _index in range(CODE_LENGTH))


def show_code(code):
    """Return a code in two halves, as people read it: ``'ABCD-2345'``."""
    half = len(code) // 2
    return f'{code[:half]}-{code[half:]}'


def read_code(text):
    """Return what a person typed as a code: case, blanks and dashes do not matter."""
    return ''.join(char for char in str(text or '').upper() if char.isalnum())[:64]


def hash_code(code, salt):
    """Return the salted hash of a code, as hexadecimal text."""
    return hashlib.pbkdf2_hmac('sha256', code.encode(), salt.encode(), ITERATIONS).hex()


def check_code(text, code_hash, salt):
    """Tell in constant time whether what a person typed is the code with this hash."""
    return hmac.compare_digest(hash_code(read_code(text), salt), code_hash)


def new_token():
    """Return a random token of 32 bytes for a link."""
    return secrets.token_urlsafe(32)


def hash_token(token):
    """Return the SHA-256 of a token, as hexadecimal text: what is stored of it."""
    return hashlib.sha256(token.encode(errors='replace')).hexdigest()


def covers(scope, kinds, other_scope, other_kinds):
    """Tell whether an access is at least as wide as another one to the same customer.

    :param str scope: ``'all'``, ``'kinds'`` or ``'own'``
    :param set kinds: chosen kinds, if the scope is ``'kinds'``
    """
    if scope == 'all':
        return True
    if scope == 'kinds':
        return other_scope == 'kinds' and set(other_kinds) <= set(kinds)
    return other_scope == 'own'
