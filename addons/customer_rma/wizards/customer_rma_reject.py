from odoo import fields, models


class CustomerRmaReject(models.TransientModel):
    """The message of a rejection."""

    _name = 'customer.rma.reject'
    _description = 'Rejection of a return'

    rma_id = fields.Many2one('customer.rma', string='Return', required=True, ondelete='cascade')
    message = fields.Text(string='Message to the customer', required=True)

    def action_reject(self):
        """Reject the return."""
        for wizard in self:
            wizard.rma_id.reject(wizard.message)
        return {'type': 'ir.actions.act_window_close'}
