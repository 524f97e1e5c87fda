"""Issue 10: guessing, on two workers of one server. Each test has logins and addresses of its own."""

import contextlib
import re
import threading
import time
import uuid
import xmlrpc.client

import pytest
import requests

TIMEOUT = 120  # seconds


@pytest.fixture(scope='module', autouse=True)
def forget(outside):
    """Begin with no counted failures, and undo at the end what other tests on the same server would notice."""
    [(password,)] = outside.query("SELECT password FROM res_users WHERE login = 'clara'")

    def clear():
        with contextlib.closing(outside.cluster.connect(outside.database)) as connection, connection, connection.cursor() as cursor:
            cursor.execute('DELETE FROM customer_login_event')
            cursor.execute("UPDATE res_users SET password = %s WHERE login = 'clara'", [password])
    clear()
    yield
    clear()


@pytest.fixture
def login():
    """A login that does not exist: it is counted like every other."""
    return f'guess-{uuid.uuid4().hex[:8]}@example.com'


def guess(outside, login, password='wrong'):
    """Send the login form as a new visitor; return (status, id of the process that answered)."""
    portal = outside.portal()
    answer = portal.post('/web/login', {**portal.form('/web/login'), 'login': login, 'password': password})
    return answer.status_code


def workers(outside, login):
    """Return the ids of the processes that logged a failed login."""
    lines = [line for line in outside.log.read_text(errors='replace').splitlines()
             if 'Login failed' in line and login in line]
    return {line.split()[2] for line in lines}


def until_both(outside):
    """Guess, each time anew, until both workers have answered; return the last login."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        login = f'guess-{uuid.uuid4().hex[:8]}@example.com'
        threads = [threading.Thread(target=guess, args=(outside, login)) for _index in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(workers(outside, login)) == 2:
            return login
    raise AssertionError('one worker answers all')


def test_two_workers(outside):
    """Issue 10.11: five wrong logins spread over two workers: the sixth and later ones are refused on both."""
    login = until_both(outside)
    statuses, threads = [], []
    for _index in range(8):
        threads.append(threading.Thread(target=lambda: statuses.append(guess(outside, login))))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert statuses == [429] * 8
    assert outside.query(
        "SELECT count(*) FROM customer_login_event WHERE outcome = 'attempt' AND account_key = "
        "(SELECT account_key FROM customer_login_event WHERE outcome = 'refused' ORDER BY id DESC LIMIT 1)") == [(5,)]


def test_parallel_guesses(outside, login):
    """Issue 10.11: of twelve guesses at the same time five are tried, no more."""
    statuses = []
    portals = [outside.portal() for _index in range(12)]
    forms = [{**portal.form('/web/login'), 'login': login, 'password': 'wrong'} for portal in portals]
    barrier = threading.Barrier(len(portals))

    def send(portal, form):
        barrier.wait()
        statuses.append(portal.post('/web/login', form).status_code)
    threads = [threading.Thread(target=send, args=pair) for pair in zip(portals, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [429] * 7


def test_xmlrpc(outside, login):
    """Issue 10.11: XML-RPC counts together with the page."""
    common = xmlrpc.client.ServerProxy(f'{outside.url}/xmlrpc/2/common')
    for _index in range(3):
        assert not common.authenticate(outside.database, login, 'wrong', {})
    assert [guess(outside, login) for _index in range(3)] == [200, 200, 429]
    assert outside.xmlrpc('agent')('res.users', 'search_count', [('login', '=', login)]) == 0


def test_json2(outside):
    """Issue 10.11: wrong keys are counted although their request is rolled back; too many get 429, a right one passes."""
    def call(key):
        return requests.post(f'{outside.url}/json/2/res.users/context_get', json={}, timeout=TIMEOUT, headers={
            'Authorization': f'bearer {key}', 'X-Odoo-Database': outside.database}).status_code
    statuses = [call('x' * 40) for _index in range(52)]
    assert statuses == [401] * 50 + [429] * 2
    assert call(outside.keys['agent']) == 200


def test_reset(outside, mail):
    """Issue 10.10: known and unknown get the same answer; the mail comes by the queue, and its link works once."""
    pages = []
    for login in ('clara', 'nobody-at-all'):
        portal = outside.portal()
        answer = portal.post('/web/reset_password', {**portal.form('/web/reset_password'), 'login': login})
        pages.append((answer.status_code, re.sub(r'csrf_token[^>]*>|"[0-9a-f]{40}o\d+"', '', answer.text)))
    assert pages[0] == pages[1] and pages[0][0] == 200
    [message] = mail.wait('Choose a new password', 'clara@deco.example.com')
    link = re.search(r'https?://[^/]+(/web/reset_password[^"\s]+)', message.get_body(('html',)).get_content())[1]
    link = link.replace('&amp;', '&')
    portal = outside.portal()
    form = {**portal.form(link), 'password': 'four quiet brown rivers', 'confirm_password': 'four quiet brown rivers'}
    assert 'has been reset' in portal.post('/web/reset_password', form).text
    assert portal.get(link).status_code == 404
    assert portal.post('/web/reset_password', form).status_code == 404
    assert mail.wait('Password Changed', 'clara@deco.example.com')
    portal = outside.portal()
    answer = portal.post('/web/login', {
        **portal.form('/web/login'), 'login': 'clara', 'password': 'four quiet brown rivers', 'redirect': '/my'})
    assert answer.url.endswith('/my')
