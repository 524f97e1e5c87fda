from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import UPLOADS
from ..content import segment


class CustomerFolder(models.Model):
    """A folder of a project."""

    _name = 'customer.folder'
    _description = 'Folder of a project'
    _inherit = ['customer.reach.mixin']
    _order = 'sequence, name, id'
    _parent_store = True
    # who may see files by the kinds of his access sees the folders they are in
    _customer_kind = 'customer.file'

    name = fields.Char(required=True, size=120)
    sequence = fields.Integer(default=10)
    parent_id = fields.Many2one('customer.folder', string='In folder', index=True, ondelete='restrict')
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many('customer.folder', 'parent_id', string='Folders')
    file_ids = fields.One2many('customer.file', 'folder_id', string='Files')
    upload = fields.Selection(
        UPLOADS, string='Upload by customers', required=True, default='no',
        help='In a blind folder everybody sees only what he uploaded himself, as at a letter box.')
    category_id = fields.Many2one(
        'customer.file.category', string='Category of new files', ondelete='restrict',
        help='Files that are put into the folder get it.')
    project_category_ids = fields.Many2many(related='project_id.customer_category_ids', string='Categories of the project')
    access_ids = fields.Many2many(
        'customer.access', 'customer_folder_access_rel', 'folder_id', 'access_id', string='Chosen accesses')
    reach_access_ids = fields.Many2many(
        'customer.access', 'customer_folder_reach_rel', 'folder_id', 'access_id', string='Accesses that see it',
        compute='_compute_reach', store=True, recursive=True)

    _project_idx = models.Index('(project_id, parent_id, sequence)')

    @api.depends(
        'visibility', 'access_ids', 'parent_id.reach', 'parent_id.reach_access_ids', 'project_id.privacy_visibility')
    def _compute_reach(self):
        for folder in self.sudo():  # what follows from folders that the user may not see counts too
            folder.reach, folder.reach_access_ids = folder._narrowed_reach(folder.parent_id)

    @api.constrains('parent_id', 'project_id')
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._('A folder cannot be in itself.'))
        for folder in self:
            if folder.parent_id and folder.parent_id.project_id != folder.project_id:
                raise ValidationError(self.env._('Both folders must belong to the same project.'))

    @api.constrains('category_id', 'project_id')
    def _check_category(self):
        self.env['customer.file.category']._check_in_projects(self)

    @api.constrains('name')
    def _check_name(self):
        for folder in self:
            name = folder.name or ''
            if not name.strip(' .') or segment(name) != name.strip(' .') or name != name.strip():
                raise ValidationError(self.env._('“%s” cannot be the name of a folder.', folder.name or ''))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env['customer.file'].sudo().with_context(active_test=False).search_count(
                [('folder_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._('This folder holds files. Move them first.'))

    @api.depends('name', 'parent_id')
    def _compute_display_name(self):
        for folder in self:
            folder.display_name = ' / '.join(folder._path_names())

    def _path_names(self):
        """Return the names from the top folder to this one, as far as the user may see them: siblings never leak."""
        self.ensure_one()
        names, folder = [], self
        while folder:
            names.insert(0, folder.name or '')
            folder = folder.parent_id if folder.parent_id.has_access('read') else folder.browse()
        return names

    def _path_folders(self):
        """Return the folders from the top to this one that the user may see."""
        self.ensure_one()
        ids = [int(part) for part in (self.sudo().parent_path or '').split('/') if part]
        return self.browse(ids)._filtered_access('read')

    def _customer_may_upload(self):
        """Tell whether the current user may upload into the folder."""
        self.ensure_one()
        if not self.has_access('read'):
            return False
        if self._customer_restriction() == 'portal':
            return self.sudo().upload != 'no' and self.sudo().reach != 'internal'
        return self.env['customer.file'].has_access('create')
