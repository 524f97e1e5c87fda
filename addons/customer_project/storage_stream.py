"""Content in a storage of another module (S3 and others) on its way to a browser: block by block, also a range of it."""
from werkzeug.utils import send_file

from odoo.http import Response, Stream, request


class StorageStream(Stream):
    """A stream whose length is known and whose content is read while it is sent.

    The storage's own stream tells no length, and without one a browser can neither show progress nor go on where a
    download broke off.
    """

    @classmethod
    def of(cls, attachment_sudo, size):
        """Return the stream of an attachment.

        :param attachment_sudo: an ``ir.attachment`` that is elsewhere; who asks for it was checked
        :param int size: its true size, which ``ir.attachment`` cannot tell above 2 GiB
        """
        return cls(
            type='storage', attachment=attachment_sudo, size=size, mimetype=attachment_sudo.mimetype,
            download_name=attachment_sudo.name, etag=attachment_sudo.checksum, last_modified=attachment_sudo.write_date)

    def get_response(self, as_attachment=None, **kwargs):
        """Return the response, 206 for a range; nothing is read before it is sent."""
        environ = request.httprequest.environ
        response = send_file(
            self.attachment._customer_open('rb').__enter__(), environ=environ, mimetype=self.mimetype,
            as_attachment=bool(as_attachment), download_name=self.download_name, conditional=False,
            etag=self.etag or False, last_modified=self.last_modified, response_class=Response)
        response.content_length = self.size
        response.make_conditional(environ, accept_ranges=True, complete_length=self.size)
        response.headers['X-Content-Type-Options'] = 'nosniff'
        response.headers['Content-Security-Policy'] = "default-src 'none'"
        response.cache_control.private = True
        return response
