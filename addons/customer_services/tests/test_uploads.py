from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, TransactionCase, tagged

from ..uploads import Limits, UploadError, check_files, clean_name, parse_extensions

LIMITS = Limits(max_bytes=1000, max_files=2, extensions=frozenset({'pdf', 'png'}))


@tagged('post_install', '-at_install')
class TestUploads(BaseCase):
    """What customers may upload, without a database."""

    def _code(self, *files):
        with self.assertRaises(UploadError) as caught:
            check_files(files, LIMITS)
        return caught.exception.code

    def test_allowed(self):
        """Issue 2.15: files within the limits pass."""
        self.assertIsNone(check_files([('a.pdf', 1000, b'%PDF-1.7'), ('B.PNG', 1, b'\x89PNG')], LIMITS))

    def test_refused(self):
        """Issue 2.15: size, number, type by name and type by content are limited."""
        self.assertEqual(self._code(('a.pdf', 1001, b'%PDF')), 'size')
        self.assertEqual(self._code(*[('a.pdf', 1, b'%PDF')] * 3), 'many')
        for name in ('a.exe', 'a', 'pdf', 'a.pdf.exe', 'a.svg', 'a.html'):
            self.assertEqual(self._code((name, 1, b'x')), 'type', name)
        self.assertEqual(self._code(('a.pdf', 0, b'')), 'empty')
        for head in (b'MZ\x90\x00', b'\x7fELF\x02', b'#!/bin/sh'):
            self.assertEqual(self._code(('a.pdf', 9, head)), 'program', head)

    def test_clean_name(self):
        """Issue 2.15: names lose folders, control characters and direction marks; the ending survives the cut."""
        self.assertEqual(clean_name('../../etc/passwd.png'), 'passwd.png')
        self.assertEqual(clean_name('C:\\temp\\a\x00b\u202egnp.pdf'), 'abgnp.pdf')
        self.assertEqual(clean_name(''), 'file')
        self.assertEqual(clean_name('...'), 'file')
        long_name = clean_name('x' * 300 + '.pdf')
        self.assertTrue(len(long_name) <= 120 and long_name.endswith('.pdf'))

    def test_parse_extensions(self):
        """Issue 2.15: staff may write endings as they like."""
        self.assertEqual(parse_extensions(' .PDF, png;jpg '), {'pdf', 'png', 'jpg'})


@tagged('post_install', '-at_install')
class TestUploadSettings(TransactionCase):
    """The limits are set in the backend."""

    def test_limits_come_from_settings(self):
        """Issue 2.15: what staff set in the settings is what the server enforces."""
        self.env['res.config.settings'].create({
            'customer_upload_max_mb': 1, 'customer_upload_max_files': 1, 'customer_upload_extensions': 'txt'}).execute()
        Upload = self.env['customer.upload']
        self.assertEqual(Upload._check([('a.txt', b'x')]), [('a.txt', b'x')])
        for files in ([('a.pdf', b'x')], [('a.txt', b'x' * 1024 * 1024 + b'y')], [('a.txt', b'x')] * 2):
            with self.assertRaises(UserError):
                Upload._check(files)

    def test_senseless_settings_are_refused(self):
        """Issue 2.15: limits that would switch the check off are refused."""
        for values in ({'customer_upload_max_mb': 0}, {'customer_upload_max_mb': 5000},
                       {'customer_upload_max_files': 0}, {'customer_upload_extensions': ' , '}):
            with self.assertRaises(ValidationError):
                self.env['res.config.settings'].create(values)
