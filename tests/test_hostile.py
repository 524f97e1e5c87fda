"""Issue 2.15: hostile input over HTTP on two workers: a clear message or 404, never 500, nothing stored."""

import threading
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest

MEGABYTE = 1024 * 1024
SCRIPT = '<script>alert(1)</script><img src=x onerror=alert(2)>'
CLEAR = (200, 303, 400, 403, 404, 413)


@pytest.fixture
def unchanged(outside):
    """What is refused stores nothing and leaves no error in the log of the server."""
    before, complaints = outside.count(), len(outside.complaints())
    yield
    assert outside.count() == before
    assert outside.complaints()[complaints:] == []


@pytest.fixture(scope='module')
def clara(outside):
    """The portal as Clara of Deco Addict."""
    return outside.portal('clara')


@pytest.fixture(scope='module')
def foreign(outside):
    """Id of a ticket of Azure Interior, with a share token."""
    [(ticket,)] = outside.query("""
        SELECT t.id FROM customer_ticket t JOIN res_partner p ON p.id = t.commercial_partner_id
         WHERE p.name = 'Azure Interior' ORDER BY t.id LIMIT 1""")
    return ticket


@pytest.fixture(scope='module')
def own(clara):
    """Path of a ticket that Clara may see."""
    answer = clara.new_ticket(name='A ticket of my own', description='Text')
    return answer.headers['Location'].split('?')[0]


def test_foreign_ids_in_a_new_ticket(outside, clara):
    """Issue 2.15: whatever ids a new ticket names, it belongs to its author, and nothing else of them is taken."""
    [(azure,)] = outside.query("SELECT id FROM res_partner WHERE name = 'Azure Interior'")
    [(agent,)] = outside.query("SELECT id FROM res_users WHERE login = 'agent'")
    subject = f'Foreign ids {uuid.uuid4().hex[:8]}'
    answer = clara.new_ticket(
        name=subject, description='Text', partner_id=azure, commercial_partner_id=azure, company_id=99, user_id=agent,
        create_uid=agent, stage_id=4, state='closed', number='T1', access_token='x' * 36, priority='3', id=1)
    assert answer.status_code == 303
    rows = outside.query("""
        SELECT p.name, c.name, u.login, t.company_id, t.user_id, t.state, t.number = 'T1'
          FROM customer_ticket t JOIN res_partner p ON p.id = t.partner_id JOIN res_users u ON u.partner_id = p.id
          JOIN res_partner c ON c.id = t.commercial_partner_id WHERE t.name = %s""", subject)
    assert [row[:4] for row in rows] == [('Clara Dubois', 'Deco Addict', 'clara', 1)]
    assert rows[0][4] != agent
    assert rows[0][5] != 'closed'
    assert not rows[0][6]


@pytest.mark.parametrize('team', ['0', '-1', '999999999', '2147483648', '9' * 400, 'x', '1 OR 1=1', '%00', '٣'])
def test_foreign_team(clara, unchanged, team):
    """Issue 2.15: a team that is not offered is refused with a message, nothing is stored."""
    answer = clara.new_ticket(name='Team', description='Text', team_id=team)
    assert answer.status_code == 200
    assert 'Nothing was sent' in answer.text


@pytest.mark.parametrize(('name', 'content', 'kind'), [
    ('setup.exe', b'MZ' + b'0' * 100, 'application/octet-stream'),
    ('photo.png', b'MZ' + b'0' * 100, 'image/png'),
    ('invoice.pdf.exe', b'%PDF-1.4', 'application/pdf'),
    ('page.html', SCRIPT.encode(), 'text/html'),
    ('picture.svg', SCRIPT.encode(), 'image/svg+xml'),
    ('large.pdf', b'%PDF-1.4' + b'0' * 50 * MEGABYTE, 'application/pdf'),
], ids=['exe', 'exe named png', 'double ending', 'html', 'svg', '50 MB'])
@pytest.mark.parametrize('where', ['new', 'reply'])
def test_refused_files(clara, own, unchanged, where, name, content, kind):
    """Issue 2.15: programs, active content and 50 MB are refused with a message before anything is stored."""
    path, target = ('/my/tickets/new', '/my/tickets/new') if where == 'new' else (own, f'{own}/reply')
    form = {**clara.form(path), 'name': 'File', 'description': 'Text', 'body': 'Text'}
    answer = clara.post(target, form, [(name, content, kind)], allow_redirects=False)
    assert answer.status_code in (200, 413)
    assert 'Nothing was sent' in answer.text
    assert name in answer.text


def test_limit_set_in_the_backend(outside, clara, unchanged):
    """Issue 2.15: the limits of the backend's settings are in force on every worker at once."""
    manager = outside.xmlrpc('admin')
    settings = manager('res.config.settings', 'create', {'customer_upload_max_mb': 1})
    before = manager('res.config.settings', 'default_get', ['customer_upload_max_mb'])
    try:
        manager('res.config.settings', 'execute', [settings])
        for _worker in range(4):
            answer = clara.new_ticket(
                name='File', description='Text', files=[('a.pdf', b'%PDF-1.4' + b'0' * MEGABYTE, 'application/pdf')])
            assert 'larger than 1 MB' in answer.text
    finally:
        manager('res.config.settings', 'execute', [manager('res.config.settings', 'create', before)])


def test_script_is_text(outside, clara, page):
    """Issue 2.15: script in subject and text is shown as text and runs for nobody."""
    answer = clara.new_ticket(name=SCRIPT, description=SCRIPT)
    assert answer.status_code == 303
    dialogs = []
    page.on('dialog', lambda dialog: dialogs.append(dialog.message) or dialog.dismiss())
    page.context.add_cookies([
        {'name': 'session_id', 'value': clara.session.cookies['session_id'], 'url': outside.url}])
    for path in (answer.headers['Location'], '/my/tickets', '/my'):
        page.goto(path)
        assert page.locator('script:text("alert(1)"), img[src="x"]').count() == 0
    page.goto(answer.headers['Location'])
    assert page.get_by_role('heading', level=1).inner_text() == SCRIPT
    assert dialogs == []


@pytest.mark.parametrize('path', [
    '/my/tickets?sortby=nothing', "/my/tickets?sortby=id'--", '/my/tickets?filterby=x&groupby=y&search_in=z&search=%25',
    '/my/tickets?search=%00', '/my/tickets?search=%FF%FE', '/my/tickets?sortby[]=x&sortby=y', '/my/tickets?search=\\',
    '/my/tickets/page/1000000000', '/my/tickets/page/99999999999999999999', '/my/tickets/page/0', '/my/tickets/page/-1',
    '/my/tickets/0', '/my/tickets/99999999999999999999', '/my/tickets/%00', '/my/tickets/1%00', '/my/tickets/-1',
    '/my/tickets/2147483648', '/my/tickets/1/files/99999999999999999999', '/my/tickets/new?name=%00',
    '/my?%00=1', '/my/tickets?access_token=%00', '/my/tickets/new?about=%00', "/my/tickets/new?about=order-1'--",
    '/support/new?name=%00', '/support/thanks?%00', '/support/suggestions?q=%00%FF', '/support/suggestions?q[]=%25',
    '/withdrawal?order=%00', '/withdrawal/link/%00', '/withdrawal/link/%FF%FE',
    '/my/rmas/page/99999999999999999999', '/my/rmas/2147483648', '/my/rmas/1/labels/99999999999999999999',
    '/my/rmas/1/slip?access_token=%00', '/my/rmas/new?orders=%00,99999999999999999999', '/my/rmas/new?choose=1&page=%00&search=%FF',
    '/register/%00', '/register/link/%FF%FE',
])
def test_broken_addresses(clara, unchanged, path):
    """Issue 2.15: unknown keys, pages and ids, NUL and broken UTF-8 in an address give a page or a 404."""
    assert clara.get(path).status_code in CLEAR


def test_far_page_is_the_last(clara, unchanged):
    """Issue 2.15: page 10^9 shows the last page, not an empty one."""
    assert clara.get('/my/tickets/page/1000000000').text.count('href="/my/tickets/') >= 1


@pytest.mark.parametrize('field', ['name', 'description'])
@pytest.mark.parametrize('text', ['', '   ', '\x00', 'x' * 100_000], ids=['empty', 'blank', 'NUL', 'long'])
def test_refused_texts(clara, unchanged, field, text):
    """Issue 2.15: without subject or text, or with too much of it, the form comes back with a message."""
    answer = clara.new_ticket(**{'name': 'Subject', 'description': 'Text', field: text})
    assert answer.status_code == 200
    assert 'Nothing was sent' in answer.text


def test_cut_token(outside, clara, foreign):
    """Issue 2.15: a share token opens its ticket; cut short, extended or of another ticket it is a 404."""
    address = outside.xmlrpc('agent')('customer.ticket', 'get_portal_url', [foreign])
    token = parse_qs(urlsplit(address).query)['access_token'][0]
    before = outside.count()
    visitor = outside.portal()
    assert visitor.get(f'/my/tickets/{foreign}?access_token={token}').status_code == 200
    for broken in (token[:-1], token + 'x', token.upper(), '', '%00', '%FF', token[:4] + '%00' + token[4:]):
        answer = clara.get(f'/my/tickets/{foreign}?access_token={broken}')
        assert answer.status_code == 404, broken
    assert clara.get(f'/my/tickets/{foreign + 1}?access_token={token}').status_code == 404
    assert outside.count() == before


def test_foreign_ticket(clara, foreign, unchanged):
    """Issue 2.15: a foreign ticket, its reply route and its files answer like one that does not exist."""
    missing = clara.get('/my/tickets/2000000')
    answer = clara.get(f'/my/tickets/{foreign}')
    assert (missing.status_code, answer.status_code) == (404, 404)
    form = {**clara.form('/my/tickets/new'), 'body': 'Text'}
    assert clara.post(f'/my/tickets/{foreign}/reply', form).status_code == 404
    assert clara.get(f'/my/tickets/{foreign}/files/1').status_code == 404


def test_without_csrf_token(clara, unchanged):
    """Issue 2.15: a form without Odoo's CSRF token is refused; reading addresses do not change anything."""
    for token in ('', 'x', '%00'):
        values = {'name': 'CSRF', 'description': 'Text', 'csrf_token': token}
        assert clara.post('/my/tickets/new', values).status_code == 400
    assert clara.get('/my/tickets/new?name=GET&description=Text').status_code == 200


def test_double_click(outside, clara):
    """Issue 2.15: the same form sent eight times in parallel to two workers makes one ticket; all land on it."""
    subject = f'Double click {uuid.uuid4().hex[:8]}'
    form = {**clara.form('/my/tickets/new'), 'name': subject, 'description': 'Text'}
    answers, barrier = [], threading.Barrier(8)

    def click():
        barrier.wait()
        answers.append(clara.post('/my/tickets/new', form, allow_redirects=False))

    threads = [threading.Thread(target=click) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers['Location'] for answer in answers}) == 1
    [(ticket,)] = outside.query('SELECT id FROM customer_ticket WHERE name = %s', subject)
    assert outside.query("""
        SELECT count(*) FROM mail_message m JOIN mail_message_subtype s ON s.id = m.subtype_id
         WHERE m.model = 'customer.ticket' AND m.res_id = %s AND m.message_type = 'comment'""", ticket) == [(1,)]
