from odoo import fields, models


class CustomerFileReturnWizard(models.TransientModel):
    """Send a document back, with the reason that the customer reads."""

    _name = 'customer.file.return.wizard'
    _description = 'Send a document back'

    request_id = fields.Many2one('customer.file.request', required=True, ondelete='cascade')
    reason = fields.Text(required=True)

    def action_apply(self):
        """Send it back."""
        self.ensure_one()
        self.request_id._send_back(self.reason)
