import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import escape_psql
from odoo.tools.translate import LazyTranslate

from odoo.addons.customer_services.portal_list import Choice, PortalList, Waiting

from ..const import EVENTS, MODES
from ..content import IMAGE_TYPES
from .download import CustomerFileSender

_lt = LazyTranslate(__name__)

FILES = PortalList(
    model='customer.file',
    url='/my/files',
    page_name='files',
    title=_lt('Files'),
    template='customer_project.portal_my_files',
    fields=('name', 'project_id', 'folder_id', 'category_id', 'version_id', 'size', 'mimetype', 'version_date',
            'date_until', 'needs_confirmation', 'is_confirmed', 'from_customer'),
    sortings={
        'newest': Choice(_lt('Newest'), 'version_date desc, id desc'),
        'name': Choice(_lt('Name'), 'name, id'),
        'category': Choice(_lt('Category'), 'category_id, name, id'),
    },
    filters={
        'all': Choice(_lt('All'), [('version_id', '!=', False)]),
        'confirm': Choice(_lt('To be confirmed'), [
            ('version_id', '!=', False), ('needs_confirmation', '=', True), ('is_confirmed', '=', False)]),
        'mine': Choice(_lt('From us'), [('version_id', '!=', False), ('from_customer', '=', True)]),
    },
    searches={
        'all': Choice(_lt('Everything'), lambda text: Domain.OR(
            Domain(name, 'ilike', escape_psql(text)) for name in ('name', 'description'))),
        'name': Choice(_lt('Name'), lambda text: Domain('name', 'ilike', escape_psql(text))),
    },
    groupings={
        'none': Choice(_lt('None'), None),
        'project': Choice(_lt('Project'), 'project_id'),
        'category': Choice(_lt('Category'), 'category_id'),
    },
    empty=_lt('No files yet.'),
)


class CustomerFilePortal(CustomerFileSender):

    # ------------------------------------------------------------------
    # Home
    # ------------------------------------------------------------------

    def _portal_actions(self):
        return super()._portal_actions() + [Waiting(
            'customer.file.request', [('state', 'in', ('open', 'returned')), ('project_id.is_template', '=', False)],
            ('name', 'date_due', 'state'), 'date_due, id', lambda document: {
                'title': document.name, 'url': document.access_url, 'date': document.date_due,
                'label': request.env._('Send again') if document.state == 'returned'
                else request.env._('Send a document'),
            },
        ), Waiting(
            'customer.file',
            [('needs_confirmation', '=', True), ('is_confirmed', '=', False), ('version_id', '!=', False)],
            ('name', 'version_date'), 'version_date, id', lambda file: {
                'title': file.name, 'url': file.access_url, 'date': file.version_date,
                'label': request.env._('Confirm the receipt'),
            })]

    def _portal_cards(self):
        return super()._portal_cards() + [{
            'title': request.env._('Files'),
            'text': request.env._('Offers, contracts, plans: read, download, send'),
            'url': FILES.url,
            'icon': 'fa-files-o',
            'model': 'customer.file',
            'domain': [('version_id', '!=', False)],
        }]

    # ------------------------------------------------------------------
    # List and page
    # ------------------------------------------------------------------

    @route(['/my/files', '/my/files/page/<int:page>'], type='http', auth='user', website=True, readonly=True)
    def portal_my_files(self, page=1, **params):
        """List the files of all projects that the visitor may see."""
        if not request.env['customer.file'].has_access('read'):
            raise NotFound
        return self._render_portal_list(FILES, page, **params)

    def _get_file(self, file_id):
        """Return the file with the rights of the visitor; without content it does not exist for customers."""
        file = self._get_portal_document('customer.file', file_id)
        if file.env.su or not file.version_id:
            raise NotFound
        return file

    @route('/my/files/<int:file_id>', type='http', auth='user', website=True, readonly=True)
    def portal_my_file(self, file_id, **params):
        """Show one file: preview, facts, versions."""
        return self._render_file(self._get_file(file_id), done=params.get('done'))

    def _render_file(self, file, error=None, done=None):
        file_sudo = file.sudo()  # names of what the visitor may see
        folder = file.folder_id if file.folder_id.has_access('read') else file.folder_id.browse()
        mine = request.env['customer.file.receipt'].sudo().search_count([
            ('version_id', '=', file_sudo.version_id.id), ('user_id', '=', request.env.uid), ('kind', '=', 'confirm')])
        return request.render('customer_project.portal_my_file', {
            **self._prepare_portal_layout_values(),
            'page_name': 'file',
            'file': file,
            'file_sudo': file_sudo,
            'project_open': file_sudo.project_id.sudo(False).has_access('read'),
            'folders': folder._path_folders() if folder else folder,
            'version': file_sudo.version_id,
            'preview': 'image' if file.mimetype in IMAGE_TYPES else file_sudo.version_id._is_inline() and 'frame',
            'may_add': file._customer_may_add_version(),
            'is_mine_confirmed': bool(mine),
            'uploads': self._file_upload_hints(),
            'error': error,
            'done': done,
        })

    def _find_version(self, file, number):
        """Return the version of a checked file with a number as sent, the current one without."""
        file_sudo = file.sudo()
        if number is None:
            return file_sudo.version_id
        version = file_sudo.version_ids.filtered(lambda version: str(version.number) == number)
        if not version:
            raise NotFound
        return version

    @route('/my/files/<int:file_id>/download', type='http', auth='user', website=True, readonly=True)
    def portal_my_file_download(self, file_id, version=None, **params):
        """Send a version as download, ranges included."""
        return self._send_version(self._find_version(self._get_file(file_id), version))

    @route('/my/files/<int:file_id>/preview', type='http', auth='user', website=True, readonly=True)
    def portal_my_file_preview(self, file_id, version=None, **params):
        """Send a PDF, an image or a text to be shown inside a page; anything else as download."""
        return self._send_version(self._find_version(self._get_file(file_id), version), as_attachment=False)

    @route('/my/files/<int:file_id>/confirm', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_file_confirm(self, file_id, **params):
        """Confirm the receipt of the current version."""
        file = self._get_file(file_id)
        try:
            file._confirm_receipt()
        except UserError as error:
            return self._render_file(file, error=error.args[0])
        return request.redirect(f'{file.access_url}?done=confirmed')

    @route('/my/files/zip', type='http', auth='user', website=True, readonly=True)
    def portal_my_files_zip(self, ids='', **params):
        """Send chosen files as one ZIP: only those that the visitor may see, the rest is silently missing."""
        if not request.env['customer.file'].has_access('read'):
            raise NotFound
        wanted = [int(part) for part in str(ids).split(',')[:1000] if re.fullmatch('[0-9]{1,9}', part)]
        wanted += [int(part) for part in request.httprequest.args.getlist('file')[:1000] if re.fullmatch(
            '[0-9]{1,9}', part)]
        files = request.env['customer.file'].search([('id', 'in', wanted), ('version_id', '!=', False)], order='name, id')
        return self._zip_response(request.env._('Files'), files)

    def _zip_response(self, name, files, base=None):
        """Send files as ZIP and note the downloads."""
        entries = self._zip_entries(files, base)
        response = self._send_zip(name, entries)
        self._note_receipt([version for _path, version in entries], 'download')
        return response

    # ------------------------------------------------------------------
    # Notifications
    # ------------------------------------------------------------------

    @route('/my/files/notifications', type='http', auth='user', website=True, readonly=True, methods=['GET'])
    def portal_my_file_notifications(self, **params):
        """Show which mails about files the visitor gets."""
        events = dict(request.env['customer.file.event']._fields['event']._description_selection(request.env))
        modes = request.env['customer.file.event']._fields['mode']._description_selection(request.env)
        return request.render('customer_project.portal_my_file_notifications', {
            **self._prepare_portal_layout_values(),
            'page_name': 'file_notifications',
            'events': [(name, events[name]) for name, _label in EVENTS if (
                name == 'upload') == request.env.user._is_internal()],
            'modes': modes,
            'choices': request.env['customer.file.preference']._my_choices(),
            'is_saved': bool(params.get('done')),
        })

    @route('/my/files/notifications', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_file_notifications_save(self, **params):
        """Store the choices."""
        request.env['customer.file.preference']._choose({
            name: params.get(f'mode_{name}') for name, _label in EVENTS if params.get(f'mode_{name}') in dict(MODES)})
        return request.redirect('/my/files/notifications?done=1')

    # ------------------------------------------------------------------
    # Shared by the forms for uploads
    # ------------------------------------------------------------------

    def _file_upload_hints(self):
        """Return what the forms say about files: dict ``max_mb``, ``accept``."""
        hints = self._upload_hints()
        return dict(hints, max_mb=request.env['customer.file.upload']._max_bytes() // (1024 * 1024))
