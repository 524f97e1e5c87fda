"""What integrators call by XML-RPC and JSON-2 beside ``create``, ``write`` and ``search_read``."""
import base64
import io
import os
import tempfile
from urllib.parse import urlsplit

import requests as http_client

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..const import CHUNK_BYTES
from ..content import BLOCK
from .customer_file_upload import TARGETS

TIMEOUT = 30


class CustomerFile(models.Model):
    _inherit = 'customer.file'

    @api.model
    def upload_start(self, target_model, target_id, name, size):
        """Begin an upload in pieces (staff and integrators).

        :param str target_model: ``project.project``, ``customer.folder``, ``customer.file.request``, or
            ``customer.file`` for a new version
        :param int target_id: its id
        :param str name: name of the file
        :param int size: bytes that will come
        :return: dict ``key`` (for the next calls) and ``piece`` (greatest number of bytes of one piece)
        :raises UserError: if such a file is not accepted, or there is no room
        """
        upload_sudo = self.env['customer.file.upload']._start(
            self._api_target(target_model, target_id), name, int(size))
        return {'key': upload_sudo.key, 'piece': CHUNK_BYTES}

    @api.model
    def upload_piece(self, key, offset, content):
        """Add a piece.

        :param str key: of :meth:`upload_start`
        :param int offset: bytes that came before
        :param content: base64 text, or XML-RPC's ``Binary``
        :return: number of bytes that have come; go on from there
        """
        upload_sudo = self._api_upload(key)
        try:
            # XML-RPC's Binary arrives as bytes
            piece = content.data if hasattr(content, 'data') else base64.b64decode(content, validate=True)
        except (TypeError, ValueError):
            raise UserError(self.env._('The content is no valid base64.')) from None
        return upload_sudo._append(int(offset), io.BytesIO(piece), len(piece))

    @api.model
    def upload_finish(self, key):
        """Make the file of a complete upload.

        :return: id of the ``customer.file``
        :raises UserError: if bytes are missing, or the content is refused
        """
        upload_sudo = self._api_upload(key)
        return upload_sudo._finish().id

    @api.model
    def upload_from_url(self, target_model, target_id, name, url):
        """Let the server fetch a file, from hosts that the settings allow only.

        :param str url: ``https://`` address; redirects are not followed
        :return: id of the ``customer.file``
        """
        target = self._api_target(target_model, target_id)
        upload = self.env['customer.file.upload']
        handle, path = tempfile.mkstemp(dir=upload._folder(), prefix='url-')
        upload._forget_after(path)
        with os.fdopen(handle, 'wb') as stream:
            self._api_fetch(url, stream, upload._max_bytes())
        return self._create_by_upload(target, path, name).id

    @api.model
    def _api_fetch(self, url, stream, max_bytes):
        """Copy what is at an allowed address into a stream, block by block."""
        # sudo: a system parameter, read only
        hosts = (self.env['ir.config_parameter'].sudo().get_param('customer_project.url_hosts') or '').lower().split()
        parts = urlsplit(url if isinstance(url, str) else '')
        if parts.scheme != 'https' or (parts.hostname or '').lower() not in hosts or parts.username:
            raise UserError(self.env._('Files are not fetched from this address.'))
        try:
            with http_client.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False) as answer:
                if answer.status_code != 200:
                    raise UserError(self.env._('The address answers with status %s.', answer.status_code))
                for block in answer.iter_content(BLOCK):
                    stream.write(block)
                    if stream.tell() > max_bytes:
                        raise UserError(self.env._('The file is too large.'))
        except http_client.RequestException:
            raise UserError(self.env._('The address could not be read.')) from None

    @api.model
    def _api_target(self, model, record_id):
        """Return the record to which something is uploaded, checked with the user's rights."""
        self._check_customer_may_write()
        if model not in TARGETS:
            raise UserError(self.env._('Nothing can be uploaded to “%s”.', model))
        target = self.env[model].browse(int(record_id)).exists()
        if not target or not self.env['customer.file.upload']._check_target(target):
            raise AccessError(self.env._('You may not upload there.'))
        return target

    @api.model
    def _api_upload(self, key):
        self._check_customer_may_write()
        upload_sudo = self.env['customer.file.upload']._find(key)
        if not upload_sudo:
            raise UserError(self.env._('There is no such upload.'))
        return upload_sudo
