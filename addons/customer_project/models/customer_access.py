from odoo import models


class CustomerAccess(models.Model):
    _inherit = 'customer.access'

    def _after_closing(self):
        """Void the links to files of the customer too: whoever lost his access may have kept one."""
        result = super()._after_closing()
        if self:
            # sudo: who closes an access need not see the links
            self.env['customer.file.link'].sudo().search([
                ('is_revoked', '=', False), ('project_id.commercial_partner_id', 'in', self.customer_id.ids),
            ]).is_revoked = True
        return result
