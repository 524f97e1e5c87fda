"""The database of the local run: made once with demo data, updated when the code of addons changed.

It is built under another name and renamed when complete: what an interrupted start left half done is never served.
"""

import contextlib
import json
import shutil
import time

from tools.env import LOCAL, ROOT, Problem, odoo_home, own_addons, python, say, tree_digest
from tools.processes import Child

LANGUAGES = 'en_US,de_DE,nl_NL,fr_FR'
LOCAL_ADDONS = ('contacts', 'customer_local', 'payment_demo')
MARK = 'customer_local.digests'  # ir.config_parameter: what the database was made of
LOGS = LOCAL / 'log'


class DemoDatabase:
    """One demo database in a `Cluster`."""

    def __init__(self, cluster, name, odoo_options, environ):
        """Take a database by its name.

        :param odoo_options: list of Odoo's options for the run, without those of the database
        :param environ: dict of environment variables for Odoo
        """
        self.cluster, self.name = cluster, name
        self.odoo_options, self.environ = odoo_options, environ

    def prepare(self):
        """Make the database, or update it to the addons as they are now; quick if there is nothing to do."""
        wanted = digests()
        if not self.cluster.exists(self.name):
            self._build(wanted)
            return
        found = self._digests()
        new = [name for name in wanted if name not in found]
        changed = [name for name in wanted if name in found and found[name] != wanted[name]]
        if new or changed:
            say(f'updating the database: {", ".join(sorted([*new, *changed]))}')
            self._odoo(self.name, new, changed, wanted)

    def drop(self):
        """Drop the database and its files, after a look that it is one of ours."""
        if self.cluster.exists(self.name):
            self._digests()
            self.cluster.drop(self.name)
        shutil.rmtree(filestore(self.name), ignore_errors=True)

    def _digests(self):
        """Return what the existing database was made of; raise `Problem` if scripts/run did not make it."""
        with contextlib.closing(self.cluster.connect(self.name)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('ir_config_parameter') IS NOT NULL")
            rows = []
            if cursor.fetchone()[0]:
                cursor.execute('SELECT value FROM ir_config_parameter WHERE key = %s', [MARK])
                rows = cursor.fetchall()
        if not rows:
            raise Problem(f'the database {self.name} was not made by scripts/run; choose another name: '
                          'DATABASE=name scripts/run')
        return json.loads(rows[0][0])

    def _build(self, wanted):
        say(f'creating the demo database {self.name}, this takes a few minutes (log: {LOGS / "build.log"})')
        building = f'{self.name}__building'
        self.cluster.drop(building)
        shutil.rmtree(filestore(building), ignore_errors=True)
        self._odoo(building, [name for name in wanted if name != 'base'], [], wanted,
                   '--with-demo', f'--load-language={LANGUAGES}')
        shutil.rmtree(filestore(self.name), ignore_errors=True)
        if filestore(building).exists():
            filestore(building).rename(filestore(self.name))
        self.cluster.rename(building, self.name)

    def _odoo(self, database, install, update, wanted, *options):
        """Install and update addons; raise `Problem` with the error from the log if that fails."""
        job = {'database': database, 'install': install, 'update': update, 'parameters': {MARK: json.dumps(wanted)}}
        log = LOGS / 'build.log'
        argv = [python(), '-m', 'tools.odoo_update', json.dumps(job), *self.odoo_options, *options,
                '-d', database, '--logfile=', '--max-cron-threads=0']
        begin = time.monotonic()
        environ = {**self.environ, 'PYTHONPATH': f'{self.environ["PYTHONPATH"]}:{ROOT}'}
        with Child([str(arg) for arg in argv], environ, log) as child:
            code = child.process.wait()
        if code:
            raise Problem(f'Odoo could not load the addons: {last_error(log)} (log: {log})')
        say(f'database ready after {time.monotonic() - begin:.0f} s')

    def set_address(self, url):
        """Let links in mails lead to this run."""
        with contextlib.closing(self.cluster.connect(self.name)) as connection:
            with connection, connection.cursor() as cursor:
                for key, value in (('web.base.url', url), ('web.base.url.freeze', 'True')):
                    cursor.execute(
                        'INSERT INTO ir_config_parameter (key, value, create_date, write_date)'
                        " VALUES (%s, %s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')"
                        ' ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value', [key, value])

    def logins(self, names):
        """Return those of the logins `names` that are active users, as a list."""
        with contextlib.closing(self.cluster.connect(self.name)) as connection, connection.cursor() as cursor:
            cursor.execute('SELECT login FROM res_users WHERE active AND login = ANY(%s)', [list(names)])
            found = {login for login, in cursor.fetchall()}
        return [name for name in names if name in found]


def digests():
    """Return {addon: digest} of what goes into the database; base stands for Odoo itself."""
    core = odoo_home() / 'odoo'
    found = {'base': tree_digest(core / 'release.py', core / 'orm', core / 'addons/base/models')}
    found |= {name: tree_digest(ROOT / 'addons' / name) for name in own_addons()}
    for name in LOCAL_ADDONS:
        path = ROOT / 'dev_addons' / name
        found[name] = tree_digest(path) if path.exists() else ''
    return found


def filestore(database):
    """Return the folder (Path) of the database's files."""
    return LOCAL / 'data/filestore' / database


def last_error(log):
    """Return the line of Odoo's log that tells best what went wrong."""
    lines = log.read_text(errors='replace').strip().splitlines()
    raised = [line for line in lines if line[:1].isalpha() and 'Error' in line.split(':')[0]]
    marked = [line for line in lines if ' ERROR ' in line or 'CRITICAL' in line]
    return (raised or marked or lines or ['no output'])[-1].strip()[:300]
