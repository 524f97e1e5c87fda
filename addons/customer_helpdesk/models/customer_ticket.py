from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, is_html_empty, plaintext2html

from ..const import DONE_STATES, MAX_SUBJECT, MAX_TEXT, PRIORITIES, STATES

#: number of a ticket that is not stored yet
NO_NUMBER = '/'


class CustomerTicket(models.Model):
    """A question or a problem of a customer, with the conversation about it."""

    _name = 'customer.ticket'
    _description = 'Ticket'
    _inherit = ['customer.document.mixin', 'rating.mixin']
    _order = 'priority desc, id desc'
    _rec_names_search = ['number', 'name']
    _check_company_auto = True
    _mail_flat_thread = False
    _portal_url = '/my/tickets'
    _customer_open_domain = [('is_closed', '=', False)]
    _customer_icon = 'fa-life-ring'
    _customer_filters_recipients = False  # _notify_get_recipients of the ticket does it with its own rules
    _customer_fields = frozenset({'name', 'description', 'team_id', 'type_id', 'priority'})

    number = fields.Char(required=True, readonly=True, copy=False, index='trigram', default=NO_NUMBER)
    name = fields.Char(string='Subject', required=True, size=MAX_SUBJECT, index='trigram', tracking=True)
    description = fields.Html(string='Text', index='trigram', copy=False)
    partner_id = fields.Many2one(required=True, ondelete='restrict', check_company=True)
    team_id = fields.Many2one(
        'customer.ticket.team', string='Team', check_company=True, ondelete='restrict', tracking=True,
        default=lambda self: self._default_team())
    stage_id = fields.Many2one(
        'customer.ticket.stage', string='Stage', compute='_compute_stage_id', store=True, readonly=False,
        precompute=True, ondelete='restrict', copy=False, tracking=True, group_expand='_group_expand_stage')
    type_id = fields.Many2one(
        'customer.ticket.type', string='Type', compute='_compute_type_id', store=True, readonly=False, precompute=True,
        check_company=True, ondelete='restrict', tracking=True, index='btree_not_null')
    tag_ids = fields.Many2many('customer.ticket.tag', string='Tags')
    state = fields.Selection(
        STATES, string='State', compute='_compute_state', store=True, precompute=True, readonly=True, copy=False)
    is_closed = fields.Boolean(
        string='Closed', compute='_compute_state', store=True, precompute=True, readonly=True, copy=False)
    user_id = fields.Many2one(
        'res.users', string='Assignee', domain=[('share', '=', False)], check_company=True, copy=False,
        tracking=True)
    properties = fields.Properties(string='Further fields', definition='team_id.ticket_properties', copy=True)
    priority = fields.Selection(
        PRIORITIES, default='0', required=True, tracking=True)
    open_date = fields.Datetime(
        string='Opened on', required=True, readonly=True, copy=False, default=fields.Datetime.now,
        help='When the customer asked; of a ticket that was taken over from elsewhere it is older than the record.')
    closed_date = fields.Datetime(
        string='Closed on', compute='_compute_closed_date', store=True, precompute=True, readonly=False, copy=False)
    last_message_date = fields.Datetime(
        string='Last message', readonly=True, copy=False, default=fields.Datetime.now,
        help='When somebody wrote last in the conversation with the customer.')

    # a new ticket has no rating: it is stored with it, not in a second statement
    rating_last_value = fields.Float(compute='_compute_rating_last_value', store=True, precompute=True)

    _number_unique = models.UniqueIndex('(number)', 'This ticket number is taken.')
    _order_idx = models.Index('(priority DESC, id DESC)')
    _open_idx = models.Index('(priority DESC, id DESC) WHERE is_closed IS NOT TRUE')
    _customer_idx = models.Index('(commercial_partner_id, id DESC)')
    _customer_activity_idx = models.Index('(commercial_partner_id, last_message_date DESC, id DESC)')
    _customer_open_idx = models.Index('(commercial_partner_id) WHERE is_closed IS NOT TRUE')
    # with the status of the service level, which the bars above the columns of the board count
    _company_stage_open_idx = models.Index('(company_id, stage_id, sla_status, id) WHERE is_closed IS NOT TRUE')
    _company_stage_idx = models.Index('(company_id, stage_id, id)')
    _stage_idx = models.Index('(stage_id, priority DESC, id DESC)')
    _team_idx = models.Index('(team_id, priority DESC, id DESC)')
    _user_idx = models.Index('(user_id, priority DESC, id DESC) WHERE user_id IS NOT NULL')

    # ------------------------------------------------------------------
    # Defaults, compute, search
    # ------------------------------------------------------------------

    @api.model
    def _default_team(self):
        """Return the user's own team, else the first one of the company."""
        # sudo: only an id; whether the user may use the team, is checked when he reads it
        teams_sudo = self.env['customer.ticket.team'].sudo()
        usable = Domain('company_id', 'in', [self.env.company.id, False])
        own = self.env.user._is_internal() and teams_sudo.search_fetch(
            usable & Domain('member_ids', 'in', self.env.uid), limit=1)
        return own or teams_sudo.search_fetch(usable, limit=1)

    @api.depends('team_id')
    def _compute_stage_id(self):
        stages = self.env['customer.ticket.stage'].search_fetch([])
        for ticket in self:
            usable = stages._usable_by(ticket.team_id)
            if ticket.stage_id not in usable:
                ticket.stage_id = usable[:1]

    @api.depends('team_id')
    def _compute_type_id(self):
        """A ticket that goes to a team without its type loses the type."""
        for ticket in self:
            ticket.type_id = ticket.type_id._usable_by(ticket.team_id)

    @api.depends('stage_id.state')
    def _compute_state(self):
        for ticket in self:
            ticket.state = ticket.stage_id.state or 'new'
            ticket.is_closed = ticket.state in DONE_STATES

    @api.depends('state')
    def _compute_closed_date(self):
        now = fields.Datetime.now()
        for ticket in self:
            ticket.closed_date = (ticket.closed_date or now) if ticket.is_closed else False

    @api.depends('number', 'name')
    def _compute_display_name(self):
        for ticket in self:
            ticket.display_name = f'[{ticket.number}] {ticket.name}' if ticket.number != NO_NUMBER else ticket.name

    @api.model
    def _group_expand_stage(self, stages, domain):
        team = self.env['customer.ticket.team'].browse(self.env.context.get('default_team_id'))
        stages = stages.search([])
        return stages._usable_by(team) if team else stages

    # ------------------------------------------------------------------
    # Constraints
    # ------------------------------------------------------------------

    @api.constrains('name')
    def _check_name(self):
        for ticket in self:
            if not (ticket.name or '').strip():
                raise ValidationError(self.env._('A ticket needs a subject.'))

    @api.constrains('user_id', 'partner_id', 'company_id')
    def _check_user_may_see(self):
        """Who may not see a ticket cannot be responsible for it."""
        for ticket in self:
            if ticket.user_id.share:
                raise ValidationError(self.env._(
                    '%s is no employee and cannot be responsible for a ticket.', ticket.user_id.name))
            if ticket.user_id and not ticket._users_who_may_see(ticket.user_id):
                raise ValidationError(self.env._(
                    '%(user)s may not see tickets of %(customer)s: authorise him first, or choose somebody else.',
                    user=ticket.user_id.name, customer=ticket.commercial_partner_id.name))

    @api.constrains('stage_id', 'team_id')
    def _check_stage_of_team(self):
        for ticket in self:
            if ticket.stage_id and not ticket.stage_id._usable_by(ticket.team_id):
                raise ValidationError(self.env._(
                    'Team %(team)s does not use the stage “%(stage)s”.',
                    team=ticket.team_id.name or '', stage=ticket.stage_id.name))

    @api.constrains('type_id', 'team_id')
    def _check_type_of_team(self):
        for ticket in self:
            if ticket.type_id and not ticket.type_id._usable_by(ticket.team_id):
                raise ValidationError(self.env._(
                    'Team %(team)s does not use the type “%(type)s”.',
                    team=ticket.team_id.name or '', type=ticket.type_id.name))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create tickets: number them, post their text as first message and acknowledge them.

        The text of tickets that are imported from a file, or created with mail switched off, is not mailed.
        """
        numbers = self._next_numbers(len(vals_list))
        vals_list = [self._prepare_ticket_values(vals, number) for vals, number in zip(vals_list, numbers)]
        # nobody follows a ticket only because he entered it: the assignee, the team and the requester get the mail
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        tickets = super(CustomerTicket, quiet).create(vals_list).with_env(self.env)
        if not (self.env.context.get('tracking_disable') or self.env.context.get('import_file')):
            tickets._complete_new()
            tickets._open_conversation(vals_list)
        return tickets

    def _complete_new(self):
        """Hook: complete tickets that were just created, before their text is mailed."""

    def write(self, vals):
        """Tell who became responsible; the number is given once."""
        if 'number' in vals:
            raise AccessError(self.env._('The number of a ticket cannot be changed.'))
        if isinstance(vals.get('name'), str):
            vals = dict(vals, name=vals['name'].strip())
        before = {ticket.id: ticket.user_id.id for ticket in self} if vals.get('user_id') else {}
        result = super().write(vals)
        if before and vals['user_id'] != self.env.uid and not self.env.context.get('tracking_disable'):
            self.filtered(lambda ticket: ticket.user_id.id != before[ticket.id])._notify_assignee()
        return result

    @api.model
    def _prepare_ticket_values(self, vals, number):
        """Return the values of a new ticket with its number, its subject trimmed and the company of its team."""
        vals = dict(vals, number=number)
        if isinstance(vals.get('name'), str):
            vals['name'] = vals['name'].strip()
        if vals.get('team_id') and not vals.get('company_id'):
            # sudo: only the company of the team; whether the user may use it, is checked when the ticket is stored
            company = self.env['customer.ticket.team'].sudo().browse(vals['team_id']).company_id
            vals['company_id'] = company.id or self.env.company.id
        return vals

    @api.model
    def _next_numbers(self, count):
        """Take ``count`` numbers from the sequence, in one query.

        The sequence is shared by all companies; numbers never wait for each other and leave gaps when a
        transaction fails.

        :return: list of texts such as ``T00042``
        :raises UserError: if the sequence is gone
        """
        # sudo: every ticket needs a number, whoever creates it
        Sequence = self.env['ir.sequence'].sudo()
        Sequence.flush_model()
        rows = self.env.execute_query(SQL("""
            SELECT prefix, suffix, padding, nextval(
                       ('ir_sequence_' || lpad(id::text, greatest(3, length(id::text)), '0'))::regclass)
              FROM (SELECT * FROM ir_sequence WHERE code = 'customer.ticket' AND active ORDER BY name, id LIMIT 1) s,
                   generate_series(1, %s)
             WHERE implementation = 'standard' AND use_date_range IS NOT TRUE""", count))
        if rows:
            prefix, suffix, padding, _number = rows[0]
            pattern = Sequence.new({'prefix': prefix, 'suffix': suffix, 'padding': padding})
            return [pattern.get_next_char(row[-1]) for row in rows]
        sequence = Sequence.search([('code', '=', 'customer.ticket')], limit=1)
        if not sequence:
            raise UserError(self.env._('There is no sequence with the code “customer.ticket” for ticket numbers.'))
        return [sequence.next_by_id() for _index in range(count)]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_assign_to_me(self):
        """Take the tickets."""
        self.user_id = self.env.user

    def action_open_portal(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'new'}

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    @api.model
    def _customer_teams(self):
        """Return the teams from which the current user may choose, in sudo."""
        return self.env['customer.ticket.team']._offered_to_customers(self.env.user.company_id)

    @api.model
    def _customer_errors(self, values):
        """Check what a customer entered.

        :param dict values: ``name``, ``description`` (plain text), ``team_id`` (id or nothing)
        :return: dict from the name of a field to what is wrong with it, in the user's language
        """
        errors = {}
        name = ' '.join((values.get('name') or '').split())
        if not name:
            errors['name'] = self.env._('Please enter a subject.')
        elif len(name) > MAX_SUBJECT:
            errors['name'] = self.env._('The subject is too long: at most %s characters.', MAX_SUBJECT)
        text = (values.get('description') or '').strip()
        if not text:
            errors['description'] = self.env._('Please describe your request.')
        elif len(text) > MAX_TEXT:
            errors['description'] = self.env._('The text is too long: at most %s characters.', MAX_TEXT)
        if values.get('team_id') and values['team_id'] not in self._customer_teams().ids:
            errors['team_id'] = self.env._('Please choose one of the teams in the list.')
        if values.get('type_id') and values['type_id'] not in self._customer_types(values.get('team_id')).ids:
            errors['type_id'] = self.env._('Please choose one of the categories that this team offers.')
        if values.get('priority') and values['priority'] not in self._customer_priorities(values.get('team_id')):
            errors['priority'] = self.env._('Please choose one of the priorities in the list.')
        return errors

    @api.model
    def _customer_types(self, team_id=None):
        """Return the types from which the current user may choose, in sudo.

        :param team_id: id of the team, by default the first one that is offered
        """
        teams = self._customer_teams()
        team = teams.filtered(lambda team: team.id == team_id) if team_id else teams[:1]
        return self.env['customer.ticket.type']._offered_to_customers(self.env.user.company_id)._usable_by(team)

    @api.model
    def _customer_priorities(self, team_id=None):
        """Return the priorities from which a customer may choose: dict from the value to its label.

        :param team_id: id of the team, by default the first one that is offered
        """
        teams = self._customer_teams()
        team = teams.filtered(lambda team: team.id == team_id) if team_id else teams[:1]
        labels = dict(self._fields['priority']._description_selection(self.env))
        return labels if team.portal_priority else {'0': labels['0']}

    @api.model
    def _prepare_customer_values(self, values):
        """Check what a customer entered and complete it; his text becomes HTML.

        :raises UserError: with a message that he can act on
        """
        values = super()._prepare_customer_values(values)
        errors = self._customer_errors(values)
        if errors:
            raise UserError('\n'.join(errors.values()))
        return {
            'name': ' '.join(values['name'].split()),
            'description': plaintext2html(values['description'].strip()),
            'team_id': values.get('team_id') or self._customer_teams()[:1].id,
            **{name: values[name] for name in ('type_id', 'priority') if values.get(name)},
        }

    def _transition_values(self, target):
        """A ticket changes its state by its stage: the first one of its team that has this meaning."""
        stages = self.env['customer.ticket.stage'].sudo().search([('state', '=', target)])
        stage = stages._usable_by(self.team_id.sudo())[:1]
        if not stage:
            label = dict(self._fields['state']._description_selection(self.env))[target]
            raise UserError(self.env._('No stage means “%s”: create one in the settings.', label))
        return {'stage_id': stage.id}

    def _users_who_may_see(self, users):
        """Return those of ``users`` who may read this ticket with their own rights."""
        self.ensure_one()
        # sudo: companies of a user are his own, and this decides about him, not about the current user
        return users.sudo().filtered(lambda user: user.active and self.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids).has_access('read')).sudo(False)

    def _has_text(self):
        """Tell whether somebody wrote something when the ticket was opened."""
        return not is_html_empty(self.description)
