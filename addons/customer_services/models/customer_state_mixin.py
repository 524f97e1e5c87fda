from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CustomerStateMixin(models.AbstractModel):
    """One gate through which the ``state`` of a record moves."""

    _name = 'customer.state.mixin'
    _description = 'State gate'

    def _transition(self, allowed, target):
        """Move the records to a state: the only way in which a state changes by an action.

        Rows are locked, so that of two parallel calls the second one sees what the first one did. Who is in
        ``target`` already is skipped: double clicks and retries change nothing.

        :param allowed: states from which the move is allowed
        :param str target: the new state
        :return: the records that moved
        :raises UserError: if one is in another state; then none moves
        """
        self.check_access('write')
        self.flush_recordset(['state'])
        self.env.execute_query(SQL(
            'SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE',
            SQL.identifier(self._table), list(self.ids)))
        self.invalidate_recordset(['state'])
        moving = self.filtered(lambda record: record.state != target)
        refused = moving.filtered(lambda record: record.state not in allowed)
        if refused:
            label = dict(self._fields['state']._description_selection(self.env))
            raise UserError(self.env._(
                '%(document)s is “%(state)s” and cannot become “%(target)s”.', document=refused[0].display_name,
                state=label.get(refused[0].state), target=label.get(target)))
        for record in moving:
            record.write(record._transition_values(target))
        return moving

    def _transition_values(self, target):
        """Hook: return the values that put one record into the state ``target``."""
        return {'state': target}
