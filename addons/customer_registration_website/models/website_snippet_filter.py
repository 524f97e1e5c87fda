from odoo import models


class WebsiteSnippetFilter(models.Model):
    _inherit = 'website.snippet.filter'

    def _filter_records_to_values(self, records, **options):
        """Blocks of a page show a single record that they are asked for without a look at the rights: drop what is closed."""
        if not options.get('is_sample') and 'customer_visible' in getattr(records, '_fields', ()):
            records = records.filtered('customer_visible')
        return super()._filter_records_to_values(records, **options)
