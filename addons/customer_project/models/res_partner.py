from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import GROUP_DATA_ADMINISTRATOR


class ResPartner(models.Model):
    _inherit = 'res.partner'

    customer_file_quota_mb = fields.Integer(
        string='Room for files (MB)', groups=GROUP_SPECIALIST, help='0: as in the settings.')
    customer_file_used_mb = fields.Float(
        string='Files take (MB)', compute='_compute_customer_file_used_mb', groups=GROUP_SPECIALIST, digits=(16, 1))

    def _compute_customer_file_used_mb(self):
        # sudo: a number about customers that the user may read
        usages = self.env['customer.file.usage'].sudo().search([('customer_id', 'in', self._origin.ids)])
        used = {usage.customer_id.id: usage.used for usage in usages}
        for partner in self:
            partner.customer_file_used_mb = used.get(partner._origin.id, 0) / 1024 / 1024

    def action_export_customer_files(self):
        """Download everything of the customer as ZIP (data administrators)."""
        self.ensure_one()
        self._check_customer_export()
        return {
            'type': 'ir.actions.act_url', 'target': 'self',
            'url': f'/customer_project/export/{self.commercial_partner_id.id}'}

    def _check_customer_export(self):
        """Check that the current user may export all files of the customer.

        :raises AccessError: if he is no data administrator, or may not see the customer
        """
        if not self.env.user.has_group(GROUP_DATA_ADMINISTRATOR):
            raise AccessError(self.env._('Only data administrators export the files of a customer.'))
        self.check_access('read')

    @api.model
    def _get_customer_file_roots(self):
        """Return the projects of the customers in ``self`` in sudo, archived ones included."""
        # sudo: everything of the customer is exported; the right was checked
        return self.env['project.project'].sudo().with_context(active_test=False).search(
            [('commercial_partner_id', 'in', self.ids)], order='name, id')
