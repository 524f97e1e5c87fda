"""Who a visitor is to the guard of the form: plain functions, no database."""
import ipaddress


def network_of(address):
    """Return what counts as one source: an IPv4 address, the /64 of an IPv6 address; ``'unknown'`` for neither."""
    try:
        ip = ipaddress.ip_address(address or '')
    except ValueError:
        return 'unknown'
    ip = getattr(ip, 'ipv4_mapped', None) or ip
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def split_words(text, shortest, count):
    """Return the words of a text that say most: the longest ones, each once, in their order.

    :param str text: what somebody typed
    :param int shortest: characters of the shortest word that counts
    :param int count: how many words at most
    """
    words = []
    for part in text.split():
        word = part.strip('.,;:!?"\'()[]{}<>„“”‚‘’«»…-')
        if len(word) >= shortest and word.lower() not in (other.lower() for other in words):
            words.append(word)
    longest = sorted(words, key=len, reverse=True)[:count]
    return [word for word in words if word in longest]
