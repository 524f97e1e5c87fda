import csv
import io

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError
from odoo.http import request, route

from ..content import Paths
from .download import CustomerFileSender

COLUMNS = ('path', 'project', 'folder', 'name', 'version', 'current', 'category', 'visibility', 'bytes', 'type', 'sha1',
           'uploaded by', 'uploaded on', 'receipts')


class CustomerFileExport(CustomerFileSender):
    """Everything of a customer as one ZIP."""

    @route('/customer_project/export/<int:customer_id>', type='http', auth='user', readonly=True)
    def customer_file_export(self, customer_id, **params):
        """Send all projects, folders, files and versions of a customer with an index (data administrators)."""
        customer = request.env['res.partner'].browse(customer_id if customer_id < 2 ** 31 else 0).exists()
        try:
            if not customer:
                raise NotFound
            customer._check_customer_export()
        except AccessError:
            raise NotFound from None
        entries, rows = self._export_entries(customer.commercial_partner_id)
        entries.append(('index.csv', _csv(COLUMNS, rows)))
        entries.append(('requests.csv', _csv(
            ('project', 'request', 'state', 'due', 'reason', 'files'), self._export_requests(customer))))
        return self._send_zip(customer.commercial_partner_id.name, entries)

    def _export_entries(self, customer):
        """Return ``(entries of the ZIP, rows of the index)`` of all versions, whatever their visibility."""
        projects_sudo = customer._get_customer_file_roots()
        # sudo: everything of the customer, checked by the caller
        versions_sudo = request.env['customer.file.version'].sudo().search(
            [('file_id.project_id', 'in', projects_sudo.ids)], order='file_id, number')
        counts = dict(request.env['customer.file.receipt'].sudo()._read_group(
            [('version_id', 'in', versions_sudo.ids)], ['version_id'], ['__count']))
        reaches = dict(request.env['customer.file']._fields['reach']._description_selection(request.env))
        paths, entries, rows = Paths(), [], []
        for version in versions_sudo:
            file = version.file_id
            is_current = version == file.version_id
            folders = file.folder_id._path_names() if file.folder_id else []
            path = paths.add(
                file.project_id.name, *folders, *([] if is_current else ['versions', str(version.number)]),
                file.name if is_current else version.name)
            entries.append((path, version))
            rows.append((
                path, file.project_id.name, ' / '.join(folders), file.name, version.number, 'x' if is_current else '',
                file.category_id.name or '', reaches.get(file.reach, ''), int(version.size), version.mimetype,
                version.attachment_id.checksum or '', version.uploader_id.name or '', version.date.isoformat(' '),
                counts.get(version, 0)))
        return entries, rows

    def _export_requests(self, customer):
        # sudo: everything of the customer, checked by the caller
        requests_sudo = request.env['customer.file.request'].sudo().search(
            [('commercial_partner_id', '=', customer.commercial_partner_id.id)], order='project_id, id')
        for document in requests_sudo:
            yield (document.project_id.name, document.name, document.state, document.date_due or '',
                   document.reason or '', ', '.join(document.file_ids.mapped('name')))


def _csv(columns, rows):
    """Return a CSV as bytes that no spreadsheet takes for formulas."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([
            f"'{value}" if isinstance(value, str) and value[:1] in '=+-@\t\r' and value else value for value in row])
    return b'\xef\xbb\xbf' + text.getvalue().encode()
