from odoo import fields, models
from odoo.exceptions import AccessDenied, AccessError, UserError

from ..const import GROUP_INTEGRATOR


class ResUsers(models.Model):
    """Integrators work by API only: with API keys, without the interface."""

    _inherit = 'res.users'

    def _is_customer_integrator(self):
        """Tell whether the user is an integrator."""
        self.ensure_one()
        return self.has_group(GROUP_INTEGRATOR)

    def _rpc_api_keys_only(self):
        """Integrators call by API key, never by password."""
        return super()._rpc_api_keys_only() or self._is_customer_integrator()

    def _check_credentials(self, credential, env):
        """Refuse the web login of integrators, after the password was found right.

        :raises AccessDenied: with a message that says so
        """
        auth_info = super()._check_credentials(credential, env)
        if (env or {}).get('interactive', True) and self.env.user._is_customer_integrator():
            raise AccessDenied(self.env._('This login is for the API only: use an API key.'))
        return auth_info

    def action_create_integrator_key(self):
        """Create an API key for an integrator, who cannot do it himself, and show it once (system administrators).

        :raises AccessError: for others
        :raises UserError: for a user who is no integrator
        """
        self.ensure_one()
        if not self.env.user.has_group('base.group_system'):
            raise AccessError(self.env._('Only administrators create API keys for others.'))
        if not self._is_customer_integrator():
            raise UserError(self.env._('%s is no integrator and creates API keys in the preferences.', self.name))
        days = max(self.sudo().all_group_ids.mapped('api_key_duration'))
        # sudo: an administrator asks; the key belongs to the integrator
        key = self.env['res.users.apikeys'].with_user(self).sudo()._generate(
            None, self.env._('Integration'), fields.Datetime.add(fields.Datetime.now(), days=int(days)))
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('API key: it is shown only once'),
            'res_model': 'res.users.apikeys.show',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_key': key},
        }
