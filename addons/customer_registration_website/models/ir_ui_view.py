from werkzeug.exceptions import Forbidden

from odoo import fields, models

from odoo.addons.customer_services.const import GROUP_AGENT


class IrUiView(models.Model):
    """Odoo's visibility of a page knows login, password and groups of rights: user groups come to these."""

    _inherit = 'ir.ui.view'

    visibility = fields.Selection(
        selection_add=[('customer_group', 'User groups')], ondelete={'customer_group': lambda views: views.write(
            {'visibility': 'connected'})})
    customer_group_ids = fields.Many2many(
        'customer.group', 'customer_group_view_rel', 'view_id', 'group_id', string='Members of', groups=GROUP_AGENT,
        ondelete='restrict')

    def _handle_visibility(self, do_raise=True):
        """Let members and employees see a page for user groups; others get the page 403."""
        # sudo: as in Odoo, whoever asks
        view_sudo = self.sudo()
        if view_sudo._get_cached_visibility() != 'customer_group':
            return super()._handle_visibility(do_raise)
        user = self.env.user
        is_visible = user._is_internal() or bool(
            view_sudo.customer_group_ids & self.env['customer.group']._of_user(user))
        if do_raise and not is_visible:
            raise Forbidden
        return is_visible
