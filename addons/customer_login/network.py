"""Addresses of clients: plain functions, no database."""
import ipaddress
import re


def client_address(peer, forwarded, proxies):
    """Return the address of the client, as text.

    Each proxy appends the address that it was called from, so that with ``n`` proxies of ours the client is the
    ``n``-th entry from the right; what stands left of it was sent by the client himself and proves nothing.

    :param str peer: the address that opened the connection to Odoo
    :param str forwarded: the header ``X-Forwarded-For``, or None
    :param int proxies: number of proxies of our own in front of Odoo
    """
    entries = [entry.strip() for entry in (forwarded or '').split(',') if entry.strip()]
    if proxies < 1 or not entries:
        return peer
    entry = entries[max(len(entries) - proxies, 0)]
    return parse_address(entry) or peer


def parse_address(text):
    """Return an address without port and brackets, or None if it is none: ``'[2001:db8::1]:80'``."""
    text = text.strip()
    match = re.fullmatch(r'\[([0-9A-Fa-f:.]+)\](?::\d+)?', text) or re.fullmatch(r'(\d+\.\d+\.\d+\.\d+)(?::\d+)?', text)
    try:
        return str(ipaddress.ip_address(match[1] if match else text))
    except ValueError:
        return None


def parse_networks(text):
    """Return the networks in a text such as ``10.0.0.0/8, 2001:db8::/32``.

    :raises ValueError: if an entry is none
    """
    return [ipaddress.ip_network(part, strict=False) for part in re.split(r'[\s,;]+', text or '') if part]


def is_in(address, networks):
    """Tell whether an address is in one of the networks."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, 'ipv4_mapped', None) or ip
    return any(ip.version == network.version and ip in network for network in networks)
