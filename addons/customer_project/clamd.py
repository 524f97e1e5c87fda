"""A client of the ClamAV daemon: one command, streamed."""
import socket
import struct

BLOCK = 64 * 1024
TIMEOUT = 60


class ScanError(Exception):
    """The scanner could not be asked."""


def scan(address, path):
    """Send a file to clamd and return the name of the virus that it found, or None.

    :param str address: ``unix:/run/clamav/clamd.ctl`` or ``tcp:host:port``
    :param str path: the file on disk
    :raises ScanError: if the daemon cannot be reached or answers with an error (also: larger than its limit)
    """
    try:
        with _connect(address) as sock, open(path, 'rb') as stream:
            sock.sendall(b'zINSTREAM\0')
            while block := stream.read(BLOCK):
                sock.sendall(struct.pack('>I', len(block)) + block)
            sock.sendall(struct.pack('>I', 0))
            answer = _read(sock)
    except (OSError, ValueError) as error:
        raise ScanError(str(error)) from error
    if answer.endswith(' FOUND'):
        return answer.removeprefix('stream: ').removesuffix(' FOUND')
    if answer.endswith(' OK'):
        return None
    raise ScanError(answer or 'no answer')


def _connect(address):
    kind, _colon, rest = address.partition(':')
    if kind == 'unix':
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT)
        sock.connect(rest)
        return sock
    if kind == 'tcp':
        host, _colon, port = rest.rpartition(':')
        return socket.create_connection((host, int(port)), timeout=TIMEOUT)
    raise ValueError(f'unknown address {address!r}')


def _read(sock):
    answer = b''
    while block := sock.recv(4096):
        answer += block
        if b'\0' in block or len(answer) > 65536:
            break
    return answer.split(b'\0')[0].decode(errors='replace').strip()
