from odoo.tests import TransactionCase, tagged

from ..guard import split_words


@tagged('post_install', '-at_install')
class TestGuard(TransactionCase):
    """What of a question is searched, without the pages."""

    def test_words(self):
        """Issue 5.28: the longest words of a question are searched, each once, without punctuation."""
        self.assertEqual(split_words('The printer, the “printer” is out of ink!', 3, 2), ['The', 'printer'])
        self.assertEqual(split_words('My coffee machine does not start', 4, 3), ['coffee', 'machine', 'start'])
        self.assertEqual(split_words(' . ? a b', 3, 4), [])
