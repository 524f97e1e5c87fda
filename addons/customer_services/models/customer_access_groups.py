from odoo import api, fields, models


class CustomerAccess(models.Model):
    """Accesses make customers, and may be members of user groups."""

    _inherit = 'customer.access'

    group_ids = fields.Many2many(
        'customer.group', 'customer_group_access_rel', 'access_id', 'group_id', string='User groups')

    @api.model_create_multi
    def create(self, vals_list):
        """Create accesses; whose customer has no number yet gets one."""
        with self.env['customer.group']._share_groups_in_step():
            accesses = super().create(vals_list)
            accesses.customer_id._draw_customer_numbers()
        return accesses

    def write(self, vals):
        if vals.keys().isdisjoint(('state', 'user_id', 'customer_id', 'group_ids')):
            return super().write(vals)
        with self.env['customer.group']._share_groups_in_step():
            return super().write(vals)

    def unlink(self):
        with self.env['customer.group']._share_groups_in_step():
            return super().unlink()
