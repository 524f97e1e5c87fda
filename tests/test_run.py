"""scripts/run, scripts/bootstrap and scripts/mail-in in a checkout of their own, whose path has a space."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import xmlrpc.client
from pathlib import Path

import pytest

from tools.env import CACHE, ROOT
from tools.testing_odoo import free_port

DATABASE = 'cs_run'
PATIENCE = 600  # seconds until a step counts as failed
LOGINS = ('admin', 'manager', 'agent', 'specialist', 'anna', 'ben', 'clara', 'dirk', 'dora')
ALONE = ['unshare', '--map-root-user', '--net'] if os.geteuid() else ['unshare', '--net']  # no network at all


def environ(**values):
    """Return the environment for a script: without a server or an Odoo of the developer's own."""
    drop = ('PGHOST', 'DATABASE_URL', 'ODOO_HOME')
    base = {key: value for key, value in os.environ.items() if key not in drop}
    return {**base, 'PYTHON': sys.executable, 'XDG_CACHE_HOME': str(CACHE.parent), 'DATABASE': DATABASE, **values}


class Checkout:
    """A copy of the project with a `.local/` of its own."""

    def __init__(self, root):
        self.root = root
        # where the cluster is if this checkout is out of reach for PostgreSQL's user
        self.outside = Path('/var/lib/customer-services') / hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
        names = subprocess.run(['git', 'ls-files', '-z', '-co', '--exclude-standard'], cwd=ROOT, check=True,
                               capture_output=True, text=True).stdout.split('\0')
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name)

    def script(self, name, *args, before=(), **kwargs):
        """Run a script to its end; return the CompletedProcess with stdout and stderr as text."""
        values = kwargs.pop('environ', {})
        return subprocess.run([*before, str(self.root / 'scripts' / name), *args], env=environ(**values), check=False,
                              capture_output=True, text=True, timeout=PATIENCE, cwd='/', **kwargs)

    def start(self, name, *args, **values):
        """Start a script in a process group of its own; its output goes to a file."""
        with (self.root / 'out').open('w') as out:
            return subprocess.Popen([str(self.root / 'scripts' / name), *args], env=environ(**values), stdout=out,
                                    stderr=out, stdin=subprocess.DEVNULL, start_new_session=True, cwd='/')

    def output(self):
        return (self.root / 'out').read_text(errors='replace')

    def processes(self):
        """Return {pid: command line} of all that runs from this checkout, PostgreSQL too."""
        found = {}
        for folder in Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                line = (folder / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace')
                if str(self.root) in line or str(self.outside) in line:
                    found[int(folder.name)] = line
        return found

def wait_for(condition, process=None):
    """Wait until `condition()` is true, return its value; fail if `process` ends before or it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        assert process is None or process.poll() is None, 'it ended too early'
        time.sleep(0.1)
    raise AssertionError('it took too long')


@pytest.fixture(scope='module')
def checkout():
    """A fresh checkout with a space in its path; what belongs to it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix='a path with space ', dir='/var/tmp') as folder:  # noqa: S108
        Path(folder).chmod(0o755)
        copy = Checkout(Path(folder))
        yield copy
        for pid in copy.processes():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not copy.processes())
        shutil.rmtree(copy.outside, ignore_errors=True)


@pytest.fixture(scope='module')
def prepared(checkout):
    """The checkout after a bootstrap that was killed in the middle and started again without network."""
    process = checkout.start('bootstrap')
    wait_for(lambda: list(checkout.root.glob('.local/venv/lib/python*/site-packages/[a-o]*')), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    checkout.again = checkout.script('bootstrap', before=ALONE)
    return checkout


class Run:
    """A served demonstration of the checkout."""

    def __init__(self, checkout, process, port):
        self.checkout, self.process, self.port = checkout, process, port
        self.text = wait_for(lambda: 'DEMO LOGINS' in checkout.output() and checkout.output(), process)
        self.mailbox = re.search(r'Sent mail +(http://127\.0\.0\.1:\d+/)', self.text)[1]

    def call(self, model, method, *args):
        """Call a method as admin by XML-RPC; methods that return None give a fault, which is ignored."""
        address = f'http://127.0.0.1:{self.port}/xmlrpc/2'
        uid = xmlrpc.client.ServerProxy(f'{address}/common').authenticate(DATABASE, 'admin', 'admin', {})
        try:
            return xmlrpc.client.ServerProxy(f'{address}/object').execute_kw(
                DATABASE, uid, 'admin', model, method, list(args))
        except xmlrpc.client.Fault as fault:
            assert 'cannot marshal None' in fault.faultString, fault.faultString
            return None


@pytest.fixture(scope='module')
def run(prepared):
    """The demonstration, after a first start that was killed while it made the database."""
    port = str(free_port())
    process = prepared.start('run', PORT=port)
    log = prepared.root / '.local/log/build.log'
    wait_for(lambda: log.exists() and 'Loading module web' in log.read_text(), process)
    process.kill()
    process.wait()
    wait_for(lambda: not [line for line in prepared.processes().values() if 'tools.odoo_update' in line])
    process = prepared.start('run', PORT=port)
    return Run(prepared, process, port)


def fetch(url):
    """Return the page (str) at `url`."""
    with urllib.request.urlopen(url, timeout=120) as answer:
        return answer.read().decode()


def test_bootstrap_repairs_itself_without_network(prepared):
    """Issue 2.3: killed with -9 in the middle, bootstrap starts again by itself; cached, it needs no network."""
    assert prepared.again.stderr == ''
    assert prepared.again.returncode == 0
    assert prepared.script('bootstrap').stdout == ''  # nothing left to do
    result = subprocess.run([prepared.root / '.local/venv/bin/python', '-c', 'import odoo.release, psycopg2, aiosmtpd'],
                            env=environ(PYTHONPATH=str(prepared.root / '.local/odoo')), check=False)
    assert result.returncode == 0
    addons = prepared.root / '.local/odoo/odoo/addons'
    assert [path for path in addons.rglob('*') if path.is_symlink() and not path.exists()] == []
    assert (addons / 'mail/static/lib/selfie_segmentation/selfie_segmentation.js').exists()


@pytest.mark.parametrize('name', ['run', 'bootstrap', 'mail-in'])
def test_help(checkout, name):
    """Issue 2.1: each script has --help and needs nothing for it."""
    result = checkout.script(name, '--help')
    assert (result.returncode, result.stderr) == (0, '')
    assert result.stdout.startswith(f'usage: scripts/{name}')


def test_ordinary_user_learns_the_one_command(checkout, tmp_path):
    """Issue 2.2: without root, missing system packages are named in one command, and the script stops."""
    bare = tmp_path / 'bin'  # a system without Python
    bare.mkdir()
    for name in ('apt-get', 'bash', 'dirname', 'fc-list', 'grep', 'id', 'sh', 'test'):
        (bare / name).symlink_to(shutil.which(name))
    for folder in (bare, *bare.parents):  # up to the folder for temporary files, also below a worker's own
        if folder == Path(tempfile.gettempdir()):
            break
        folder.chmod(0o755)
    user = [shutil.which('setpriv'), '--reuid=65534', '--regid=65534', '--clear-groups'] if os.geteuid() == 0 else []
    result = checkout.script('run', before=user, environ={'PYTHON': '', 'PATH': str(bare)})
    assert result.returncode == 1
    assert re.fullmatch(
        r"error: .*: sudo sh -c 'apt-get update && apt-get install -y python3 python3-venv [a-z0-9. -]+'\n",
        result.stderr)


def test_files_of_another_user(prepared):
    """Issue 2.2: after a start as root an ordinary user is told in one line what he may not write."""
    user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] if os.geteuid() == 0 else []
    folder = prepared.root / '.local'
    folder.chmod(0o555)
    lock = folder / 'bootstrap.lock'
    lock.chmod(0o444)
    try:
        result = prepared.script('run', before=user, environ={'PYTHON': ''})
    finally:
        folder.chmod(0o755)
        lock.chmod(0o644)
    assert result.returncode == 1
    assert re.fullmatch(r"error: .*Permission denied: '.*/.local/bootstrap.lock'\n", result.stderr)


@pytest.mark.parametrize(('values', 'message'), [
    ({'PORT': 'http'}, 'PORT=http is not a number'),
    ({'PORT': '0'}, 'PORT=0 is not a number'),
    ({'DATABASE': 'a"b'}, 'is no name for a database'),
    ({'ODOO_HOME': '/nowhere'}, 'ODOO_HOME=/nowhere has no odoo/release.py'),
    ({'PGHOST': '/nowhere'}, 'PostgreSQL does not answer'),
    ({'DATABASE_URL': 'mysql://x'}, 'DATABASE_URL is not a PostgreSQL address'),
])
def test_failure_is_one_line(prepared, values, message):
    """Issue 2.3: what is wrong with the environment is said in one line."""
    result = prepared.script('run', environ={'PORT': str(free_port()), **values})
    assert result.returncode == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_port_taken(prepared):
    """Issue 2.3: with the port taken scripts/run says so, and starts nothing."""
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        result = prepared.script('run', environ={'PORT': str(port)})
    assert result.returncode == 1
    assert re.fullmatch(rf'error: port {port} is not free .*\n', result.stderr)
    assert prepared.processes() == {}


def test_given_home_and_server_are_used(prepared, cluster):
    """Issue 2.3: $ODOO_HOME and $PGHOST are used; a database there that is not ours is left alone."""
    name = f'{DATABASE}_foreign'
    cluster.create(name)
    try:
        result = prepared.script('run', '--fresh', environ={
            **cluster.environ(), 'PORT': str(free_port()), 'DATABASE': name,
            'ODOO_HOME': str(ROOT / '.local/odoo')})
        assert result.stderr.startswith(f'error: the database {name} was not made by scripts/run')
        assert cluster.exists(name)
        config = (prepared.root / f'.local/run/{name}.conf').read_text()
    finally:
        cluster.drop(name)
    assert f'addons_path = {(ROOT / ".local/odoo").resolve()}/odoo/addons,' in config
    assert not (prepared.root / '.local/postgres').exists()
    assert not prepared.outside.exists()


def test_run_repairs_itself_and_tells_where_everything_is(run):
    """Issue 2.1 and 2.3: after kill -9 while the database was made, the next start serves and prints addresses."""
    address = f'http://127.0.0.1:{run.port}'
    for line in (f'Portal      {address}/my', f'Backend     {address}/odoo', f'{address}/odoo/local-sms',
                 str(run.checkout.root / '.local/mail/new'), 'THE PASSWORD IS THE LOGIN'):
        assert line in run.text
    assert re.findall(r'^    (\w+) ', run.text, re.M) == list(LOGINS)
    assert 'name="login"' in fetch(f'{address}/my')
    assert 'Mailbox of the local run' in fetch(run.mailbox)
    for login in LOGINS:
        common = xmlrpc.client.ServerProxy(f'{address}/xmlrpc/2/common')
        assert common.authenticate(DATABASE, login, login, {}), login
    installed = run.call('ir.module.module', 'search_read', [('state', '=', 'installed')], ['name'])
    own = {path.parent.name for path in (run.checkout.root / 'addons').glob('*/__manifest__.py')}
    assert own | {'customer_local'} <= {module['name'] for module in installed}
    languages = run.call('res.lang', 'search_read', [], ['code'])
    assert {'en_US', 'de_DE', 'nl_NL', 'fr_FR'} <= {language['code'] for language in languages}


def test_configuration_is_derived(run):
    """Issue 2.10: the local run takes the production configuration, with proxy_mode off and our own paths."""
    config = (run.checkout.root / f'.local/run/{DATABASE}.conf').read_text()
    production = (run.checkout.root / 'config/odoo.conf').read_text()
    for line in ('proxy_mode = True', 'list_db = False', 'limit_memory_hard = '):
        assert line in production
    for line in ('proxy_mode = False', 'list_db = False', 'limit_memory_hard = ', f'dbfilter = ^{DATABASE}$',
                 f'http_port = {run.port}', 'http_interface = 127.0.0.1'):
        assert line in config


def test_mail_stays_here(run):
    """Issue 2.4: a mail is one file in the Maildir and readable in the browser, whatever servers are set up."""
    run.call('ir.mail_server', 'create', {'name': 'outside', 'smtp_host': 'mail.example.com', 'smtp_port': 25})
    folder = run.checkout.root / '.local/mail/new'
    before = set(folder.iterdir())
    mail = run.call('mail.mail', 'create', {
        'subject': 'Local only', 'body_html': '<p>x</p>', 'email_to': 'someone@example.com',
        'email_from': 'agent@example.com'})
    run.call('mail.mail', 'send', [mail])
    new = wait_for(lambda: [path for path in set(folder.iterdir()) - before if b'Local only' in path.read_bytes()])
    assert len(new) == 1
    assert b'Delivered-To: someone@example.com' in new[0].read_bytes()
    assert 'Local only' in fetch(run.mailbox)


def test_sms_stays_here(run):
    """Issue 2.4: an SMS that was sent is a row with its text, shown in the backend."""
    sms = run.call('sms.sms', 'create', {'number': '+491701234567', 'body': 'Local only'})
    run.call('sms.sms', 'send', [sms])
    assert run.call('sms.sms', 'read', [sms], ['state', 'body']) == [{'id': sms, 'state': 'pending', 'body': 'Local only'}]
    action = run.call('ir.actions.act_window', 'search_read', [('path', '=', 'local-sms')], ['res_model'])
    assert [item['res_model'] for item in action] == ['sms.sms']


def test_nothing_goes_outside_by_http(run):
    """Issue 2.4: the served Odoo reaches the web only through a proxy that is not there."""
    pids = [pid for pid, line in run.checkout.processes().items() if 'odoo_main.py ' in line]
    assert pids
    for pid in pids:
        assert b'\0https_proxy=http://127.0.0.1:9\0' in Path(f'/proc/{pid}/environ').read_bytes()


def test_mail_in(run):
    """Issue 2.4: scripts/mail-in feeds the gateway; a message for nobody is refused in one line."""
    alias = run.call('mail.alias', 'search_read', [('alias_model_id.model', '=', 'customer.ticket')],
                     ['alias_full_name'])[0]['alias_full_name']
    message = f'From: Eve <eve@example.com>\r\nTo: {alias}\r\nSubject: By mail\r\nMessage-ID: <1@run>\r\n\r\nHelp\r\n'
    result = run.checkout.script('mail-in', input=message)
    assert (result.returncode, result.stderr) == (0, '')
    assert run.call('customer.ticket', 'search_count', [('name', '=', 'By mail')]) == 1
    assert run.checkout.script('mail-in', input=message).returncode == 0  # a repeated delivery is taken and dropped
    assert run.call('customer.ticket', 'search_count', [('name', '=', 'By mail')]) == 1
    lost = run.checkout.script('mail-in', input=message.replace(alias, 'nobody@nowhere.example').replace('1@', '2@'))
    assert (lost.returncode, len(lost.stderr.splitlines())) == (65, 1)
    assert run.checkout.script('mail-in', input='').returncode == 64
    state = run.checkout.root / f'.local/run/{DATABASE}.json'
    assert state.stat().st_mode & 0o077 == 0


def test_second_run_of_a_database_is_refused(run):
    """Issue 2.3: two runs do not serve one database."""
    result = run.checkout.script('run', environ={'PORT': str(free_port())})
    assert result.returncode == 1
    assert result.stderr == f'error: another scripts/run serves the database {DATABASE}\n'


def test_ctrl_c_leaves_no_process(run):
    """Issue 2.3: Ctrl-C ends Odoo, PostgreSQL and the mail catcher; mail-in then asks for another try."""
    assert [line for line in run.checkout.processes().values() if 'postgres' in line]
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.process.wait(60) == 0
    assert run.checkout.processes() == {}
    result = run.checkout.script('mail-in', input='From: a@example.com\r\n\r\nx')
    assert (result.returncode, result.stderr) == (75, f'error: no scripts/run serves the database {DATABASE}\n')


def test_next_start_keeps_the_database_and_takes_changed_addons(run):
    """Issue 2.1: the demo data are made once; an addon that changed is updated at the next start; SIGTERM is enough."""
    manifest = run.checkout.root / 'dev_addons/customer_local/README.rst'
    manifest.write_text(f'{manifest.read_text()}\nChanged.\n')
    port = str(free_port())
    again = Run(run.checkout, run.checkout.start('run', PORT=port), port)
    assert 'updating the database: customer_local\n' in again.text
    assert 'creating' not in again.text
    assert again.call('sms.sms', 'search_count', [('body', '=', 'Local only')]) == 1
    assert json.loads(again.call('ir.config_parameter', 'get_param', 'customer_local.digests'))
    assert again.call('ir.config_parameter', 'get_param', 'web.base.url') == f'http://127.0.0.1:{port}'
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(60) == 0
    assert run.checkout.processes() == {}
