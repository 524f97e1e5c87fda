from odoo.tests import BaseCase, tagged

from ..codes import (
    ALPHABET,
    CODE_LENGTH,
    check_code,
    covers,
    hash_code,
    hash_token,
    new_code,
    new_token,
    read_code,
    show_code,
)
from ..models.customer_invitation import is_mobile


@tagged('post_install', '-at_install')
class TestCodes(BaseCase):
    """Codes and tokens, without a database."""

    def test_alphabet(self):
        """Issue 3.5: codes have eight characters, and none that is easily confused."""
        self.assertFalse(set(ALPHABET) & set('0O1ILlU'))
        self.assertEqual(len(set(ALPHABET)), 30)
        codes = {new_code() for _index in range(200)}
        self.assertEqual(len(codes), 200)
        for code in codes:
            self.assertRegex(code, f'^[{ALPHABET}]{{{CODE_LENGTH}}}$')

    def test_typed_code(self):
        """Issue 3.5: small letters, blanks and dashes do not matter; anything else is a wrong code."""
        code_hash = hash_code('ABCD2345', 'salt')
        for typed in ('ABCD2345', 'abcd-2345', ' abcd 2345\n', show_code('ABCD2345')):
            self.assertTrue(check_code(typed, code_hash, 'salt'), typed)
        for typed in ('', None, 'ABCD2346', 'ABCD234', 'ABCD23455', 'é' * 1000, '\x00'):
            self.assertFalse(check_code(typed, code_hash, 'salt'), typed)
        self.assertFalse(check_code('ABCD2345', code_hash, 'other salt'))
        self.assertEqual(read_code('x' * 1000), 'X' * 64)

    def test_tokens(self):
        """Issue 3.5: tokens carry 32 random bytes, and their hash does not contain them."""
        token = new_token()
        self.assertNotEqual(token, new_token())
        self.assertGreaterEqual(len(token), 43)
        self.assertRegex(hash_token(token), '^[0-9a-f]{64}$')
        self.assertEqual(len(hash_token('\ud800')), 64)

    def test_never_wider(self):
        """Issue 3.7: what one may give: all covers everything, kinds some of these kinds, own only own."""
        for mine, other, expected in (
            (('all', ()), ('all', ()), True), (('all', ()), ('kinds', {1}), True), (('all', ()), ('own', ()), True),
            (('kinds', {1, 2}), ('kinds', {1}), True), (('kinds', {1}), ('kinds', {1, 2}), False),
            (('kinds', {1}), ('all', ()), False), (('kinds', {1}), ('own', ()), False),
            (('own', ()), ('own', ()), True), (('own', ()), ('kinds', {1}), False), (('own', ()), ('all', ()), False),
        ):
            self.assertEqual(covers(*mine, *other), expected, (mine, other))

    def test_mobile_numbers(self):
        """Issue 3.5: SMS go to numbers that take them."""
        self.assertTrue(is_mobile('+31 6 12345678', False))
        self.assertTrue(is_mobile('0171 1234567', 'DE'))
        self.assertTrue(is_mobile('+1 603-996-3829', False))
        for number, country in (('+31 30 123 4567', False), ('0171 1234567', False), ('x', 'DE'), ('+49 1', False)):
            self.assertFalse(is_mobile(number, country), number)
