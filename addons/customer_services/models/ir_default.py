from odoo import api, models
from odoo.tools import ormcache


class IrDefault(models.Model):
    _inherit = 'ir.default'

    @api.model
    @ormcache('self.env.uid', 'self.env.su', 'self.env.company.id', 'model_name', 'field_name', 'user_id', 'company_id',
              'condition')
    def _get(self, model_name, field_name, user_id=False, company_id=False, condition=False):
        """Return a default from the cache, which Odoo clears when a default changes.

        Each page of the portal asks for the default language, with two queries.
        """
        return super()._get(model_name, field_name, user_id=user_id, company_id=company_id, condition=condition)
