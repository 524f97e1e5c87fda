"""What a database holds, so that installing, updating and uninstalling an addon can be compared."""

import contextlib
import itertools
import json
import re

from tools.env import Problem
from tools.testing_odoo import LOG_DIR, odoo_command, run, shell

TIMEOUT = 600  # seconds
COMPLAINT = re.compile(r'^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ')
UNINSTALL = "env['ir.module.module'].search([('name', 'in', {!r})]).button_immediate_uninstall()"

# Tables whose rows come and go with the mere start of Odoo or with any installation
VOLATILE = {
    'base_registry_signaling', 'bus_bus', 'bus_presence', 'ir_cron', 'ir_cron_trigger', 'ir_logging', 'ir_profile',
    'orm_signaling_assets', 'orm_signaling_default', 'orm_signaling_groups', 'orm_signaling_registry',
    'orm_signaling_routing', 'orm_signaling_stable', 'orm_signaling_templates',
    'ir_model_constraint',  # Odoo forgets its rows of foreign keys; the schema tells about the constraints themselves
    'ir_module_module',  # state and version of the addon itself
    'ir_module_module_dependency',
    'ir_module_module_exclusion',
}
# the last one is the docstring of whichever class was loaded last
VOLATILE_COLUMNS = ['write_date', 'write_uid', 'create_date', 'create_uid', 'arch_prev', 'info']
# Rows without a name of their own, which each update makes anew
RENEWED = {'ir_act_window_view'}
# Rows that Odoo makes or forgets by itself, by table; % is doubled for psycopg2
IGNORED = {
    'ir_attachment': "url LIKE '/web/assets/%%'",
    # It forgets the names that its own addons gave to reflections of our models
    'ir_model_data': "model IN ('ir.model.fields.selection', 'ir.model.inherit')",
    # It numbers the kinds of views of its own addons anew as soon as another addon extends views
    'ir_model_fields_selection': """
        field_id IN (SELECT id FROM ir_model_fields WHERE model = 'ir.ui.view' AND name = 'type')""",
}

SCHEMA = {
    'column': """
        SELECT table_name || '.' || column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
          FROM information_schema.columns WHERE table_schema = 'public'""",
    'constraint': """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    'index': "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    'trigger': 'SELECT tgrelid::regclass || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal',
    'function': """
        SELECT p.oid::regprocedure::text, prosrc FROM pg_proc p
         WHERE pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    'sequence': "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
    'extension': 'SELECT extname, extversion FROM pg_extension',
}


def read_schema(connection):
    """Return {(kind, name): definition} of everything in the schema `public`."""
    found = {}
    with connection, connection.cursor() as cursor:
        for kind, query in SCHEMA.items():
            cursor.execute(query)
            found.update({(kind, name): definition for name, definition in cursor.fetchall()})
    return found


def read_rows(connection, tables=None):
    """Return {(table, key): row as JSON text} of the `tables` (default: all but the volatile ones).

    The key is the row's id, or the row itself for tables of relations.
    """
    found = {}
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        there = {name for (name,) in cursor.fetchall()}
        # a table that is not there belongs to an addon that is not installed
        tables = there - VOLATILE if tables is None else there.intersection(tables)
        for table in sorted(tables):
            cursor.execute(
                f'SELECT to_jsonb(t) - %s::text[] FROM "{table}" t'  # noqa: S608
                f' WHERE ({IGNORED.get(table, "false")}) IS NOT TRUE', [VOLATILE_COLUMNS])
            for (row,) in cursor.fetchall():
                if table in RENEWED:
                    row.pop('id')
                text = json.dumps(row, sort_keys=True)
                found[table, row.get('id', text)] = text
    return found


def changes(before, after):
    """Return lines that tell which rows of `before` are not in `after` or differ in a column that they had."""
    lines = [f'lost {key}: {before[key][:300]}' for key in before.keys() - after.keys()]
    for key in before.keys() & after.keys():
        old, new = json.loads(before[key]), json.loads(after[key])
        lines += [
            f'changed {key} {column}: {value!r} -> {new.get(column)!r}'
            for column, value in old.items() if new.get(column) != value
        ]
    return sorted(lines)


def differences(before, after):
    """Return lines that tell what changed from one snapshot to the next: lost, new and changed things."""
    lines = [f'lost {key}: {before[key][:300]}' for key in before.keys() - after.keys()]
    lines += [f'new {key}: {after[key][:300]}' for key in after.keys() - before.keys()]
    lines += [
        f'changed {key}: {before[key][:300]} -> {after[key][:300]}'
        for key in before.keys() & after.keys() if before[key] != after[key]
    ]
    return sorted(lines)


class Life:
    """A database on which the `addons` (list of names) are installed, updated and uninstalled."""

    def __init__(self, cluster, database, addons):
        self.cluster, self.database, self.addons = cluster, database, addons
        self._serial = itertools.count(1)

    def install(self, demo=False):
        self._odoo('-i', ','.join(self.addons), '--with-demo' if demo else '--without-demo')

    def update(self):
        self._odoo('-u', ','.join(self.addons))

    def uninstall(self):
        shell(self.cluster, self.database, UNINSTALL.format(self.addons), self._log())

    def snapshot(self, tables=None):
        """Return schema and rows as one dict, see read_rows."""
        return {**self.schema(), **self.rows(tables)}

    def schema(self):
        with self._connected() as connection:
            return read_schema(connection)

    def rows(self, tables=None):
        with self._connected() as connection:
            return read_rows(connection, tables)

    def query(self, query, *parameters):
        """Return the rows that a SELECT finds."""
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def own_tables(self, modules):
        """Return the tables of the models that only `modules` (list) define."""
        found = self.query(
            """SELECT m.model FROM ir_model m JOIN ir_model_data d ON d.model = 'ir.model' AND d.res_id = m.id
                WHERE NOT m.transient GROUP BY m.model HAVING bool_and(d.module = ANY(%s))""", list(modules))
        tables = {model.replace('.', '_') for (model,) in found}
        return tables & self.tables()

    def tables(self):
        """Return the names of all tables as a set."""
        return {table for (table,) in self.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def _connected(self):
        return contextlib.closing(self.cluster.connect(self.database))

    def _log(self):
        return LOG_DIR / f'life_{self.database}_{next(self._serial)}.log'

    def _odoo(self, *args):
        """Run Odoo once.

        :raise Problem: it failed or complained
        """
        log = self._log()
        argv = odoo_command(
            self.cluster, self.database, *args, '--stop-after-init', '--no-http', '--log-handler=:WARNING')
        code = run(argv, log, TIMEOUT, environ=self.cluster.environ())
        complaints = [line for line in log.read_text(errors='replace').splitlines() if COMPLAINT.match(line)]
        if code or complaints:
            raise Problem(f'Odoo {" ".join(args)} ended with {code} and complaints:\n' + '\n'.join(complaints[:20]))
