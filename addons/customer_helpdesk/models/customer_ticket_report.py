"""Averages that leave out what is not known yet."""
from odoo import models
from odoo.tools import SQL

#: field -> condition on the row under which its value counts in an average
KNOWN = {
    'first_response_hours': ('first_response_date', SQL('IS NOT NULL')),
    'resolution_hours': ('state', SQL("= 'closed'")),
    'rating_last_value': ('rating_last_value', SQL('> 0')),
}


class CustomerTicket(models.Model):
    _inherit = 'customer.ticket'

    def _read_group_select(self, aggregate_spec, query):
        """Average hours of tickets that were answered or solved, and ratings that were given: the others hold 0."""
        name, _colon, function = aggregate_spec.partition(':')
        if function != 'avg' or name not in KNOWN:
            return super()._read_group_select(aggregate_spec, query)
        other, condition = KNOWN[name]
        value = self._field_to_sql(self._table, name, query)
        return SQL('AVG(%s) FILTER (WHERE %s %s)', value, self._field_to_sql(self._table, other, query), condition)
