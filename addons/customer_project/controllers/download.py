"""How files leave the server: one as stream with ranges, many as a streamed ZIP; no file is ever read whole."""
import zipstream
from werkzeug.exceptions import NotFound
from werkzeug.urls import url_quote

from odoo import SUPERUSER_ID, api
from odoo.http import Response, request
from odoo.modules.registry import Registry

from odoo.addons.customer_services.controllers.portal import CustomerServicesPortal

from ..const import MAX_ZIP_FILES
from ..content import BLOCK, Paths, segment


class CustomerFileSender(CustomerServicesPortal):
    """What the pages of files, requests, links and the export share."""

    def _send_version(self, version, as_attachment=True, link=None):
        """Send one version, whole or a range of it, and note who got it.

        What a browser could run is always a download, whatever was asked for.

        :param version: ``customer.file.version`` of a checked file
        :param bool as_attachment: whether the browser saves the file instead of showing it
        :param link: ``customer.file.link`` by which the visitor came
        """
        as_attachment = as_attachment or not version._is_inline()
        response = version._stream().get_response(as_attachment=as_attachment)
        if self._is_beginning():
            self._note_receipt(version, 'download' if as_attachment else 'read', link)
        return response

    def _is_beginning(self):
        """Tell whether the browser asks for the file from its first byte: further ranges are the same download."""
        ranges = request.httprequest.range
        return request.httprequest.method == 'GET' and (not ranges or ranges.ranges[0][0] == 0)

    def _note_receipt(self, versions, kind, link=None):
        """Write receipts in a transaction of their own: the request itself reads only.

        :param versions: ``customer.file.version`` records that were sent
        :param str kind: kind of receipt
        :param link: ``customer.file.link``, if the visitor came by one
        """
        if request.env.user._is_internal() and not link:
            return
        uid, ids, link_id = request.env.uid, [version.id for version in versions], link and link.id
        request.env.cr.rollback()  # ends the reading transaction: a receipt needs no second connection beside it
        with request.env.registry.cursor() as cr:
            env = api.Environment(cr, uid, {})
            for version in env['customer.file.version'].browse(ids):
                env['customer.file.receipt']._record(version, kind, env['customer.file.link'].browse(link_id or []))

    def _send_zip(self, name, entries):
        """Send a ZIP that is made while it is sent.

        :param str name: name without ending
        :param entries: list of ``(path in the ZIP, version or bytes)``; paths are unique and safe (:class:`Paths`)
        """
        archive = zipstream.ZipStream(compress_type=zipstream.ZIP_STORED)
        for path, content in entries:
            if isinstance(content, bytes):
                archive.add(content, path)
            else:
                self._add_to_zip(archive, path, content)
        filename = f'{segment(name)}.zip'
        return Response(iter(archive), direct_passthrough=True, headers=[
            ('Content-Type', 'application/zip'),
            ('Content-Disposition', f"attachment; filename*=UTF-8''{url_quote(filename)}"),
            ('X-Content-Type-Options', 'nosniff'), ('Cache-Control', 'private, no-store')])

    def _add_to_zip(self, archive, path, version):
        """Add a version: from disk by its path, from elsewhere when its turn comes."""
        attachment_sudo = version.sudo().attachment_id
        if attachment_sudo.store_fname and not attachment_sudo._customer_is_elsewhere():
            archive.add_path(attachment_sudo._full_path(attachment_sudo.store_fname), path, recurse=False)
            return
        dbname, attachment_id = request.env.cr.dbname, attachment_sudo.id

        def content():
            with Registry(dbname).cursor(readonly=True) as cr:
                attachment = api.Environment(cr, SUPERUSER_ID, {})['ir.attachment'].browse(attachment_id)
                if attachment._customer_is_elsewhere():
                    with attachment._customer_open('rb') as stream:
                        while block := stream.read(BLOCK):
                            yield block
                else:
                    yield attachment.raw or b''

        archive.add(content(), path, size=int(version.size))

    def _zip_entries(self, files, base=None):
        """Return the entries of a ZIP of files that the visitor may see.

        Folders are named as far as he may see them. The number of queries does not grow with the number of files.

        :param files: ``customer.file`` with the rights of the visitor
        :param base: folder below which the paths begin, if the ZIP is of one folder
        :return: ``(list of (path, version), versions)``
        """
        files = files[:MAX_ZIP_FILES]
        if not files:
            raise NotFound
        paths, entries = Paths(), []
        names, projects = {}, len(files.sudo().project_id) > 1
        skipped = len(base._path_names()) if base else 0
        for folder in files.folder_id._filtered_access('read'):
            names[folder.id] = folder._path_names()[skipped:]
        # sudo: the names of the projects of files that the visitor may see
        for file in files.filtered('version_id'):
            top = [file.sudo().project_id.name] if projects else []
            entries.append((
                paths.add(*top, *names.get(file.sudo().folder_id.id, []), file.name), file.sudo().version_id))
        return entries
