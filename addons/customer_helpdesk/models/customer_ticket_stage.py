from odoo import fields, models

from ..const import STATES


class CustomerTicketStage(models.Model):
    """A column of the ticket board; what it means for the customer is its ``state``."""

    _name = 'customer.ticket.stage'
    _description = 'Ticket stage'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean(string='Folded in kanban', help='Show the column folded, for stages with many tickets.')
    state = fields.Selection(
        STATES, string='Meaning', required=True, default='open',
        help='What the customer sees: in a stage that waits for the customer, the portal asks for an answer.')
    team_ids = fields.Many2many(
        'customer.ticket.team', string='Teams', help='Teams that use this stage; empty: all teams.')
    active = fields.Boolean(default=True)

    def _usable_by(self, team):
        """Return the stages in ``self`` that a team (or, if it is empty, a ticket without team) may use."""
        return self.filtered(lambda stage: not stage.team_ids or team in stage.team_ids)
