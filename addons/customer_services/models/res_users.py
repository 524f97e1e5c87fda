from odoo import api, models


class ResUsers(models.Model):
    _inherit = 'res.users'

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._grant_customer_access()
        return users

    def write(self, vals):
        result = super().write(vals)
        if 'group_ids' in vals or vals.get('active'):
            self._grant_customer_access()
        return result

    def _check_new_password(self, password):
        """Hook: refuse a password that is easy to guess, before it is stored; other addons say which these are.

        :param str password: what somebody chose; ``self`` is the user, or empty for one who comes into being
        :raises UserError: with what is wrong with it
        """

    def _grant_customer_access(self):
        """Give each active portal user in ``self`` the access of his contact, or create it if there never was one.

        However the login came into being (portal wizard, registration, import), its customer is the user's
        commercial partner. Persons see everything of themselves; of a company a contact sees what he requested
        himself, until staff widen his scope. Accesses that wait for the contact get the login; the one to his own
        customer is activated, unless the login comes by an invitation, which activates its access itself.
        """
        portal_users = self.filtered(lambda user: user.active and user._is_portal())
        if not portal_users:
            return
        # sudo: who may create a login need not be allowed to grant accesses by hand
        Access = self.env['customer.access'].sudo()
        new_users = portal_users - Access.search([('user_id', 'in', portal_users.ids)]).user_id
        by_invitation = bool(self.env.context.get('customer_access_by_invitation'))
        waiting = Access.search([('partner_id', 'in', new_users.partner_id.ids)])
        for access in waiting:
            access.user_id = new_users.filtered(lambda user: user.partner_id == access.partner_id)[:1]
        own = waiting.filtered(lambda access: access.customer_id == access.partner_id.commercial_partner_id)
        if by_invitation:
            return
        opened = own.filtered(lambda access: access.state in ('draft', 'invited', 'expired'))
        opened._void_invitations()
        opened._transition(('draft', 'invited', 'expired'), 'activated')
        Access.create([{
            'customer_id': user.partner_id.commercial_partner_id.id,
            'user_id': user.id,
            'scope': 'all' if user.partner_id == user.partner_id.commercial_partner_id else 'own',
            'state': 'activated',
        } for user in new_users - own.user_id])
