import io
from base64 import b64encode

from PIL import Image

from odoo.tests import BaseCase

from .. import addresses
from ..addresses import Refused, Target, bounded_image, decode_data, resolve, safe_name
from .common import png

OWN = ['https://odoo.example.com', None, 'http://127.0.0.1:8069']


class TestAddresses(BaseCase):

    def test_known(self):
        """Issue 4.3: each form of address that reports use names what it names on the web."""
        for path, target in {
            '/web/assets/1a2b/web.report_assets_common.min.css':
                Target('asset', {'unique': '1a2b', 'filename': 'web.report_assets_common.min.css'}),
            '/web/assets/3/1a2b/web.report_assets_common.min.css': Target(
                'asset', {'website': '3', 'unique': '1a2b', 'filename': 'web.report_assets_common.min.css'}),
            '/web/static/img/logo.png': Target('static', {'module': 'web', 'path': 'img/logo.png'}),
            '/web/image/7': Target('record', {'res_id': '7'}),
            '/web/image/7-ab12/name.png?access_token=t&unique=1': Target('record', {'res_id': '7', 'access_token': 't'}),
            '/web/image/7/20x10/name.png': Target('record', {'res_id': '7', 'width': '20', 'height': '10'}),
            '/web/content/res.partner/3/image_128': Target(
                'record', {'model': 'res.partner', 'res_id': '3', 'field': 'image_128'}),
            '/web/image?model=res.partner&id=3&field=avatar_128&download=1': Target(
                'record', {'model': 'res.partner', 'res_id': '3', 'field': 'avatar_128'}),
            '/web/image/base.main_company/64x64': Target(
                'record', {'xmlid': 'base.main_company', 'width': '64', 'height': '64'}),
            '/report/barcode/QR/a%2Fb?width=99': Target(
                'barcode', {'barcode_type': 'QR', 'value': 'a/b', 'width': '99'}),
            '/report/barcode/?barcode_type=QR&value=x%20y': Target(
                'barcode', {'barcode_type': 'QR', 'value': 'x y'}),
            '/logo.png?company=2': Target('logo', {'company': '2'}),
        }.items():
            for origin in ('https://odoo.example.com', 'https://ODOO.example.com:443', 'http://127.0.0.1:8069'):
                self.assertEqual(resolve(origin + path, OWN), target, path)

    def test_refused(self):
        """Issue 4.3: other hosts, other schemes, paths that climb and unknown routes name nothing."""
        for address in (
            'file:///etc/passwd', 'FILE:///etc/passwd', 'ftp://odoo.example.com/web/image/1', 'gopher://x', 'web/image/1',
            'http://outside.example.com/web/image/1', 'https://odoo.example.com.evil.com/web/image/1',
            'https://odoo.example.com@evil.com/web/image/1', 'http://odoo.example.com/web/image/1',
            'https://odoo.example.com:8443/web/image/1', 'https://[/web/image/1', 'https://odoo.example.com:x/web/image/1',
            'https://odoo.example.com/web/static/../__manifest__.py',
            'https://odoo.example.com/web/static/%2e%2e/__manifest__.py',
            'https://odoo.example.com/web/static/..%5c__manifest__.py',
            'https://odoo.example.com/web/static/a%00.png',
            'https://odoo.example.com/web/session/logout', 'https://odoo.example.com/my/orders/1?report_type=pdf',
            'https://odoo.example.com/web/assets/x/1a2b/web.report_assets_common.min.css',
            'https://odoo.example.com/json/2/res.partner/read', 'https://odoo.example.com/',
        ):
            with self.assertRaises(Refused, msg=address):
                resolve(address, OWN)

    def test_data(self):
        """Issue 4.3: data addresses are read; broken and huge ones are not."""
        self.assertEqual(decode_data('data:text/css,a%20b'), (b'a b', 'text/css'))
        self.assertEqual(decode_data('data:,x'), (b'x', 'text/plain'))
        self.assertEqual(decode_data('data:image/png;base64,' + b64encode(b'content').decode().strip('=')),
                         (b'content', 'image/png'))
        for broken in ('data:image/png;base64', 'data:image/png;base64,a', 'data:,' + 'x' * (addresses.MAX_DATA_BYTES * 2)):
            with self.assertRaises(Refused, msg=broken[:40]):
                decode_data(broken)

    def test_images(self):
        """Issue 4.5: an image is made as large as paper shows at most; one that would fill the memory is refused."""
        small = png(30, 20)
        self.assertEqual(bounded_image(small), small)
        self.assertEqual(bounded_image(b'no image'), b'no image')
        with Image.open(io.BytesIO(bounded_image(png(7000, 700)))) as image:
            self.assertEqual(image.size, (3508, 351))
        bomb = io.BytesIO()
        Image.new('1', (30000, 30000)).save(bomb, 'PNG')
        self.assertLess(len(bomb.getvalue()), 200_000)
        with self.assertRaises(Refused):
            bounded_image(bomb.getvalue())

    def test_names_for_the_log(self):
        """Issue 4.3: what is written to the log holds no token and no content."""
        self.assertEqual(safe_name('https://x/web/image/1?access_token=secret#y'), 'https://x/web/image/1')
        self.assertEqual(safe_name('data:image/png;base64,AAAA'), 'data:image/png;base64')
