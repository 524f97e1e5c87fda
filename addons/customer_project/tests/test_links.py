from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PDF, FileHttpCommon


@tagged('post_install', '-at_install')
class TestLinks(FileHttpCommon):
    """Links with expiry and revocation for who has no login."""

    def _issue(self, target, days=1):
        link, url = self.env['customer.file.link'].with_user(self.specialist)._issue(
            target.with_user(self.specialist), 'Architect', fields.Datetime.now() + timedelta(days=days))
        return link.sudo(), '/my/files/links/' + url.rsplit('/', 1)[1]

    def _status(self, url):
        return self.url_open(url, allow_redirects=False).status_code

    def test_file_and_folder(self):
        """Issue 9.7: a link opens its file or its folder without login, no more, and leaves a receipt."""
        self._create_file(self.project_a, 'margin2.pdf', folder_id=self.folder.id, visibility='internal')
        link, url = self._issue(self.folder)
        self.authenticate(None, None)
        page = self.url_open(url)
        self.assertIn('plan.pdf', page.text)
        self.assertNotIn('margin2', page.text)
        self.assertIn('noindex', page.headers['X-Robots-Tag'])
        self.assertEqual(self.url_open(f'{url}/{self.file.id}').content, PDF)
        for other in (self.file_top, self.file_b, self.file_internal):
            self.assertEqual(self._status(f'{url}/{other.id}'), 404)
        self.assertEqual((link.receipt_ids.file_id, link.receipt_ids.count), (self.file, 1))
        self.assertFalse(link.receipt_ids.user_id)

    def test_end_of_a_link(self):
        """Issue 9.7: expired, revoked and invented links, and those to what was hidden meanwhile, get the same 404."""
        link, url = self._issue(self.file)
        self.assertEqual(self._status(url), 200)
        link.expiry = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self._status(url), 404)
        link.expiry = fields.Datetime.now() + timedelta(days=1)
        self.file.visibility = 'internal'
        self.assertEqual(self._status(url), 404)
        self.file.visibility = 'customer'
        self.assertEqual(self._status(url), 200)
        link.with_user(self.specialist).action_revoke()
        for address in (url, f'{url}/{self.file.id}', '/my/files/links/invented'):
            self.assertEqual(self._status(address), 404)

    def test_revoking_an_access(self):
        """Issue 9.7: who loses his access takes no link along: links to files of his customer are void."""
        _link, url = self._issue(self.file)
        self._access(self.user_a2).action_revoke()
        self.assertEqual(self._status(url), 404)

    def test_rights(self):
        """Issue 9.7: staff of the customer share, never what is internal; the token is stored nowhere."""
        link, url = self._issue(self.file)
        self.assertNotIn(url.rsplit('/', 1)[1], str(link.read()))
        with self.assertRaises(AccessError):
            link.with_user(self.specialist).read(['token_hash'])
        Link = self.env['customer.file.link']
        soon = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaises(AccessError):
            Link.with_user(self.specialist)._issue(self.file_b.with_user(self.specialist), 'x', soon)
        with self.assertRaises(AccessError):
            Link.with_user(self.user_a1)._issue(self.file.with_user(self.user_a1), 'x', soon)
        with self.assertRaises(ValidationError):
            Link.with_user(self.specialist)._issue(self.file_internal.with_user(self.specialist), 'x', soon)
        with self.assertRaises(UserError):
            self._issue(self.file, days=-1)
        with self.assertRaises(AccessError):
            Link.with_user(self.specialist).create({'name': 'x', 'file_id': self.file.id, 'expiry': soon})
        wizard = self.env['customer.file.link.wizard'].with_user(self.specialist).create({'file_id': self.file.id})
        wizard.action_apply()
        self.assertEqual(self._status('/my/files/links/' + wizard.url.rsplit('/', 1)[1]), 200)
