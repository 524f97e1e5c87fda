import base64
import binascii
import contextlib
import fcntl
import os
import re
import tempfile
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.mimetypes import fix_filename_extension

from odoo.addons.customer_services.codes import new_token
from odoo.addons.customer_services.uploads import Limits, UploadError, check_files, clean_name

from .. import clamd
from ..const import CHUNK_BYTES, DEFAULT_MAX_MB, MAX_DATABASE_BYTES, UPLOAD_HOURS
from ..content import BLOCK, HEAD_BYTES, INLINE_TYPES, detect_type

#: models that a file can be uploaded to
TARGETS = ('customer.folder', 'customer.file.request', 'customer.file', 'project.project')
#: what a browser or a computer would run
ACTIVE_TYPES = frozenset({
    'text/html', 'application/xhtml+xml', 'image/svg+xml', 'text/javascript', 'application/javascript',
    'application/x-dosexec', 'application/x-executable', 'application/x-sharedlib', 'application/x-mach-binary',
    'text/x-shellscript', 'application/x-msdownload', 'application/hta'})


class CustomerFileUpload(models.Model):
    """An upload in pieces that has not ended yet; the pieces are one growing file on disk.

    The row holds the room in the quota. Who uploads is the only one who can go on.
    """

    _name = 'customer.file.upload'
    _description = 'Upload in pieces'
    _order = 'id desc'

    key = fields.Char(required=True, default=lambda self: new_token())
    user_id = fields.Many2one('res.users', required=True, index=True, ondelete='cascade')
    customer_id = fields.Many2one('res.partner', ondelete='cascade')
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field='res_model', required=True)
    name = fields.Char(required=True)
    size = fields.Float(digits=(16, 0), required=True)

    _key_unique = models.UniqueIndex('(key)')

    # ------------------------------------------------------------------
    # Limits
    # ------------------------------------------------------------------

    @api.model
    def _max_bytes(self):
        """Return the size of the largest file in bytes."""
        # sudo: system parameters, read only
        storage = self.env['ir.attachment'].sudo()._customer_storage('customer.file.version')
        get_param = self.env['ir.config_parameter'].sudo().get_param
        limit = int(get_param('customer_project.max_mb') or DEFAULT_MAX_MB) * 1024 * 1024
        return min(limit, MAX_DATABASE_BYTES) if storage == 'db' else limit

    @api.model
    def _check_announced(self, name, size):
        """Check name and size before a single byte is taken.

        :return: the clean name
        :raises UserError: if such a file is not accepted
        """
        self._check_heads(clean_name(name), size, b'')
        return clean_name(name)

    @api.model
    def _check_heads(self, name, size, head):
        Upload = self.env['customer.upload']
        base = Upload._limits()
        extensions = base.extensions
        if self.env['customer.file']._customer_restriction() != 'portal':
            extensions |= {name.rpartition('.')[2].lower()}  # staff may send any kind of file but programs
        limits = Limits(self._max_bytes(), base.max_files, extensions)
        try:
            check_files([(name, size, head[:8])], limits)
        except UploadError as error:
            raise UserError(Upload._explain(error, limits)) from None

    @api.model
    def _check_content(self, path, name):
        """Check a whole file on disk.

        :return: dict ``name``, ``size``, ``mimetype``, ``is_scanned`` of a version
        :raises UserError: if it is refused
        """
        size, name = os.path.getsize(path), clean_name(name)
        with open(path, 'rb') as stream:
            head = stream.read(HEAD_BYTES)
        self._check_heads(name, size, head)
        mimetype = detect_type(head)
        if mimetype in ACTIVE_TYPES and self.env['customer.file']._customer_restriction() == 'portal':
            raise UserError(self.env._(
                'The file “%s” contains something that a browser or a computer would run, and is not accepted.', name))
        if mimetype in INLINE_TYPES and mimetype != 'text/plain':
            name = clean_name(fix_filename_extension(name, mimetype))
        return {'name': name, 'size': size, 'mimetype': mimetype, 'is_scanned': self._scan(path, name)}

    @api.model
    def _scan(self, path, name):
        """Ask the virus scanner, if one is configured; without its answer nothing is accepted."""
        # sudo: a system parameter, read only
        address = self.env['ir.config_parameter'].sudo().get_param('customer_project.clamd')
        if not address:
            return False
        try:
            virus = clamd.scan(address, path)
        except clamd.ScanError:
            raise UserError(self.env._(
                'The file “%s” could not be checked for viruses. Please try again later.', name)) from None
        if virus:
            raise UserError(self.env._('The file “%s” contains a virus and is not accepted.', name))
        return True

    # ------------------------------------------------------------------
    # Temporary files
    # ------------------------------------------------------------------

    @api.model
    def _folder(self):
        """Return the folder of unfinished uploads: in the filestore, so that a finished one is only linked."""
        path = os.path.join(self.env['ir.attachment']._filestore(), 'customer_uploads')
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    @api.model
    def _temporary(self, stream):
        """Copy a stream into a temporary file that goes when the transaction is committed, and return its path."""
        handle, path = tempfile.mkstemp(dir=self._folder(), prefix='form-')
        with os.fdopen(handle, 'wb') as target:
            while block := stream.read(BLOCK):
                target.write(block)
        self._forget_after(path)
        return path

    @api.model
    def _temporary_from_base64(self, content):
        """Write base64 text into a temporary file and return its path."""
        handle, path = tempfile.mkstemp(dir=self._folder(), prefix='rpc-')
        self._forget_after(path)
        step = 4 * 256 * 1024
        try:
            with os.fdopen(handle, 'wb') as target:
                for start in range(0, len(content), step):
                    target.write(base64.b64decode(content[start:start + step], validate=True))
        except (binascii.Error, ValueError, TypeError):
            raise UserError(self.env._('The content is no valid base64.')) from None
        return path

    @api.model
    def _forget_after(self, path, on_rollback=True):
        """Delete a temporary file when the transaction ends; pieces of an upload stay after a rollback."""
        def forget():
            with contextlib.suppress(OSError):
                os.unlink(path)

        self.env.cr.postcommit.add(forget)
        if on_rollback:
            self.env.cr.postrollback.add(forget)

    def _path(self):
        """Return where the pieces of this upload are."""
        self.ensure_one()
        return os.path.join(self._folder(), f'part-{self.id}-{re.sub("[^A-Za-z0-9]", "", self.key)[:16]}')

    # ------------------------------------------------------------------
    # Upload in pieces
    # ------------------------------------------------------------------

    @api.model
    def _start(self, target, name, size):
        """Begin an upload after all checks that are possible without content, and reserve its room.

        :param target: record of one of :data:`TARGETS`, checked by :meth:`_check_target`
        :param str name: name of the file as it came
        :param int size: bytes that will come
        :return: the upload in sudo
        """
        name = self._check_announced(name, size)
        customer = target.sudo().commercial_partner_id
        self.env['customer.file.usage']._reserve(customer, size)
        # sudo: nobody has rights on uploads; the user and the target are checked
        return self.sudo().create({
            'user_id': self.env.uid, 'customer_id': customer.id, 'res_model': target._name, 'res_id': target.id,
            'name': name, 'size': size})

    @api.model
    def _find(self, key):
        """Return the user's own upload with the key in sudo, empty if there is none."""
        # sudo: found by key and user only
        return self.sudo().search([('key', '=', key), ('user_id', '=', self.env.uid)]) if isinstance(
            key, str) and key else self.sudo()

    @api.model
    def _check_target(self, target):
        """Check that the current user may upload to the record.

        :return: whether he may
        :raises AccessError: if he may not even read it
        """
        target.ensure_one()
        target.check_access('read')
        if target._name == 'project.project':
            return target._customer_restriction() != 'portal' and self.env['customer.file'].has_access('create')
        if target._name == 'customer.file':
            return target._customer_may_add_version()
        return target._name in TARGETS and target._customer_may_upload()

    def _received(self):
        """Return how many bytes have come."""
        with contextlib.suppress(OSError):
            return os.path.getsize(self._path())
        return 0

    def _append(self, offset, stream, length):
        """Add a piece.

        A piece at another place than the end is ignored: the answer says where to go on. What came of a piece
        that broke off stays, and is continued.

        :param int offset: where the piece begins
        :param stream: file-like object with the bytes
        :param int length: number of bytes, at most :data:`CHUNK_BYTES`
        :return: number of bytes that have come
        """
        self.ensure_one()
        if not 0 <= length <= CHUNK_BYTES:
            raise UserError(self.env._('A piece of an upload may have at most %s bytes.', CHUNK_BYTES))
        with open(self._path(), 'ab') as target:
            fcntl.flock(target, fcntl.LOCK_EX)
            received = os.fstat(target.fileno()).st_size
            if offset != received:
                return received
            if received + length > self.size:
                raise UserError(self.env._('More came than was announced.'))
            while length and (block := stream.read(min(length, 64 * 1024))):
                target.write(block)
                length -= len(block)
        return self._received()

    def _finish(self):
        """Make the file of a complete upload.

        :return: the ``customer.file`` with the rights of the user
        :raises UserError: if something is missing, or the content is refused; the upload is over then
        """
        self.ensure_one()
        target = self.env[self.res_model].browse(self.res_id).sudo(False).exists()
        if not target or not self.env['customer.file.upload'].sudo(False)._check_target(target):
            raise UserError(self.env._('You can no longer upload here.'))
        if self._received() != self.size:
            raise UserError(self.env._('The upload is not complete.'))
        path = self._path()
        file = target.env['customer.file']._create_by_upload(target, path, self.name, reserved=True)
        self._forget_after(path, on_rollback=False)
        self.unlink()
        return file

    def _cancel(self):
        """Give up: room and pieces are freed."""
        for upload in self:
            self.env['customer.file.usage']._release(upload.customer_id, upload.size)
            self._forget_after(upload._path(), on_rollback=False)
        self.unlink()

    @api.autovacuum
    def _gc_uploads(self):
        limit = fields.Datetime.now() - timedelta(hours=UPLOAD_HOURS)
        self.search([('create_date', '<', limit)])._cancel()
        oldest = time.time() - UPLOAD_HOURS * 3600
        for entry in os.scandir(self._folder()):
            with contextlib.suppress(OSError):
                if entry.stat().st_mtime < oldest:
                    os.unlink(entry.path)

    @api.model
    def _lock_key(self, key):
        """Lock the upload so that it is finished once."""
        self.env.execute_query(SQL('SELECT id FROM customer_file_upload WHERE key = %s FOR UPDATE', key))
