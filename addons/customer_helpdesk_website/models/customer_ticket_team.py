from odoo import api, fields, models
from odoo.fields import Domain


class CustomerTicketTeam(models.Model):
    _inherit = 'customer.ticket.team'

    website_published = fields.Boolean(
        string='Offered on the website',
        help='Visitors of the website can ask this team without a login. Who asks is not proven: treat what he writes like '
             'mail from an unknown sender.')

    @api.model
    def _offered_to_visitors(self, company):
        """Return the teams that visitors of a website of ``company`` can ask (sudo, no further rights)."""
        # sudo: visitors have no right on teams; the domain is all that they may choose from
        return self.sudo().search_fetch(
            Domain('website_published', '=', True) & Domain('company_id', 'in', [company.id, False]))
