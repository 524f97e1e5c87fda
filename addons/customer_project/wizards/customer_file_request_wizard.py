from odoo import api, fields, models
from odoo.exceptions import UserError


class CustomerFileRequestWizard(models.TransientModel):
    """Ask many customers for the same document at once."""

    _name = 'customer.file.request.wizard'
    _description = 'Ask for a document'

    customer_ids = fields.Many2many(
        'res.partner', 'customer_file_request_wizard_partner_rel', string='Customers',
        domain=[('is_customer', '=', True)], default=lambda self: self._default_customer_ids(),
        help='The request goes into the newest project of each; who has none gets one.')
    project_ids = fields.Many2many(
        'project.project', 'customer_file_request_wizard_project_rel', string='Projects',
        domain=[('commercial_partner_id', '!=', False), ('is_template', '=', False)],
        default=lambda self: self._default_project_ids())
    name = fields.Char(string='Document', required=True)
    description = fields.Text(string='What we need')
    category_id = fields.Many2one('customer.file.category', string='Category')
    date_due = fields.Date(string='Due on')
    remind_before = fields.Integer(string='Remind before (days)', default=3)
    remind_after = fields.Integer(string='Remind again every (days)', default=7)

    @api.model
    def _default_customer_ids(self):
        context = self.env.context
        return self.env['res.partner'].browse(
            context.get('active_ids', []) if context.get('active_model') == 'res.partner' else [])

    @api.model
    def _default_project_ids(self):
        context = self.env.context
        return self.env['project.project'].browse(
            context.get('active_ids', []) if context.get('active_model') == 'project.project' else [])

    def action_apply(self):
        """Create the requests, all of them or none.

        :raises UserError: if nobody is asked
        """
        self.ensure_one()
        projects = self.project_ids | self._projects_of_customers()
        if not projects:
            raise UserError(self.env._('Choose at least one customer or project.'))
        requests = self.env['customer.file.request'].create([{
            'project_id': project.id, 'name': self.name, 'description': self.description,
            'category_id': self.category_id.id, 'date_due': self.date_due, 'remind_before': self.remind_before,
            'remind_after': self.remind_after} for project in projects])
        action = self.env['ir.actions.act_window']._for_xml_id('customer_project.customer_file_request_action')
        return dict(action, domain=[('id', 'in', requests.ids)], context={})

    def _projects_of_customers(self):
        """Return one project of each customer."""
        Project = self.env['project.project']
        customers = self.customer_ids.commercial_partner_id
        known = {}
        for project in Project.search([
                ('commercial_partner_id', 'in', customers.ids), ('is_template', '=', False)], order='id'):
            known[project.commercial_partner_id.id] = project
        missing = [customer for customer in customers if customer.id not in known]
        new = Project.create([
            {'name': customer.name, 'partner_id': customer.id, 'privacy_visibility': 'portal'} for customer in missing])
        return Project.union(*known.values(), new)
