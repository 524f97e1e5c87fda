from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..const import DEFAULT_QUOTA_MB


class CustomerFileUsage(models.Model):
    """How many bytes the files of a customer take: one row, changed by one statement.

    Two uploads at the same time meet in this row. The second one waits, is refused by the database because the row
    changed, and is repeated by Odoo with the new sum: the quota holds without a lock of our own.
    """

    _name = 'customer.file.usage'
    _description = 'Room that files of a customer take'
    _log_access = False

    customer_id = fields.Many2one('res.partner', required=True, ondelete='cascade')
    used = fields.Float(string='Bytes', digits=(16, 0), required=True, default=0)

    _customer_unique = models.UniqueIndex('(customer_id)')

    @api.model
    def _quota(self, customer):
        """Return the quota of a customer in bytes."""
        # sudo: a system parameter, and a field that customers do not read
        default = self.env['ir.config_parameter'].sudo().get_param('customer_project.quota_mb') or DEFAULT_QUOTA_MB
        return (customer.sudo().customer_file_quota_mb or int(default)) * 1024 * 1024

    @api.model
    def _reserve(self, customer, size):
        """Count ``size`` bytes to the customer.

        :raises UserError: if there is no room; nothing is counted then
        """
        if not customer:
            return
        self.env.execute_query(SQL(
            'INSERT INTO customer_file_usage (customer_id, used) VALUES (%s, 0) ON CONFLICT DO NOTHING RETURNING id',
            customer.id))
        quota = self._quota(customer)
        if not self.env.execute_query(SQL(
                'UPDATE customer_file_usage SET used = used + %s WHERE customer_id = %s AND used + %s <= %s'
                ' RETURNING id', size, customer.id, size, quota)):
            raise UserError(self.env._(
                'There is no room for this file: the files of this customer may take %s MB together.',
                quota // (1024 * 1024)))
        self.invalidate_model(['used'], flush=False)

    @api.model
    def _release(self, customer, size):
        """Give the room of ``size`` bytes back."""
        if customer and size:
            self.env.execute_query(SQL(
                'UPDATE customer_file_usage SET used = GREATEST(used - %s, 0) WHERE customer_id = %s RETURNING id',
                size, customer.id))
            self.invalidate_model(['used'], flush=False)
