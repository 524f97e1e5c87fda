from odoo import models


class CustomerRegistration(models.Model):
    _inherit = 'customer.registration'

    def _activate(self):
        """Give the customer the pricelist of the policy, in the company of the policy."""
        user = super()._activate()
        if pricelist := self.policy_id.pricelist_id:
            customer = user.partner_id.commercial_partner_id
            # not the computed one: what happens to be the default today stays when the default changes
            customer.with_company(self.company_id).specific_property_product_pricelist = pricelist
        return user
