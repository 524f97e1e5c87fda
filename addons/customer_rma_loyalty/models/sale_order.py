from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _try_apply_code(self, code):
        """Store credit is spent by the customer who got it: to others its code is one that does not exist."""
        self.ensure_one()
        card_sudo = self.env['loyalty.card'].sudo().search([('code', '=', code)])  # only whose it is
        if card_sudo and card_sudo._is_of_other_customer(self.partner_id):
            return {'error': self.env._('This code is invalid (%s).', code), 'not_found': True}
        return super()._try_apply_code(code)

    def _update_programs_and_rewards(self):
        """An order that got another customer gives the store credit of the first one back; done before confirmation, too."""
        for order in self:
            foreign = order.applied_coupon_ids.filtered(
                lambda card, order=order: card.sudo()._is_of_other_customer(order.partner_id))  # sudo: only whose it is
            if foreign:
                order.applied_coupon_ids -= foreign
        return super()._update_programs_and_rewards()
