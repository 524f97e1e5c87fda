import logging
import mimetypes
from base64 import b64decode
from urllib.parse import urljoin, urlsplit

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import file_open, str2bool
from odoo.tools.image import image_guess_size_from_field_name, image_process
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.base.models.report_paperformat import PAPER_SIZES

from ..addresses import Refused, bounded_image, decode_data, resolve, safe_name
from ..engine import print_pdf, problem
from ..paper import make_paper

_logger = logging.getLogger(__name__)

PARAMETER = 'report_weasyprint.engine'


class IrActionsReport(models.Model):
    _inherit = 'ir.actions.report'

    # ------------------------------------------------------------------
    # Which program prints
    # ------------------------------------------------------------------

    @api.model
    def _uses_weasyprint(self):
        """Return whether WeasyPrint prints: it works here and the system parameter does not say wkhtmltopdf."""
        # sudo: the choice is technical, and portal users print too
        engine = self.env['ir.config_parameter'].sudo().get_param(PARAMETER) or 'weasyprint'
        return engine.strip().lower() != 'wkhtmltopdf' and not problem()

    @api.model
    def get_wkhtmltopdf_state(self):
        """Return 'ok' if WeasyPrint prints, else what Odoo says of wkhtmltopdf."""
        return 'ok' if self._uses_weasyprint() else super().get_wkhtmltopdf_state()

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, landscape=False,
                         specific_paperformat_args=None, set_viewport_size=False):
        """Print by WeasyPrint if it is chosen and works; parameters and result (PDF as bytes) as in Odoo."""
        if not self._uses_weasyprint():
            return super()._run_wkhtmltopdf(
                bodies, report_ref=report_ref, header=header, footer=footer, landscape=landscape,
                specific_paperformat_args=specific_paperformat_args, set_viewport_size=set_viewport_size)
        report = self._get_report(report_ref) if report_ref else self
        # sudo: portal users print too, and may not read paper formats
        paper = make_paper(report.sudo().get_paperformat(), PAPER_SIZES, specific_paperformat_args, landscape)
        reader = self.with_env(self._weasyprint_env())
        base_url = self._get_report_url() or 'http://localhost'
        try:
            return print_pdf(
                bodies, paper, reader._weasyprint_fetch, base_url, header, footer, reader._weasyprint_fetch_public,
                self.env.cr.dbname)
        except RecursionError as error:
            raise UserError(self.env._("This document is nested too deeply to be printed.")) from error

    # ------------------------------------------------------------------
    # What a document may show
    # ------------------------------------------------------------------

    @api.model
    def _weasyprint_env(self):
        """Return the environment in whose name images and files are read: the requesting user's, never elevated.

        Reports are often rendered with sudo (portal pages, mail): that does not count here. Where Odoo itself prints
        (cron jobs) the rights are those of the session that asked, else the public user's, as with wkhtmltopdf.
        """
        uid = self.env.uid
        if uid == SUPERUSER_ID:
            uid = request.session.uid if request else None
            if not uid or uid == SUPERUSER_ID:
                uid = self.env.ref('base.public_user').id
        return self.env(user=uid, su=False)

    @api.model
    def _weasyprint_fetch(self, address, level=logging.INFO):
        """Return the content (bytes) and MIME type of an address in a document.

        :raise Refused: if the user of this environment may not read it, or it is not of this server
        """
        try:
            if address[:5].lower() == 'data:':
                content, mimetype = decode_data(address)
            else:
                target = resolve(address, self._weasyprint_origins())
                content, mimetype = getattr(self, f'_weasyprint_read_{target.kind}')(**target.values)
            return bounded_image(content), mimetype
        except (Refused, UserError, ValueError, OSError) as error:  # UserError: also AccessError, MissingError
            reason = error if isinstance(error, Refused) else type(error).__name__
            _logger.log(level, 'Not printed for user %s: %s (%s)', self.env.uid, safe_name(address), reason)
            raise Refused(str(reason)) from error

    @api.model
    def _weasyprint_fetch_public(self, address):
        """Return what `_weasyprint_fetch` returns to a visitor: for style sheets that are kept for other users.

        Quietly: Odoo's own bundle names fonts of an outside server that are not needed.
        """
        return self.with_user(self.env.ref('base.public_user'))._weasyprint_fetch(address, logging.DEBUG)

    @api.model
    def _weasyprint_origins(self):
        """Return the addresses under which this server is known to its reports."""
        params = self.env['ir.config_parameter'].sudo()  # sudo: public knowledge that visitors may not read
        return [params.get_param('web.base.url'), params.get_param('report.url'), self._get_report_url()]

    @api.model
    def _weasyprint_read_asset(self, unique, filename, website=None):
        """Return a bundle's style sheet, made now if nobody asked for it yet (as the routes /web/assets do)."""
        params = self._weasyprint_website(website)
        url = self.env['ir.asset']._get_asset_bundle_url(filename, unique, params)
        if '%' in url:
            raise Refused('a pattern')
        # sudo: public files, written by the superuser only
        attachment = self.env['ir.attachment'].sudo().search([
            ('public', '=', True), ('url', '=', url), ('res_model', '=', 'ir.ui.view'), ('res_id', '=', 0),
            ('create_uid', '=', SUPERUSER_ID)], limit=1)
        return attachment.raw or self._weasyprint_make_asset(unique, filename, params), 'text/css'

    @api.model
    def _weasyprint_website(self, website):
        """Return what tells a bundle of a website from others: pages of Odoo's website name theirs in the address."""
        if not website:
            return {}
        # sudo: whether there is such a website is public; others would each leave a file
        if 'website' not in self.env or not self.env['website'].sudo().browse(int(website)).exists():
            raise Refused('no such website')
        return {'website_id': int(website)}

    @api.model
    def _weasyprint_make_asset(self, unique, filename, params):
        name, rtl, asset_type, autoprefix = self.env['ir.asset']._parse_bundle_name(filename, unique == 'debug')
        if asset_type != 'css':
            raise Refused('not a style sheet')

        def make(env):
            bundle = env['ir.qweb']._get_asset_bundle(
                name, css=True, js=False, debug_assets=unique == 'debug', rtl=rtl, autoprefix=autoprefix,
                assets_params=params)
            return bundle.css().raw

        if not self.env.cr.readonly:
            return make(self.env)
        with self.env.registry.cursor(readonly=False) as cr:
            return make(self.env(cr=cr))

    @api.model
    def _weasyprint_read_static(self, module, path):
        with file_open(f'{module}/static/{path}', 'rb') as file:
            return file.read(), mimetypes.guess_type(path)[0] or 'application/octet-stream'

    @api.model
    def _weasyprint_read_barcode(self, barcode_type='', value='', **options):
        return self.barcode(barcode_type, value, **options), 'image/png'

    @api.model
    def _weasyprint_read_logo(self, company=None):
        """Return a company's logo, which Odoo shows to everybody at /logo."""
        # sudo: the route is public
        record = self.env['res.company'].sudo().browse(int(company)).exists() if company else self.env.company.sudo()
        return self._weasyprint_content(record, 'logo_web')

    @api.model
    def _weasyprint_read_record(self, model='ir.attachment', res_id=None, xmlid=None, field='raw', width=0, height=0,
                                crop='', access_token=None):
        """Return a binary field of a record, checked like the routes /web/image and /web/content do."""
        record = self.env['ir.binary']._find_record(xmlid, model, res_id and int(res_id), access_token, field)
        content, mimetype = self._weasyprint_content(record, field)
        size = int(width), int(height)
        if size == (0, 0):
            size = image_guess_size_from_field_name(field)
        if mimetype.startswith('image/') and mimetype != 'image/svg+xml' and size != (0, 0):
            content = image_process(bounded_image(content), size=size, crop=str2bool(crop, False))
        return content, mimetype

    @api.model
    def _weasyprint_content(self, record, name):
        """Return the content (bytes) and MIME type of a binary field that may be read."""
        field = record._fields.get(name)
        if field is None or field.type != 'binary':
            raise Refused('not a binary field')
        if record._name == 'ir.attachment':
            if record.type == 'url':
                return self._weasyprint_linked_file(record.url or '')
            return record.raw or b'', record.mimetype or 'application/octet-stream'
        record._check_field_access(field, 'read')
        content = b64decode(record.with_context(bin_size=False)[name] or b'')
        return content, guess_mimetype(content)

    @api.model
    def _weasyprint_linked_file(self, url):
        """Return the file of an addon to which an attachment points; other links are not followed."""
        target = resolve(urljoin('http://localhost', url), ['http://localhost'])
        if target.kind != 'static' or urlsplit(url).netloc:
            raise Refused('a link')
        return self._weasyprint_read_static(**target.values)
