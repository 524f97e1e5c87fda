from odoo import models


class ResUsersIdentitycheck(models.TransientModel):
    _inherit = 'res.users.identitycheck'

    def _check_identity(self):
        """Count the guesses at the password that a session is asked for again."""
        with self.env['customer.login.guard']._guarded('identity', self.create_uid.login):
            return super()._check_identity()
