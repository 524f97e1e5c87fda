from contextlib import contextmanager

from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, fields, models
from odoo.sql_db import db_connect
from odoo.tools import SQL

#: class of the advisory locks: any number that nobody else uses
LOCK = 0x7E57


class CustomerTicketTurn(models.Model):
    """Whose turn it was last in a team.

    The rows are read and written in a short transaction of their own, one team at a time: tickets that are created in
    parallel neither get the same colleague nor wait for each other's end. They hold plain ids, for the same reason: a
    foreign key would make this transaction wait for the one that is at work on the team.
    """

    _name = 'customer.ticket.turn'
    _description = 'Turn in a ticket team'
    _log_access = False

    team_id = fields.Integer(required=True)
    user_id = fields.Integer(required=True)
    turn = fields.Integer(required=True)

    _team_user_unique = models.UniqueIndex('(team_id, user_id)')

    @api.model
    def _take(self, team_id, choices, loads=None):
        """Choose a user for each of some tickets: the one with the smallest load, then whose turn is longest ago.

        :param int team_id: the team
        :param choices: for each ticket the list of the ids of the users among whom to choose, the preferred ones first
        :param dict loads: ``{id of a user: number}``; each choice adds one. None: only the turn counts
        :return: list of ids of users, in the order of ``choices``
        """
        with self._turns(team_id) as (cr, turns):
            before, chosen = dict(turns), []
            for users in choices:
                user_id = min(users, key=lambda user: ((loads or {}).get(user, 0), turns.get(user, 0)))
                if loads is not None:
                    loads[user_id] = loads.get(user_id, 0) + 1
                turns[user_id] = max(turns.values(), default=0) + 1
                chosen.append(user_id)
            for user_id in set(chosen):
                cr.execute(SQL(
                    'INSERT INTO customer_ticket_turn (team_id, user_id, turn) VALUES (%s, %s, %s)'
                    ' ON CONFLICT (team_id, user_id) DO UPDATE SET turn = EXCLUDED.turn',
                    team_id, user_id, turns[user_id]))
        taken = {user_id: (before.get(user_id, 0), turns[user_id]) for user_id in chosen}
        self.env.cr.postrollback.add(lambda: self._give_back(team_id, taken))
        return chosen

    def _give_back(self, team_id, taken):
        """Undo turns of tickets that were not stored after all, unless the users had another turn since.

        :param dict taken: ``{id of the user: (turn before, turn taken)}``
        """
        with self._turns(team_id) as (cr, _turns):
            for user_id, (before, turn) in taken.items():
                cr.execute(SQL(
                    'UPDATE customer_ticket_turn SET turn = %s WHERE team_id = %s AND user_id = %s AND turn = %s',
                    before, team_id, user_id, turn))

    @contextmanager
    def _turns(self, team_id):
        """Lock the turns of a team in a transaction of their own; yield its cursor and ``{id of a user: turn}``."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            # each statement sees what others committed before it, also after it waited for them
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            cr.execute(SQL('SELECT pg_advisory_xact_lock(%s, %s)', LOCK, team_id))
            cr.execute(SQL('SELECT user_id, turn FROM customer_ticket_turn WHERE team_id = %s', team_id))
            yield cr, dict(cr.fetchall())
