from odoo import models


class MailFollowers(models.Model):
    _name = 'mail.followers'
    _inherit = ['mail.followers', 'customer.link.guard']

    def _insert_followers(self, res_model, res_ids, partner_ids, subtypes=None, **kwargs):
        """Subscribe only who may see the document, whatever the way: by hand, by mention, as assignee."""
        if partner_ids and res_model in self.env['customer.transaction.mixin']._customer_document_models():
            for document in self.env[res_model].browse(res_ids):
                allowed = document._partners_who_may_see(self.env['res.partner'].browse(partner_ids)).ids
                if allowed:
                    super()._insert_followers(res_model, document.ids, allowed, subtypes=subtypes, **kwargs)
            return None
        return super()._insert_followers(res_model, res_ids, partner_ids, subtypes=subtypes, **kwargs)
