from datetime import timedelta

from odoo import api, fields, models

#: days for which a new link works unless somebody says otherwise
DEFAULT_DAYS = 14


class CustomerFileLinkWizard(models.TransientModel):
    """Create a link with expiry, and show it once."""

    _name = 'customer.file.link.wizard'
    _description = 'Share by a link'

    file_id = fields.Many2one('customer.file', ondelete='cascade')
    folder_id = fields.Many2one('customer.folder', ondelete='cascade')
    name = fields.Char(string='For whom')
    expiry = fields.Datetime(
        string='Works until', required=True,
        default=lambda self: fields.Datetime.now() + timedelta(days=DEFAULT_DAYS))
    url = fields.Char(string='Link', readonly=True)

    @api.model
    def _action(self, context, wizard_id=False):
        return {
            'type': 'ir.actions.act_window', 'name': self.env._('Share by a link'), 'res_model': self._name,
            'view_mode': 'form', 'target': 'new', 'res_id': wizard_id, 'context': context}

    def action_apply(self):
        """Create the link and show it."""
        self.ensure_one()
        _link, self.url = self.env['customer.file.link']._issue(
            self.file_id or self.folder_id, self.name or self.env._('Somebody'), self.expiry)
        return self._action({}, self.id)
