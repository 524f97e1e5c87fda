"""Issue 9.13: projects, folders, files, requests and receipts from outside, by XML-RPC and JSON-2."""

import base64
import os
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.test_accesses import CLIENTS, Account, Refused

PDF = b'%PDF-1.4\n' + os.urandom(3000)
GUARDED = ('project_project', 'customer_folder', 'customer_file', 'customer_file_version', 'customer_file_request',
           'customer_file_upload', 'customer_file_usage', 'customer_file_receipt', 'customer_file_event')


@pytest.fixture(scope='module')
def robot_key(outside):
    """The API key of an integrator."""
    admin = Account(outside, 'admin', 'JSON-2')
    [(group,)] = outside.query(
        "SELECT res_id FROM ir_model_data WHERE name = 'group_customer_services_integrator'")
    user = admin.create('res.users', name='Archive', login='archive', password='archive-password', group_ids=[(4, group)])
    return admin('res.users', 'action_create_integrator_key', [user])['context']['default_key']


@pytest.fixture(params=CLIENTS)
def robot(request, outside, robot_key):
    """The integrator by each kind of client."""
    return Account(outside, 'archive', request.param, robot_key)


def customer(outside, name):
    [(number,)] = outside.query('SELECT id FROM res_partner WHERE name = %s AND parent_id IS NULL', name)
    return number


def counts(outside):
    """Return how many rows there are of all that a refused call must not make or change."""
    return {table: outside.query(f'SELECT count(*), max(id) FROM {table}') for table in GUARDED}  # noqa: S608


def encoded(data):
    return base64.b64encode(data).decode()


def upload(account, model, number, name, data, step=1000):
    """Upload in pieces; return the id of the file."""
    started = account('customer.file', 'upload_start', target_model=model, target_id=number, name=name, size=len(data))
    received = 0
    while received < len(data):
        received = account('customer.file', 'upload_piece', key=started['key'], offset=received,
                           content=encoded(data[received:received + step]))
    return account('customer.file', 'upload_finish', key=started['key'])


def test_whole_way(outside, robot):
    """Issue 9.13: a project with folders, files whole and in pieces, a request that Anna answers, and the receipts."""
    tag = uuid.uuid4().hex[:8]
    project = robot.create('project.project', name=f'House {tag}', partner_id=customer(outside, 'Azure Interior'),
                           privacy_visibility='portal')
    plans = robot.create('customer.folder', project_id=project, name='Plans')
    inbox = robot.create('customer.folder', project_id=project, name='From you', parent_id=plans, upload='yes')
    whole = robot.create('customer.file', project_id=project, folder_id=plans, name='offer.pdf', content=encoded(PDF))
    pieces = upload(robot, 'customer.folder', plans, '../../plan.png', PDF)
    found = {row['id']: row for row in robot(
        'customer.file', 'read', [whole, pieces], fields=['name', 'size', 'mimetype', 'version_number', 'folder_id'])}
    assert found[whole]['size'] == found[pieces]['size'] == len(PDF)
    assert (found[pieces]['name'], found[pieces]['mimetype']) == ('plan.png.pdf', 'application/pdf')
    assert found[pieces]['folder_id'][0] == plans
    assert upload(robot, 'customer.file', pieces, 'plan.pdf', PDF + b'second') == pieces
    request = robot.create('customer.file.request', project_id=project, folder_id=inbox, name=f'Permit {tag}',
                           date_due='2035-01-31')

    anna = outside.portal('anna')
    for address, content in ((f'/my/files/{whole}', PDF), (f'/my/files/{pieces}', PDF + b'second')):
        assert anna.get(f'{address}/download').content == content
    page = f'/my/requests/{request}'
    answer = anna.session.post(
        f'{outside.url}{page}/upload', {'csrf_token': anna.form(page)['csrf_token']},
        files=[('files', ('permit.pdf', PDF, 'application/pdf'))], timeout=120)
    assert answer.status_code == 200

    [state] = robot('customer.file.request', 'read', [request], fields=['state', 'file_ids'])
    assert state['state'] == 'submitted'
    [sent] = robot('customer.file', 'read', state['file_ids'], fields=['from_customer', 'folder_id', 'version_id'])
    assert sent['from_customer'] and sent['folder_id'][0] == inbox
    receipts = robot('customer.file.receipt', 'search_read', domain=[['file_id', '=', pieces]],
                     fields=['kind', 'version_number', 'partner_id', 'count'])
    [(partner,)] = outside.query("SELECT partner_id FROM res_users WHERE login = 'anna'")
    assert [(row['kind'], row['version_number'], row['partner_id'][0], row['count']) for row in receipts] == [
        ('download', 2, partner, 1)]
    robot('customer.file.request', 'action_accept', [request])
    [state] = robot('customer.file.request', 'read', [request], fields=['state'])
    assert state['state'] == 'accepted'
    assert outside.portal('clara').get(f'/my/files/{whole}').status_code == 404


def test_integrator_is_refused(outside, robot):
    """Issue 9.13: bad pieces, hostile content and foreign keys are refused in words; nothing is left of them."""
    project = robot.create('project.project', name='Refused', partner_id=customer(outside, 'Deco Addict'),
                           privacy_visibility='portal')
    started = robot('customer.file', 'upload_start', target_model='project.project', target_id=project,
                    name='a.pdf', size=len(PDF))
    before = counts(outside)
    other = Account(outside, 'agent', robot.kind)
    for call in (
        lambda: robot('customer.file', 'upload_piece', key=started['key'], offset=0, content='%%%'),
        lambda: robot('customer.file', 'upload_finish', key=started['key']),
        lambda: robot('customer.file', 'upload_piece', key='unknown', offset=0, content=encoded(PDF)),
        lambda: other('customer.file', 'upload_piece', key=started['key'], offset=0, content=encoded(PDF)),
        lambda: robot('customer.file', 'upload_start', target_model='res.partner', target_id=1, name='a.pdf', size=3),
        lambda: robot('customer.file', 'upload_start', target_model='project.project', target_id=project, name='a.pdf',
                      size=-1 if robot.kind == 'XML-RPC' else 10 ** 13),  # XML-RPC has no larger numbers
        lambda: robot('customer.file', 'upload_start', target_model='project.project', target_id=project, name='a.pdf', size=0),
        lambda: robot.create('customer.file', project_id=project, name='run.sh', content=encoded(b'#!/bin/sh\n')),
        lambda: robot.create('customer.file', project_id=project, name='a.pdf', content='no base64!'),
        lambda: robot.create('customer.file', project_id=project, name=' ', content=encoded(PDF)),
        lambda: robot('customer.file', 'upload_from_url', target_model='project.project', target_id=project,
                      name='a.pdf', url='https://169.254.169.254/latest/meta-data'),
        lambda: robot('customer.file', 'upload_from_url', target_model='project.project', target_id=project,
                      name='a.pdf', url='file:///etc/passwd'),
        lambda: robot('customer.file.version', 'write', [1], vals={'name': 'x'}),
        lambda: robot('customer.file.receipt', 'unlink', [1]),
        lambda: robot('customer.file.event', 'search', domain=[]),
        lambda: robot('customer.file.upload', 'search', domain=[]),
    ):
        with pytest.raises(Refused):
            call()
    assert counts(outside) == before


@pytest.mark.parametrize('kind', CLIENTS)
def test_customers_and_specialists_are_refused(outside, robot_key, kind):
    """Issue 9.13: end users upload by the portal only and read their own; a specialist stays with his customers."""
    robot = Account(outside, 'archive', kind, robot_key)
    project = robot.create('project.project', name='Of Deco', partner_id=customer(outside, 'Deco Addict'),
                           privacy_visibility='portal')
    folder = robot.create('customer.folder', project_id=project, name='In', upload='yes')
    file = robot.create('customer.file', project_id=project, folder_id=folder, name='deco.pdf', content=encoded(PDF))
    internal = robot.create(
        'customer.file', project_id=project, name='margin.pdf', visibility='internal', content=encoded(PDF))
    before = counts(outside)
    for login in ('anna', 'ben', 'clara', 'specialist'):
        account = Account(outside, login, kind)
        own = login == 'clara'
        seen = account('customer.file', 'search', domain=[['id', 'in', [file, internal]]])
        assert seen == ([file] if own else []), login
        calls = [
            lambda account=account: account('customer.file', 'upload_start', target_model='customer.folder',
                                            target_id=folder, name='a.pdf', size=len(PDF)),
            lambda account=account: account('customer.file', 'write', [file], vals={'name': 'taken.pdf'}),
            lambda account=account: account('customer.file', 'unlink', [file]),
            lambda account=account: account.create('customer.file', project_id=project, name='x.pdf', content=encoded(PDF)),
            lambda account=account: account.create('customer.folder', project_id=project, name='x'),
            lambda account=account: account.create('customer.file.request', project_id=project, name='x'),
            lambda account=account: account('customer.file', 'read', [internal], fields=['name']),
            lambda account=account: account('project.project', 'write', [project], vals={'name': 'x'}),
        ]
        if not own:
            calls += [
                lambda account=account: account('customer.file', 'read', [file], fields=['name']),
                lambda account=account: account('customer.folder', 'read', [folder], fields=['name']),
                lambda account=account: account('project.project', 'read', [project], fields=['name']),
            ]
        if login != 'specialist':
            calls.append(lambda account=account: account('customer.file.receipt', 'search', domain=[]))
        for call in calls:
            with pytest.raises(Refused) as refused:
                call()
            assert 'deco.pdf' not in str(refused.value) and 'margin.pdf' not in str(refused.value)
    assert counts(outside) == before


def ask(outside, robot_key, **values):
    """Return the id of a request in a new project of Azure Interior."""
    robot = Account(outside, 'archive', 'JSON-2', robot_key)
    project = robot.create('project.project', name=f'Asked {uuid.uuid4().hex[:6]}', privacy_visibility='portal',
                           partner_id=customer(outside, 'Azure Interior'))
    return robot.create('customer.file.request', project_id=project, name='Proofs', **values)


def test_twenty_at_once(outside, robot_key):
    """Issue 9.3: 20 uploads at the same time into one request, on two workers, are 20 files of one submitted request."""
    request = ask(outside, robot_key)
    anna = outside.portal('anna')
    page = f'/my/requests/{request}'
    token = anna.form(page)['csrf_token']

    def send(number):
        return anna.session.post(
            f'{outside.url}{page}/upload', {'csrf_token': token}, timeout=300, allow_redirects=False,
            files=[('files', (f'proof {number}.pdf', PDF + bytes([number]), 'application/pdf'))]).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(send, range(20))) == [303] * 20
    assert outside.query(
        'SELECT count(*), count(DISTINCT name), count(version_id) FROM customer_file WHERE request_id = %s', request) == [
            (20, 20, 20)]
    assert outside.query('SELECT state FROM customer_file_request WHERE id = %s', request) == [('submitted',)]


def test_cut_off(outside, robot_key):
    """Issue 9.6: a connection that breaks off in the middle of a piece costs that piece only; then the upload goes on."""
    request = ask(outside, robot_key)
    anna = outside.portal('anna')
    token = anna.form(f'/my/requests/{request}')['csrf_token']
    data = PDF * 1000
    key = anna.post('/my/files/uploads', {
        'kind': 'request', 'target': request, 'name': 'long.pdf', 'size': len(data), 'csrf_token': token}).json()['key']
    path = f'/my/files/uploads/{key}'

    def piece(offset, content):
        return anna.session.post(
            f'{outside.url}{path}/piece', timeout=120, params={'offset': offset, 'csrf_token': token}, data=content,
            headers={'Content-Type': 'application/octet-stream'}).json()

    half = len(data) // 2
    assert piece(0, data[:half]) == {'received': half}
    with socket.create_connection(('127.0.0.1', outside.port)) as connection:
        connection.sendall(
            f'POST {path}/piece?offset={half}&csrf_token={token} HTTP/1.1\r\nHost: 127.0.0.1:{outside.port}\r\n'
            f'Cookie: session_id={anna.session.cookies["session_id"]}\r\nContent-Type: application/octet-stream\r\n'
            f'Content-Length: {half}\r\n\r\n'.encode() + data[half:half + 50_000])
    assert 'error' in anna.post(f'{path}/finish', {'csrf_token': token}).json()
    received = half
    for _try in range(3):  # as the script of the page does: what the server says is where to go on
        received = piece(received, data[received:])['received'] if received < len(data) else received
    assert received == len(data)
    url = anna.post(f'{path}/finish', {'csrf_token': token}).json()['url']
    assert anna.get(f'{url}/download').content == data
    assert outside.query("SELECT count(*) FROM customer_file_upload WHERE key = %s", key) == [(0,)]
