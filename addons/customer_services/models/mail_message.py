from odoo import models


class MailMessage(models.Model):
    _name = 'mail.message'
    _inherit = ['mail.message', 'customer.link.guard']

    _customer_link_model = 'model'

    def _get_forbidden_access(self, operation):
        """Keep customers to reading public messages of their documents.

        They never read internal notes, of whatever type (Odoo looks at comments only), and never create, change or
        delete a message directly: ``message_post`` of the document is their way.
        """
        if not self or not self.env.user.share:
            return super()._get_forbidden_access(operation)
        guarded = self.env['customer.transaction.mixin']._customer_document_models()
        # sudo: the check itself
        forbidden = self.sudo().filtered(lambda message: message.model in guarded and (
            operation != 'read' or message.is_internal or not message.subtype_id or message.subtype_id.internal
        )).sudo(False)
        remaining = self - forbidden
        return forbidden + (remaining and super(MailMessage, remaining)._get_forbidden_access(operation))
