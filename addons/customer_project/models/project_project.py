from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.customer_services.const import GROUP_SPECIALIST


class ProjectProject(models.Model):
    """A project of a customer is as visible as its customer; one without customer is internal.

    Following a project opens nothing: the accesses of its customer do, if the project lets customers in at all.
    """

    _name = 'project.project'
    _inherit = ['customer.transaction.mixin', 'project.project']

    _customer_open_domain = [('is_template', '=', False)]
    _customer_icon = 'fa-folder-open-o'
    _customer_ownerless = 'internal'  # left to Odoo's own rules

    commercial_partner_id = fields.Many2one(
        'res.partner', string='Owner', compute='_compute_commercial_partner_id', store=True, index=True,
        help='The customer who owns the project. It stays when the contact changes employer later.')
    # Odoo searches messages without asking for rights on them
    message_ids = fields.One2many(bypass_search_access=False)
    website_message_ids = fields.One2many(bypass_search_access=False)
    customer_folder_ids = fields.One2many('customer.folder', 'project_id', string='Folders', groups=GROUP_SPECIALIST)
    customer_file_ids = fields.One2many('customer.file', 'project_id', string='Files', groups=GROUP_SPECIALIST)
    customer_request_ids = fields.One2many(
        'customer.file.request', 'project_id', string='Requests', groups=GROUP_SPECIALIST)
    customer_category_ids = fields.Many2many(
        'customer.file.category', 'customer_project_category_rel', 'project_id', 'category_id', copy=False,
        string='Categories of files', groups=GROUP_SPECIALIST,
        help='Those that files, folders and requests of the project may have; empty: all. A project made from a template '
             'gets those of the template.')
    customer_file_count = fields.Integer(
        string='Number of files', compute='_compute_customer_counts', groups=GROUP_SPECIALIST)
    customer_request_count = fields.Integer(
        string='Open requests', compute='_compute_customer_counts', groups=GROUP_SPECIALIST)

    _customer_idx = models.Index('(commercial_partner_id, name) WHERE commercial_partner_id IS NOT NULL')

    @api.depends('partner_id')
    def _compute_commercial_partner_id(self):
        for project in self:
            # sudo: the owner decides who may see the project
            project.commercial_partner_id = project.sudo().partner_id.commercial_partner_id

    def _compute_customer_counts(self):
        files = dict(self.env['customer.file']._read_group(
            [('project_id', 'in', self.ids)], ['project_id'], ['__count']))
        waiting = dict(self.env['customer.file.request']._read_group(
            [('project_id', 'in', self.ids), ('is_done', '=', False)], ['project_id'], ['__count']))
        for project in self:
            project.customer_file_count = files.get(project, 0)
            project.customer_request_count = waiting.get(project, 0)

    @api.constrains('customer_category_ids')
    def _check_customer_categories(self):
        """Check what brings its category to new files; files that are there keep theirs."""
        for name in ('customer.folder', 'customer.file.request'):
            # sudo: whoever narrows the categories
            self.env['customer.file.category']._check_in_projects(
                self.env[name].sudo().search([('project_id', 'in', self.ids), ('category_id', '!=', False)]))

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    def write(self, vals):
        """Check before and after: neither is a project of Odoo's own changed, nor one made internal."""
        self._check_of_customers()
        result = super().write(vals)
        self._check_of_customers()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Create projects of customers and templates."""
        projects = super().create(vals_list)
        projects._check_of_customers()
        return projects

    @api.model
    def default_get(self, fields):
        """Leave timesheets off for who may not make the analytic account that they need."""
        values = super().default_get(fields)
        if values.get('allow_timesheets') and not self._customer_may_make_account():
            values['allow_timesheets'] = False
        return values

    def copy_data(self, default=None):
        """Leave timesheets off in a copy too, see :meth:`default_get`."""
        vals_list = super().copy_data(default)
        if not self._customer_may_make_account():
            for vals in vals_list:
                vals.update({name: False for name in vals if name == 'allow_timesheets'})
        return vals_list

    @api.model
    def _customer_may_make_account(self):
        """Tell whether the user may make analytic accounts, as administrators of projects do."""
        return self.env['account.analytic.account'].has_access('create')

    def _check_of_customers(self):
        """Keep staff of customer services to projects of customers and to templates; Odoo's managers manage the rest.

        :raises AccessError: for an internal project
        """
        user = self.env.user
        if self.env.su or user.share or user.has_group('project.group_project_manager'):
            return
        # sudo: the owner decides who may see the project
        if any(not project.commercial_partner_id and not project.is_template for project in self.sudo()):
            raise AccessError(self.env._('Only project administrators write projects without a customer.'))

    def copy(self, default=None):
        """Take categories, folders and requests along: a project that is copied from a template starts with them."""
        projects = super().copy(default)
        for project, new in zip(self, projects):
            project._copy_folders_to(new)
        return projects

    def _copy_folders_to(self, new):
        """Copy the categories, the tree of folders and the requests, without files."""
        folders = {}
        # sudo: who may copy the project and has made the new one need no right on what is in it
        template_sudo, new_sudo = self.sudo(), new.sudo()
        new_sudo.customer_category_ids = template_sudo.customer_category_ids
        Folder = template_sudo.env['customer.folder']
        for folder in Folder.search([('project_id', '=', self.id)]).sorted(lambda folder: folder.parent_path or ''):
            folders[folder.id] = Folder.create({
                'project_id': new.id, 'name': folder.name, 'sequence': folder.sequence,
                'parent_id': folders[folder.parent_id.id].id if folder.parent_id else False,
                'visibility': 'internal' if folder.visibility == 'accesses' else folder.visibility,
                'upload': folder.upload, 'category_id': folder.category_id.id})
        Request = template_sudo.env['customer.file.request']
        for document in Request.search([('project_id', '=', self.id), ('state', '!=', 'cancelled')]):
            document._copy_to(new, folders)

    def _partners_who_may_see(self, partners):
        """Leave projects without customer to Odoo."""
        self.ensure_one()
        # sudo: the owner decides
        return super()._partners_who_may_see(partners) if self.sudo().commercial_partner_id else partners

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_customer_files(self):
        """Open the files of the project."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('customer_project.customer_file_action')
        return dict(action, domain=[('project_id', '=', self.id)], context={
            'default_project_id': self.id, 'search_default_group_folder': 1})

    def action_open_customer_requests(self):
        """Open the requests of the project."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('customer_project.customer_file_request_action')
        return dict(action, domain=[('project_id', '=', self.id)], context={'default_project_id': self.id})

    def action_open_customer_portal(self):
        """Open the page of the files that the customer sees: staff upload large files there."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': f'/my/projects/{self.id}/files', 'target': 'new'}
