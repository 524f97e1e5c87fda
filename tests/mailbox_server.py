"""An IMAP mailbox and a mail server that can be stopped in the middle of a conversation."""

import asyncio
import re
import socketserver
import threading

from tests.outside import MailServer

WAIT = 120  # seconds


class Stop:
    """Stops a conversation at one command until it is released."""

    def __init__(self):
        self._wanted = None
        self._reached, self._released = threading.Event(), threading.Event()
        self.peer = None  # address of the client that is stopped

    def at(self, command, number=1):
        """Stop at the command with this name, when it comes for the `number`th time."""
        self._reached.clear()
        self._released.clear()
        self._wanted = [command, number]

    def check(self, command, peer):
        """Return whether to stop here; called by the server."""
        if not self._wanted or self._wanted[0] != command:
            return False
        self._wanted[1] -= 1
        if self._wanted[1]:
            return False
        self._wanted, self.peer = None, peer
        self._reached.set()
        return True

    def hold(self):
        self._released.wait(WAIT)

    def reached(self):
        """Wait until a client is stopped; return its address."""
        assert self._reached.wait(WAIT), 'nobody came so far'
        return self.peer

    def release(self):
        self._released.set()


class HoldingMailServer(MailServer):
    """A mail server that can stop before it accepts a recipient (RCPT) or after it took a message (DATA)."""

    def __init__(self):
        super().__init__()
        self.stop = Stop()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        await self._hold('RCPT', session)
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        await self._hold('DATA', session)
        return answer

    async def _hold(self, command, session):
        if self.stop.check(command, session.peer):
            await asyncio.get_running_loop().run_in_executor(None, self.stop.hold)


class _Conversation(socketserver.StreamRequestHandler):
    """What Odoo says to an IMAP server (RFC 3501), and no more."""

    def handle(self):
        self.say(b'* OK IMAP4rev1 here')
        for line in self.rfile:
            tag, command, *rest = line.decode().split(maxsplit=2)
            command = command.upper()
            if command == 'STORE':
                self.hold(command)
            getattr(self, f'do_{command.lower()}', lambda rest: None)(rest[0].strip() if rest else '')
            if command == 'FETCH':
                self.hold(command)
            self.say(f'{tag} OK {command} completed'.encode())
            if command == 'LOGOUT':
                return

    def hold(self, command):
        if self.server.stop.check(command, self.client_address):
            self.server.stop.hold()

    def say(self, line):
        self.wfile.write(line + b'\r\n')

    def do_capability(self, rest):
        self.say(b'* CAPABILITY IMAP4rev1')

    def do_select(self, rest):
        self.say(b'* %d EXISTS' % len(self.server.mails))

    def do_search(self, rest):
        assert 'UNSEEN' in rest
        self.say(b'* SEARCH %s' % ' '.join(map(str, self.server.unseen())).encode())

    def do_fetch(self, rest):
        number, what = rest.split(maxsplit=1)
        mail = self.server.mails[int(number) - 1]
        if 'PEEK' not in what:
            self.server.seen.add(int(number))  # as the RFC has it
        self.say(b'* %s FETCH (BODY[] {%d}' % (number.encode(), len(mail)))
        self.say(mail + b')')

    def do_store(self, rest):
        number, sign = re.match(r'(\d+) ([+-])FLAGS \(?\\Seen', rest).groups()
        (self.server.seen.add if sign == '+' else self.server.seen.discard)(int(number))


class Mailbox(socketserver.ThreadingTCPServer):
    """A mailbox: `mails` is a list of bytes, `seen` the numbers (from 1) of those that were read."""

    daemon_threads = allow_reuse_address = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Conversation)
        self.mails, self.seen, self.stop = [], set(), Stop()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def unseen(self):
        return [number for number in range(1, len(self.mails) + 1) if number not in self.seen]

    def handle_error(self, request, client_address):
        """A client that is killed is what these tests are about."""

    def close(self):
        self.stop.release()
        self.shutdown()
        self.server_close()
