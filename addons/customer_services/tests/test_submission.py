from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..const import SUBMISSION_DAYS
from .common import CustomerCommon


@tagged('post_install', '-at_install')
class TestSubmission(CustomerCommon):
    """Form keys: one POST of a form counts."""

    def test_claim_once(self):
        """Issue 2.15: the second claim of a key finds the first one; another user's equal key is his own."""
        Submission = self.env['customer.submission']
        first, is_first = Submission.with_user(self.user_a1)._claim('key')
        again, is_again_first = Submission.with_user(self.user_a1)._claim('key')
        foreign, is_foreign_first = Submission.with_user(self.user_b1)._claim('key')
        self.assertEqual((is_first, is_again_first, is_foreign_first), (True, False, True))
        self.assertEqual(first, again)
        self.assertNotEqual(first, foreign)

    def test_old_keys_are_deleted(self):
        """Issue 2.15: keys are kept for a week."""
        Submission = self.env['customer.submission']
        old, _first = Submission._claim('old')
        new, _first = Submission._claim('new')
        old.date = fields.Datetime.now() - timedelta(days=SUBMISSION_DAYS, seconds=1)
        old.flush_recordset()
        Submission._gc_submissions()
        self.env.invalidate_all()
        self.assertEqual((old | new).exists(), new)
