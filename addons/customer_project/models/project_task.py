from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class ProjectTask(models.Model):
    """A task belongs to the customer of its project, else to its own; without either it is internal."""

    _name = 'project.task'
    _inherit = ['project.task', 'customer.recipient.guard', 'customer.transaction.mixin']

    _customer_open_domain = [('state', 'not in', ('1_done', '1_canceled')), ('project_id', '!=', False)]
    _customer_icon = 'fa-check-square-o'

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
    # Predicate
    # ------------------------------------------------------------------

    @api.model
    def _customer_accessible_depends(self):
        return (*super()._customer_accessible_depends(), 'project_id.partner_id')

    @api.model
    def _customer_accessible_sql(self, restriction, column):
        sql, owner = super()._customer_accessible_sql(restriction, column), column('commercial_partner_id')
        if restriction == 'specialist':
            return SQL(
                '(%s IS NULL OR %s OR %s = ANY(ARRAY(SELECT res_id FROM customer_processor'
                ' WHERE user_id = %s AND res_model = %s AND %s)))',
                owner, sql, column('project_id'), self.env.uid, 'project.project', self._period_sql())
        # who may see his own documents only sees the tasks of his own projects too
        return SQL(
            '(%s OR (%s = ANY(ARRAY(SELECT id FROM project_project WHERE partner_id = %s)) AND %s = ANY(ARRAY('
            " SELECT customer_id FROM customer_access WHERE user_id = %s AND state = 'activated' AND scope = 'own'))))",
            sql, column('project_id'), self.env.user.partner_id.id, owner, self.env.uid)

    def _customer_accessible_check(self, restriction):
        check = super()._customer_accessible_check(restriction)
        if restriction == 'specialist':
            # sudo: the user's own rights decide
            processed = set(self.env['customer.processor'].sudo().search(
                Domain('user_id', '=', self.env.uid) & Domain('res_model', '=', 'project.project')
                & Domain('res_id', 'in', self.sudo().project_id.ids) & self._period_domain()).mapped('res_id'))
            return lambda task: (
                not task.sudo().commercial_partner_id or check(task) or task.sudo().project_id.id in processed)
        me = self.env.user.partner_id
        own = set(self.env['customer.access'].sudo().search([
            ('user_id', '=', self.env.uid), ('state', '=', 'activated'), ('scope', '=', 'own')]).customer_id.ids)
        return lambda task: check(task) or (
            task.sudo().commercial_partner_id.id in own and task.sudo().project_id.partner_id == me)

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
        return self._guard_recipients(super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs))
