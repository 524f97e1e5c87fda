from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.base.models.res_partner import _tz_get


class CustomerAppointmentType(models.Model):
    """A kind of appointment that customers can book: how long, with whom, when, where, who may."""

    _name = 'customer.appointment.type'
    _description = 'Type of appointment'
    _order = 'sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer(string='Colour')
    description = fields.Text(translate=True, help='What customers read before they book.')
    company_id = fields.Many2one(
        'res.company', string='Company', index=True, default=lambda self: self.env.company,
        help='Empty: offered by all companies.')

    duration = fields.Integer(string='Duration (minutes)', required=True, default=60)
    interval = fields.Integer(
        string='Start every (minutes)', required=True, default=30,
        help='Counted from the beginning of the working hours, on the clock of who takes the appointment.')
    buffer_before = fields.Integer(string='Free time before (minutes)')
    buffer_after = fields.Integer(string='Free time after (minutes)')
    notice_hours = fields.Integer(string='Minimum notice (hours)', default=4)
    horizon_days = fields.Integer(string='Bookable ahead (days)', default=60)
    capacity = fields.Integer(string='Seats', required=True, default=1, help='How many customers can book the same slot.')
    max_per_day = fields.Integer(string='At most per day', help='0: no limit')
    max_per_week = fields.Integer(string='At most per week', help='0: no limit')
    cutoff_hours = fields.Integer(
        string='Changes until (hours before)', default=24,
        help='Until then customers can move and cancel their appointments themselves.')
    is_confirmed_manually = fields.Boolean(
        string='Confirm by hand', help='A booking is a request that holds the slot until staff confirm it.')
    has_waiting_list = fields.Boolean(string='Waiting list', default=True)
    offer_hours = fields.Integer(
        string='Offer valid for (hours)', default=12,
        help='A slot that became free is offered to the first on the waiting list for so long, then to the next one.')

    place_kind = fields.Selection(
        [('place', 'At a place'), ('phone', 'By phone'), ('video', 'Video call')], string='How', required=True,
        default='place')
    location = fields.Char(string='Place', translate=True)
    video_url = fields.Char(string='Address of the video call')

    tz = fields.Selection(
        _tz_get, string='Time zone', required=True, default=lambda self: self.env.user.tz or 'UTC',
        help='Days and weeks of the limits, and the times in the backend.')
    assignment = fields.Selection(
        [('round_robin', 'In turn, by weight'), ('least_loaded', 'Who has least to do that week'),
         ('choice', 'The customer chooses')],
        required=True, default='round_robin')
    line_ids = fields.One2many('customer.appointment.type.line', 'type_id', string='Taken by', copy=True)
    resource_ids = fields.Many2many('resource.resource', string='Resources', compute='_compute_resource_ids')
    extra_resource_ids = fields.Many2many(
        'resource.resource', 'customer_appointment_type_extra_rel', 'type_id', 'resource_id', string='Needs also one of',
        help='For example a room: one of them has to be free as well.')
    question_ids = fields.One2many('customer.appointment.question', 'type_id', string='Questions', copy=True)
    reminder_ids = fields.One2many('customer.appointment.reminder', 'type_id', string='Reminders', copy=True)

    audience = fields.Selection(
        [('customers', 'All customers'), ('groups', 'Customers of user groups'), ('invited', 'Invited customers'),
         ('staff', 'Staff only')],
        string='Who may book', required=True, default='customers')
    group_ids = fields.Many2many(
        'customer.group', 'customer_appointment_type_group_rel', 'type_id', 'group_id', string='User groups')
    invited_partner_ids = fields.Many2many(
        'res.partner', 'customer_appointment_type_partner_rel', 'type_id', 'partner_id', string='Invited customers')

    _positive = models.Constraint(
        'CHECK(duration > 0 AND interval > 0 AND capacity > 0)', 'Duration, distance and seats are at least 1.')
    _not_negative = models.Constraint(
        'CHECK(coalesce(buffer_before, 0) >= 0 AND coalesce(buffer_after, 0) >= 0'
        ' AND coalesce(notice_hours, 0) >= 0 AND coalesce(horizon_days, 0) >= 0)',
        'Free times, notice and horizon cannot be negative.')

    @api.depends('line_ids.resource_id')
    def _compute_resource_ids(self):
        for kind in self:
            kind.resource_ids = kind.line_ids.resource_id

    @api.constrains('line_ids', 'extra_resource_ids')
    def _check_resources(self):
        for kind in self:
            if kind.line_ids.resource_id & kind.extra_resource_ids:
                raise ValidationError(self.env._('A resource cannot be needed twice for one appointment.'))

    @api.constrains('capacity', 'assignment')
    def _check_capacity(self):
        for kind in self:
            if kind.capacity > 1000:
                raise ValidationError(self.env._('An appointment has at most %s seats.', 1000))

    # ------------------------------------------------------------------
    # Who may book
    # ------------------------------------------------------------------

    @api.model
    def _offered_to(self, user):
        """Return the types that a portal user may book, in sudo (no further rights).

        :param user: the ``res.users``
        """
        partner = user.sudo().partner_id
        partners = partner | partner.commercial_partner_id
        # sudo: customers have no right on types; the domain is all that they may choose from
        groups = self.env['customer.group'].sudo().search(
            Domain('partner_ids', 'in', partners.ids) | Domain('access_ids.user_id', '=', user.id))
        with_parents = self.env['customer.group'].sudo().search([('id', 'parent_of', groups.ids)]) if groups else groups
        return self.sudo().search(
            Domain('company_id', 'in', [user.company_id.id, False]) & Domain('line_ids', '!=', False)
            & self._audience_domain(partners, with_parents))

    @api.model
    def _audience_domain(self, partners, groups):
        """Hook: return the domain of what customers may book.

        :param partners: the contact and his customer
        :param groups: the user groups that he is in, with those above them
        """
        return (
            Domain('audience', '=', 'customers')
            | Domain('audience', '=', 'groups') & Domain('group_ids', 'in', groups.ids)
            | Domain('audience', '=', 'invited') & Domain('invited_partner_ids', 'in', partners.ids))

    def _booked_state(self):
        """Return the state of an appointment that a customer books."""
        return 'requested' if self.is_confirmed_manually else 'confirmed'

    def action_open_appointments(self):
        """Open the appointments of the type."""
        self.ensure_one()
        return dict(
            self.env['ir.actions.act_window']._for_xml_id('customer_agenda.customer_appointment_action'),
            domain=[('type_id', '=', self.id)], context={'default_type_id': self.id})
