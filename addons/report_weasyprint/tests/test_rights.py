import io
from base64 import b64encode
from unittest.mock import patch

from PIL import Image

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, mute_logger

from .. import printer
from ..addresses import Refused
from ..models import ir_actions_report
from .common import ReportCommon, attached_files, data_address, image_sizes, page_texts, png

BASE = 'http://odoo.example.com'


@tagged('post_install', '-at_install')
class TestRights(ReportCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = new_test_user(cls.env, 'print_owner', groups='base.group_user')
        cls.secret = cls.env['ir.attachment'].with_user(cls.owner).create({'name': 'secret.png', 'raw': png(41, 13)})
        cls.other = cls.env['ir.attachment'].with_user(cls.owner).create({'name': 'other.png', 'raw': png(42, 13)})
        cls.secret_css = cls.env['ir.attachment'].with_user(cls.owner).create({
            'name': 'secret.css', 'raw': b'body::after {content: "LEAKED"}', 'mimetype': 'text/css'})
        cls.env['ir.config_parameter'].set_param('report_weasyprint.engine', 'weasyprint')
        cls.partner = cls.partners[0]
        cls.partner.image_1920 = b64encode(png(43, 13))
        cls.url = f'{BASE}/web/image/{cls.secret.id}'

    def assertPrintsNothing(self, html, user=None):
        with mute_logger('odoo.addons.report_weasyprint.models.ir_actions_report'):
            pdf = self.print_html(html + '<p>printed</p>', user)
        text = ' '.join(page_texts(pdf))
        self.assertIn('printed', text)
        self.assertNotIn('LEAKED', text)
        self.assertNotIn('root:', text)
        self.assertEqual(image_sizes(pdf), set(), html)
        self.assertEqual(attached_files(pdf), [], html)

    def test_own_rights(self):
        """Issue 4.3: who may read a file or an image field gets it printed."""
        self.assertEqual(image_sizes(self.print_html(f'<img src="{self.url}"/>', self.owner)), {(41, 13)})
        html = f'<img src="/web/image/res.partner/{self.partner.id}/image_1920"/>'
        self.assertEqual(image_sizes(self.print_html(html, self.employee)), {(43, 13)})

    def test_other_rights(self):
        """Issue 4.3: who may not read it gets nothing, by no way of writing the address."""
        number = self.secret.id
        for address in (
            f'/web/image/{number}', f'/web/content/{number}', f'/web/image/{number}-abc/x.png', f'/web/image?id={number}',
            f'/web/content?model=ir.attachment&id={number}&field=raw', f'/web/image/ir.attachment/{number}/datas',
            f'/web/image/{number}/100x100', f'/web/content/{number}?download=true',
        ):
            self.assertPrintsNothing(f'<img src="{address}"/>')
            self.assertPrintsNothing(f'<img src="{BASE}{address}"/>', self.portal)

    def test_every_way_in(self):
        """Issue 4.3: images, objects, style sheets, imports, fonts, drawings and attachments all ask the same check."""
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{self.url}" width="9" height="9"/></svg>'
        css = f'{BASE}/web/content/{self.secret_css.id}'
        for html in (
            f'<object data="{self.url}"></object>', f'<embed src="{self.url}"/>', f'<video poster="{self.url}"></video>',
            f'<div style="background: url({self.url}); height: 50px">x</div>',
            f'<ul style="list-style-image: url({self.url})"><li>x</li></ul>',
            f'<style>p::before {{content: url({self.url})}}</style>',
            f'<style>@import url({css});</style>', f'<link rel="stylesheet" href="{css}"/>',
            f'<style>@import "data:text/css,@import url({css});";</style>',
            f'<style>@font-face {{font-family: x; src: url({self.url})}} p {{font-family: x}}</style>',
            svg, f'<img src="{data_address(svg.encode(), "image/svg+xml")}"/>',
            f'<link rel="attachment" href="{self.url}"/>', f'<a rel="attachment" href="{self.url}">x</a>',
            f'<iframe src="{self.url}"></iframe>', f'<input type="image" src="{self.url}"/>',
            f'<base href="{BASE}/web/image/"/><img src="{self.secret.id}"/>',
        ):
            self.assertPrintsNothing(html)

    def test_every_way_in_of_drawings_and_sheets(self):
        """Issue 4.3: what drawings and style sheets can name asks the same check, also one inside the other."""
        css = f'{BASE}/web/content/{self.secret_css.id}'
        space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="90"'
        inner = data_address(f'<svg {space}><image href="{self.url}" width="9" height="9"/></svg>'.encode(), 'image/svg+xml')
        for shape in (
            f'<image xlink:href="{self.url}" width="9" height="9"/>', f'<use href="{self.url}#x"/>',
            f'<g xml:base="{BASE}/web/image/"><image href="{self.secret.id}" width="9" height="9"/></g>',
            f'<style>@import url({css});</style><text y="20">x</text>',
            f'<style>@font-face {{font-family: x; src: url({self.url})}}</style><text y="20">x</text>',
            f'<filter id="f"><feImage href="{self.url}"/></filter><rect filter="url(#f)" width="9" height="9"/>',
            (f'<pattern id="p" width="9" height="9"><image href="{self.url}" width="9" height="9"/></pattern>'
             '<rect fill="url(#p)" width="90" height="90"/>'),
            f'<foreignObject><img src="{self.url}"/></foreignObject>', f'<image href="{inner}" width="9" height="9"/>',
        ):
            svg = f'<svg {space}>{shape}</svg>'
            self.assertPrintsNothing(svg)
            self.assertPrintsNothing(f'<img src="{data_address(svg.encode(), "image/svg+xml")}"/>', self.portal)
        for sheet in (
            f'@page {{background: url({self.url}); @top-left {{content: url({self.url})}}}}',
            f'p::before {{content: attr(title url)}} p {{border: 9px solid; border-image-source: url({self.url})}}',
            f'@color-profile --x {{src: url({self.url})}}', f'@media print {{p::after {{content: url({self.url})}}}}',
            f':root {{--x: url({self.url})}} p {{background: var(--x)}}', f'p {{content: \\75 rl({self.url})}}',
        ):
            self.assertPrintsNothing(f'<style>{sheet}</style><p title="{self.url}">x</p>')

    def test_image_fields(self):
        """Issue 4.3: an image of a record is closed to who may not read the record, also as the attachment that holds it."""
        kept = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', 'res.partner'), ('res_id', '=', self.partner.id), ('res_field', '=', 'image_1920')])
        self.assertEqual(len(kept), 1)
        for address in (
            f'/web/image/res.partner/{self.partner.id}/image_1920', f'/web/image/res.partner/{self.partner.id}/avatar_128',
            f'/web/content/{kept.id}', f'/web/image?model=res.partner&id={self.partner.id}&field=image_128',
            f'/web/image/{kept.id}?field=raw', f'/web/content/ir.attachment/{kept.id}/raw',
            f'/web/content/res.users/{self.owner.id}/password', f'/web/content/ir.attachment/{self.secret.id}/store_fname',
        ):
            self.assertPrintsNothing(f'<img src="{address}"/>', self.portal)
            self.assertPrintsNothing(f'<object data="{address}"></object>', self.env.ref('base.public_user'))

    def test_hostile_sheets(self):
        """Issue 4.3: a style sheet that is absurd or names what may not be read is left out, the rest is printed."""
        for sheet in ('@color-profile --x {src: url(http://outside.example.com/x.icc)}', 'p{' * 500,
                      ':not(' * 300 + 'p' + ')' * 300 + '{color: red}', '@import "data:text/css,@color-profile --x {src: url(x)}";'):
            self.assertPrintsNothing(f'<style>{sheet}</style>')
        with self.assertRaisesRegex(UserError, 'nested too deeply'):
            self.print_html(f'<p style="width: calc({"(" * 500}1px{")" * 500})">x</p>')

    def test_nothing_from_outside(self):
        """Issue 4.3: no file of the server, no other host and no path that climbs is even tried."""
        outside = []
        with patch('urllib.request.OpenerDirector.open', lambda *args, **kwargs: outside.append(args)), \
                patch('socket.socket.connect', lambda *args: outside.append(args)):
            for address in (
                'file:///etc/passwd', 'http://outside.example.com/a.png', '//outside.example.com/a.png',
                'http://127.0.0.1:5432/', 'ftp://outside.example.com/a.png', '/web/static/../__manifest__.py',
                '/web/static/%2e%2e/%2e%2e/__manifest__.py', '/etc/passwd', '/web/session/logout',
                f'{BASE}.evil.com/web/image/{self.secret.id}', 'jar:http://x!/y', 'javascript:alert(1)',
            ):
                for html in (f'<img src="{address}"/>', f'<style>@import url({address});</style>',
                             f'<link rel="stylesheet" href="{address}"/>', f'<p style="content: url({address})">x</p>'):
                    self.assertPrintsNothing(html)
        self.assertEqual(outside, [])

    def test_xml_entities(self):
        """Issue 4.3: a drawing cannot name a file of the server as an XML entity."""
        svg = ('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
               '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="90"><text y="20">&x;</text></svg>')
        self.assertPrintsNothing(f'<img src="{data_address(svg.encode(), "image/svg+xml")}"/>')

    def test_redirects(self):
        """Issue 4.3: an attachment that only points somewhere is not followed."""
        link = self.env['ir.attachment'].create({
            'name': 'link.png', 'type': 'url', 'url': 'http://outside.example.com/x.png', 'public': True})
        self.assertPrintsNothing(f'<img src="/web/image/{link.id}"/>')

    def test_tokens(self):
        """Issue 4.3: a token opens the file that it was given for, and no other; it is not written to the log."""
        token, = self.secret.sudo().generate_access_token()
        self.other.sudo().generate_access_token()
        opened = self.print_html(f'<img src="/web/image/{self.secret.id}?access_token={token}"/>', self.portal)
        self.assertEqual(image_sizes(opened), {(41, 13)})
        self.assertPrintsNothing(f'<img src="/web/image/{self.other.id}?access_token={token}"/>', self.portal)
        self.assertPrintsNothing(f'<img src="/web/image/{self.secret.id}?access_token=guess"/>', self.portal)
        partner = self.partner.id
        self.assertPrintsNothing(f'<img src="/web/image/res.partner/{partner}/image_1920?access_token={token}"/>', self.portal)
        with patch.object(ir_actions_report, '_logger') as logger:
            self.print_html(f'<img src="/web/image/{self.other.id}?access_token={token}"/>', self.portal)
        logger.log.assert_called_once()
        self.assertNotIn(token, str(logger.mock_calls))

    def test_sudo_does_not_count(self):
        """Issue 4.3: a report rendered with sudo, as portal pages do, reads with the rights of the user behind it."""
        reports = self.env['ir.actions.report'].with_user(self.portal).sudo()
        self.assertTrue(reports.env.su)
        html = f'<img src="{self.url}"/><img src="/web/image/res.partner/{self.partner.id}/image_1920"/>'
        with mute_logger('odoo.addons.report_weasyprint.models.ir_actions_report'):
            pdf = reports._run_wkhtmltopdf([f'<html><body>{html}</body></html>'])
        self.assertEqual(image_sizes(pdf), set())

    def test_superuser_is_a_visitor(self):
        """Issue 4.3: what the server prints on its own (cron, mail) shows what everybody may see, as wkhtmltopdf does."""
        html = f'<html><body><img src="{self.url}"/></body></html>'
        reports = self.env['ir.actions.report'].with_user(SUPERUSER_ID)
        with mute_logger('odoo.addons.report_weasyprint.models.ir_actions_report'):
            self.assertEqual(image_sizes(reports._run_wkhtmltopdf([html])), set())
        self.secret.sudo().public = True
        self.assertEqual(image_sizes(reports._run_wkhtmltopdf([html])), {(41, 13)})

    def test_field_groups(self):
        """Issue 4.3: a field that is closed to the user's groups is closed in print."""
        field = self.env['res.partner']._fields['image_1920']
        self.patch(field, 'groups', 'base.group_system')
        self.assertPrintsNothing(f'<img src="/web/image/res.partner/{self.partner.id}/image_1920"/>')

    def test_fonts_stay_with_their_document(self):
        """Issue 4.3: a font that one user's document brings is not in the next user's."""
        with file_open('web/static/fonts/lato/Lato-Reg-webfont.woff', 'rb') as file:
            font = data_address(file.read(), 'font/woff')
        self.print_html('<p>warm</p>')
        self.assertEqual(len(printer._kits), 1)
        self.print_html(f'<style>@font-face {{font-family: own; src: url({font})}}</style><p style="font-family: own">x</p>')
        self.assertEqual(printer._kits, [])

    def test_kept_sheets(self):
        """Issue 4.3: style sheets are kept for one database only, and not if they could not be read."""
        bundle = f'<link rel="stylesheet" href="{BASE}/web/assets/1/web.report_assets_common.min.css"/>'
        reader = type(self.env['ir.actions.report'])
        with patch.object(reader, '_weasyprint_fetch_public', side_effect=Refused('not now')):
            self.print_html(bundle)
        self.assertEqual([kind for kind, _value in printer._kits[-1].sheets], ['file'])
        self.print_html(bundle)
        self.assertEqual([kind for kind, _value in printer._kits[-1].sheets], ['file', 'link'])
        kept = printer._kits[-1]
        with printer._lent_kit('another database') as other:
            self.assertIsNot(other, kept)
            self.assertFalse(other.sheets)

    def test_huge(self):
        """Issue 4.3: images that would fill the memory are left out."""
        bomb = io.BytesIO()
        Image.new('1', (30000, 30000)).save(bomb, 'PNG')
        self.assertPrintsNothing(f'<img src="{data_address(bomb.getvalue())}"/>')

    def test_database_errors_reach_the_caller(self):
        """Issue 4.3: an error of the database is no missing image: the request must be able to retry."""
        def fail(*args, **kwargs):
            raise ZeroDivisionError('from the database')
        self.patch(type(self.env['ir.actions.report']), '_weasyprint_read_record', fail)
        with self.assertRaisesRegex(ZeroDivisionError, 'from the database'):
            self.print_html('<img src="/web/image/1"/>')
