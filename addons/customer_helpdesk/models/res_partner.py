from odoo import models

#: what Odoo looks at when a contact is searched by name
SEARCHED = ('complete_name', 'email', 'ref', 'vat', 'company_registry')


def _search_index(registry):
    """Return the definition of an index for searches within texts; nothing where PostgreSQL has no trigrams."""
    columns = ', '.join(f'({registry.unaccent(name)}) gin_trgm_ops' for name in SEARCHED)
    return f'USING gin ({columns})' if registry.has_trigram else ''


class ResPartner(models.Model):
    _inherit = 'res.partner'

    # staff look for tickets by customer: without it, each search reads all contacts
    _customer_search_idx = models.Index(_search_index)
