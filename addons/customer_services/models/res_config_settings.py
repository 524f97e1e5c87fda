from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..uploads import DEFAULT_EXTENSIONS, DEFAULT_MAX_FILES, DEFAULT_MAX_MB, parse_extensions


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    customer_upload_max_mb = fields.Integer(
        string='Largest file (MB)', default=DEFAULT_MAX_MB, config_parameter='customer_services.upload_max_mb')
    customer_upload_max_files = fields.Integer(
        string='Files per message', default=DEFAULT_MAX_FILES, config_parameter='customer_services.upload_max_files')
    customer_upload_extensions = fields.Char(
        string='Allowed file types', default=DEFAULT_EXTENSIONS,
        config_parameter='customer_services.upload_extensions',
        help='Endings of file names, separated by commas or blanks.')

    customer_company_field_ids = fields.Many2many(
        'ir.model.fields', 'customer_settings_company_fields_rel', string='Mandatory for companies',
        compute='_compute_customer_mandatory', inverse='_inverse_customer_mandatory', readonly=False,
        domain=lambda self: self._customer_mandatory_domain())
    customer_person_field_ids = fields.Many2many(
        'ir.model.fields', 'customer_settings_person_fields_rel', string='Mandatory for persons',
        compute='_compute_customer_mandatory', inverse='_inverse_customer_mandatory', readonly=False,
        domain=lambda self: self._customer_mandatory_domain())
    customer_company_reachable = fields.Boolean(
        string='Companies: e-mail or phone', compute='_compute_customer_mandatory',
        inverse='_inverse_customer_mandatory', readonly=False)
    customer_person_reachable = fields.Boolean(
        string='Persons: e-mail or phone', compute='_compute_customer_mandatory',
        inverse='_inverse_customer_mandatory', readonly=False)

    @api.model
    def _customer_mandatory_domain(self):
        return [
            ('model', '=', 'res.partner'), ('store', '=', True), ('readonly', '=', False),
            ('ttype', 'in', ('char', 'text', 'many2one', 'date', 'selection', 'integer', 'float'))]

    @api.depends('company_id')
    def _compute_customer_mandatory(self):
        Partner, Field = self.env['res.partner'], self.env['ir.model.fields']
        for settings in self:
            for kind in ('company', 'person'):
                names, reachable = Partner._customer_mandatory_fields(kind)
                settings[f'customer_{kind}_field_ids'] = Field.browse(
                    Field._get('res.partner', name).id for name in names)
                settings[f'customer_{kind}_reachable'] = reachable

    def _inverse_customer_mandatory(self):
        set_param = self.env['ir.config_parameter'].sudo().set_param
        for settings in self:
            for kind in ('company', 'person'):
                names = settings[f'customer_{kind}_field_ids'].mapped('name')
                set_param(f'customer_services.{kind}_fields', ','.join(dict.fromkeys(['name', *sorted(names)])))
                set_param(f'customer_services.{kind}_reachable', str(settings[f'customer_{kind}_reachable']))

    @api.constrains('customer_upload_max_mb', 'customer_upload_max_files', 'customer_upload_extensions')
    def _check_customer_uploads(self):
        for settings in self:
            if not 1 <= settings.customer_upload_max_mb <= 100:
                raise ValidationError(self.env._('The largest file must be between 1 and 100 MB.'))
            if not 1 <= settings.customer_upload_max_files <= 50:
                raise ValidationError(self.env._('Between 1 and 50 files can be allowed per message.'))
            if not parse_extensions(settings.customer_upload_extensions):
                raise ValidationError(self.env._('At least one file type must be allowed, for example: pdf, png, jpg'))
