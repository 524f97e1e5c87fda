"""Projects, folders, files and tasks in the databases of scripts/bench; runs inside Odoo's shell.

Five files a ticket of the size, ten in a folder, ten folders in a project, and a quarter of a task a ticket: 1,000,000 files in
100,000 folders and 50,000 tasks at 200,000 tickets. They belong to the other customers by turns; the probe has the same 400 files and
40 tasks in every size, and they are the oldest. Files have a version each, but no content: nothing is downloaded here.
"""

import contextlib
import json

from psycopg2.errors import InsufficientPrivilege

from odoo.tools import SQL

from tools.bench_patterns import FACTS
from tools.bench_sizes import (
    FILES_PER_FOLDER,
    FILES_PER_TICKET,
    FOLDERS_PER_PROJECT,
    PROBE_PROJECTS,
    PROBE_TASKS,
    RARE,
    TICKETS_PER_TASK,
)

TABLES = ('project_project', 'customer_folder', 'customer_file', 'customer_file_version', 'project_task')


def make(env, tickets):
    """Make everything for a database with so many tickets."""
    env = env(context=dict(env.context, tracking_disable=True, customer_project_quiet=True))
    facts = json.loads(env['ir.config_parameter'].get_param(FACTS))
    pattern = _pattern(env)
    env.flush_all()
    with contextlib.suppress(InsufficientPrivilege), env.cr.savepoint():
        env.cr.execute('SET LOCAL session_replication_role = replica', log_exceptions=False)
    with _no_indexes(env):
        copier = _Copier(env, pattern)
        # the first project and the first folder of the probe are visited
        facts['probe'].update(project=pattern['project_project'] + 1, folder=pattern['customer_folder'] + 1)
        copier.projects(
            [facts['probe']['contact']] * PROBE_PROJECTS, PROBE_PROJECTS * FOLDERS_PER_PROJECT, PROBE_TASKS)
        files = tickets * FILES_PER_TICKET
        folders = files // FILES_PER_FOLDER
        copier.projects(
            _contacts(env, facts, folders // FOLDERS_PER_PROJECT), folders, tickets // TICKETS_PER_TASK,
            rare=max(files // RARE, 1))
    for table in TABLES:
        env.cr.execute(SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT max(id) FROM %s))", table, SQL.identifier(table)))
    env['ir.config_parameter'].set_param(FACTS, json.dumps(facts))
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute('VACUUM (ANALYZE)')
    env.cr._cnx.autocommit = False


def _pattern(env):
    """Make one project with a folder, a file and a task, the last of each; return {table: id}."""
    customer = env['res.partner'].create({'name': 'Pattern of projects', 'is_company': True})
    project = env['project.project'].create({'name': 'House 0', 'partner_id': customer.id, 'privacy_visibility': 'portal'})
    folder = env['customer.folder'].create({'project_id': project.id, 'name': 'Folder 0', 'upload': 'yes'})
    file = env['customer.file'].create({
        'project_id': project.id, 'folder_id': folder.id, 'name': 'Plan 0.pdf',
        'category_id': env.ref('customer_project.customer_file_category_plan').id,
        'content': 'JVBERi0xLjQKJSVFT0YK'})
    stage = env['project.task.type'].create({'name': 'Planned', 'project_ids': [(6, 0, project.ids)]})
    task = env['project.task'].create({'name': 'Task 0', 'project_id': project.id, 'stage_id': stage.id})
    return {'project_project': project.id, 'customer_folder': folder.id, 'customer_file': file.id,
            'customer_file_version': file.version_id.id, 'project_task': task.id}


def _contacts(env, facts, count):
    """Return `count` partners, the other customers by turns."""
    measured = [facts[key]['company'] for key in ('probe', 'large')]
    found = [number for number, in env.execute_query(SQL(
        'SELECT id FROM res_partner WHERE id = commercial_partner_id AND customer_number IS NOT NULL AND active'
        ' AND id <> ALL(%s) ORDER BY id', measured))]
    return [found[number % len(found)] for number in range(count)]


@contextlib.contextmanager
def _no_indexes(env):
    """Take away the indexes of the tables that are no constraints, and build them again at the end."""
    indexes = env.execute_query(SQL(
        'SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i'
        ' LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid'
        ' WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL', list(TABLES)))
    for name, _definition in indexes:
        env.cr.execute(f'DROP INDEX {name}')
    yield
    for _name, definition in indexes:
        env.cr.execute(definition)


class _Copier:
    """Copies the pattern rows; in the expressions `n` counts from 1 and `p` is the pattern."""

    def __init__(self, env, pattern):
        self.env, self.pattern = env, pattern

    def copy(self, table, count, **expressions):
        """Insert `count` copies of the pattern; `expressions` are the columns that differ, as SQL. Returns the id before.

        Tokens are not copied: a program gives one out when it needs it.
        """
        columns = {name: f'p."{name}"' for name, in self.env.execute_query(SQL(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema"
            " AND is_generated = 'NEVER'", table))}
        base = self._last(table)
        columns.update(expressions, id=f'{base} + n')
        columns.update({name: 'NULL' for name in columns if name.endswith('token')})
        names = ', '.join(f'"{name}"' for name in columns)
        self.env.cr.execute(
            f'INSERT INTO {table} ({names}) SELECT {", ".join(columns.values())}'  # noqa: S608 - our own names
            f' FROM {table} p, generate_series(1, {int(count)}) n WHERE p.id = {int(self.pattern[table])}')
        return base

    def _last(self, table):
        return self.env.execute_query(SQL('SELECT max(id) FROM %s', SQL.identifier(table)))[0][0]

    def projects(self, contacts, folders, tasks, rare=0):
        """Insert a project for each contact, and spread folders, their files, and tasks over them.

        :param list contacts: ids of partners
        :param rare: every how manieth name has the word "quartzite", 0 for none
        """
        self.env.cr.execute('DROP TABLE IF EXISTS bench_contact')
        self.env.cr.execute('CREATE TEMPORARY TABLE bench_contact (number integer PRIMARY KEY, id integer, owner integer)')
        self.env.cr.execute(
            'INSERT INTO bench_contact SELECT n, partner.id, partner.commercial_partner_id'
            ' FROM unnest(%s) WITH ORDINALITY AS given(id, n) JOIN res_partner partner ON partner.id = given.id', [contacts])
        owner = '(SELECT {} FROM bench_contact c WHERE c.number = {})'
        project_base = self.copy(
            'project_project', len(contacts), name="jsonb_build_object('en_US', 'House ' || n)",
            partner_id=owner.format('id', 'n'), commercial_partner_id=owner.format('owner', 'n'))
        turn = f'(1 + (n - 1) % {len(contacts)})'
        mine = {'project_id': f'{project_base} + {turn}', 'partner_id': owner.format('id', turn),
                'commercial_partner_id': owner.format('owner', turn)}
        folder_base = self._last('customer_folder')
        self.copy('customer_folder', folders, name="'Folder ' || n", parent_path=f"({folder_base} + n) || '/'", **mine)
        files = folders * FILES_PER_FOLDER
        file_base, version_base = self._last('customer_file'), self._last('customer_file_version')
        row = f'(1 + (n - 1) / {FILES_PER_FOLDER})'
        turn = f'(1 + ({row} - 1) % {len(contacts)})'
        moment = f"(now() at time zone 'utc' - interval '3 years' * (1 - n::float / {files + 1}))"
        words = "CASE WHEN n % 100 = 7 THEN ' gasket' ELSE '' END"
        if rare:
            words += f" || CASE WHEN n % {rare} = 0 AND n <= {rare * RARE} THEN ' quartzite' ELSE '' END"
        self.copy(
            'customer_file', files, folder_id=f'{folder_base} + {row}', version_id=f'{version_base} + n',
            name=f"'Plan ' || n || {words} || '.pdf'", version_date=moment, create_date=moment,
            project_id=f'{project_base} + {turn}', partner_id=owner.format('id', turn),
            commercial_partner_id=owner.format('owner', turn))
        self.copy('customer_file_version', files, file_id=f'{file_base} + n', attachment_id='NULL', date=moment)
        self.copy('project_task', tasks, name="'Task ' || n", **mine)
