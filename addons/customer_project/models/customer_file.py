import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, file_open

from odoo.addons.customer_services.uploads import clean_name

from ..const import MAX_NAME


class CustomerFile(models.Model):
    """A file of a project, with its versions; the content is an attachment of each version."""

    _name = 'customer.file'
    _description = 'File'
    _inherit = ['customer.reach.mixin', 'customer.document.mixin']
    _order = 'id desc'
    _portal_url = '/my/files'
    _customer_icon = 'fa-files-o'
    _customer_open_domain = [('needs_confirmation', '=', True), ('is_confirmed', '=', False)]
    _customer_fields = frozenset()
    _fixed_fields = frozenset({
        'commercial_partner_id', 'reach', 'reach_access_ids', 'version_id', 'version_ids', 'size', 'mimetype',
        'version_date', 'uploader_id', 'from_customer', 'is_confirmed', 'request_id', 'receipt_ids'})

    name = fields.Char(string='Name', required=True, size=MAX_NAME, index='trigram', tracking=True)
    active = fields.Boolean(default=True)
    # the owner is that of the project, not of a contact of the file
    partner_id = fields.Many2one(compute='_compute_partner_id', store=True, precompute=True, tracking=False)
    company_id = fields.Many2one(
        compute='_compute_company_id', store=True, precompute=True, required=False, default=None)
    folder_id = fields.Many2one(
        'customer.folder', string='Folder', index=True, ondelete='restrict', tracking=True,
        domain="[('project_id', '=', project_id)]")
    category_id = fields.Many2one('customer.file.category', string='Category', index=True, ondelete='restrict')
    project_category_ids = fields.Many2many(related='project_id.customer_category_ids', string='Categories of the project')
    access_ids = fields.Many2many(
        'customer.access', 'customer_file_access_rel', 'file_id', 'access_id', string='Chosen accesses',
        domain="[('customer_id', '=', commercial_partner_id)]")
    reach_access_ids = fields.Many2many(
        'customer.access', 'customer_file_reach_rel', 'file_id', 'access_id', string='Accesses that see it',
        compute='_compute_reach', store=True, recursive=True)
    date_from = fields.Date(string='Visible from', help='Customers see the file from this day on.')
    date_until = fields.Date(string='Valid until', help='Afterwards it is marked as expired.')
    is_expired = fields.Boolean(compute='_compute_is_expired')
    description = fields.Text(string='Description')
    version_ids = fields.One2many('customer.file.version', 'file_id', string='Versions')
    version_id = fields.Many2one('customer.file.version', string='Current version', readonly=True, copy=False,
                                 index='btree_not_null', ondelete='set null')
    version_number = fields.Integer(related='version_id.number', string='Version')
    size = fields.Float(string='Bytes', digits=(16, 0), readonly=True, copy=False)
    mimetype = fields.Char(string='Type', readonly=True, copy=False)
    version_date = fields.Datetime(string='Updated on', readonly=True, copy=False, default=fields.Datetime.now)
    uploader_id = fields.Many2one(
        'res.users', string='Uploaded by', readonly=True, copy=False, index='btree_not_null',
        default=lambda self: self.env.user)
    from_customer = fields.Boolean(string='From the customer', readonly=True, copy=False)
    request_id = fields.Many2one(
        'customer.file.request', string='Request', index='btree_not_null', ondelete='set null', copy=False)
    needs_confirmation = fields.Boolean(
        string='Ask for confirmation', compute='_compute_needs_confirmation', store=True, readonly=False,
        help='The customer is asked to confirm that he got the current version.')
    is_confirmed = fields.Boolean(string='Confirmed', readonly=True, copy=False)
    receipt_ids = fields.One2many('customer.file.receipt', 'file_id', string='Receipts')
    content = fields.Binary(
        string='Content', store=False, compute='_compute_content', inverse='_inverse_content',
        help='A new version, as base64. Large files are uploaded in pieces.')

    _customer_idx = models.Index('(commercial_partner_id, id DESC)')
    _customer_date_idx = models.Index('(commercial_partner_id, version_date DESC, id DESC)')
    _folder_idx = models.Index('(folder_id, name, id)')
    _project_name_idx = models.Index('(project_id, folder_id, name, id)')
    _confirm_idx = models.Index(
        '(commercial_partner_id) WHERE needs_confirmation IS TRUE AND is_confirmed IS NOT TRUE')

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends('project_id.commercial_partner_id')
    def _compute_commercial_partner_id(self):
        for file in self:
            # sudo: the owner of the project, whoever looks
            file.commercial_partner_id = file.sudo().project_id.commercial_partner_id

    @api.depends(
        'visibility', 'access_ids', 'folder_id.reach', 'folder_id.reach_access_ids', 'folder_id.upload',
        'from_customer', 'project_id.privacy_visibility')
    def _compute_reach(self):
        for file in self.sudo():  # what follows from folders that the user may not see counts too
            reach, accesses = file._narrowed_reach(file.folder_id)
            if file.from_customer and file.folder_id.upload == 'drop' and reach != 'internal':
                reach = 'own'
            file.reach, file.reach_access_ids = reach, accesses

    @api.depends('date_until')
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for file in self:
            file.is_expired = bool(file.date_until and file.date_until < today)

    @api.depends('category_id')
    def _compute_needs_confirmation(self):
        for file in self:
            file.needs_confirmation = file.needs_confirmation or (
                file.category_id.needs_confirmation and not file.from_customer)

    def _compute_content(self):
        self.content = False

    def _inverse_content(self):
        for file in self:
            if file.content:
                file._add_version_from_bytes(file.name, file.content)

    # ------------------------------------------------------------------
    # Constraints, CRUD
    # ------------------------------------------------------------------

    @api.constrains('folder_id', 'project_id')
    def _check_folder(self):
        for file in self.sudo():
            if file.folder_id and file.folder_id.project_id != file.project_id:
                raise ValidationError(self.env._('The folder belongs to another project.'))

    @api.constrains('category_id', 'project_id')
    def _check_category(self):
        self.env['customer.file.category']._check_in_projects(self)

    @api.constrains('access_ids', 'project_id')
    def _check_accesses(self):
        for file in self.sudo():
            if file.access_ids.customer_id - file.commercial_partner_id:
                raise ValidationError(self.env._('Choose accesses to the customer of the project only.'))

    @api.constrains('date_from', 'date_until')
    def _check_dates(self):
        for file in self:
            if file.date_from and file.date_until and file.date_until < file.date_from:
                raise ValidationError(self.env._('The file would expire before it becomes visible.'))

    @api.model_create_multi
    def create(self, vals_list):
        """Create files; their names are cleaned. The content comes as ``content`` or as a version afterwards."""
        vals_list = [
            {**self._folder_values(vals), **vals, 'name': self._clean_name(vals.get('name'))} for vals in vals_list]
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        files = super(CustomerFile, quiet).create(vals_list).with_env(self.env)
        files._check_same_project()
        return files

    def write(self, vals):
        """Change files; names are cleaned, and nobody moves a file to a project that he may not write to."""
        if 'name' in vals:
            vals = dict(vals, name=self._clean_name(vals['name']))
        result = super().write(vals)
        if 'project_id' in vals or 'folder_id' in vals:
            self._check_same_project()
        return result

    def unlink(self):
        """Take the versions along, with their content and their share of the quota."""
        # sudo: who may delete the file need no right on versions
        self.sudo().with_context(active_test=False).version_ids.unlink()
        return super().unlink()

    def copy_data(self, default=None):
        """Refuse copies: a version belongs to one file."""
        raise UserError(self.env._('Files are not copied: upload the content again.'))

    @api.model
    def _folder_values(self, vals):
        """Return what a new file takes over from its folder.

        :param dict vals: values of the new file
        """
        folder = self.env['customer.folder'].browse(vals.get('folder_id') or [])
        return {'category_id': folder.category_id.id} if folder.category_id else {}

    @api.model
    def _clean_name(self, name):
        if not isinstance(name, str) or not name.strip():
            raise UserError(self.env._('A file needs a name.'))
        return clean_name(name)

    def _check_same_project(self):
        """Check with the user's rights the project and the folder in which files were put."""
        if not self.env.su:
            self.project_id.check_access('read')
            self.folder_id.check_access('read')
            self.check_access('write')

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------

    def _add_version_from_bytes(self, name, content):
        """Add a version whose content came by RPC or from a form of the backend (base64)."""
        self.check_access('write')
        path = self.env['customer.file.upload']._temporary_from_base64(content)
        self._add_version(path, name)

    def _add_version(self, path, name, reserved=False, comment=''):
        """Make a file on disk the current version; rights are checked by the caller.

        :param str path: temporary file below the filestore; it is deleted after the transaction
        :param str name: its name, as it came
        :param bool reserved: whether its size is counted in the quota already
        :param str comment: what the uploader says about it
        :return: the ``customer.file.version`` in sudo
        :raises UserError: if it is refused: virus, program, empty, too large, no room
        """
        self.ensure_one()
        # sudo: the version is written by nobody; the caller checked the right to add one
        file_sudo = self.sudo()
        user = self.env.user
        values = self.env['customer.file.upload']._check_content(path, name)
        if not reserved:
            self.env['customer.file.usage']._reserve(file_sudo.commercial_partner_id, values['size'])
        self.env.execute_query(SQL('SELECT id FROM customer_file WHERE id = %s FOR NO KEY UPDATE', self.id))
        self.invalidate_recordset(['version_id', 'version_ids'])
        number = max(file_sudo.version_ids.mapped('number'), default=0) + 1
        version_sudo = file_sudo.env['customer.file.version'].create({
            'file_id': self.id, 'number': number, 'comment': comment, 'uploader_id': user.id, **values})
        version_sudo._store(path)
        file_sudo.with_context(tracking_disable=True).write({
            'version_id': version_sudo.id, 'size': values['size'], 'mimetype': values['mimetype'],
            'version_date': fields.Datetime.now(), 'is_confirmed': False})
        self.invalidate_recordset(['version_ids'])  # newest first
        self._after_version(version_sudo)
        return version_sudo

    def _after_version(self, version_sudo):
        """Tell those who want to know: staff about what customers upload, customers about the rest."""
        Event = self.env['customer.file.event']
        if version_sudo.uploader_id._is_portal():
            Event._announce('upload', self, version_sudo)
        elif not self.sudo().project_id.is_template:
            Event._announce('file' if version_sudo.number == 1 else 'version', self, version_sudo)

    @api.model
    def _create_by_upload(self, target, path, name, reserved=False):
        """Create a file, or add a version, from an upload that was checked against the target.

        :param target: ``customer.folder``, ``customer.file.request``, ``customer.file`` or ``project.project``
        :param str path: temporary file on disk
        :param str name: its name, as it came
        :return: the file with the rights of the user
        """
        if target._name == 'customer.file':
            target._add_version(path, name, reserved=reserved)
            return target
        is_portal = self._customer_restriction() == 'portal'
        request = target if target._name == 'customer.file.request' else self.env['customer.file.request']
        # sudo: the target was checked; all values follow from it
        target_sudo = target.sudo()
        project = target_sudo if target._name == 'project.project' else target_sudo.project_id
        folder = target_sudo if target._name == 'customer.folder' else request.sudo().folder_id
        file_sudo = self.sudo().create({
            'name': name, 'project_id': project.id, 'folder_id': folder.id, 'request_id': request.id,
            'category_id': (request.sudo().category_id or folder.category_id).id, 'from_customer': is_portal,
            'visibility': 'customer', 'uploader_id': self.env.uid})
        file = file_sudo.sudo(self.env.su)
        version_sudo = file._add_version(path, name, reserved=reserved)
        file_sudo.name = version_sudo.name
        if request:
            request._after_upload()
        return file

    def _customer_may_add_version(self):
        """Tell whether the current user may upload a new version of the file."""
        self.ensure_one()
        if self._customer_restriction() != 'portal':
            return self.has_access('write')
        file_sudo = self.sudo()
        return (self.has_access('read') and file_sudo.from_customer and file_sudo.folder_id.upload in ('yes', 'drop')
                and not file_sudo.request_id)

    def _confirm_receipt(self):
        """Confirm for the current user that he got the current version; again does nothing."""
        self.check_access('read')
        # sudo: customers have read access only; what is written follows from the checked file
        file_sudo = self.sudo()
        if not file_sudo.needs_confirmation or not file_sudo.version_id:
            raise UserError(self.env._('Nobody asks for a confirmation of this file.'))
        self.env['customer.file.receipt']._record(file_sudo.version_id, 'confirm')
        file_sudo.with_context(tracking_disable=True).is_confirmed = True

    @api.model
    def _check_customer_may_write(self):
        """Refuse end users who came here by RPC; the pages of the portal are their way."""
        if self._customer_restriction() in ('portal', 'none'):
            raise AccessError(self.env._('Only staff can do this.'))

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_portal(self):
        """Open the page that the customer sees."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self.access_url, 'target': 'new'}

    def action_download(self):
        """Download the current version."""
        self.ensure_one()
        if not self.version_id:
            raise UserError(self.env._('There is no content yet.'))
        return {'type': 'ir.actions.act_url', 'url': f'/my/files/{self.id}/download', 'target': 'self'}

    def action_share(self):
        """Open the form for a link with expiry."""
        self.ensure_one()
        return self.env['customer.file.link.wizard']._action({'default_file_id': self.id})

    @api.model
    def _demo_second_version(self, file_id):
        """Give a file of the demo data its second version."""
        with file_open('customer_project/demo/files/plan2.pdf', 'rb') as stream:
            content = base64.b64encode(stream.read())
        self.browse(file_id).with_context(customer_project_quiet=True).content = content
