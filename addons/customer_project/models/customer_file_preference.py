from odoo import api, fields, models

from ..const import EVENTS, MODES, ROLES


class CustomerFilePreference(models.Model):
    """Who gets mail about what: the default of a role, or what one person chose instead."""

    _name = 'customer.file.preference'
    _description = 'Notification about files'
    _order = 'user_id nulls first, role, event, id'

    event = fields.Selection(EVENTS, string='About', required=True)
    role = fields.Selection(ROLES, string='Role')
    user_id = fields.Many2one('res.users', string='Person', index='btree_not_null', ondelete='cascade')
    mode = fields.Selection(MODES, string='Mail', required=True, default='once')

    _role_unique = models.UniqueIndex('(role, event) WHERE user_id IS NULL', 'There is a row for this already.')
    _user_unique = models.UniqueIndex('(user_id, event) WHERE user_id IS NOT NULL')
    _role_or_user = models.Constraint(
        'CHECK((role IS NULL) != (user_id IS NULL))', 'A row is for a role or for a person.')

    @api.model
    def _modes(self, event, roles):
        """Return how each user gets to know of an event.

        :param str event: one of ``EVENTS``
        :param dict roles: ``res.users`` id -> role
        :return: dict id -> mode
        """
        # sudo: defaults of the house and choices of others, read only
        rows = self.sudo().search([('event', '=', event), '|', ('user_id', '=', False), ('user_id', 'in', list(roles))])
        defaults = {row.role: row.mode for row in rows if row.role}
        chosen = {row.user_id.id: row.mode for row in rows if row.user_id}
        return {user: chosen.get(user, defaults.get(role, 'once')) for user, role in roles.items()}

    @api.model
    def _my_choices(self):
        """Return ``{event: mode}`` of what the current user chose himself."""
        # sudo: his own rows
        return {row.event: row.mode for row in self.sudo().search([('user_id', '=', self.env.uid)])}

    @api.model
    def _choose(self, choices):
        """Store what the current user chose; unknown names and values are ignored.

        :param dict choices: event -> mode, or '' for the default of his role
        """
        # sudo: his own rows
        Mine = self.sudo()
        rows = {row.event: row for row in Mine.search([('user_id', '=', self.env.uid)])}
        for event in dict(EVENTS):
            mode = choices.get(event)
            if mode in dict(MODES):
                if event in rows:
                    rows[event].mode = mode
                else:
                    Mine.create({'user_id': self.env.uid, 'event': event, 'mode': mode})
            elif event in rows:
                rows[event].unlink()
