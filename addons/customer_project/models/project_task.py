from odoo import api, fields, models


class ProjectTask(models.Model):
    """A task belongs to the customer of its project, else to its own; without either it is internal."""

    _name = 'project.task'
    _inherit = ['customer.transaction.mixin', 'project.task']

    _customer_open_domain = [('state', 'not in', ('1_done', '1_canceled')), ('project_id', '!=', False)]
    _customer_icon = 'fa-check-square-o'
    _customer_ownerless = 'internal'  # left to Odoo's own rules
    _customer_origin_fields = ('project_id',)

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index=True,
        help='The customer of the project; of a project without customer, that of the task.')
    # the column says it: Odoo looks for all templates and what is below them, three times for a page of the portal
    has_template_ancestor = fields.Boolean(search=None)
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
        """Check again after the project changed, which brings another owner: the task must still be his to write."""
        result = super().write(vals)
        if 'project_id' in vals and not self.env.su and self._customer_restriction() != 'all':
            self.check_access('write')
        return result

    def _partners_who_may_see(self, partners):
        """Leave tasks without customer to Odoo."""
        self.ensure_one()
        # sudo: the owner decides
        return super()._partners_who_may_see(partners) if self.sudo().commercial_partner_id else partners
