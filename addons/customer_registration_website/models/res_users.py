from odoo import api, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    @api.model
    def _get_signup_invitation_scope(self):
        """The setting of a website, which goes before all others in Odoo, does not go before a policy."""
        if self.env['customer.registration.policy']._governs():
            return 'b2b'
        return super()._get_signup_invitation_scope()
