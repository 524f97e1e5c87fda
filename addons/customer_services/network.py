"""What counts as one visitor: plain functions, no database."""
import ipaddress


def network_of(address):
    """Return what counts as one source: an IPv4 address, the /64 of an IPv6 address; ``'unknown'`` for neither."""
    try:
        ip = ipaddress.ip_address(address or '')
    except ValueError:
        return 'unknown'
    ip = getattr(ip, 'ipv4_mapped', None) or ip
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))
