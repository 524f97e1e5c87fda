from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import REQUEST_STATES, WAITING_STATES


class CustomerFileRequest(models.Model):
    """Staff ask a customer for a document; he uploads into the request, staff accept it or send it back."""

    _name = 'customer.file.request'
    _description = 'Request for a document'
    _inherit = ['customer.document.mixin']
    _order = 'is_done, date_due, id'
    _portal_url = '/my/requests'
    _customer_icon = 'fa-upload'
    _customer_origin_fields = ('project_id',)
    _customer_open_domain = [('is_done', '=', False)]
    _customer_fields = frozenset()

    name = fields.Char(string='Document', required=True, size=200, tracking=True)
    description = fields.Text(string='What we need')
    project_id = fields.Many2one('project.project', string='Project', required=True, index=True, ondelete='cascade')
    is_template = fields.Boolean(related='project_id.is_template', string='In a template')
    partner_id = fields.Many2one(
        string='Asked person', compute='_compute_partner_id', store=True, readonly=False, precompute=True,
        help='Empty: the contact of the project. Everybody with access to the request can answer it.')
    company_id = fields.Many2one(
        compute='_compute_company_id', store=True, precompute=True, required=False, default=None)
    folder_id = fields.Many2one(
        'customer.folder', string='Goes into folder', domain="[('project_id', '=', project_id)]", ondelete='restrict')
    category_id = fields.Many2one('customer.file.category', string='Category', ondelete='restrict')
    project_category_ids = fields.Many2many(related='project_id.customer_category_ids', string='Categories of the project')
    user_id = fields.Many2one(
        'res.users', string='Responsible', domain=[('share', '=', False)], default=lambda self: self.env.user)
    state = fields.Selection(REQUEST_STATES, required=True, default='open', readonly=True, copy=False, tracking=True)
    is_done = fields.Boolean(string='Done', compute='_compute_is_done', store=True, precompute=True)
    date_due = fields.Date(string='Due on')
    due_days = fields.Integer(
        string='Due after days', help='In a template: days from the creation of the project to the due date.')
    is_overdue = fields.Boolean(compute='_compute_is_overdue')
    reason = fields.Text(string='Reason', readonly=True, copy=False, help='Why it was sent back.')
    remind_before = fields.Integer(
        string='Remind before (days)', default=3, help='Days before the due date; 0: no reminder before.')
    remind_after = fields.Integer(
        string='Remind again every (days)', default=7, help='After the due date; 0: no reminder after.')
    file_ids = fields.One2many('customer.file', 'request_id', string='Files')
    file_count = fields.Integer(compute='_compute_file_count')

    _customer_idx = models.Index('(commercial_partner_id, is_done, date_due)')
    _due_idx = models.Index('(date_due) WHERE is_done IS NOT TRUE')
    _days_valid = models.Constraint(
        'CHECK(remind_before >= 0 AND remind_after >= 0 AND due_days >= 0)', 'Numbers of days cannot be negative.')

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('project_id.partner_id')
    def _compute_partner_id(self):
        for request in self:
            # sudo: who may see the request sees the project
            owner = request.sudo().project_id.commercial_partner_id
            if not request.partner_id or request.sudo().partner_id.commercial_partner_id != owner:
                request.partner_id = request.sudo().project_id.partner_id

    @api.depends('project_id.commercial_partner_id')
    def _compute_commercial_partner_id(self):
        for request in self:
            request.commercial_partner_id = request.sudo().project_id.commercial_partner_id

    @api.depends('project_id.company_id')
    def _compute_company_id(self):
        for request in self:
            request.company_id = request.sudo().project_id.company_id

    @api.depends('state')
    def _compute_is_done(self):
        for request in self:
            request.is_done = request.state in ('accepted', 'cancelled')

    @api.depends('date_due', 'state')
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for request in self:
            request.is_overdue = bool(
                request.date_due and request.date_due < today and request.state in WAITING_STATES)

    def _compute_file_count(self):
        counts = dict(self.env['customer.file']._read_group(
            [('request_id', 'in', self.ids)], ['request_id'], ['__count']))
        for request in self:
            request.file_count = counts.get(request, 0)

    # ------------------------------------------------------------------
    # Constraints, CRUD
    # ------------------------------------------------------------------

    @api.constrains('partner_id', 'project_id')
    def _check_partner(self):
        for request in self.sudo():
            owner = request.project_id.commercial_partner_id
            if owner and request.partner_id and request.partner_id.commercial_partner_id != owner:
                raise ValidationError(self.env._('Ask somebody of the customer of the project.'))

    @api.constrains('category_id', 'project_id')
    def _check_category(self):
        self.env['customer.file.category']._check_in_projects(self)

    @api.constrains('folder_id', 'project_id')
    def _check_folder(self):
        for request in self.sudo():
            if request.folder_id and request.folder_id.project_id != request.project_id:
                raise ValidationError(self.env._('The folder belongs to another project.'))

    @api.model_create_multi
    def create(self, vals_list):
        """Create requests and tell the customers; those of templates are quiet."""
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        requests = super(CustomerFileRequest, quiet).create(vals_list).with_env(self.env)
        requests._check_project()
        for request in requests.filtered(lambda request: request.state == 'open'):
            self.env['customer.file.event']._announce('request', request)
        return requests

    def write(self, vals):
        result = super().write(vals)
        if 'project_id' in vals:
            self._check_project()
        return result

    def _check_project(self):
        if not self.env.su:
            self.project_id.check_access('read')
            self.folder_id.check_access('read')
            self.check_access('write')

    def _copy_to(self, project, folders):
        """Create the same request in a project made from a template.

        :param project: the new ``project.project``
        :param dict folders: id of a folder of the template -> the new folder
        """
        self.ensure_one()
        due = self.due_days and fields.Date.context_today(self) + timedelta(days=self.due_days)
        return self.create({
            'name': self.name, 'description': self.description, 'project_id': project.id,
            'folder_id': folders[self.folder_id.id].id if self.folder_id.id in folders else False,
            'category_id': self.category_id.id, 'user_id': self.user_id.id, 'due_days': self.due_days,
            'date_due': due or False, 'remind_before': self.remind_before, 'remind_after': self.remind_after})

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_accept(self):
        """Accept what came."""
        for request in self._transition(('submitted',), 'accepted'):
            request.reason = False
            self.env['customer.file.event']._announce('status', request)
        return True  # XML-RPC knows no answer that is nothing

    def action_send_back(self):
        """Open the form for the reason."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Send back'), 'target': 'new', 'view_mode': 'form',
            'res_model': 'customer.file.return.wizard', 'context': {'default_request_id': self.id}}

    def action_cancel(self):
        """Withdraw the request."""
        self._transition(('open', 'submitted', 'returned'), 'cancelled')
        return True

    def action_reopen(self):
        """Ask again."""
        for request in self._transition(('submitted', 'accepted', 'cancelled', 'returned'), 'open'):
            self.env['customer.file.event']._announce('request', request)
        return True

    def action_open_portal(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'new'}

    def action_open_files(self):
        """Open what was uploaded into the request."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('customer_project.customer_file_action')
        return dict(action, domain=[('request_id', '=', self.id)], context={'create': False})

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------

    def _send_back(self, reason):
        """Send back what came, with the reason that the customer reads.

        :raises UserError: without a reason, or if nothing was submitted
        """
        if not (reason or '').strip():
            raise UserError(self.env._('Please say what is wrong.'))
        for request in self._transition(('submitted', 'accepted'), 'returned'):
            request.reason = reason.strip()
            self.env['customer.file.event']._announce('status', request)

    def _customer_may_upload(self):
        """Tell whether the current user may upload into the request now."""
        self.ensure_one()
        return self.has_access('read') and self.sudo().state in (*WAITING_STATES, 'submitted')

    def _after_upload(self):
        """Something came: it waits for staff now."""
        # sudo: customers have read access only; the right to upload was checked
        self.sudo()._transition((*WAITING_STATES, 'submitted'), 'submitted')

    @api.model
    def _cron_remind(self):
        """Remind of what is due soon or overdue: each reminder once, whatever happens to the job."""
        today = fields.Date.context_today(self)
        waiting = self.search([
            ('state', 'in', WAITING_STATES), ('date_due', '!=', False), ('project_id.is_template', '=', False),
            ('date_due', '<=', today + timedelta(days=60))])
        for request in waiting:
            mark = request._reminder_mark(today)
            if mark:
                self.env['customer.file.event']._announce('reminder', request, mark=mark)

    def _reminder_mark(self, today):
        """Return the name of the reminder that is due today or was missed lately, or None."""
        self.ensure_one()
        days = (today - self.date_due).days
        if days > 0:
            return f'after{(days - 1) // self.remind_after}-{self.date_due}' if self.remind_after else None
        if self.remind_before and -days <= self.remind_before:
            return f'before-{self.date_due}'
        return None
