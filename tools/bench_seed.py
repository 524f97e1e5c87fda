"""Databases of scripts/bench: patterns by the ORM, multiplied by SQL, stored as templates.

A seeded database has, beside the tickets of `customers` companies, those of two customers that are the same in every
size: "Probe Instruments" (login bench_probe, 41 tickets) and "Large Industries" (bench_large, 2,000 tickets). Theirs
have the lowest ids, which is the worst place for a list that starts with the newest.
"""

# ruff: noqa: S608 - SQL is made of our own names and numbers

import contextlib
import hashlib
import json
import shutil

from psycopg2 import errors

from tools.bench_sale_rows import STOCK_ORDERS
from tools.bench_sizes import FEW_CUSTOMERS, LARGE, MANAGED, MANY_CUSTOMERS, PROBE, RARE
from tools.env import ROOT, lock, own_addons, say, tree_digest
from tools.testing_odoo import DATA_DIR, LOG_DIR, TEST_DIR, shell
from tools.testing_templates import PREFIX, template_key

FACTS = 'bench.facts'  # ir.config_parameter that describes the data, JSON
SCRIPT = 'import sys; sys.path.insert(0, {!r}); from tools import bench_patterns; bench_patterns.{}(env)'
AGENDA = 'import sys; sys.path.insert(0, {!r}); from tools import bench_agenda; bench_agenda.make(env, {})'
PROJECT = 'import sys; sys.path.insert(0, {!r}); from tools import bench_project; bench_project.make(env, {})'
RMA = 'import sys; sys.path.insert(0, {!r}); from tools import bench_rma; bench_rma.make(env, {})'
SALE = 'import sys; sys.path.insert(0, {!r}); from tools import bench_sale; bench_sale.make(env, {})'
TOUCHED = ('res_partner', 'res_users', 'customer_access', 'customer_administrator', 'customer_processor',
           'customer_ticket', 'mail_message', 'mail_notification')
WORDS = {
    'adjective': ['broken', 'leaking', 'loud', 'slow', 'missing', 'late', 'wrong', 'stained', 'hot', 'silent', 'bent'],
    'noun': ['pump', 'valve', 'display', 'motor', 'sensor', 'cable', 'filter', 'printer', 'scanner', 'battery', 'lamp'],
    'place': ['hall', 'workshop', 'office', 'warehouse', 'laboratory', 'kitchen', 'basement', 'garage', 'yard', 'roof'],
}


class Seeds:
    """Builds and keeps the databases with data, one a size, on top of the templates of the tests."""

    def __init__(self, templates):
        self.templates = templates
        self.cluster = templates.cluster
        sources = tree_digest(*(ROOT / f'tools/bench_{name}.py' for name in (
            'agenda', 'patterns', 'project', 'rma', 'rma_rows', 'sale', 'sale_rows', 'seed', 'sizes')))
        self._digest = hashlib.sha256(f'{template_key(own_addons(), False)} {sources}'.encode()).hexdigest()[:10]

    def stock(self):
        """Return the name of the database with the addons of Odoo's that ours need, without ours."""
        def fill(database):
            _run_patterns(self.cluster, database, 'make_stock')
            shell(self.cluster, database, SALE.format(str(ROOT), STOCK_ORDERS), LOG_DIR / 'bench_sale.log')
        return self._get('stock', lambda: self.templates.stock(own_addons(), demo=False), fill)

    def suite(self, size):
        """Return the name of the database with our addons and the data of `size` (Size)."""
        def base():
            return self.templates.get(own_addons(), demo=False, parent=self.templates.stock(own_addons(), demo=False))

        def fill(database):
            say(f'seeding {size.total:,} tickets of {size.customers:,} customers')
            _run_patterns(self.cluster, database, 'make_suite')
            multiply(self.cluster, database, size)
            if not size.light:
                shell(self.cluster, database, AGENDA.format(str(ROOT), size.tickets), LOG_DIR / 'bench_agenda.log')
                shell(self.cluster, database, PROJECT.format(str(ROOT), size.tickets), LOG_DIR / 'bench_project.log')
                shell(self.cluster, database, SALE.format(str(ROOT), size.tickets // 2), LOG_DIR / 'bench_sale.log')
                shell(self.cluster, database, RMA.format(str(ROOT), size.tickets // 20), LOG_DIR / 'bench_rma.log')
        return self._get(f'{size.tickets}_{size.customers}{"_light" if size.light else ""}', base, fill)

    def _get(self, label, base, fill):
        name = f'{PREFIX}_bench_{label}_{self._digest}_seed'
        with lock(TEST_DIR / 'locks' / name, f'waiting for another program to make {name}'):
            if not self.cluster.exists(name):
                self._drop_outdated()
                with self.templates.clone(base(), 'bench_build') as database:
                    fill(database)
                    self.store(database, name)
        return name

    def store(self, database, name):
        """Copy `database`, to which nobody may be connected, under a `name` that stays."""
        self.templates.drop(name)
        shutil.copytree(DATA_DIR / 'filestore' / database, DATA_DIR / 'filestore' / name, dirs_exist_ok=True)
        self.cluster.create(name, template=database)

    def _drop_outdated(self):
        """Drop the seeds that were made with other versions of the addons."""
        names = self.cluster.execute(
            'SELECT datname FROM pg_database WHERE datname LIKE %s AND datname NOT LIKE %s',
            [f'{PREFIX}_bench_%_seed', f'%_{self._digest}_seed'])
        for (name,) in names:
            self.templates.drop(name)


def _run_patterns(cluster, database, function):
    shell(cluster, database, SCRIPT.format(str(ROOT), function), LOG_DIR / f'bench_{function}.log')


def read_facts(cluster, database):
    """Return what the seeds say about the data of `database` (dict)."""
    with contextlib.closing(cluster.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT value FROM ir_config_parameter WHERE key = %s', [FACTS])
        return json.loads(cursor.fetchone()[0])


def multiply(cluster, database, size):
    """Copy the patterns in `database` until there is the data of `size`, in one transaction; then VACUUM ANALYZE."""
    facts = read_facts(cluster, database)
    with contextlib.closing(cluster.connect(database)) as connection:
        with connection, connection.cursor() as cursor:
            _triggers_off(cursor)
            with _no_indexes(cursor, 'customer_ticket', 'mail_message', *(['res_partner'] if size.light else [])):
                copier = _Copier(cursor, facts, size)
                copier.customers()
                copier.tickets()
                copier.messages()
                copier.grants()
            for table in TOUCHED:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            facts['size'] = {'tickets': size.tickets, 'customers': size.customers}
            cursor.execute('UPDATE ir_config_parameter SET value = %s WHERE key = %s', [json.dumps(facts), FACTS])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute('VACUUM (ANALYZE)')


def _triggers_off(cursor):
    """Switch off foreign keys for this transaction; a user who may not do that seeds a little slower."""
    cursor.execute('SAVEPOINT triggers')
    try:
        cursor.execute('SET LOCAL session_replication_role = replica')
    except errors.InsufficientPrivilege:
        cursor.execute('ROLLBACK TO SAVEPOINT triggers')


@contextlib.contextmanager
def _no_indexes(cursor, *tables):
    """Take away the indexes of `tables` that are no constraints, and build them again at the end."""
    cursor.execute(
        'SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i'
        ' LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid'
        ' WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL', [list(tables)])
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX {name}')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


class _Copier:
    """Copies the pattern rows; in the expressions `n` counts from 1 and `p` is the pattern."""

    def __init__(self, cursor, facts, size):
        self.cursor, self.facts, self.size = cursor, facts, size
        self.pattern = facts['pattern']
        self.base = {table: self._max_id(table) for table in TOUCHED}
        self.contacts = 1 if size.light else 2

    def _max_id(self, table):
        self.cursor.execute(f'SELECT max(id) FROM {table}')
        return self.cursor.fetchone()[0] or 0

    def copy(self, table, pattern, count, **expressions):
        """Insert `count` copies of the row `pattern` (id); `expressions` are the columns that differ, as SQL.

        Columns that the table does not have are a mistake of ours and raise psycopg2's UndefinedColumn.
        """
        self.cursor.execute(
            'SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema AND table_name = %s'
            " AND is_generated = 'NEVER'", [table])
        values = {name: f'p."{name}"' for (name,) in self.cursor.fetchall()}
        values.update(expressions)
        for columns in self._unique_texts(table):
            if not expressions.keys() & set(columns):  # a code of some kind that we do not know
                values[columns[-1]] += " || '-' || n"
        columns = ', '.join(f'"{name}"' for name in values)
        self.cursor.execute(
            f'INSERT INTO {table} ({columns}) SELECT {", ".join(values.values())}'
            f' FROM {table} p, generate_series(1, {int(count)}) n WHERE p.id = {int(pattern)}')

    def _unique_texts(self, table):
        """Return the columns (list) of each unique index of `table` that ends with a text."""
        self.cursor.execute("""
            SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
            WHERE i.indrelid = %s::regclass AND i.indisunique GROUP BY i.indexrelid
            HAVING (array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum DESC))[1] IN ('text', 'character varying')
            """, [table])
        return [columns for columns, in self.cursor.fetchall()]

    def customers(self):
        """Companies with two contacts each (light ones with one); the first one has a login."""
        count, base, users = self.size.customers, self.base['res_partner'], self.base['res_users']
        self.copy('res_partner', self.pattern['company'], count, id=f'{base} + n', name="'Customer ' || n",
                  complete_name="'Customer ' || n", commercial_partner_id=f'{base} + n',
                  commercial_company_name="'Customer ' || n", email="'info@c' || n || '.example.com'",
                  email_normalized="'info@c' || n || '.example.com'")
        for number, who in ((1, 'buyer'), (2, 'technician'))[:self.contacts]:
            address, name = f"'{who}@c' || n || '.example.com'", f"'{who.capitalize()} ' || n"
            self.copy('res_partner', self.pattern['contact'], count, id=f'{base} + {number * count} + n',
                      name=name, complete_name=f"'Customer ' || n || ', ' || {name}",
                      parent_id=f'{base} + n', commercial_partner_id=f'{base} + n',
                      commercial_company_name="'Customer ' || n", email=address, email_normalized=address)
        self.copy('res_users', self.pattern['user'], count, id=f'{users} + n', login="'buyer' || n || '@bench'",
                  partner_id=f'{base} + {count} + n')
        for table, user, other in (('res_groups_users_rel', 'uid', 'gid'), ('res_company_users_rel', 'user_id', 'cid')):
            self.cursor.execute(
                f'INSERT INTO {table} ({user}, {other}) SELECT {users} + n, {other}'
                f' FROM {table}, generate_series(1, {count}) n WHERE {user} = {int(self.pattern["user"])}')
        self.copy('customer_access', self.pattern['access'], count, id=f'{self.base["customer_access"]} + n',
                  customer_id=f'{base} + n', user_id=f'{users} + n', partner_id=f'{base} + {count} + n',
                  name="'Buyer ' || n", email="'buyer@c' || n || '.example.com'")

    def tickets(self):
        """The tickets of the probe, of the large customer, and of all others."""
        base, count, done = self.base['res_partner'], self.size.customers, 0
        for key, tickets in (('probe', PROBE), ('large', LARGE)):
            self._tickets(done, tickets, str(self.facts[key]['company']), str(self.facts[key]['contact']), gasket=10)
            done += tickets
        customer = f'(1 + (n::bigint * 7919) % {count})'
        contact = f'{base} + {count} * (1 + (n / {count}) % {self.contacts}) + {customer}'
        self._tickets(done, self.size.tickets, f'{base} + {customer}', contact, gasket=100,
                      rare=max(self.size.tickets // RARE, 1))
        sequence = self.facts['sequence']
        self.cursor.execute('SELECT setval(%s, %s)', [sequence['name'], sequence['last'] + self.size.total])

    def _tickets(self, first, count, company, contact, gasket, rare=0):
        """Insert `count` tickets of one owner (SQL for customer and contact) from the row number `first` + 1 on.

        :param gasket: every how manieth subject has the word "gasket"
        :param rare: every how manieth subject has the word "quartzite", 0 for none
        """
        row = f'({first} + n)'
        state = (f"CASE {row} % 20 WHEN 0 THEN 'new' WHEN 1 THEN 'open' WHEN 2 THEN 'waiting'"
                 " WHEN 3 THEN 'cancelled' ELSE 'closed' END")
        closed = f"({state} IN ('closed', 'cancelled'))"
        asked = f"(now() at time zone 'utc' - interval '3 years' * (1 - {row}::float / {self.size.total + 1}))"
        extra = f"CASE WHEN n % {gasket} = 3 THEN ', gasket' ELSE '' END"
        if rare:
            extra += f" || CASE WHEN n % {rare} = 0 AND n <= {rare * RARE} THEN ', quartzite' ELSE '' END"
        adjective, noun, place = (
            self._one_of(words, f'{row} / {7 ** power}') for power, words in enumerate(WORDS.values()))
        agent = self._one_of(self.facts['agents'], f'{row} / 2')
        self.copy(
            'customer_ticket', self.pattern['ticket'], count, id=f'{self.base["customer_ticket"]} + {row}',
            partner_id=contact, commercial_partner_id=company, number=self._number(row),
            name=f"initcap({adjective}) || ' ' || {noun} || ' in the ' || {place} || {extra}",
            description=f"p.description || '<p>It is the ' || {noun} || ' in the ' || {place} || '.</p>'",
            stage_id=f"('{json.dumps(self.facts['stages'])}'::json->>{state})::int", state=state, is_closed=closed,
            priority=f"CASE WHEN {row} % 23 = 0 THEN '2' WHEN {row} % 23 < 3 THEN '1' ELSE '0' END",
            team_id=self._one_of(self.facts['teams'], f'{row} / 3'),
            user_id=f"CASE WHEN {state} = 'new' THEN NULL ELSE {agent} END",
            open_date=asked, create_date=asked, write_date=asked,
            last_message_date=f"{asked} + interval '1 hour' * ({row} % 90)",
            closed_date=f"CASE WHEN {closed} THEN {asked} + interval '1 hour' * ({row} % 90) END")

    def _number(self, row):
        sequence = self.facts['sequence']
        digits = f'({sequence["last"]} + {row})::text'
        return f"'{sequence['prefix']}' || lpad({digits}, greatest({sequence['padding']}, length({digits})), '0')"

    @staticmethod
    def _one_of(values, index):
        """Return SQL for one of `values` (list of numbers or words)."""
        return f'(ARRAY{values})[1 + ({index}) % {len(values)}]'

    def messages(self):
        """The conversation of the pattern for every ticket, with its recipients."""
        first, count = self.base['customer_ticket'], PROBE + LARGE if self.size.light else self.size.total
        for index, message in enumerate(self.pattern['messages']):
            base = self.base['mail_message'] + index * count
            self.copy('mail_message', message, count, id=f'{base} + n', res_id=f'{first} + n', parent_id='NULL',
                      author_id=self._partner('author_id'), date=self._asked(), create_date=self._asked(),
                      message_id=f"'<bench-' || ({base} + n) || '@example.com>'")
            self.cursor.execute(
                'INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)'
                f' SELECT {base} + n, {self._partner("res_partner_id")}'
                f' FROM mail_message_res_partner_rel p, generate_series(1, {count}) n'
                f' WHERE mail_message_id = {message}')
            self.cursor.execute('SELECT id FROM mail_notification WHERE mail_message_id = %s', [message])
            for (notification,) in self.cursor.fetchall():
                self.copy('mail_notification', notification, count, id="nextval('mail_notification_id_seq')",
                          mail_message_id=f'{base} + n', res_partner_id=self._partner('res_partner_id'))

    def _partner(self, column):
        """Return SQL for the partner of ticket number n where the pattern has the one of its own ticket."""
        contact = int(self.pattern['contact'])
        return f'CASE WHEN p.{column} = {contact} THEN {self._of_ticket("partner_id")} ELSE p.{column} END'

    def _asked(self):
        return self._of_ticket('open_date')

    def _of_ticket(self, column):
        return f'(SELECT t.{column} FROM customer_ticket t WHERE t.id = {self.base["customer_ticket"]} + n)'

    def grants(self):
        """Customers and tickets of the specialists; one customer of each is the pattern."""
        first = self.base['customer_administrator']
        for pattern, wanted in (
                ('administrator', MANAGED), ('few', FEW_CUSTOMERS - 1), ('many', MANY_CUSTOMERS - 1)):
            count = min(wanted, self.size.customers)
            self.copy('customer_administrator', self.pattern[pattern], count, id=f'{first} + n',
                      customer_id=f'{self.base["res_partner"]} + n')
            first += count
        self.copy('customer_processor', self.pattern['processor'], min(MANAGED, self.size.tickets),
                  id=f'{self.base["customer_processor"]} + n',
                  res_id=f'{self.base["customer_ticket"] + self.size.total} - n')

