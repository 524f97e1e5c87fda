from werkzeug.exceptions import NotFound

from odoo.http import request, route

from .download import CustomerFileSender


class CustomerFileLinkPortal(CustomerFileSender):
    """Files by a link with expiry: for who has no login."""

    @route('/my/files/links/<string:token>', type='http', auth='public', website=True, readonly=True)
    def portal_file_link(self, token, **params):
        """Show what the link opens."""
        link_sudo = self._get_link(token)
        return self._private(request.render('customer_project.portal_file_link', {
            'page_name': 'file_link', 'link': link_sudo, 'files': link_sudo._files(), 'token': token}))

    @route('/my/files/links/<string:token>/<int:file_id>', type='http', auth='public', website=True, readonly=True)
    def portal_file_link_download(self, token, file_id, **params):
        """Send one of the files of the link."""
        link_sudo = self._get_link(token)
        file_sudo = link_sudo._files().filtered(lambda file: file.id == file_id)
        if not file_sudo:
            raise NotFound
        return self._private(self._send_version(file_sudo.version_id, link=link_sudo))

    def _get_link(self, token):
        """Return the valid link in sudo: expired, revoked and invented ones get the same answer."""
        link_sudo = request.env['customer.file.link']._find(token)
        if not link_sudo or not link_sudo._files():
            raise NotFound
        return link_sudo

    def _private(self, response):
        """Keep the address, which is the right, out of search engines and of the referrer."""
        response.headers['X-Robots-Tag'] = 'noindex, nofollow'
        response.headers['Referrer-Policy'] = 'no-referrer'
        return response
