"""Addresses that others gave us and that we are to call: only https, only out in the open."""

import ipaddress
import socket
from urllib.parse import urlsplit

HTTPS = 443
LONGEST = 1000


def is_open_https(address: str) -> bool:
    """Return whether an address is https on its usual port, with a name and no password in it."""
    try:
        parts = urlsplit(address)
        port = parts.port or HTTPS
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None
    fits = parts.scheme == "https" and port == HTTPS and len(address) <= LONGEST
    return bool(fits and plain and parts.hostname and "." in parts.hostname)


def leads_outside(address: str) -> bool:
    """Return whether every machine behind an address is out in the open, none in our own network.

    The certificate is checked when we call, so a name that changes in between leads nowhere.
    """
    if not is_open_https(address):
        return False
    try:
        found = socket.getaddrinfo(urlsplit(address).hostname, HTTPS, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(_public(str(entry[4][0])) for entry in found)


def _public(machine: str) -> bool:
    ip = ipaddress.ip_address(machine.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or ip
    return bool(inner.is_global and not inner.is_multicast)
