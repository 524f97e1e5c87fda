"""Mail catcher of the local run: takes every message by SMTP, keeps it as a file in a Maildir, shows it in the browser.

    python -m tools.mailbox --maildir .local/mail --smtp 127.0.0.1:8025 --http 127.0.0.1:8070

Nothing is sent on. The pages only read. Messages may be hostile: all that they hold is escaped, their HTML is shown in
a sandbox that runs no script and loads nothing from outside, attachments are only handed out as downloads.
"""

import argparse
import asyncio
import contextlib
import mailbox
import re
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from aiosmtpd.smtp import SMTP

from tools import mailbox_pages as pages
from tools.mailbox_message import Message, summary

MAX_BYTES = 64 * 2**20  # of one message
PER_PAGE = 100
LOOPBACK = ('127.0.0.1', 'localhost', '[::1]')
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PART_POLICY = "default-src 'none'; sandbox"


class Box:
    """The Maildir as the pages see it; messages are named by what the Maildir calls them, never by what they say."""

    def __init__(self, path):
        """Open the Maildir at `path` (made if missing)."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.maildir = mailbox.Maildir(path, factory=None, create=True)
        self.path = Path(path)

    def add(self, content):
        """Store a message (bytes) as one file in `new/`; it appears there complete or not at all."""
        return self.maildir.add(content)

    def files(self):
        """Return {key: Path} of all messages, newest first."""
        found = [path for name in ('new', 'cur') for path in (self.path / name).iterdir() if path.is_file()]
        times = {}
        for path in found:
            with contextlib.suppress(FileNotFoundError):  # moved by a mail reader
                times[path] = (path.stat().st_mtime_ns, path.name)
        return {path.name.split(':')[0]: path for path in sorted(times, key=times.get, reverse=True)}


class Catcher:
    """What aiosmtpd asks to take a message."""

    def __init__(self, box):
        self.box = box

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        """Store the message with its envelope in front, as a mail server does on delivery (RFC 5321 4.4)."""
        head = f'Return-Path: <{envelope.mail_from or ""}>\r\n'
        head += ''.join(f'Delivered-To: {address}\r\n' for address in envelope.rcpt_tos)
        content = head.encode('utf-8', 'surrogateescape') + envelope.content
        await asyncio.get_running_loop().run_in_executor(None, self.box.add, content)
        return '250 Message kept'


class Pages(BaseHTTPRequestHandler):
    """The pages: a list, a message, its HTML, its files. GET and HEAD only."""

    protocol_version = 'HTTP/1.1'
    server_version = 'mailbox'
    sys_version = ''
    timeout = 30
    routes = (
        (re.compile(r'/'), 'list_page'),
        (re.compile(r'/message/([^/]+)'), 'message_page'),
        (re.compile(r'/message/([^/]+)/html'), 'html_part'),
        (re.compile(r'/message/([^/]+)/raw'), 'raw'),
        (re.compile(r'/message/([^/]+)/file/([0-9]{1,4})'), 'file'),
    )

    def log_message(self, *args):
        """Say nothing: the run's own lines must stay readable."""

    def do_GET(self):  # noqa: N802 - http.server's name
        if not self._host_is_ours():  # a foreign page whose name was pointed at this computer (DNS rebinding)
            self.answer(421, 'text/plain; charset=utf-8', b'This mailbox is served on this computer only.\n')
            return
        path = urlsplit(self.path).path
        for pattern, name in self.routes:
            match = pattern.fullmatch(path)
            if match and getattr(self, name)(*match.groups()):
                return
        self.answer(404, 'text/html; charset=utf-8', pages.not_found())

    do_HEAD = do_GET

    def _host_is_ours(self):
        host = self.headers.get('Host', '')
        return host.removesuffix(f':{self.server.server_port}') in LOOPBACK or host in self.server.names

    def answer(self, status, kind, body, policy=POLICY, **headers):
        """Send a whole answer; `body` are bytes, `headers` have _ for -."""
        self.send_response(status)
        for name, value in {
            'Content-Type': kind, 'Content-Length': str(len(body)), 'Content-Security-Policy': policy,
            'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store',
            'Cross-Origin-Resource-Policy': 'same-origin', **headers,
        }.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)
        return True

    def download(self, name, content):
        """Send bytes as a file to be saved, whatever they claim to be."""
        return self.answer(
            200, 'application/octet-stream', content, PART_POLICY,
            Content_Disposition=f"attachment; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}")

    def content(self, key):
        """Return the bytes of a message, None if there is no such message."""
        path = self.server.box.files().get(key)
        try:
            return path and path.read_bytes()
        except FileNotFoundError:
            return None

    def list_page(self):
        files = list(self.server.box.files().items())
        text = parse_qs(urlsplit(self.path).query).get('page', ['1'])[0]
        last = max(1, -(-len(files) // PER_PAGE))
        page = min(int(text), last) if re.fullmatch('[1-9][0-9]{0,8}', text) else 1
        shown = []
        for key, path in files[(page - 1) * PER_PAGE:page * PER_PAGE]:
            with contextlib.suppress(FileNotFoundError):
                shown.append((key, summary(path)))
        return self.answer(200, 'text/html; charset=utf-8', pages.listing(shown, len(files), page, last))

    def message_page(self, key):
        content = self.content(key)
        return content is not None and self.answer(
            200, 'text/html; charset=utf-8', pages.message(key, Message(content)))

    def html_part(self, key):
        content = self.content(key)
        html = content is not None and Message(content).html
        if not html:
            return False
        policy = (f"default-src 'none'; style-src 'unsafe-inline'; img-src data: {self.server.images}; font-src data:; "
                  "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
        return self.answer(200, 'text/html; charset=utf-8', pages.framed(html), policy)

    def raw(self, key):
        content = self.content(key)
        return content is not None and self.download(f'{key}.eml', content)

    def file(self, key, number):
        content = self.content(key)
        files = Message(content).files if content is not None else []
        if int(number) >= len(files):
            return False
        return self.download(files[int(number)].name, files[int(number)].content)


class Server:
    """The catcher and its pages, in two threads of this process."""

    def __init__(self, maildir, smtp=('127.0.0.1', 0), http=('127.0.0.1', 0), images='', names=()):
        """Take both ports; nothing is served before `start`.

        :param smtp, http: (address, port) to listen on; port 0: any free one
        :param images: an origin whose images a mail may show (the local Odoo), e.g. http://127.0.0.1:8069
        :param names: further values of the Host header that are answered
        :raise OSError: a port is taken
        """
        self.box = Box(maildir)
        self.smtp = socket.create_server(smtp)
        try:
            self.http = ThreadingHTTPServer(http, Pages)
        except BaseException:
            self.smtp.close()
            raise
        self.loop = asyncio.new_event_loop()
        self.http.daemon_threads = True
        self.http.box, self.http.images, self.http.names = self.box, images, names
        self.smtp_port = self.smtp.getsockname()[1]
        self.http_port = self.http.server_port
        self.threads = [threading.Thread(target=self._serve_smtp, daemon=True),
                        threading.Thread(target=self.http.serve_forever, daemon=True)]

    def _serve_smtp(self):
        server = self.loop.run_until_complete(self.loop.create_server(
            lambda: SMTP(Catcher(self.box), data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, hostname='localhost',
                         loop=self.loop), sock=self.smtp))
        self.loop.run_forever()
        server.close()
        self.loop.close()

    def start(self):
        """Serve until `stop`."""
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Close both ports; messages that were taken are on disk."""
        self.http.shutdown()
        self.http.server_close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        for thread in self.threads:
            thread.join(5)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()


def _address(text):
    """Return ADDRESS:PORT as (address, port)."""
    host, _, port = text.rpartition(':')
    if not host or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f'{text!r} is not ADDRESS:PORT')
    return host, int(port)


def main():
    parser = argparse.ArgumentParser(
        prog='python -m tools.mailbox', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--maildir', required=True, help='folder of the Maildir, made if missing')
    parser.add_argument('--smtp', type=_address, default=('127.0.0.1', 8025), metavar='ADDRESS:PORT')
    parser.add_argument('--http', type=_address, default=('127.0.0.1', 8070), metavar='ADDRESS:PORT')
    parser.add_argument('--images', default='', metavar='ORIGIN', help='where mails may show images from')
    parser.add_argument('--name', action='append', default=[], metavar='HOST[:PORT]', help='further name of the pages')
    args = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        server = Server(args.maildir, args.smtp, args.http, args.images, args.name)
    except OSError as error:
        parser.exit(1, f'error: cannot listen on {args.smtp} or {args.http}: {error.strerror}\n')
    with server:
        print(f'mail is kept in {args.maildir} and shown on http://{args.http[0]}:{server.http_port}/', flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


if __name__ == '__main__':
    main()
