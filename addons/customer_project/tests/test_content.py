import os
import socket
import struct
import tempfile
import threading

from odoo.tests import BaseCase, tagged

from .. import clamd
from ..content import Paths, detect_type, file_digest, same_content, segment, served_type
from .common import HTML, PDF, PNG, SVG


@tagged('post_install', '-at_install')
class TestContent(BaseCase):
    """Plain functions: types by content, names, ZIP paths, the protocol of the virus scanner."""

    def test_type_by_content(self):
        """Issue 9.6: the type is told by the first bytes; HTML and SVG are never served as such."""
        for content, mimetype in (
                (PDF, 'application/pdf'), (PNG, 'image/png'), (SVG, 'image/svg+xml'), (HTML, 'text/html'),
                (b'\xef\xbb\xbf  <HTML><body>', 'text/html'), (b'hello <script>x</script>', 'text/html'),
                (b'just text, nothing else', 'text/plain'), (b'', 'application/octet-stream')):
            self.assertEqual(detect_type(content), mimetype)
        for mimetype in ('text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', 'application/javascript'):
            self.assertEqual(served_type(mimetype), 'application/octet-stream')
        self.assertEqual(served_type('application/pdf'), 'application/pdf')

    def test_names_in_a_zip(self):
        """Issue 9.6: names of a ZIP never climb out of their folder, are unique, and open on every system."""
        self.assertEqual(segment('../../etc/passwd'), 'passwd')
        self.assertEqual(segment('a\u202egnp.exe'), 'agnp.exe')
        self.assertEqual(segment('con.txt'), '_con.txt')
        self.assertEqual(segment('..'), 'file')
        self.assertLessEqual(len(segment('x' * 300 + '.pdf')), 120)
        self.assertTrue(segment('x' * 300 + '.pdf').endswith('.pdf'))
        paths = Paths()
        self.assertEqual(
            [paths.add('Plans', 'a.pdf'), paths.add('Plans', 'A.pdf'), paths.add('plans', 'a.pdf'), paths.add('a')],
            ['Plans/a.pdf', 'Plans/A (2).pdf', 'plans/a (3).pdf', 'a'])

    def test_files_are_compared_in_blocks(self):
        """Issue 9.6: digest and comparison read blocks, and see a difference in the last byte."""
        with tempfile.TemporaryDirectory() as folder:
            one, two = os.path.join(folder, 'one'), os.path.join(folder, 'two')
            for path, last in ((one, b'a'), (two, b'b')):
                with open(path, 'wb') as stream:
                    stream.truncate(3 * 1024 * 1024)
                    stream.seek(0, 2)
                    stream.write(last)
            self.assertTrue(same_content(one, one))
            self.assertFalse(same_content(one, two))
            self.assertNotEqual(file_digest(one), file_digest(two))

    def _scanner(self, answer):
        """Start a scanner for one file on a local socket; return its address and what it will have received."""
        folder = tempfile.mkdtemp()
        path, received = os.path.join(folder, 'clamd'), bytearray()
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)

        def serve():
            connection, _address = server.accept()
            with connection, connection.makefile('rb') as stream:
                self.assertEqual(stream.read(10), b'zINSTREAM\0')
                while size := struct.unpack('>I', stream.read(4))[0]:
                    received.extend(stream.read(size))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(server.close)
        self.addCleanup(thread.join)
        return f'unix:{path}', received

    def test_scanner(self):
        """Issue 9.6: the whole file goes to clamd; a finding, an error and silence are told apart."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(b'x' * 100000)
            file.flush()
            address, received = self._scanner(b'stream: OK\0')
            self.assertIsNone(clamd.scan(address, file.name))
            self.assertEqual(len(received), 100000)
            address, _received = self._scanner(b'stream: Eicar-Signature FOUND\0')
            self.assertEqual(clamd.scan(address, file.name), 'Eicar-Signature')
            for answer in (b'INSTREAM size limit exceeded. ERROR\0', b''):
                address, _received = self._scanner(answer)
                with self.assertRaises(clamd.ScanError):
                    clamd.scan(address, file.name)
            for address in ('unix:/nowhere/clamd', 'nonsense', 'tcp:localhost:x'):
                with self.assertRaises(clamd.ScanError):
                    clamd.scan(address, file.name)
