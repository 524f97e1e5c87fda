from odoo import models


class MailFollowers(models.Model):
    _name = 'mail.followers'
    _inherit = ['mail.followers', 'customer.link.guard']

    def _insert_followers(self, res_model, res_ids, partner_ids, subtypes=None, **kwargs):
        """Subscribe only who may see the document, whatever the way: by hand, by mention, as assignee."""
        if not partner_ids or res_model not in self.env['customer.transaction.mixin']._customer_document_models():
            return super()._insert_followers(res_model, res_ids, partner_ids, subtypes=subtypes, **kwargs)
        documents, partners = self.env[res_model].browse(res_ids), self.env['res.partner'].browse(partner_ids)
        free = documents._partners_free_to_follow(partners)
        same = {}
        for document_id, allowed in documents._partners_by_document(partners - free).items():
            same.setdefault((*free.ids, *allowed), []).append(document_id)
        for partners, document_ids in same.items():
            if partners:
                super()._insert_followers(res_model, document_ids, list(partners), subtypes=subtypes, **kwargs)
        return None
