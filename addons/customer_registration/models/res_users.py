from odoo import api, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    @api.model
    def _get_signup_invitation_scope(self):
        """Sign up by invitation only where a policy governs it, whatever Odoo's own setting says; see the glue with the website."""
        if self.env['customer.registration.policy']._governs():
            return 'b2b'
        return super()._get_signup_invitation_scope()
