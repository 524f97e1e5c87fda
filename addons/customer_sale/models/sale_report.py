from odoo import api, models


class SaleReport(models.Model):
    _name = 'sale.report'
    _inherit = ['customer.sale.paths', 'sale.report']

    _customer_internal_groups = ('sales_team.group_sale_salesman',)

    @api.model
    def _customer_derived_sql(self, restriction, column):
        return self._internal_sql(restriction, column)
