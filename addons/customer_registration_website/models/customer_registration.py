from odoo import models


class CustomerRegistration(models.Model):
    _inherit = 'customer.registration'

    def _login_values(self):
        """Where each website has accounts of its own, the login is for the one of the policy only."""
        values = super()._login_values()
        website = self.policy_id.website_id
        if website.specific_user_account:
            values['website_id'] = website.id
        return values
