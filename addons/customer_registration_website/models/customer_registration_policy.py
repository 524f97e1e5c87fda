from odoo import api, fields, models
from odoo.fields import Domain

from ..const import FORM_URL


class CustomerRegistrationPolicy(models.Model):
    """A policy may be for one website, and its form may be in the menu."""

    _inherit = 'customer.registration.policy'

    website_id = fields.Many2one(
        'website', ondelete='cascade', index='btree_not_null', help='Empty: every website without a policy of its own.')
    is_in_menu = fields.Boolean(
        string='In the menu', compute='_compute_is_in_menu', inverse='_inverse_is_in_menu',
        help='The form is in the main menu of the website.')

    @api.model
    def _service_fields(self):
        return [*super()._service_fields(), 'website_id']

    def _rivals_domain(self):
        return super()._rivals_domain() & Domain('website_id', '=', self.website_id.id)

    @api.model
    def _place_domain(self):
        website = self.env['website'].get_current_website(fallback=False)
        return super()._place_domain() & (Domain('website_id', 'in', [False, website.id]) if website else Domain.TRUE)

    def _rank(self, service):
        return (*super()._rank(service), not self.website_id)

    # ------------------------------------------------------------------
    # Menu
    # ------------------------------------------------------------------

    def _form_menus(self):
        """Return the menus, in sudo, that lead to the forms."""
        # sudo: who may change a policy decides where its form is found
        return self.env['website.menu'].sudo().search([('url', 'in', [f'{FORM_URL}{policy.code}' for policy in self])])

    @api.depends('code')
    def _compute_is_in_menu(self):
        urls = set(self._form_menus().mapped('url'))
        for policy in self:
            policy.is_in_menu = f'{FORM_URL}{policy.code}' in urls

    def _inverse_is_in_menu(self):
        for policy in self:
            menus_sudo = policy._form_menus()
            websites = policy.website_id or self.env['website'].search([])
            if not policy.is_in_menu:
                menus_sudo.unlink()
                continue
            (menus_sudo.filtered(lambda menu: menu.website_id not in websites)).unlink()
            for website in websites - menus_sudo.exists().website_id:
                menus_sudo.create({
                    'name': policy.name, 'url': f'{FORM_URL}{policy.code}', 'website_id': website.id,
                    'parent_id': website.menu_id.id, 'sequence': 90})

    def write(self, vals):
        """Keep the menus in step with the address, and take them away with an archived policy."""
        if vals.keys().isdisjoint(('code', 'active', 'website_id')) or 'is_in_menu' in vals:
            return super().write(vals)
        shown = self.filtered('is_in_menu')
        shown._form_menus().unlink()
        result = super().write(vals)
        shown.filtered('active').is_in_menu = True
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_menus(self):
        self._form_menus().unlink()
