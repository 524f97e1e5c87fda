from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..const import PRIORITIES
from ..sla_clock import Policy


class CustomerTicketSlaPolicy(models.Model):
    """What is promised for which tickets; the most specific policy that fits is the one that counts."""

    _name = 'customer.ticket.sla.policy'
    _description = 'Service level policy'
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help='Of two policies that are equally specific, the first one counts.')
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', string='Company', index=True, help='Empty: for all companies.')
    team_ids = fields.Many2many(
        'customer.ticket.team', 'customer_ticket_sla_policy_team_rel', 'policy_id', 'team_id', string='Teams',
        check_company=True)
    type_ids = fields.Many2many(
        'customer.ticket.type', 'customer_ticket_sla_policy_type_rel', 'policy_id', 'type_id', string='Types',
        check_company=True)
    priority = fields.Selection(PRIORITIES, string='Priority')
    tag_ids = fields.Many2many(
        'customer.ticket.tag', 'customer_ticket_sla_policy_tag_rel', 'policy_id', 'tag_id', string='Tags',
        help='Tickets with at least one of them.')
    group_ids = fields.Many2many(
        'customer.group', 'customer_ticket_sla_policy_group_rel', 'policy_id', 'group_id', string='User groups',
        help='Customers in one of these groups, or in a subgroup of it.')
    first_response_hours = fields.Float(
        string='First response', help='Working hours until the first public message of the staff; 0: no promise.')
    next_response_hours = fields.Float(
        string='Next response', help='Working hours from a message of the customer to the answer; 0: no promise.')
    resolution_hours = fields.Float(
        string='Resolution', help='Working hours until the ticket is solved; waiting for the customer does not count; '
                                  '0: no promise.')
    warning_percent = fields.Integer(
        string='Warn after', default=80, help='Percent of the time after which the assignee is warned.')

    _hours_positive = models.Constraint(
        'CHECK (first_response_hours >= 0 AND next_response_hours >= 0 AND resolution_hours >= 0)',
        'Hours cannot be negative.')
    _warning_percent = models.Constraint(
        'CHECK (warning_percent BETWEEN 1 AND 100)', 'The warning comes after 1 to 100 percent of the time.')

    @api.constrains('first_response_hours', 'next_response_hours', 'resolution_hours')
    def _check_hours(self):
        for policy in self:
            if not (policy.first_response_hours or policy.next_response_hours or policy.resolution_hours):
                raise ValidationError(self.env._('“%s” promises nothing: enter hours.', policy.name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # ------------------------------------------------------------------
    # Choice
    # ------------------------------------------------------------------

    @api.model
    @ormcache()
    def _policies(self):
        """Return ``{id: Policy}`` of all policies in order of preference: tickets are made without asking for them."""
        # sudo: whoever makes a ticket, the same policies count
        return {policy.id: policy._as_policy() for policy in self.sudo().with_context(active_test=False).search([])}

    def _as_policy(self):
        """Return the record as a :class:`~odoo.addons.customer_helpdesk.sla_clock.Policy`."""
        self.ensure_one()
        return Policy(
            id=self.id, is_active=self.active, company=self.company_id.id, teams=frozenset(self.team_ids.ids),
            types=frozenset(self.type_ids.ids), priority=self.priority, tags=frozenset(self.tag_ids.ids),
            groups=frozenset(self.group_ids.ids), warning=self.warning_percent / 100, hours={
                'first_response': self.first_response_hours, 'next_response': self.next_response_hours,
                'resolution': self.resolution_hours})
