from odoo import models


class MailFollowers(models.Model):
    _name = 'mail.followers'
    _inherit = ['mail.followers', 'customer.link.guard']

    def _insert_followers(self, res_model, res_ids, partner_ids, subtypes=None, **kwargs):
        """Subscribe only who may see the document, whatever the way: by hand, by mention, as assignee."""
        if not partner_ids or res_model not in self.env['customer.transaction.mixin']._customer_document_models():
            return super()._insert_followers(res_model, res_ids, partner_ids, subtypes=subtypes, **kwargs)
        allowed = self.env[res_model].browse(res_ids)._partners_by_document(self.env['res.partner'].browse(partner_ids))
        same = {}
        for document_id, partners in allowed.items():
            same.setdefault(tuple(partners), []).append(document_id)
        for partners, document_ids in same.items():
            if partners:
                super()._insert_followers(res_model, document_ids, list(partners), subtypes=subtypes, **kwargs)
        return None
