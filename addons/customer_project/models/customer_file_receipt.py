from odoo import api, fields, models
from odoo.tools import SQL

from ..const import RECEIPT_KINDS


class CustomerFileReceipt(models.Model):
    """Who read, downloaded or confirmed which version, when first and when last: one row for each."""

    _name = 'customer.file.receipt'
    _description = 'Receipt of a file'
    _log_access = False
    _order = 'last_date desc, id desc'

    version_id = fields.Many2one('customer.file.version', required=True, index=True, ondelete='cascade')
    file_id = fields.Many2one('customer.file', required=True, index=True, ondelete='cascade')
    version_number = fields.Integer(string='Version number', related='version_id.number')
    user_id = fields.Many2one('res.users', string='Login', index=True, ondelete='set null')
    partner_id = fields.Many2one('res.partner', string='Who', ondelete='set null')
    link_id = fields.Many2one('customer.file.link', string='By link', ondelete='set null')
    kind = fields.Selection(RECEIPT_KINDS, required=True)
    first_date = fields.Datetime(string='First', required=True)
    last_date = fields.Datetime(string='Last', required=True)
    count = fields.Integer(string='Times', required=True, default=1)

    _once = models.UniqueIndex('(version_id, kind, COALESCE(user_id, 0), COALESCE(link_id, 0))')

    @api.model
    def _record(self, version, kind, link=None):
        """Note that the current user, or who holds a link, got a version.

        :param version: ``customer.file.version``, checked by the caller
        :param str kind: ``read``, ``download`` or ``confirm``
        :param link: ``customer.file.link`` by which he came, if any
        """
        user = self.env.user if not link else self.env['res.users']
        now = fields.Datetime.now()
        self.env['customer.file.version'].flush_model()
        self.env.execute_query(SQL(
            'INSERT INTO customer_file_receipt'
            ' (version_id, file_id, user_id, partner_id, link_id, kind, first_date, last_date, count)'
            ' VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1)'
            ' ON CONFLICT (version_id, kind, COALESCE(user_id, 0), COALESCE(link_id, 0)) DO UPDATE'
            ' SET last_date = EXCLUDED.last_date, count = customer_file_receipt.count + 1 RETURNING id',
            version.id, version.sudo().file_id.id, user.id or None, user.partner_id.id or None,
            link.id if link else None, kind, now, now))
        self.invalidate_model(flush=False)
