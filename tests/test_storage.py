"""Issue 9.10: project files in S3, by the addons of others that bring it, over real HTTP; fetched by address too."""

import datetime
import functools
import hashlib
import http.server
import io
import ipaddress
import os
import ssl
import threading
import xmlrpc.client
import zipfile
from pathlib import Path

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto.server import ThreadedMotoServer

from tests.outside import Outside
from tools.testing_odoo import DATA_DIR, LOG_DIR, free_port, odoo_command, run, shell, tail

BUCKET, CODE = 'customer-files', 's3files'
LARGE = 150 * 1024 * 1024 + 7
GROWTH = 64 * 1024 * 1024
PREPARE = """
env['fs.storage'].create({{
    'name': 'S3', 'code': {code!r}, 'protocol': 's3', 'directory_path': {bucket!r},
    'model_xmlids': 'customer_project.model_customer_file_version',
    'options': '{{"endpoint_url": "{url}", "key": "test", "secret": "test"}}'}})
env.cr.commit()
"""


@pytest.fixture(scope='module')
def s3():
    """A bucket at a server of S3's API on 127.0.0.1, as boto3 client."""
    server = ThreadedMotoServer('127.0.0.1', free_port(), verbose=False)
    server.start()
    client = boto3.client('s3', endpoint_url=f'http://127.0.0.1:{server._port}', region_name='us-east-1',
                          aws_access_key_id='test', aws_secret_access_key='test')
    client.create_bucket(Bucket=BUCKET)
    yield client
    server.stop()


def write_certificate(folder):
    """Write a certificate for 127.0.0.1 that signs itself, with its key, into one file; return the path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'files')])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    path = folder / 'files.pem'
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM))
    return path


class Shelf(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and sends whoever asks for /moved to another place."""

    def do_GET(self):  # noqa: N802 - its name
        if self.path == '/moved':
            self.send_response(302)
            self.send_header('Location', '/large.pdf')
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture(scope='module')
def shelf(tmp_path_factory):
    """A server of files by https, whom the server under test trusts: (address, folder)."""
    folder = tmp_path_factory.mktemp('shelf')
    certificate = write_certificate(tmp_path_factory.mktemp('certificate'))
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Shelf, directory=folder))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    patch = pytest.MonkeyPatch()
    patch.setenv('REQUESTS_CA_BUNDLE', str(certificate))  # the server under test inherits it
    yield f'https://127.0.0.1:{server.server_port}', folder
    patch.undo()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope='module')
def served(cluster, templates, mail, s3, shelf):
    """All addons, and the storage in S3 for contents of project files, served by one process with threads."""
    with templates.clone(templates.suite(), 'storage') as database:
        log = LOG_DIR / 'storage_install.log'
        argv = odoo_command(cluster, database, '-i', 'fs_attachment', '--stop-after-init', '--no-http')
        assert run(argv, log, 600, environ=cluster.environ()) == 0, tail(log)
        shell(cluster, database, PREPARE.format(code=CODE, bucket=BUCKET, url=s3.meta.endpoint_url),
              log.with_suffix('.prepare.log'))
        server = Outside(cluster, database, mail)
        try:
            server.start('--workers=0')
            yield server
        finally:
            server.stop()


@pytest.fixture(scope='module')
def folder(served):
    """Path of the page of a folder of Azure Interior into which customers upload, and its id."""
    agent = served.xmlrpc('agent')
    [customer] = agent('res.partner', 'search', [('name', '=', 'Azure Interior'), ('is_company', '=', True)])
    project = agent('project.project', 'create', {
        'name': 'In the cloud', 'partner_id': customer, 'privacy_visibility': 'portal'})
    number = agent('customer.folder', 'create', {'project_id': project, 'name': 'Uploads', 'upload': 'yes'})
    return f'/my/projects/{project}/files?folder={number}', number


@pytest.fixture(scope='module')
def anna(served):
    return served.portal('anna')


def content(size):
    """Return a PDF of a size that does not compress, and its digest."""
    data = b'%PDF-1.4\n' + os.urandom(1024 * 1024)
    data = (data * (size // len(data) + 1))[:size]
    return data, hashlib.sha256(data).hexdigest()


def memory(served, name):
    """Return a line of the status of the server's process in bytes."""
    for line in Path(f'/proc/{served.process.pid}/status').read_text().splitlines():
        if line.startswith(f'{name}:'):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)


class Growth:
    """How many bytes the server's process grew meanwhile, at its peak."""

    def __init__(self, served):
        self.served = served
        Path(f'/proc/{served.process.pid}/clear_refs').write_text('5')
        self.before = memory(served, 'VmRSS')

    @property
    def bytes(self):
        return memory(self.served, 'VmHWM') - self.before


def upload(visitor, page, folder, name, data):
    """Upload in pieces as the script of the page does; return the address of the file."""
    token = visitor.form(page)['csrf_token']
    started = visitor.post('/my/files/uploads', {
        'kind': 'folder', 'target': folder, 'name': name, 'size': len(data), 'csrf_token': token}).json()
    offset = 0
    while offset < len(data):
        answer = visitor.session.post(
            f'{visitor.url}/my/files/uploads/{started["key"]}/piece', timeout=120,
            params={'offset': offset, 'csrf_token': token}, data=data[offset:offset + started['piece']],
            headers={'Content-Type': 'application/octet-stream'})
        offset = answer.json()['received']
    return visitor.post(f'/my/files/uploads/{started["key"]}/finish', {'csrf_token': token}).json()['url']


def stored(served, address):
    """Return (name in the storage, size in the attachment) of the current version of a file."""
    [row] = served.query(
        'SELECT a.store_fname, a.file_size FROM customer_file f JOIN customer_file_version v ON v.id = f.version_id'
        ' JOIN ir_attachment a ON a.id = v.attachment_id WHERE f.id = %s', int(address.rpartition('/')[2]))
    return row


def read(s3, name):
    """Return the content of an object."""
    scheme, _sep, key = name.partition('://')
    assert scheme == CODE
    return s3.get_object(Bucket=BUCKET, Key=key)['Body'].read()


def test_large_file(served, s3, anna, folder):
    """Issue 9.10: a file of 150 MB goes to S3 and comes back, whole, in part and in a ZIP, in blocks of a few MB."""
    warm, _digest = content(20 * 1024 * 1024)
    anna.get(f'{upload(anna, *folder, "warm.pdf", warm)}/download')
    data, digest = content(LARGE)
    growth = Growth(served)
    address = upload(anna, *folder, 'plan.pdf', data)
    assert growth.bytes < GROWTH, f'storing takes {growth.bytes / 1024 / 1024:.0f} MB'
    name, size = stored(served, address)
    assert size == LARGE
    assert hashlib.sha256(read(s3, name)).hexdigest() == digest
    assert not [path for path in (DATA_DIR / 'filestore' / served.database).rglob('*')
                if path.is_file() and path.stat().st_size >= LARGE], 'nothing of it is left on disk'

    growth = Growth(served)
    with anna.get(f'{address}/download', stream=True) as answer:
        assert int(answer.headers['Content-Length']) == LARGE
        assert answer.headers['Content-Security-Policy'] == "default-src 'none'"
        received = hashlib.sha256()
        for block in answer.iter_content(1024 * 1024):
            received.update(block)
    assert received.hexdigest() == digest
    part = anna.get(f'{address}/download', headers={'Range': f'bytes={LARGE - 10}-'})
    assert (part.status_code, part.content) == (206, data[-10:])
    middle = anna.get(f'{address}/download', headers={'Range': 'bytes=10000000-10000099'})
    assert (middle.status_code, middle.content) == (206, data[10_000_000:10_000_100])
    assert middle.headers['Content-Range'] == f'bytes 10000000-10000099/{LARGE}'
    archive = anna.get(f'/my/files/zip?ids={address.rpartition("/")[2]}').content
    assert growth.bytes < GROWTH, f'sending takes {growth.bytes / 1024 / 1024:.0f} MB'
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        [entry] = found.namelist()
        assert hashlib.sha256(found.read(entry)).hexdigest() == digest


def test_small_files_and_versions(served, s3, anna, folder):
    """Issue 9.10: a form, a second version and the API store in S3 too; other attachments of Odoo stay where they were."""
    first, _digest = content(3000)
    address = upload(anna, *folder, 'letter.pdf', first)
    second, _digest = content(5_000_000)
    form = {**anna.form(folder[0]), 'folder': folder[1]}
    answer = anna.session.post(
        f'{served.url}{address}/upload', {'csrf_token': form['csrf_token']},
        files=[('files', ('letter.pdf', second, 'application/pdf'))], timeout=120)
    assert answer.status_code == 200
    assert anna.get(f'{address}/download').content == second
    assert anna.get(f'{address}/download?version=1').content == first
    name, size = stored(served, address)
    assert (read(s3, name), size) == (second, 5_000_000)
    rows = served.query("SELECT count(*) FROM ir_attachment WHERE store_fname LIKE '%://%' AND res_model <> 'customer.file.version'")
    assert rows == [(0,)]


def test_foreign_file(served, folder, anna):
    """Issue 9.10: where a file is stored opens it to nobody: Clara is not told that it is there."""
    data, _digest = content(3000)
    address = upload(anna, *folder, 'secret.pdf', data)
    clara = served.portal('clara')
    for path in (address, f'{address}/download', f'/my/files/zip?ids={address.rpartition("/")[2]}'):
        assert clara.get(path).status_code == 404
    [(attachment,)] = served.query(
        'SELECT v.attachment_id FROM customer_file_version v WHERE v.file_id = %s', int(address.rpartition('/')[2]))
    assert clara.get(f'/web/content/{attachment}').status_code in (403, 404)


def test_by_address(served, s3, shelf, folder):
    """Issue 9.13: the server fetches a large file by its address, from allowed hosts only, and holds blocks of it only."""
    url, shelf_folder = shelf
    data, digest = content(LARGE)
    (shelf_folder / 'large.pdf').write_bytes(data)
    agent = served.xmlrpc('agent')

    def fetch(address):
        return agent('customer.file', 'upload_from_url', 'customer.folder', folder[1], 'fetched.pdf', address)

    before = served.query('SELECT count(*) FROM customer_file')
    with pytest.raises(xmlrpc.client.Fault, match='not fetched'):
        fetch(f'{url}/large.pdf')
    served.xmlrpc('admin')('ir.config_parameter', 'set_param', 'customer_project.url_hosts', '127.0.0.1')
    for address, answer in ((f'{url}/moved', '302'), (f'{url}/missing.pdf', '404'),
                            (url.replace('https', 'http') + '/large.pdf', 'not fetched')):
        with pytest.raises(xmlrpc.client.Fault, match=answer):
            fetch(address)
    assert served.query('SELECT count(*) FROM customer_file') == before
    growth = Growth(served)
    name, size = stored(served, f'/my/files/{fetch(f"{url}/large.pdf")}')
    assert growth.bytes < GROWTH, f'fetching takes {growth.bytes / 1024 / 1024:.0f} MB'
    assert (size, hashlib.sha256(read(s3, name)).hexdigest()) == (LARGE, digest)


def test_nothing_went_wrong(served):
    """Issue 9.10: none of this made the server complain."""
    assert served.complaints() == []
