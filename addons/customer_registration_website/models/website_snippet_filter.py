from odoo import models


class WebsiteSnippetFilter(models.Model):
    _inherit = 'website.snippet.filter'

    def _filter_records_to_values(self, records, *args, **kwargs):
        """Blocks of a page show a single record that they are asked for without a look at the rights: drop what is closed."""
        if 'customer_visible' in records._fields:
            records = records.filtered('customer_visible')
        return super()._filter_records_to_values(records, *args, **kwargs)
