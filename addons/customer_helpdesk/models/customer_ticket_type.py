from odoo import api, fields, models
from odoo.fields import Domain


class CustomerTicketType(models.Model):
    """What a ticket is about: a question, a complaint, a fault, ..."""

    _name = 'customer.ticket.type'
    _description = 'Ticket type'
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    team_ids = fields.Many2many(
        'customer.ticket.team', string='Teams', check_company=True, help='Teams that use this type; empty: all teams.')
    portal_published = fields.Boolean(
        string='Offered to customers', default=True,
        help='Customers can choose this type for a new ticket in the portal.')

    def _usable_by(self, team):
        """Return the types in ``self`` that tickets of a team (or, if it is empty, without team) may have."""
        return self.filtered(lambda kind: not kind.team_ids or team in kind.team_ids)

    @api.model
    def _offered_to_customers(self, company):
        """Return the types that a customer of ``company`` can choose for a new ticket (sudo, no further rights).

        Which of them a team uses is told by :meth:`_usable_by`.

        :param company: the ``res.company`` that serves the customer
        """
        # sudo: customers have no right on types; the domain is all that they may choose from
        return self.sudo().search(
            Domain('portal_published', '=', True) & Domain('company_id', 'in', [company.id, False]))
