from odoo import api, models
from odoo.exceptions import AccessDenied


class MailThread(models.AbstractModel):
    _inherit = 'mail.thread'

    @api.model
    def message_process(self, model, message, custom_values=None, **kwargs):
        """Take incoming mail from the gateway only: it posts as anybody whose address the mail carries.

        :raises AccessDenied: for users whom the access predicate restricts; Odoo lets every employee call it by RPC
        """
        if not self.env.su and self.env['customer.document.mixin']._customer_restriction() != 'all':
            raise AccessDenied
        return super().message_process(model, message, custom_values, **kwargs)
