from odoo import fields, models


class LoyaltyCard(models.Model):
    _inherit = 'loyalty.card'

    customer_rma_id = fields.Many2one(
        'customer.rma', string='Return of a customer', ondelete='set null', copy=False, readonly=True)

    _customer_rma_unique = models.UniqueIndex(
        '(customer_rma_id) WHERE customer_rma_id IS NOT NULL', 'A return has one gift card.')

    def _is_of_other_customer(self, partner):
        """Tell whether a card was given for a return of another customer than the one of a partner."""
        self.ensure_one()
        return bool(self.customer_rma_id) and (
            self.partner_id.commercial_partner_id != partner.commercial_partner_id)


class LoyaltyHistory(models.Model):
    _inherit = 'loyalty.history'

    customer_rma_entry_id = fields.Many2one(
        'account.move', string='Entry of store credit', ondelete='restrict', copy=False, readonly=True)

    _customer_rma_entry_unique = models.UniqueIndex(
        '(customer_rma_entry_id) WHERE customer_rma_entry_id IS NOT NULL', 'What an entry owes is on a gift card once.')
