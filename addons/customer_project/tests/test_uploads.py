import base64
import io
import os
from datetime import timedelta
from unittest.mock import MagicMock, patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..const import CHUNK_BYTES
from ..models import customer_file_api
from .common import HTML, PDF, SVG, FileCommon


@tagged('post_install', '-at_install')
class TestUploads(FileCommon):
    """Uploads in pieces, and the API of integrators."""

    def _start(self, user, target, name='a.pdf', size=None):
        upload = self.env['customer.file.upload'].with_user(user)._start(
            target.with_user(user), name, len(PDF) if size is None else size)
        path = upload._path()
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return upload

    def _used(self):
        self.env.flush_all()
        return self.env['customer.file.usage'].search([('customer_id', '=', self.customer_a.id)]).used

    def test_pieces(self):
        """Issue 9.6: pieces grow one file; a piece that comes twice, or at a wrong place, changes nothing."""
        upload = self._start(self.user_a1, self.folder, size=10)
        self.assertEqual(upload._append(0, io.BytesIO(b'01234'), 5), 5)
        self.assertEqual(upload._append(0, io.BytesIO(b'01234'), 5), 5)
        self.assertEqual(upload._append(9, io.BytesIO(b'9'), 1), 5)
        self.assertEqual(upload._append(5, io.BytesIO(b'56'), 5), 7, 'cut off in the middle: what came stays')
        self.assertEqual(upload._append(7, io.BytesIO(b'789'), 3), 10)
        with self.assertRaisesRegex(UserError, 'More came'):
            upload._append(10, io.BytesIO(b'x'), 1)
        with self.assertRaises(UserError):
            upload._append(10, io.BytesIO(b''), CHUNK_BYTES + 1)
        file = upload._finish()
        self.assertEqual(file.sudo().version_id.attachment_id.raw, b'0123456789')
        self.assertEqual((file.sudo().uploader_id, file.sudo().folder_id), (self.user_a1, self.folder))
        self.assertFalse(upload.exists())

    def test_incomplete(self):
        """Issue 9.6: an incomplete upload makes no file, holds its room, and is cleaned away with it."""
        used = self._used()
        upload = self._start(self.user_a1, self.folder, size=1000)
        upload._append(0, io.BytesIO(PDF), len(PDF))
        self.assertEqual(self._used() - used, 1000)
        with self.assertRaisesRegex(UserError, 'not complete'):
            upload._finish()
        self.env.cr.execute(
            'UPDATE customer_file_upload SET create_date = %s WHERE id = %s',
            [fields.Datetime.now() - timedelta(days=3), upload.id])
        self.env.invalidate_all()
        self.env['customer.file.upload']._gc_uploads()
        self.assertFalse(upload.exists())
        self.assertEqual(self._used(), used)

    def test_refused_by_content(self):
        """Issue 9.6: customers send no HTML, SVG or program, whatever its name; the type is told by the content."""
        for name, content in (('a.png', SVG), ('a.txt', HTML), ('a.pdf', b'MZ\x90')):
            upload = self._start(self.user_a1, self.folder, name, len(content))
            upload._append(0, io.BytesIO(content), len(content))
            with self.assertRaises(UserError, msg=name), self.env.cr.savepoint():
                upload._finish()
        for name, size in (('a.exe', 10), ('a.pdf', 0), ('a.pdf', 10 ** 13), ('noending', 10)):
            with self.assertRaises(UserError, msg=name):
                self._start(self.user_a1, self.folder, name, size)
        self.assertEqual(self.folder.file_ids, self.file)

    def test_who_may_upload_where(self):
        """Issue 9.2: customers upload where staff allow it only; rights are asked again at the end."""
        Upload = self.env['customer.file.upload']
        allowed = {
            self.user_a1: {self.folder, self.folder_box},
            self.specialist: {self.folder, self.folder_box, self.folder_chosen, self.folder_internal, self.project_a},
        }
        for user, targets in allowed.items():
            for target in (self.folder, self.folder_box, self.folder_chosen, self.folder_internal, self.project_a, self.file):
                record = target.with_user(user)
                try:
                    may = Upload.with_user(user)._check_target(record)
                except AccessError:
                    may = False
                self.assertEqual(may, target in targets or (target == self.file and user == self.specialist), target)
        upload = self._start(self.user_a1, self.folder)
        upload._append(0, io.BytesIO(PDF), len(PDF))
        self.folder.upload = 'no'
        with self.assertRaisesRegex(UserError, 'no longer'):
            upload._finish()

    def test_blind_folder(self):
        """Issue 9.2: in a letter box everybody finds his own files only, and staff all of them."""
        files = {}
        self._access(self.user_a2).scope = 'all'
        for user in (self.user_a1, self.user_a2):
            files[user] = self.env['customer.file'].with_user(user)._create_by_upload(
                self.folder_box.with_user(user), self._temporary(), 'mine.pdf').sudo(False).with_env(self.env)
        for user, other in ((self.user_a1, self.user_a2), (self.user_a2, self.user_a1)):
            self.assertTrue(files[user].with_user(user).has_access('read'))
            self.assertFalse(files[other].with_user(user).has_access('read'))
            self.assertEqual(
                self.env['customer.file'].with_user(user).search([('folder_id', '=', self.folder_box.id)]), files[user])
        self.assertTrue(files[self.user_a1].with_user(self.specialist).has_access('read'))
        self.assertEqual(files[self.user_a1].reach, 'own')

    def test_own_uploads_are_found_only(self):
        """Issue 9.6: nobody goes on with the upload of another."""
        upload = self._start(self.user_a1, self.folder)
        Upload = self.env['customer.file.upload']
        self.assertEqual(Upload.with_user(self.user_a1)._find(upload.key), upload)
        self.assertFalse(Upload.with_user(self.user_b1)._find(upload.key))
        self.assertFalse(Upload.with_user(self.user_a1)._find(''))

    def test_api(self):
        """Issue 9.13: an integrator creates project, folder, file (whole and in pieces) and request, reads receipts."""
        env = self.env(user=self._create_staff('robot', 'customer_services.group_customer_services_integrator'))
        project = env['project.project'].create({
            'name': 'API', 'partner_id': self.user_a1.partner_id.id, 'privacy_visibility': 'portal'})
        folder = env['customer.folder'].create({'project_id': project.id, 'name': 'In'})
        whole = env['customer.file'].create({
            'project_id': project.id, 'folder_id': folder.id, 'name': 'a.pdf', 'content': base64.b64encode(PDF).decode()})
        self.assertEqual(whole.sudo().version_id.attachment_id.raw, PDF)
        File = env['customer.file']
        started = File.upload_start('customer.folder', folder.id, 'b.pdf', len(PDF))
        self.assertEqual(started['piece'], CHUNK_BYTES)
        self.assertEqual(File.upload_piece(started['key'], 0, base64.b64encode(PDF[:20]).decode()), 20)
        with self.assertRaises(UserError):
            File.upload_piece(started['key'], 20, '%%%')
        File.upload_piece(started['key'], 20, base64.b64encode(PDF[20:]).decode())
        file = File.browse(File.upload_finish(started['key']))
        self.assertEqual((file.name, file.size), ('b.pdf', len(PDF)))
        started = File.upload_start('customer.file', file.id, 'b.pdf', 3)
        File.upload_piece(started['key'], 0, base64.b64encode(b'new').decode())
        File.upload_finish(started['key'])
        self.assertEqual(file.version_number, 2)
        request = env['customer.file.request'].create({'project_id': project.id, 'name': 'Permit'})
        self.assertEqual(request.state, 'open')
        self.env['customer.file.receipt'].with_user(self.user_a1)._record(file.sudo().version_id, 'read')
        self.assertEqual(
            env['customer.file.receipt'].search_read([('file_id', '=', file.id)], ['kind', 'count']),
            [{'id': file.receipt_ids.id, 'kind': 'read', 'count': 1}])
        for model, target in (('res.partner', self.customer_a), ('ir.attachment', self.customer_a)):
            with self.assertRaises(UserError):
                File.upload_start(model, target.id, 'a.pdf', 3)

    def test_by_url(self):
        """Issue 9.13: the server fetches from allowed hosts only, by https, without redirects."""
        File = self.env['customer.file'].with_user(self.agent)
        self._set_param('url_hosts', 'files.example.com')
        answer = MagicMock(status_code=200)
        answer.__enter__.return_value = answer
        answer.iter_content.return_value = [PDF]
        with patch.object(customer_file_api.http_client, 'get', return_value=answer) as get:
            for url in ('http://files.example.com/a', 'https://evil.example.com/a', 'https://127.0.0.1/a', 'file:///etc/passwd',
                        'https://files.example.com@evil.example.com/', 'https://x@files.example.com/', None):
                with self.assertRaisesRegex(UserError, 'not fetched'):
                    File.upload_from_url('project.project', self.project_a.id, 'a.pdf', url)
            get.assert_not_called()
            file = File.browse(File.upload_from_url(
                'project.project', self.project_a.id, 'a.pdf', 'https://files.example.com/a.pdf'))
            self.assertFalse(get.call_args.kwargs['allow_redirects'])
            self.assertEqual(file.sudo().version_id.attachment_id.raw, PDF)
            answer.status_code = 302
            with self.assertRaises(UserError):
                File.upload_from_url('project.project', self.project_a.id, 'a.pdf', 'https://files.example.com/a.pdf')
