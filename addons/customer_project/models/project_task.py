from odoo import api, fields, models
from odoo.exceptions import AccessError


class ProjectTask(models.Model):
    """A task belongs to the customer of its project, else to its own; without either it is internal."""

    _name = 'project.task'
    _inherit = ['project.task', 'customer.transaction.mixin']

    _customer_open_domain = [('state', 'not in', ('1_done', '1_canceled')), ('project_id', '!=', False)]
    _customer_icon = 'fa-check-square-o'
    _customer_ownerless = 'internal'  # left to Odoo's own rules
    _customer_origin_fields = ('project_id',)

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index=True,
        help='The customer of the project; of a project without customer, that of the task.')
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)

    _customer_idx = models.Index('(commercial_partner_id, id DESC) WHERE commercial_partner_id IS NOT NULL')

    @api.depends('partner_id', 'project_id.commercial_partner_id')
    def _compute_commercial_partner_id(self):
        for task in self:
            task_sudo = task.sudo()  # the owner decides who may see the task
            task.commercial_partner_id = (
                task_sudo.project_id.commercial_partner_id or task_sudo.partner_id.commercial_partner_id)

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        """Check again after the owner changed: nobody moves a task to a customer he may not see."""
        restricted = not self.env.su and self._customer_restriction() != 'all'
        if restricted and 'commercial_partner_id' in vals:
            raise AccessError(self.env._('You have no access to this customer.'))
        result = super().write(vals)
        if restricted and not {'partner_id', 'project_id'}.isdisjoint(vals):
            self.check_access('write')
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Create tasks; the owner follows from project and contact and is nobody's to write."""
        if not self.env.su and self._customer_restriction() != 'all' and any(
                'commercial_partner_id' in vals for vals in vals_list):
            raise AccessError(self.env._('You have no access to this customer.'))
        return super().create(vals_list)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        # Odoo's own class comes before the mixin that filters
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        return self._customer_filter_recipients(recipients)

    def _partners_who_may_see(self, partners):
        """Leave tasks without customer to Odoo."""
        self.ensure_one()
        # sudo: the owner decides
        return super()._partners_who_may_see(partners) if self.sudo().commercial_partner_id else partners
