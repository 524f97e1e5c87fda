from odoo import api, fields, models
from odoo.exceptions import UserError

from ..content import INLINE_TYPES, served_type
from ..storage_stream import StorageStream


class CustomerFileVersion(models.Model):
    """One content of a file; once stored it never changes."""

    _name = 'customer.file.version'
    _description = 'Version of a file'
    _order = 'file_id, number desc'

    file_id = fields.Many2one('customer.file', required=True, index=True, ondelete='cascade')
    number = fields.Integer(string='Version', required=True, readonly=True)
    name = fields.Char(string='Name as uploaded', required=True, readonly=True)
    comment = fields.Char(readonly=True)
    size = fields.Float(
        string='Bytes', digits=(16, 0), required=True, readonly=True,
        help='The true size: that of an attachment ends at 2 GiB.')
    mimetype = fields.Char(string='Type', readonly=True, help='Told by the content, not by the name.')
    uploader_id = fields.Many2one('res.users', string='Uploaded by', readonly=True)
    date = fields.Datetime(string='Uploaded on', required=True, readonly=True, default=fields.Datetime.now)
    is_scanned = fields.Boolean(string='Checked for viruses', readonly=True)
    attachment_id = fields.Many2one('ir.attachment', readonly=True, index='btree_not_null', ondelete='restrict')

    _number_unique = models.UniqueIndex('(file_id, number)')

    @api.depends('name', 'number')
    def _compute_display_name(self):
        for version in self:
            version.display_name = f'{version.name} ({version.number})'

    def _store(self, path):
        """Make the attachment out of the file on disk, without reading it into memory."""
        self.ensure_one()
        self.attachment_id = self.env['ir.attachment'].sudo()._customer_create_from_path(path, {
            'name': self.name, 'res_model': self._name, 'res_id': self.id,
            'mimetype': served_type(self.mimetype)})

    def unlink(self):
        """Take the content along, and give its room back."""
        for version in self.sudo():
            self.env['customer.file.usage']._release(version.file_id.commercial_partner_id, version.size)
        files = self.sudo().file_id
        result = super().unlink()  # Odoo deletes the attachments of a record with it
        for file in files.exists():
            latest = file.version_ids[:1]
            if file.version_id != latest or not file.version_id:
                file.with_context(tracking_disable=True).write({
                    'version_id': latest.id, 'size': latest.size, 'mimetype': latest.mimetype})
        return result

    def _is_inline(self):
        """Tell whether a browser may show the content inside a page: never HTML or SVG."""
        return self.mimetype in INLINE_TYPES

    def _stream(self):
        """Return the ``odoo.http.Stream`` of the content; the file was checked by the caller."""
        self.ensure_one()
        if not self.attachment_id:
            raise UserError(self.env._('There is no content yet.'))
        attachment_sudo, name = self.sudo().attachment_id, self.file_id.name if self._is_current() else self.name
        if attachment_sudo._customer_is_elsewhere():
            stream = StorageStream.of(attachment_sudo, int(self.size))
            stream.download_name = name
        else:
            stream = self.env['ir.binary'].sudo()._get_stream_from(attachment_sudo, filename=name)
        stream.mimetype = served_type(self.mimetype)
        if stream.mimetype == 'text/plain':
            stream.mimetype = 'text/plain; charset=utf-8'
        stream.public = False
        return stream

    def _is_current(self):
        return self == self.file_id.version_id

    def action_download(self):
        """Download this version."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_url', 'target': 'self',
            'url': f'/my/files/{self.file_id.id}/download?version={self.number}'}
