import contextlib
import os
import shutil
import tempfile

from odoo import api, models
from odoo.exceptions import UserError

from ..const import MAX_DATABASE_BYTES, MAX_INT4, STORAGE_BLOCK
from ..content import BLOCK, file_digest, same_content


class IrAttachment(models.Model):
    """Attachments made of files on disk: Odoo's own way holds the whole content in memory."""

    _inherit = 'ir.attachment'

    @api.model
    def _customer_storage(self, model):
        """Return where attachments of a model are stored: ``file``, ``db``, or the code of another storage."""
        # in the context: a storage of another module may be that of chosen models only
        return self.with_context(attachment_res_model=model)._storage()

    def _customer_is_elsewhere(self):
        """Tell whether the content is in a storage of another module, which opens it as a stream."""
        self.ensure_one()
        return '://' in (self.store_fname or '') and hasattr(self, 'open')

    def _customer_open(self, mode):
        """Return the content in a storage of another module as context manager of a stream.

        :param str mode: ``rb`` or ``wb``
        """
        self.ensure_one()
        return self.open(mode, block_size=STORAGE_BLOCK)

    @api.model
    def _customer_create_from_path(self, path, values):
        """Make an attachment of a file on disk, wherever attachments are stored.

        Content in the database goes through one bytes value and is limited; a storage of another module
        (``fs_attachment``) is written as a stream if it can be opened for writing.

        :param str path: temporary file below the filestore; it stays until the transaction is committed
        :param dict values: ``name``, ``res_model``, ``res_id``, ``mimetype``
        :return: the attachment
        :raises UserError: if the storage cannot take a file of this size
        """
        attachment = self.with_context(image_no_postprocess=True).create(values)
        size, storage = os.path.getsize(path), self._customer_storage(values.get('res_model'))
        if storage == 'file':
            attachment._customer_link_into_filestore(path, size)
        elif storage != 'db' and hasattr(attachment, 'open'):
            with open(path, 'rb') as source, attachment._customer_open('wb') as target:
                shutil.copyfileobj(source, target, BLOCK)
            # what follows from the content is not written by its storage: Odoo's own ``write`` drops it
            models.Model.write(attachment.sudo(), {'checksum': file_digest(path), 'file_size': min(size, MAX_INT4)})
        else:
            if size > MAX_DATABASE_BYTES:
                raise UserError(self.env._(
                    'Files are stored in the database here, where one may have at most %s MB. Ask your administrator '
                    'to store files on disk.', MAX_DATABASE_BYTES // (1024 * 1024)))
            with open(path, 'rb') as source:
                attachment.raw = source.read()
        return attachment.with_env(self.env)

    def _customer_link_into_filestore(self, path, size):
        """Put the file under the name that Odoo's filestore gives it.

        The row comes first: the garbage collection locks the table, and waits for this transaction. A rollback
        leaves a file that is on Odoo's checklist, and is collected.
        """
        self.ensure_one()
        checksum = file_digest(path)
        fname = f'{checksum[:2]}/{checksum}'
        models.Model.write(self.sudo(), {
            'store_fname': fname, 'checksum': checksum, 'file_size': min(size, MAX_INT4)})
        self.flush_recordset()
        self._mark_for_gc(fname)
        target = self._full_path(fname)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.exists(target):
            if not same_content(path, target):
                raise UserError(self.env._('The file collides with an existing one.'))
            return
        try:
            os.link(path, target)
        except OSError:  # a file system without links: copy, and show the name when the copy is whole
            handle, copy = tempfile.mkstemp(dir=os.path.dirname(target))
            os.close(handle)
            shutil.copyfile(path, copy)
            os.replace(copy, target)
        with contextlib.suppress(OSError):
            os.chmod(target, 0o644)
