from odoo import api, models


class CustomerGrantMixin(models.AbstractModel):
    """What every row that opens a document to somebody has in common.

    The access predicate of the documents is cached per transaction, so each change of a grant forgets it.
    """

    _name = 'customer.grant.mixin'
    _description = 'Grant on documents of customers'

    @api.model_create_multi
    def create(self, vals_list):
        grants = super().create(vals_list)
        self._forget_accessible()
        return grants

    def write(self, vals):
        result = super().write(vals)
        self._forget_accessible()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_accessible()
        return result

    @api.model
    def _forget_accessible(self):
        """Drop the cached predicate everywhere, so that search and check agree within one transaction."""
        for name in self.env['customer.accessible.mixin']._customer_accessible_models():
            self.env[name].invalidate_model(['customer_accessible'], flush=False)
