from odoo import models


class CustomerAccess(models.Model):
    _inherit = 'customer.access'

    def _void_share_links(self, name):
        """Void the links to tickets, too: the end user may have kept or made them."""
        result = super()._void_share_links(name)
        if name == 'customer.ticket':
            self.env['customer.ticket.link'].sudo().search([
                ('kind', '!=', 'person'), ('revoked', '=', False),
                ('ticket_id.commercial_partner_id', 'in', self.customer_id.ids)])._revoke()
        return result
