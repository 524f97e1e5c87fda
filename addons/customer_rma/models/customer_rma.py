from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.customer_services.const import GROUP_SPECIALIST

from ..const import ALLOWED, CLOSED_STATES, GROUP_APPROVER, KINDS, MAX_TRACKING, STATES, TRIGGERS

#: number of a return that is not stored yet
NO_NUMBER = '/'


class CustomerRma(models.Model):
    """Goods that a customer sends back, or a claim about them: from the request to the money."""

    _name = 'customer.rma'
    _description = 'Return'
    _inherit = ['customer.document.mixin']
    _order = 'id desc'
    _rec_name = 'number'
    _rec_names_search = ['number', 'tracking_ref']
    _check_company_auto = True
    _portal_url = '/my/rmas'
    _customer_open_domain = [('is_closed', '=', False)]
    _customer_icon = 'fa-undo'
    _customer_fields = frozenset({'kind', 'description', 'method_id', 'line_ids'})
    #: what only the gate and the jobs write, whatever ACL a user has
    _guarded_fields = frozenset({
        'number', 'state', 'refund_trigger', 'request_date', 'review_date', 'approved_date', 'transit_date',
        'received_date', 'inspected_date', 'resolved_date', 'closed_date', 'reject_message'})

    number = fields.Char(required=True, readonly=True, copy=False, index='trigram', default=NO_NUMBER)
    kind = fields.Selection(KINDS, required=True, default='return', tracking=True)
    partner_id = fields.Many2one(required=True, ondelete='restrict', check_company=True)
    user_id = fields.Many2one(
        'res.users', string='Responsible', domain=[('share', '=', False)], check_company=True, copy=False, tracking=True)
    method_id = fields.Many2one('customer.rma.method', string='Way', check_company=True, ondelete='restrict')
    description = fields.Text(string='Message of the customer', copy=False)
    line_ids = fields.One2many('customer.rma.line', 'rma_id', string='Lines', copy=False)
    state = fields.Selection(
        STATES, required=True, readonly=True, copy=False, default='requested', tracking=True,
        group_expand='_group_expand_state')
    is_closed = fields.Boolean(string='Closed', compute='_compute_is_closed', store=True, precompute=True)
    refund_trigger = fields.Selection(
        TRIGGERS, string='Refund at', readonly=True, copy=False, tracking=True,
        help='What has to happen before money goes back: set by the rules that decided.')
    reject_message = fields.Text(string='Why it was rejected', readonly=True, copy=False)
    tracking_ref = fields.Char(string='Parcel number', copy=False, size=MAX_TRACKING, tracking=True, index='trigram')

    request_date = fields.Datetime(string='Requested on', readonly=True, copy=False, default=fields.Datetime.now)
    review_date = fields.Datetime(string='Review since', readonly=True, copy=False)
    approved_date = fields.Datetime(string='Approved on', readonly=True, copy=False)
    transit_date = fields.Datetime(string='Sent on', readonly=True, copy=False)
    received_date = fields.Datetime(string='Received on', readonly=True, copy=False)
    inspected_date = fields.Datetime(string='Inspected on', readonly=True, copy=False)
    resolved_date = fields.Datetime(string='Resolved on', readonly=True, copy=False)
    closed_date = fields.Datetime(string='Closed on', readonly=True, copy=False)
    expiry_date = fields.Date(
        string='Send back until', copy=False, help='An approved return whose goods did not come by then expires.')

    job_ids = fields.One2many('customer.rma.job', 'rma_id', string='Jobs', groups=GROUP_SPECIALIST)
    picking_ids = fields.One2many('stock.picking', 'customer_rma_id', string='Transfers', copy=False)
    credit_note_ids = fields.One2many('account.move', 'customer_rma_id', string='Credit notes', copy=False)
    refund_transaction_ids = fields.One2many(
        'payment.transaction', 'customer_rma_id', string='Refund', copy=False, groups='base.group_user')
    order_names = fields.Char(string='Orders', compute='_compute_order_names', compute_sudo=True)
    picking_count = fields.Integer(compute='_compute_counts', compute_sudo=True)
    credit_note_count = fields.Integer(compute='_compute_counts', compute_sudo=True)

    exchange_count = fields.Integer(compute='_compute_counts', compute_sudo=True)

    _number_unique = models.UniqueIndex('(number)', 'This number is taken.')
    _customer_idx = models.Index('(commercial_partner_id, id DESC)')
    _customer_open_idx = models.Index('(commercial_partner_id) WHERE is_closed IS NOT TRUE')
    _company_state_idx = models.Index('(company_id, state, id DESC)')
    _running_idx = models.Index("(state) WHERE state IN ('approved', 'transit', 'received', 'inspected')")
    _expiry_idx = models.Index("(expiry_date) WHERE state = 'approved'")

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('state')
    def _compute_is_closed(self):
        for rma in self:
            rma.is_closed = rma.state in CLOSED_STATES

    @api.depends('line_ids.order_id.name')
    def _compute_order_names(self):
        for rma in self:
            rma.order_names = ', '.join(rma.line_ids.order_id.mapped('name'))

    @api.depends('picking_ids', 'credit_note_ids', 'exchange_order_ids')
    def _compute_counts(self):
        for rma in self:
            rma.exchange_count = len(rma.exchange_order_ids)
            rma.picking_count = len(rma.picking_ids)
            rma.credit_note_count = len(rma.credit_note_ids)

    @api.model
    def _group_expand_state(self, states, domain):
        return [state for state, _label in STATES if state not in CLOSED_STATES]

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create returns with their numbers; dates and states are the gate's."""
        if not self.env.su:
            for vals in vals_list:
                self._check_guarded(vals)
        numbers = self._numbers_of('customer.rma', len(vals_list))
        vals_list = [
            dict(vals, number=number or NO_NUMBER) for vals, number in zip(vals_list, numbers, strict=True)]
        if not self.env.user.share:
            return super().create(vals_list)
        # what a customer created himself needs no note that says so
        return super(CustomerRma, self.with_context(mail_create_nolog=True)).create(vals_list).with_env(self.env)

    def write(self, vals):
        """Refuse what only the gate writes, and another requester or company once there are lines."""
        if not self.env.su:
            self._check_guarded(vals)
        if {'partner_id', 'company_id'} & set(vals):
            for rma in self.sudo().filtered('line_ids'):
                if vals.get('partner_id', rma.partner_id.id) != rma.partner_id.id or (
                        vals.get('company_id', rma.company_id.id) != rma.company_id.id):
                    raise UserError(self.env._('A return with lines stays with its customer and company.'))
        return super().write(vals)

    @api.model
    def _check_guarded(self, vals):
        """Refuse fields that only the gate and the jobs write.

        :raises AccessError: if there is one in ``vals``
        """
        guarded = sorted(self._guarded_fields & set(vals))
        if guarded:
            raise AccessError(self.env._('These fields cannot be set: %s', ', '.join(guarded)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(rma.picking_ids or rma.credit_note_ids for rma in self.sudo()):
            raise UserError(self.env._('A return with transfers or credit notes cannot be deleted. Cancel it.'))

    # ------------------------------------------------------------------
    # The gate
    # ------------------------------------------------------------------

    def _move_to(self, target):
        """Move the returns to a state, if the gate lets them; who is there already stays.

        :param str target: the new state
        :return: those that moved
        :raises UserError: if one may not get there from where it is
        """
        return self._transition(ALLOWED[target], target)

    def _transition_values(self, target):
        values = super()._transition_values(target)
        now = fields.Datetime.now()
        if f'{target}_date' in self._fields:
            values[f'{target}_date'] = now
        if target in CLOSED_STATES:
            values['closed_date'] = now
        return values

    def _check_approver(self):
        """Refuse who may not decide about money.

        :raises AccessError: for everybody but refund approvers, managers and the system
        """
        if not self.env.su and not self.env.user.has_group(GROUP_APPROVER):
            raise AccessError(self.env._('Only refund approvers decide this.'))

    # ------------------------------------------------------------------
    # Navigation of staff
    # ------------------------------------------------------------------

    def action_open_portal(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'new'}

    def action_open_pickings(self):
        """Open the transfers of the return."""
        self.ensure_one()
        return self._open_records('stock.picking', self.env._('Transfers'))

    def action_open_credit_notes(self):
        """Open the credit notes of the return."""
        self.ensure_one()
        return self._open_records('account.move', self.env._('Credit notes'))

    def action_open_exchanges(self):
        """Open the orders in exchange."""
        self.ensure_one()
        return self._open_records('sale.order', self.env._('Exchanges'))

    def _open_records(self, model, name):
        return {
            'type': 'ir.actions.act_window', 'name': name, 'res_model': model, 'view_mode': 'list,form',
            'domain': [('customer_rma_id', '=', self.id)], 'context': {'create': False}}

    def _responsible(self):
        """Return who gets the activities of the return: its responsible, else whoever sold the goods, else nobody."""
        self.ensure_one()
        orders = self.line_ids.order_id
        return (self.user_id or orders.user_id or self.company_id.customer_rma_user_id).filtered(
            lambda user: user.active and not user.share)[:1]

    def _for_staff(self):
        """Return the return in the language of who gets its activities; jobs run in nobody's."""
        user = self._responsible() or self.env.ref('base.user_admin', raise_if_not_found=False)
        return self.with_context(lang=user.lang or self.env.lang) if user else self

    def _for_customer(self):
        """Return the return in the language of its requester, for what he reads in documents."""
        return self.with_context(lang=self.partner_id.lang or self.env.lang)

    def _tell_staff(self, text, summary):
        """Note a text and plan an activity, once while it is open, for who is responsible."""
        self.ensure_one()
        self.message_post(body=text, subtype_xmlid='mail.mt_note')
        user = self._responsible() or self.env.ref('base.user_admin', raise_if_not_found=False)
        if user and not self.activity_ids.filtered(lambda activity: activity.summary == summary):
            self.activity_schedule('mail.mail_activity_data_todo', user_id=user.id, summary=summary, note=text)

    @api.constrains('partner_id', 'company_id')
    def _check_lines_fit(self):
        for rma in self:
            if rma.line_ids.order_id.company_id - rma.company_id:
                raise ValidationError(self.env._('The goods were sold by another company.'))
