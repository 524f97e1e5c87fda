from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class CustomerLinkGuard(models.AbstractModel):
    """Rows that hang on a document or a partner by model name and id: they are as visible as that.

    Being author, recipient, assignee or follower opens nothing that the document hides. Other rows are left to Odoo.
    """

    _name = 'customer.link.guard'
    _description = 'Guard of what hangs on documents of customers'

    #: field with the name of the model; the id is in ``res_id``
    _customer_link_model = 'res_model'

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._customer_links_domain()
        return super()._search(domain, offset, limit, order, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not self or self.env.su:
            return result
        unreadable = self._customer_links_unreadable()
        if not unreadable:
            return result
        return unreadable | (result[0] if result else self.browse()), lambda: AccessError(self.env._(
            'You may not see the document on which this hangs.'))

    @api.model
    def _customer_link_guarded(self):
        """Return the names of the models whose rows hide what hangs on them: documents, and customers themselves."""
        return (*self.env['customer.transaction.mixin']._customer_document_models(), 'res.partner')

    @api.model
    def _customer_links_domain(self):
        """Return the domain of rows on documents that the user may read, and on anything else."""
        mixin = self.env['customer.transaction.mixin']
        if mixin._customer_restriction() == 'all':
            return Domain.TRUE
        guarded = self._customer_link_guarded()
        allowed = Domain(self._customer_link_model, 'not in', guarded)
        for name in guarded:
            try:
                documents = self.env[name].with_context(active_test=False)._search(Domain.TRUE)
            except AccessError:
                continue
            allowed |= Domain(self._customer_link_model, '=', name) & Domain('res_id', 'in', documents)
        return allowed

    def _customer_links_unreadable(self):
        """Return the rows in ``self`` whose document the restricted user may not read."""
        mixin = self.env['customer.transaction.mixin']
        if mixin._customer_restriction() == 'all':
            return self.browse()
        guarded = self._customer_link_guarded()
        # sudo: the document decides, checked below with the user's rights
        links_sudo = self.sudo().filtered(lambda link: link[self._customer_link_model] in guarded)
        unreadable = links_sudo.browse()
        for name, links in links_sudo.grouped(self._customer_link_model).items():
            documents = self.env[name].browse(set(links.mapped('res_id'))).exists()
            readable = set(documents._filtered_access('read').ids)
            unreadable += links.filtered(lambda link: link.res_id not in readable)
        return unreadable.sudo(False)
