import io
import re

from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.http import request, route

from ..const import CHUNK_BYTES
from ..models.customer_file_upload import TARGETS
from .project import CustomerProjectPortal
from .requests import CustomerFileRequestPortal

#: kinds of targets in the addresses of our pages
KINDS = {name.rpartition('.')[2]: name for name in TARGETS}


class CustomerFileUploadPortal(CustomerProjectPortal, CustomerFileRequestPortal):
    """Uploads: by a plain form, and in pieces by the script of the page (drag and drop, progress, going on)."""

    # ------------------------------------------------------------------
    # Plain forms
    # ------------------------------------------------------------------

    @route('/my/projects/<int:project_id>/files/upload', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_project_upload(self, project_id, folder=None, **params):
        """Take files into a folder of a project."""
        project = self._get_project(project_id)
        folder = self._get_folder(project, folder)
        try:
            self._take_files(folder or project)
        except UserError as error:
            return self._render_project_files(project, folder, error=error.args[0])
        return request.redirect(
            f'/my/projects/{project.id}/files?done=uploaded' + (f'&folder={folder.id}' if folder else ''))

    @route('/my/requests/<int:request_id>/upload', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_request_upload(self, request_id, **params):
        """Take files into a request."""
        document = self._get_request(request_id)
        try:
            self._take_files(document)
        except UserError as error:
            return self._render_request(document, error=error.args[0])
        return request.redirect(f'{document.access_url}?done=uploaded')

    @route('/my/files/<int:file_id>/upload', type='http', auth='user', website=True, methods=['POST'])
    def portal_my_file_upload(self, file_id, **params):
        """Take a new version of a file."""
        file = self._get_file(file_id)
        try:
            self._take_files(file, single=True)
        except UserError as error:
            return self._render_file(file, error=error.args[0])
        return request.redirect(f'{file.access_url}?done=uploaded')

    def _take_files(self, target, single=False):
        """Store the files of the form, all of them or none.

        :param target: record to which they go
        :param bool single: whether it takes one file only
        :raises NotFound: if the visitor may not upload there
        :raises UserError: if one is refused
        """
        Upload = request.env['customer.file.upload']
        if not Upload._check_target(target):
            raise NotFound
        files = [file for file in request.httprequest.files.getlist('files') if file.filename]
        if not files or (single and len(files) > 1):
            raise UserError(request.env._('Please choose a file.'))
        if len(files) > self._file_upload_hints()['max_files']:
            raise UserError(request.env._('Please send at most %s files at once.', self._file_upload_hints()['max_files']))
        with request.env.cr.savepoint():
            for file in files:
                file.stream.seek(0)
                request.env['customer.file']._create_by_upload(target, Upload._temporary(file.stream), file.filename)

    # ------------------------------------------------------------------
    # In pieces
    # ------------------------------------------------------------------

    @route('/my/files/uploads', type='http', auth='user', methods=['POST'])
    def portal_upload_start(self, kind='', target='', name='', size='', **params):
        """Begin an upload; answers ``{key, piece}`` or ``{error}`` as JSON."""
        record = self._upload_target(kind, target)
        try:
            bytes_coming = int(size) if re.fullmatch('[0-9]{1,15}', size) else 0
            with request.env.cr.savepoint():
                upload_sudo = request.env['customer.file.upload']._start(record, name, bytes_coming)
        except UserError as error:
            return self._upload_error(error)
        return request.make_json_response({'key': upload_sudo.key, 'piece': CHUNK_BYTES})

    @route('/my/files/uploads/<string:key>/piece', type='http', auth='user', methods=['POST'])
    def portal_upload_piece(self, key, offset='', **params):
        """Take one piece as body of the request; answers ``{received}``: the offset of the next one.

        A worker holds one piece at a time. Nothing is written to the database, so Odoo never repeats this call.
        """
        upload_sudo = self._own_upload(key)
        length = request.httprequest.content_length or 0
        try:
            piece = request.httprequest.get_data(cache=False) if length <= CHUNK_BYTES else b''
            received = upload_sudo._append(
                int(offset) if re.fullmatch('[0-9]{1,15}', offset) else -1, io.BytesIO(piece), length)
        except UserError as error:
            return self._upload_error(error)
        return request.make_json_response({'received': received})

    @route('/my/files/uploads/<string:key>/finish', type='http', auth='user', methods=['POST'])
    def portal_upload_finish(self, key, **params):
        """Make the file of a complete upload; answers ``{url}``. What is refused is over, its room is free again."""
        upload_sudo = self._own_upload(key)
        try:
            with request.env.cr.savepoint():
                file = upload_sudo._finish()
        except UserError as error:
            if upload_sudo._received() == upload_sudo.size:
                upload_sudo._cancel()
            return self._upload_error(error)
        return request.make_json_response({'url': file.access_url if file.has_access('read') else ''})

    @route('/my/files/uploads/<string:key>/cancel', type='http', auth='user', methods=['POST'])
    def portal_upload_cancel(self, key, **params):
        """Give an upload up."""
        self._own_upload(key)._cancel()
        return request.make_json_response({})

    def _own_upload(self, key):
        upload_sudo = request.env['customer.file.upload']._find(key)
        if not upload_sudo:
            raise NotFound
        return upload_sudo

    def _upload_target(self, kind, target):
        """Return the record to which the visitor may upload.

        :param str kind: last part of the name of its model
        :param str target: its id as sent
        :raises NotFound: for what is missing, foreign, or takes no uploads
        """
        if kind not in KINDS or not re.fullmatch('[0-9]{1,9}', target):
            raise NotFound
        record = request.env[KINDS[kind]].browse(int(target)).exists()
        if not record or not record.has_access('read') or not request.env['customer.file.upload']._check_target(record):
            raise NotFound
        return record

    def _upload_error(self, error):
        return request.make_json_response({'error': error.args[0]}, status=422)
