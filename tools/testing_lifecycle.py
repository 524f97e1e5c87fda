"""What a database holds, so that installing, updating and uninstalling an addon can be compared."""

import contextlib
import json
import re

from tools.env import ROOT
from tools.testing_odoo import LOG_DIR, shell
from tools.testing_templates import manifest

TIMEOUT = 1800  # seconds
STEP = 'LIFE'
COMPLAINT = re.compile(r'^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ')

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
RENEWED = {'ir_act_window_view', 'ir_model_inherit'}
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
            omitted = [*VOLATILE_COLUMNS, 'id'] if table in RENEWED else VOLATILE_COLUMNS
            # jsonb has one order of keys, so equal rows give equal texts
            cursor.execute(
                f"SELECT row ->> 'id', row::text FROM (SELECT to_jsonb(t) - %s::text[] AS row FROM \"{table}\" t"  # noqa: S608
                f' WHERE ({IGNORED.get(table, "false")}) IS NOT TRUE) AS rows', [omitted])
            found.update({(table, key or text): text for key, text in cursor.fetchall()})
    return found


def changes(before, after):
    """Return lines that tell which rows of `before` are not in `after` or differ in a column that they had."""
    lines = [f'lost {key}: {before[key][:300]}' for key in before.keys() - after.keys()]
    for key in (key for key in before.keys() & after.keys() if before[key] != after[key]):
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
    """A database on which Odoo installs, updates and uninstalls addons, all in one process of it (a shell)."""

    def __init__(self, env, connect):
        """
        :param env: environment of the shell
        :param connect: function that returns a connection (psycopg2) to its database
        """
        self.env, self._connect = env, connect

    def install(self, *names):
        """Install the addons `names`, with demo data where the database has some; return all addons that this brought."""
        before = self.installed()
        self._load('install', install_modules=names)
        return [name for name in self.installed() if name not in before]

    def update(self, *names):
        self._load('update', upgrade_modules=names)

    def uninstall(self, *names):
        """Uninstall the addons `names` and what depends on them."""
        self._step('uninstall', names)
        self.env.transaction.reset()
        self.env['ir.module.module'].search([('name', 'in', names)]).button_immediate_uninstall()
        self.env.cr.rollback()

    def installed(self):
        """Return the names of the installed addons, in the order of their installation."""
        return [name for (name,) in self.query("SELECT name FROM ir_module_module WHERE state = 'installed' ORDER BY id")]

    def snapshot(self, tables=None):
        """Return schema and rows as one dict, see read_rows."""
        with self._connected() as connection:
            return {**read_schema(connection), **read_rows(connection, tables)}

    def rows(self, tables):
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

    def left(self, modules, tables):
        """Return lines that tell which of the `tables` and of the definitions of `modules` (lists) are still there."""
        names = self.query(
            "SELECT model || ' ' || name FROM ir_model_data WHERE module = ANY(%s) AND model LIKE 'ir.%%'", list(modules))
        return sorted(tables & self.tables() | self.own_tables(modules) | {name for (name,) in names})

    def _connected(self):
        return contextlib.closing(self._connect())

    def _load(self, verb, **names):
        self._step(verb, *names.values())
        self.env.cr.rollback()
        type(self.env.registry).new(self.env.cr.dbname, update_module=True, **names)
        self.env.transaction.reset()

    def _step(self, verb, names):
        print(f'{STEP} {verb} {" ".join(names)}', flush=True)  # into the log, among what Odoo says about it


SCRIPT = """
import json, sys
sys.path.insert(0, {root!r})
from tools import testing_lifecycle as lifecycle
from tools.postgres import cluster
with cluster() as server:
    life = lifecycle.Life(env, lambda: server.connect(env.cr.dbname))
    result = lifecycle.{function}(life, *{arguments!r})
with open({path!r}, 'w') as output:
    json.dump(result, output)
"""


def live(cluster, database, function, *arguments):
    """Call a `function` (name) of this module with a Life of `database` in a process of Odoo; return its result.

    Complaints of Odoo while it installs or updates are the result's value of 'complaints': {step: lines}.
    """
    path = LOG_DIR / f'life_{function}_{database}.json'
    log = path.with_suffix('.log')
    path.unlink(missing_ok=True)
    script = SCRIPT.format(root=str(ROOT), function=function, arguments=arguments, path=str(path))
    shell(cluster, database, script, log, '--log-handler=:WARNING', timeout=TIMEOUT)
    return {**json.loads(path.read_text()), 'complaints': complaints(log.read_text(errors='replace').splitlines())}


def complaints(lines):
    """Return {step: lines with a complaint} of the log of a Life, for each install and update; {} if there is none."""
    found, step = {}, 'start'
    for line in lines:
        if line.startswith(STEP):
            step = line.removeprefix(f'{STEP} ')
        elif COMPLAINT.match(line) and not step.startswith('uninstall'):
            found.setdefault(step, []).append(line)
    return found


def whole_life(life, units):
    """Install the addons `units` (list of names) one after the other, update all, uninstall them in reverse order.

    :return: {'came': {unit: addons that came with it}, 'changed': {unit: number of things}, 'update': differences,
        'uninstall': {unit: differences to the time before it came}}
    """
    snapshots, came = [life.snapshot()], {}
    for unit in units:
        came[unit] = life.install(unit)
        snapshots.append(life.snapshot())
    life.update(*units)
    result = {
        'came': came,
        'changed': {unit: len(differences(*snapshots[at:at + 2])) for at, unit in enumerate(units)},
        'update': differences(snapshots.pop(), life.snapshot()),
        'uninstall': {},
    }
    for unit in reversed(units):
        life.uninstall(*came[unit])
        result['uninstall'][unit] = differences(snapshots.pop(), life.snapshot())
    return result


def life_beside(life, units, existing_tables, odoo_tables):
    """Do the same with demo data in a database with data of a company; compare these, and what Odoo has of its own.

    :param existing_tables: tables with data that were there first and must stay as they are
    :param odoo_tables: tables that make up Odoo's own access and pages
    :return: {'existing': tables that had rows, 'came': see whole_life, 'demo': {addon: whether its demo data came},
        'lost': {step: changes of existing rows}, 'update': changes of our own rows, 'own': number of our own rows,
        'uninstall': {unit: differences}, 'left': {unit: what of it is left}}
    """
    existing = life.rows(existing_tables)
    result = {'existing': sorted({table for table, _key in existing}), 'came': {}, 'demo': {}, 'lost': {}, 'uninstall': {},
              'left': {}}

    def look(step):
        # Odoo counts invoices of a partner, which demo data raise
        result['lost'][step] = [
            line for line in changes(existing, life.rows(existing_tables)) if ' customer_rank: ' not in line]

    before = {}
    for unit in units:
        before[unit] = life.snapshot(odoo_tables)
        result['came'][unit] = life.install(unit)
        look(f'install {unit}')
    installed = [name for names in result['came'].values() for name in names]
    result['demo'] = dict(life.query(
        """SELECT m.name, m.demo AND (m.name <> ALL(%s) OR EXISTS (
                      SELECT FROM ir_model_data d WHERE d.module = m.name AND d.noupdate))
             FROM ir_module_module m WHERE m.name = ANY(%s)""",
        [name for name in installed if manifest(name).get('demo')], installed))
    own = life.rows(life.own_tables(installed))
    result['own'] = len(own)
    life.update(*units)
    result['update'] = changes(own, life.rows({table for table, _key in own}))
    look('update')
    for unit in reversed(units):
        names = result['came'][unit]
        tables = life.own_tables(names)
        life.uninstall(*names)
        look(f'uninstall {unit}')
        result['uninstall'][unit] = differences(before[unit], life.snapshot(odoo_tables))
        result['left'][unit] = life.left(names, tables)
    return result


def uninstall_with_dependents(life, names):
    """Uninstall each of the addons `names`, with all that is installed and needs it.

    :return: {name: what is left of it and of those}
    """
    result = {}
    for name in names:
        before = life.installed()
        tables = {found: life.own_tables([found]) for found in before}
        life.uninstall(name)
        gone = set(before) - set(life.installed())
        result[name] = {
            'gone': sorted(gone), 'left': life.left(sorted(gone), set().union(*(tables[found] for found in gone)))}
    return result
