import ast

from odoo import api, fields, models
from odoo.fields import Domain


class CustomerTicketTeam(models.Model):
    """People who answer tickets together, and the mail address at which they can be reached."""

    _name = 'customer.ticket.team'
    _description = 'Ticket team'
    _inherit = ['mail.alias.mixin', 'mail.thread']
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        'res.company', string='Company', index=True, default=lambda self: self.env.company,
        help='Empty: the team works for all companies.')
    member_ids = fields.Many2many(
        'res.users', string='Members', domain=[('share', '=', False)],
        help='They get new tickets by mail until somebody is responsible.')
    portal_published = fields.Boolean(
        string='Offered to customers', default=True,
        help='Customers can choose this team for a new ticket in the portal.')
    resource_calendar_id = fields.Many2one(
        'resource.calendar', string='Working hours', check_company=True,
        help='In which promises of time run, with their breaks, public holidays and time zone. Empty: the working hours '
             'of the company.')
    ticket_properties = fields.PropertiesDefinition(string='Further fields of tickets')
    open_count = fields.Integer(string='Open tickets', compute='_compute_counts')
    unassigned_count = fields.Integer(string='Unassigned tickets', compute='_compute_counts')
    waiting_count = fields.Integer(string='Tickets that wait for the customer', compute='_compute_counts')
    urgent_count = fields.Integer(string='Urgent tickets', compute='_compute_counts')
    late_count = fields.Integer(string='Late tickets', compute='_compute_counts')
    alias_id = fields.Many2one(help='Mail to this address becomes a ticket of the team.')

    @api.depends_context('uid')
    def _compute_counts(self):
        """Count the open tickets that the user may see, for all teams with one query."""
        names = ('open', 'unassigned', 'waiting', 'urgent', 'late')
        counts = {team.id: dict.fromkeys(names, 0) for team in self}
        for team, state, priority, status, assigned, count in self.env['customer.ticket']._read_group(
                Domain('team_id', 'in', self.ids) & Domain('is_closed', '=', False),
                ['team_id', 'state', 'priority', 'sla_status'], ['user_id:count', '__count']):
            found = counts[team.id]
            found['open'] += count
            found['unassigned'] += count - assigned
            found['waiting'] += count if state == 'waiting' else 0
            found['urgent'] += count if priority == '2' else 0
            found['late'] += count if status == 'late' else 0
        for team in self:
            for name in names:
                team[f'{name}_count'] = counts.get(team.id, {}).get(name, 0)

    def action_open_tickets(self):
        """Open the board of the team, with the filters that the context names."""
        action = self.env['ir.actions.act_window']._for_xml_id('customer_helpdesk.customer_ticket_action')
        filters = {key: value for key, value in self.env.context.items() if key.startswith('search_default_')}
        return dict(
            action, display_name=self.display_name, domain=[('team_id', '=', self.id)],
            context={'search_default_filter_open': 1, 'default_team_id': self.id, **filters})

    @api.model
    def _offered_to_customers(self, company):
        """Return the teams that a customer of ``company`` can choose for a new ticket (sudo, no further rights).

        :param company: the ``res.company`` that serves the customer
        """
        # sudo: customers have no right on teams; the domain is all that they may choose from
        return self.sudo().search_fetch(
            Domain('portal_published', '=', True) & Domain('company_id', 'in', [company.id, False]))

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values['alias_model_id'] = self.env['ir.model']._get_id('customer.ticket')
        if self.id:
            values['alias_defaults'] = defaults = ast.literal_eval(self.alias_defaults or '{}')
            defaults['team_id'] = self.id
        return values
