from odoo.tests import BaseCase, tagged
from odoo.tools import html2plaintext, html_sanitize

from ..quotes import fold_quotes


def fold(body):
    return str(fold_quotes(html_sanitize(body), 'Earlier'))


@tagged('post_install', '-at_install')
class TestQuotes(BaseCase):
    """Quoted history is folded, not lost."""

    def test_shapes(self):
        """Issue 5.17: the history of the usual mail programs is folded, what the sender wrote is not."""
        for name, body in {
            'gmail': '<div>New</div><br><div class="gmail_quote"><div>On Monday we wrote:</div><blockquote>Old</blockquote></div>',
            'blockquote': '<p>New</p><blockquote><p>Old</p></blockquote>',
            'outlook': '<div>New</div><div>-----Original Message-----</div><div>From: x</div><div>Old</div>',
            'german': '<p>New</p><p>Am Montag, den 2. März schrieb Anna:</p><blockquote>Old</blockquote>',
            'plain': '<pre>New\n&gt; Old\n&gt; older\n</pre>',
        }.items():
            with self.subTest(name):
                folded = fold(body)
                closed, _mark, opened = folded.partition('<details')
                self.assertIn('New', closed)
                self.assertNotIn('Old', closed)
                self.assertIn('Old', opened)
                self.assertIn('<summary>Earlier</summary>', opened)

    def test_text_between(self):
        """Issue 5.17: answers between the quotations stay where they are."""
        folded = fold('<blockquote>Question 1</blockquote><p>Answer 1</p><blockquote>Question 2</blockquote><p>Answer 2</p>')
        self.assertEqual(folded.count('<details'), 2)
        outside = ''.join(piece.partition('</details>')[2] for piece in folded.split('<details'))
        self.assertIn('Answer 1', outside)
        self.assertIn('Answer 2', outside)
        self.assertNotIn('Question', outside)

    def test_nothing_is_lost(self):
        """Issue 5.17: what is only a quotation is shown, and every word is still there."""
        for body in ('<blockquote>Only this</blockquote>', '', '<p>No quotation</p>', 'x < y', '<p>A</p>tail &amp; &lt;b&gt;',
                     '<p>New</p>tail<blockquote>Old</blockquote>tail &lt;2&gt;<div>end</div>'):
            folded = fold(body)
            self.assertEqual(
                html2plaintext(folded).replace('Earlier', '').split(), html2plaintext(html_sanitize(body)).split())
        self.assertNotIn('<details', fold('<blockquote>Only this</blockquote>'))
