"""The mail catcher of the local run: tools/mailbox.py, from outside by SMTP and HTTP."""

import http.client
import re
import smtplib
from email.message import EmailMessage

import pytest

from tools import mailbox
from tools.mailbox_message import Message

EVIL = b'\r\n'.join([
    b'From: "<script>alert(1)</script>" <evil@example.com>',
    b'To: =?unknown-x?Q?=FF?=, \xff\xfe',
    b'Subject: =?utf-8?b?PHNjcmlwdD4gR3LDvMOfZQ==?=',
    b'Content-Type: multipart/mixed; boundary=b', b'', b'--b',
    b'Content-Type: text/plain; charset=nope-8', b'', b'Text <b>not bold</b> caf\xe9', b'--b',
    b'Content-Type: text/html', b'', b'<script>top.x=1</script><img src="http://outside.example/x.png">', b'--b',
    b'Content-Type: text/html; name="x.html"', b'Content-Disposition: attachment; filename="../../etc/<x>.html"', b'',
    b'<script>alert(2)</script>', b'--b--', b''])
BROKEN = {
    'nothing': b'',
    'binary': bytes(range(256)) * 4,
    'deep': b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (n, n) for n in range(1500)),
    'charset': b'Content-Type: text/plain; charset="\xff\x00"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n',
    'header': b'Subject: =?utf-8?b?////?= =?x?y?z?=\r\nContent-Disposition: attachment; filename*0*=x\'y\'%zz\r\n\r\nx',
    'address': b'From: <<<>>>@@\r\nTo: ,,,;:\r\nDate: yesterday\r\nContent-Type: a/b/c; ;;=\r\n\r\nx',
}


@pytest.fixture
def server(tmp_path):
    """A running catcher on free ports."""
    with mailbox.Server(tmp_path / 'mail', images='http://127.0.0.1:1') as running:
        yield running


def send(server, content):
    """Hand a message (bytes) to the catcher; return its key."""
    before = set(server.box.files())
    with smtplib.SMTP('127.0.0.1', server.smtp_port, timeout=30) as smtp:
        smtp.sendmail('sender@example.com', ['receiver@example.com'], content)
    return (set(server.box.files()) - before).pop()


def get(server, path, host=None, method='GET'):
    """Return the answer to a request as (status, headers, bytes)."""
    connection = http.client.HTTPConnection('127.0.0.1', server.http_port, timeout=30)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader('Host', host or f'127.0.0.1:{server.http_port}')
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def test_message_is_a_file_and_a_page(server):
    """Issue 2.4: a message that is sent is one file in new/ and can be read in the browser, newest first."""
    message = EmailMessage()
    message['Subject'], message['From'], message['To'] = 'Grüße', 'a@example.com', 'b@example.com'
    message.set_content('Plain text')
    message.add_alternative('<p>Rich text</p>', subtype='html')
    message.add_attachment(b'%PDF', maintype='application', subtype='pdf', filename='Angebot ü.pdf')
    first, second = send(server, message.as_bytes()), send(server, b'Subject: Second\r\n\r\nx')
    assert sorted(path.name for path in (server.box.path / 'new').iterdir()) == sorted([first, second])
    content = (server.box.path / 'new' / first).read_bytes()
    assert content.startswith(b'Return-Path: <sender@example.com>\r\nDelivered-To: receiver@example.com\r\n')
    listing = get(server, '/')[2].decode()
    assert listing.index('Second') < listing.index('Grüße')
    page = get(server, f'/message/{first}')[2].decode()
    assert 'Plain text' in page
    assert 'Angebot ü.pdf' in page
    assert b'Rich text' in get(server, f'/message/{first}/html')[2]
    status, headers, body = get(server, f'/message/{first}/file/0')
    assert (status, body, headers['Content-Type']) == (200, b'%PDF', 'application/octet-stream')
    assert headers['Content-Disposition'] == "attachment; filename*=UTF-8''Angebot%20%C3%BC.pdf"
    assert get(server, f'/message/{first}/raw')[2] == content


def test_hostile_message_is_harmless(server):
    """Issue 2.4: nothing of a message runs in the browser or is loaded from outside, files are only downloads."""
    key = send(server, EVIL)
    for path in ('/', f'/message/{key}'):
        _, headers, body = get(server, path)
        assert b'<script' not in body
        assert b'&lt;script&gt; Gr' in body
        assert "default-src 'none'" in headers['Content-Security-Policy']
        assert 'script-src' not in headers['Content-Security-Policy']
    page = get(server, f'/message/{key}')[2].decode()
    assert 'Text &lt;b&gt;not bold&lt;/b&gt;' in page
    assert re.search(r'<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"', page)
    policy = get(server, f'/message/{key}/html')[1]['Content-Security-Policy']
    assert re.search(r'; sandbox [a-z- ]*$', policy)
    assert 'allow-scripts' not in policy
    assert "default-src 'none'" in policy
    assert 'img-src data: http://127.0.0.1:1;' in policy
    _, headers, body = get(server, f'/message/{key}/file/0')
    assert (headers['Content-Type'], headers['X-Content-Type-Options']) == ('application/octet-stream', 'nosniff')
    assert headers['Content-Disposition'] == "attachment; filename*=UTF-8''%3Cx%3E.html"


@pytest.mark.parametrize('name', BROKEN)
def test_broken_message_is_shown(server, name):
    """Issue 2.4: a message that no parser can read is kept as it came and shown somehow."""
    key = server.box.add(BROKEN[name])
    for path in ('/', f'/message/{key}', f'/message/{key}/raw'):
        assert get(server, path)[0] == 200
    for number in range(len(Message(BROKEN[name]).files)):
        assert get(server, f'/message/{key}/file/{number}')[0] == 200


def test_only_what_is_listed_can_be_fetched(server):
    """Issue 2.4: no path leads out of the Maildir, unknown numbers and pages are answered, writing is not."""
    key = send(server, EVIL)
    (server.box.path / 'secret').write_text('secret')
    for path in ('/message/..%2fsecret', '/message/../secret', '/message/%00', f'/message/{key}/file/9',
                 f'/message/{key}/file/-1', f'/message/{key}/', '/new', '/message/', '/etc/passwd'):
        status, _, body = get(server, path)
        assert (path, status) == (path, 404)
        assert b'secret' not in body
    for page in ('0', '-1', '999999999', 'x', '%00', '9' * 400):
        assert get(server, f'/?page={page}')[0] == 200
    assert get(server, '/', method='POST')[0] == 501
    assert len(server.box.files()) == 1


def test_foreign_names_are_refused(server):
    """Issue 2.4: a foreign web page that was pointed at this computer (DNS rebinding) reads nothing."""
    send(server, EVIL)
    for host in ('evil.example', f'evil.example:{server.http_port}', 'localhost.evil.example', '127.0.0.1:1'):
        status, _, body = get(server, '/', host=host)
        assert (status, b'script' in body) == (421, False)
    for host in ('localhost', f'localhost:{server.http_port}'):
        assert get(server, '/', host=host)[0] == 200


@pytest.mark.parametrize('width', [1280, 390])
def test_pages_fit_and_are_accessible(server, browser, width):
    """Issue 2.4: list and message fit the screen, the frame shows HTML without running it, links open outside of it."""
    key = send(server, EVIL.replace(b'Subject: ', b'Subject: ' + b'long' * 60))
    context = browser.new_context(viewport={'width': width, 'height': 900})
    page = context.new_page()
    requests = []
    page.on('request', lambda request: requests.append(request.url))
    for path in ('/', f'/message/{key}'):
        page.goto(f'http://127.0.0.1:{server.http_port}{path}')
        assert page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
        assert page.evaluate('document.title') != ''
        assert page.locator('h1').count() == 1
    assert page.evaluate('window.x') is None
    frame = page.frame_locator('iframe')
    assert frame.locator('img').count() == 1
    assert frame.locator('base').get_attribute('target') == '_blank'
    context.close()
    assert {url for url in requests if 'outside.example' in url} <= {'http://outside.example/x.png'}
