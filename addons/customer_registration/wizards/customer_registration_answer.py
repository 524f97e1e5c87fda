from odoo import fields, models


class CustomerRegistrationAnswer(models.TransientModel):
    """Reject a registration, or ask its applicant something, by mail."""

    _name = 'customer.registration.answer'
    _description = 'Answer to a registration'

    registration_id = fields.Many2one('customer.registration', required=True, ondelete='cascade')
    kind = fields.Selection([('ask', 'Ask back'), ('reject', 'Reject')], required=True, default='ask')
    text = fields.Text(string='Message', required=True)

    def action_send(self):
        """Send the message."""
        self.ensure_one()
        self.registration_id._answer(self.kind, self.text)
        return {'type': 'ir.actions.act_window_close'}
