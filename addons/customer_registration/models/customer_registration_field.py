from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..const import MAX_TEXT, PARTNER_FIELDS


class CustomerRegistrationField(models.Model):
    """One field of a form. What a visitor sends is found by the id of this row, never by a name that he chose."""

    _name = 'customer.registration.field'
    _description = 'Field of a registration form'
    _order = 'sequence, id'
    _rec_name = 'label'

    policy_id = fields.Many2one('customer.registration.policy', required=True, index=True, ondelete='cascade')
    sequence = fields.Integer(default=10)
    label = fields.Char(required=True, translate=True)
    help = fields.Char(translate=True)
    kind = fields.Selection(
        [('partner', 'Field of the customer'), ('text', 'Text'), ('choice', 'Choice'), ('date', 'Date'),
         ('file', 'File'), ('consent', 'Consent')], required=True, default='text')
    partner_field = fields.Selection('_selection_partner_field', string='Field')
    choices = fields.Text(translate=True, help='One choice on each line.')
    required_person = fields.Boolean(string='Mandatory for persons')
    required_company = fields.Boolean(string='Mandatory for companies')

    @api.model
    def _selection_partner_field(self):
        labels = self.env['res.partner'].fields_get(PARTNER_FIELDS, ['string'])
        return [(name, labels[name]['string']) for name in PARTNER_FIELDS if name in labels]

    @api.constrains('kind', 'partner_field', 'choices')
    def _check_kind(self):
        for field in self:
            if field.kind == 'partner' and not field.partner_field:
                raise ValidationError(self.env._('“%s”: choose the field of the customer.', field.label))
            if field.kind == 'choice' and not field._choice_list():
                raise ValidationError(self.env._('“%s”: enter the choices.', field.label))

    def _choice_list(self):
        """Return the choices in the language of the visitor."""
        return [line.strip() for line in (self.choices or '').splitlines() if line.strip()]

    def _key(self):
        """Return the name of the input."""
        return f'field_{self.id}'

    def _read(self, text, is_company):
        """Return what a visitor sent as it is stored.

        :param str text: as sent
        :raises UserError: with what is wrong
        """
        self.ensure_one()
        text = text.strip()[:MAX_TEXT]
        if not text:
            self._check_given(False, is_company)
            return ''
        if self.kind == 'date':
            try:
                text = fields.Date.to_string(fields.Date.from_string(text))
            except ValueError:
                raise UserError(self.env._('“%s” is no date.', self.label)) from None
        is_country = self.kind == 'partner' and self.partner_field == 'country_id'
        allowed = self._choice_list() if self.kind == 'choice' else (
            [str(country.id) for country in self._countries()] if is_country else None)
        if allowed is not None and text not in allowed:
            raise UserError(self.env._('Please choose one of the answers for “%s”.', self.label))
        return '1' if self.kind == 'consent' else text

    def _check_given(self, is_given, is_company):
        """Refuse a mandatory field that is empty.

        :raises UserError: with what is wrong
        """
        if not is_given and (self.required_company if is_company else self.required_person):
            raise UserError(self.env._('Please fill in “%s”.', self.label))

    def _show(self, value):
        """Return what staff reads of an answer that is not empty: ``(text, address of a file or False)``."""
        if self.kind == 'file':
            attachment = self.env['ir.attachment'].browse(int(value)).exists()
            return (attachment.name, f'/web/content/{attachment.id}?download=1') if attachment else ('-', False)
        if self.kind == 'consent':
            return self.env._('yes'), False
        if self.partner_field == 'country_id':
            return self._countries().browse(int(value)).name, False
        return value, False

    @api.model
    def _countries(self):
        # sudo: names of countries, public
        return self.env['res.country'].sudo().search([])
