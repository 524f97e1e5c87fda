import base64
import io
import os
import zipfile
from unittest.mock import MagicMock, patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..const import MAX_INT4
from ..models import customer_file_upload
from .common import HTML, PDF, PNG, SVG, FileCommon


@tagged('post_install', '-at_install')
class TestFiles(FileCommon):
    """Files, versions, limits and storage."""

    def _used(self, customer=None):
        self.env.flush_all()
        return self.env['customer.file.usage'].search([('customer_id', '=', (customer or self.customer_a).id)]).used

    def test_versions(self):
        """Issue 9.1: a new content is a new version; the old one stays and can be read."""
        self.file.content = base64.b64encode(PDF + b'second')
        self.assertEqual(self.file.version_ids.mapped('number'), [2, 1])
        self.assertEqual(self.file.version_id.number, 2)
        self.assertEqual(self.file.version_ids[1].attachment_id.raw, PDF)
        self.assertEqual(self.file.version_id.attachment_id.raw, PDF + b'second')
        self.file.version_id.unlink()
        self.assertEqual((self.file.version_id.number, self.file.size), (1, len(PDF)))

    def test_names_are_cleaned(self):
        """Issue 9.6: hostile names are cleaned on every channel."""
        for name, clean in (
                ('../../etc/passwd.pdf', 'passwd.pdf'), ('a\u202efdp.exe.pdf', 'afdp.exe.pdf'),
                ('a\x00b\x1f.pdf', 'ab.pdf'), ('C:\\temp\\x.pdf', 'x.pdf')):
            self.assertEqual(self._create_file(self.project_a, name).name, clean)
        long = self._create_file(self.project_a, 'x' * 300 + '.pdf')
        self.assertEqual((len(long.name), long.name[-4:]), (120, '.pdf'))
        with self.assertRaises(UserError):
            self._create_file(self.project_a, '  ')
        for name in ('a/b', '..', ' '):
            with self.assertRaises(ValidationError):
                self._create_folder(self.project_a, name)

    def test_type_by_content(self):
        """Issue 9.6: a PDF named .png is a PDF; HTML and SVG leave the server as bytes without meaning."""
        file = self._create_file(self.project_a, 'photo.png', PDF)
        self.assertEqual((file.mimetype, file.version_id.name), ('application/pdf', 'photo.png.pdf'))
        for name, content in (('page.html', HTML), ('image.svg', SVG), ('image.png', SVG)):
            file = self._create_file(self.project_a, name, content)
            self.assertFalse(file.version_id._is_inline(), name)
            self.assertEqual(file.version_id.attachment_id.mimetype, 'application/octet-stream', name)
            self.assertEqual(file.version_id.attachment_id.raw, content)

    def test_refused(self):
        """Issue 9.6: empty files, programs and too large ones are refused; nothing is stored, no room is taken."""
        used = self._used()
        self._set_param('max_mb', 1)
        for name, content in (
                ('empty.pdf', b''), ('tool.pdf', b'MZ' + b'0' * 100), ('run.txt', b'#!/bin/sh\n'),
                ('large.pdf', PDF + b'0' * 1024 * 1024)):
            with self.assertRaises(UserError, msg=name), self.env.cr.savepoint():
                path = self._temporary(content)
                self.file._add_version(path, name)
        self.assertEqual(len(self.file.version_ids), 1)
        self.assertEqual(self._used(), used)

    def test_zip_bomb(self):
        """Issue 9.6: a ZIP is stored as it is: nobody opens it, whatever it claims to hold."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
            archive.writestr('../zeros', b'0' * 10_000_000)
        bomb = stream.getvalue()
        self.assertLess(len(bomb), 20_000)
        file = self._create_file(self.project_a, 'bomb.zip', bomb)
        self.assertEqual((file.size, file.mimetype), (len(bomb), 'application/zip'))

    def test_virus(self):
        """Issue 9.6: what the scanner finds, or cannot check, is not accepted."""
        self._set_param('clamd', 'unix:/nowhere/clamd.ctl')
        with self.assertRaisesRegex(UserError, 'could not be checked'), self.env.cr.savepoint():
            self._create_file(self.project_a, 'a.pdf')
        with patch.object(customer_file_upload.clamd, 'scan', return_value='Eicar'):
            with self.assertRaisesRegex(UserError, 'contains a virus'), self.env.cr.savepoint():
                self._create_file(self.project_a, 'a.pdf')
        with patch.object(customer_file_upload.clamd, 'scan', return_value=None):
            self.assertTrue(self._create_file(self.project_a, 'a.pdf').version_id.is_scanned)

    def test_quota(self):
        """Issue 9.6: the files of a customer fit into his quota; deleting gives room back."""
        start = self._used()
        self.customer_a.customer_file_quota_mb = 1
        file = self._create_file(self.project_a, 'a.pdf', PDF + b'0' * 700_000)
        self.assertEqual(self._used() - start, file.size)
        with self.assertRaisesRegex(UserError, 'no room'), self.env.cr.savepoint():
            self._create_file(self.project_a, 'b.pdf', PDF + b'1' * 700_000)
        file.unlink()
        self.assertEqual(self._used(), start)
        self._create_file(self.project_a, 'b.pdf', PDF + b'1' * 700_000)
        self._create_file(self.project_b, 'b.pdf', PDF + b'1' * 700_000)

    def test_filestore(self):
        """Issue 9.10: on disk the content is where Odoo's filestore has it, is on its checklist, and is shared."""
        content = b'%PDF-1.4 ' + os.urandom(64)
        one = self._create_file(self.project_a, 'a.pdf', content).version_id.attachment_id
        two = self._create_file(self.project_b, 'b.pdf', content).version_id.attachment_id
        path = one._full_path(one.store_fname)
        self.assertEqual(one.store_fname, two.store_fname)
        self.assertEqual(one.checksum, one._compute_checksum(content))
        with open(path, 'rb') as stream:
            self.assertEqual(stream.read(), content)
        self.assertTrue(os.path.exists(os.path.join(one._full_path('checklist'), one.store_fname)))

    def test_size_beyond_32_bits(self):
        """Issue 9.6: a file of 3 GB keeps its true size, although Odoo's column ends at 2 GiB."""
        path = self._temporary()
        os.truncate(path, 3_000_000_000)  # a hole: takes no room
        self._set_param('max_mb', 4096)
        with patch('odoo.addons.customer_project.models.ir_attachment.file_digest', return_value='f' * 40):
            self.file._add_version(path, 'huge.pdf')
        self.addCleanup(lambda: os.path.exists(stored) and os.unlink(stored))
        attachment = self.file.version_id.attachment_id
        stored = attachment._full_path(attachment.store_fname)
        self.assertEqual((self.file.size, attachment.file_size), (3_000_000_000, MAX_INT4))
        self.assertEqual(os.path.getsize(stored), 3_000_000_000)

    def test_database_storage(self):
        """Issue 9.10: in the database content up to 100 MB is stored; larger is refused with a clear message."""
        self.env['ir.config_parameter'].set_param('ir_attachment.location', 'db')
        file = self._create_file(self.project_a, 'image.png', PNG)
        self.assertFalse(file.version_id.attachment_id.store_fname)
        self.assertEqual(file.version_id.attachment_id.raw, PNG)
        self.assertEqual(self.env['customer.file.upload']._max_bytes(), 100 * 1024 * 1024)
        with self.assertRaisesRegex(UserError, '100 MB'):
            self.env['customer.file'].upload_start('customer.folder', self.folder.id, 'a.pdf', 101 * 1024 * 1024)
        path = self._temporary()
        os.truncate(path, 101 * 1024 * 1024)
        with self.assertRaisesRegex(UserError, 'stored in the database'), self.env.cr.savepoint():
            self.env['ir.attachment']._customer_create_from_path(path, {'name': 'x', 'mimetype': 'application/pdf'})

    def test_storage_of_another_module(self):
        """Issue 9.10: a storage whose attachments can be opened for writing is written as a stream."""
        Attachment, written = type(self.env['ir.attachment']), []
        target = MagicMock()
        target.__enter__.return_value.write = written.append
        with patch.object(Attachment, '_storage', lambda self: 'remote'), patch.object(
                Attachment, 'open', lambda self, mode, block_size: target, create=True):
            attachment = self.env['ir.attachment']._customer_create_from_path(
                self._temporary(), {'name': 'x', 'mimetype': 'application/pdf'})
        self.assertEqual(b''.join(written), PDF)
        self.assertEqual((attachment.file_size, attachment.checksum), (len(PDF), attachment._compute_checksum(PDF)))

    def test_confirmation(self):
        """Issue 9.4: a contract asks for a confirmation; it is given for a version, and asked again for the next."""
        contract = self._create_file(
            self.project_a, 'contract.pdf', category_id=self.env.ref('customer_project.customer_file_category_contract').id)
        self.assertTrue(contract.needs_confirmation)
        contract.with_user(self.user_a1)._confirm_receipt()
        contract.with_user(self.user_a1)._confirm_receipt()
        self.assertTrue(contract.is_confirmed)
        receipt = contract.receipt_ids
        self.assertEqual((receipt.kind, receipt.partner_id, receipt.count), ('confirm', self.user_a1.partner_id, 2))
        contract.content = base64.b64encode(PDF + b'2')
        self.assertFalse(contract.is_confirmed)
        with self.assertRaises(UserError):
            self.file.with_user(self.user_a1)._confirm_receipt()

    def test_folders(self):
        """Issue 9.1: folders of one project form a tree; one with files is not deleted."""
        other = self._create_folder(self.project_b, 'Elsewhere')
        with self.assertRaises(ValidationError):
            self.folder.parent_id = other
        with self.assertRaises(UserError):
            self.folder.parent_id = self._create_folder(self.project_a, 'Deep', parent_id=self.folder.id)
        with self.assertRaises(ValidationError):
            self.file.folder_id = other
        with self.assertRaises(UserError):
            self.folder.unlink()
