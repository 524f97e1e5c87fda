import re

from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql

from odoo.addons.customer_services.portal_list import MAX_SEARCH, clean_text
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .portal import CustomerFilePortal

PAGE_SIZE = 80


class CustomerProjectPortal(CustomerFilePortal):
    """Folders and files of one project."""

    def _get_project(self, project_id):
        """Return the project with the rights of the visitor: missing and foreign ones get the same answer."""
        project = request.env['project.project'].browse(project_id if project_id < 2 ** 31 else 0)
        readable = request.env['customer.file'].has_access('read') and project.exists() and project.has_access('read')
        if not readable or project.is_template:
            raise NotFound
        return project

    def _get_folder(self, project, folder_id):
        """Return the folder of the project with the rights of the visitor, empty for its top.

        :param folder_id: as sent
        """
        Folder = request.env['customer.folder']
        if not folder_id:
            return Folder
        folder = Folder.browse(int(folder_id) if re.fullmatch('[0-9]{1,9}', str(folder_id)) else 0).exists()
        # sudo: whether the folder is of this project; then the rights of the visitor decide
        if not folder or folder.sudo().project_id != project or not folder.has_access('read'):
            raise NotFound
        return folder

    @route(['/my/projects/<int:project_id>/files', '/my/projects/<int:project_id>/files/page/<int:page>'],
           type='http', auth='user', website=True, readonly=True)
    def portal_my_project_files(self, project_id, page=1, folder=None, search='', **params):
        """Show a folder of a project, or what is found in the whole project."""
        project = self._get_project(project_id)
        return self._render_project_files(
            project, self._get_folder(project, folder),
            int(page) if re.fullmatch('[0-9]{1,9}', str(page)) else 1, search, done=params.get('done'))

    def _render_project_files(self, project, folder, page=1, search='', error=None, done=None):
        search = clean_text(search)[:MAX_SEARCH].strip()
        Folder, File = request.env['customer.folder'], request.env['customer.file']
        inside, here = Domain('project_id', '=', project.id), Domain.TRUE
        domain = inside & Domain('version_id', '!=', False)
        if search:
            here = Domain('name', 'ilike', escape_psql(search))
            domain &= here | Domain('description', 'ilike', escape_psql(search))
            folders = Folder.search_fetch(inside & here, ['name', 'upload'], limit=PAGE_SIZE)
        else:
            domain &= Domain('folder_id', '=', folder.id)
            folders = Folder.search_fetch(inside & Domain('parent_id', '=', folder.id), ['name', 'upload'])
        url = f'/my/projects/{project.id}/files'
        total = File.search_count(domain)
        pager = portal_pager(
            url=url, total=total, page=min(page, total or 1), step=PAGE_SIZE,
            url_args={name: value for name, value in (('folder', folder.id), ('search', search)) if value})
        files = File.search_fetch(
            domain, ['name', 'folder_id', 'category_id', 'version_id', 'size', 'mimetype', 'version_date', 'date_until',
                     'needs_confirmation', 'is_confirmed', 'from_customer', 'project_id'],
            order='name, id', limit=PAGE_SIZE, offset=pager['offset'])
        return request.render('customer_project.portal_my_project_files', {
            **self._prepare_portal_layout_values(),
            'page_name': 'project_files',
            'customer_project': project,
            'folder': folder,
            'path': folder._path_folders() if folder else folder,
            'folders': folders,
            'files': files,
            'total': total,
            'pager': pager,
            'search': search,
            'may_upload': folder._customer_may_upload() if folder else (
                request.env.user._is_internal() and File.has_access('create')),
            'target': folder or project,
            'uploads': self._file_upload_hints(),
            'error': error,
            'done': done,
        })

    @route('/my/projects/<int:project_id>/files/zip', type='http', auth='user', website=True, readonly=True)
    def portal_my_project_files_zip(self, project_id, folder=None, **params):
        """Send a folder with all below it, or the whole project, as one ZIP."""
        project = self._get_project(project_id)
        folder = self._get_folder(project, folder)
        domain = Domain('project_id', '=', project.id) & Domain('version_id', '!=', False)
        if folder:
            domain &= Domain('folder_id', 'child_of', folder.id)
        files = request.env['customer.file'].search(domain, order='folder_id, name, id')
        return self._zip_response(folder.name or project.name, files, folder)
