from odoo import api, models
from odoo.fields import Domain


class CustomerGroup(models.Model):
    _inherit = 'customer.group'

    @api.model
    def _of_user(self, user):
        """Return the groups, in sudo, of which an end user is a member: by his accesses or as one of the customer's.

        Members of a subgroup are members of what it is part of.

        :param user: a ``res.users``
        """
        mine = Domain('user_id', '=', user.id) & Domain('state', '=', 'activated')
        # sudo: who belongs where is no secret from himself, and visitors have no rights on groups
        groups_sudo = self.sudo().with_context(active_test=True)
        found = groups_sudo.search(
            Domain('access_ids', 'any', mine) | Domain('partner_ids.customer_access_ids', 'any', mine))
        return groups_sudo.search([('id', 'parent_of', found.ids)]) if found else found
