import os
from pathlib import Path

from odoo.tests import tagged

from ..const import CHUNK_BYTES
from .common import FileHttpCommon

#: bytes of the file, and bytes by which a process that serves it may grow
LARGE = 2_000_000_000
GROWTH = 64 * 1024 * 1024


@tagged('post_install', '-at_install')
class TestMemory(FileHttpCommon):
    """A large file passes through without being held; server and client are one process here."""

    def _reset_peak(self):
        """Begin to measure the peak of resident memory, and return what is resident now."""
        Path('/proc/self/clear_refs').write_text('5')
        return self._status('VmRSS')

    def _status(self, name):
        for line in Path('/proc/self/status').read_text().splitlines():
            if line.startswith(f'{name}:'):
                return int(line.split()[1]) * 1024
        raise AssertionError(name)

    def test_large_file(self):
        """Issue 9.6: storing, a range and a ZIP of a file of 2,000,000,000 bytes grow a worker by less than 64 MB."""
        path = self._temporary(b'begin')
        os.truncate(path, LARGE)  # a hole: takes no room on disk
        before = self._reset_peak()
        self.file_top._add_version(path, 'large.bin')
        attachment = self.file_top.version_id.attachment_id
        stored = attachment._full_path(attachment.store_fname)
        self.addCleanup(lambda: os.path.exists(stored) and os.unlink(stored))
        self.assertEqual((self.file_top.size, attachment.file_size, os.path.getsize(stored)), (LARGE, LARGE, LARGE))
        self.assertLess(self._status('VmHWM') - before, GROWTH, 'storing')
        self.authenticate('test_a1', 'test_a1')
        self.url_open('/my/files')
        before = self._reset_peak()
        url = f'/my/files/{self.file_top.id}/download'
        part = self.url_open(url, headers={'Range': f'bytes={LARGE - 10}-'})
        self.assertEqual((part.status_code, part.content), (206, b'\0' * 10))
        received = 0
        with self.opener.get(f'{self.base_url()}/my/files/zip?ids={self.file_top.id}', stream=True, timeout=300) as answer:
            for block in answer.iter_content(1024 * 1024):
                received += len(block)
        self.assertGreater(received, LARGE)
        self.assertLess(self._status('VmHWM') - before, GROWTH, 'sending')

    def test_piece(self):
        """Issue 9.6: a piece of an upload, the largest allowed, grows a worker by less than 64 MB."""
        self.authenticate('test_a1', 'test_a1')
        upload = self.env['customer.file.upload'].with_user(self.user_a1)._start(
            self.folder.with_user(self.user_a1), 'a.pdf', 2 * CHUNK_BYTES)
        path = upload._path()
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        url = f'/my/files/uploads/{upload.key}/piece'
        before = self._reset_peak()
        answer = self.url_open(
            f'{url}?offset=0&csrf_token={self.csrf_token()}', data=b'\0' * CHUNK_BYTES,
            headers={'Content-Type': 'application/octet-stream'})
        self.assertEqual(answer.json(), {'received': CHUNK_BYTES})
        self.assertLess(self._status('VmHWM') - before, GROWTH)
