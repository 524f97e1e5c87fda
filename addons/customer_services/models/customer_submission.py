from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..const import SUBMISSION_DAYS


class CustomerSubmission(models.Model):
    """One sent form: what a repeated POST of the same form (double click, retry, second worker) created first."""

    _name = 'customer.submission'
    _description = 'Form sent in the portal'
    _log_access = False

    user_id = fields.Many2one('res.users', required=True, ondelete='cascade')
    key = fields.Char(required=True)
    date = fields.Datetime(required=True, index=True, default=fields.Datetime.now)
    res_model = fields.Char()
    res_id = fields.Many2oneReference(model_field='res_model')

    _user_key_unique = models.UniqueIndex('(user_id, key)')

    @api.model
    def _claim(self, key):
        """Claim a form key for the user, once over all workers.

        A parallel transaction that claims the same key waits in the unique index until this one ends; then it is
        replayed by Odoo (serialization failure) and finds the row.

        :param str key: the one-time key of the form
        :return: ``(submission in sudo, whether this call claimed it first)``
        """
        rows = self.env.execute_query(SQL(
            'INSERT INTO customer_submission (user_id, key, date) VALUES (%s, %s, %s)'
            ' ON CONFLICT DO NOTHING RETURNING id', self.env.uid, key, fields.Datetime.now()))
        if rows:
            return self.sudo().browse(rows[0][0]), True
        # sudo: nobody has an ACL on this table; the row is found by the user's own id
        return self.sudo().search([('user_id', '=', self.env.uid), ('key', '=', key)]), False

    @api.autovacuum
    def _gc_submissions(self):
        limit = fields.Datetime.now() - timedelta(days=SUBMISSION_DAYS)
        self.env.execute_query(SQL('DELETE FROM customer_submission WHERE date < %s RETURNING id', limit))
