from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


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

    @api.model
    @ormcache('company_id')
    def _is_offered(self, company_id):
        """Tell whether visitors of a website of the company can ask any team; every page with a menu wants to know."""
        return bool(self._offered_to_visitors(self.env['res.company'].browse(company_id)))

    @api.model_create_multi
    def create(self, vals_list):
        """Create teams; the menu may change."""
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """Change teams; the menu may change."""
        if {'website_published', 'active', 'company_id'} & set(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        """Delete teams; the menu may change."""
        self.env.registry.clear_cache()
        return super().unlink()
