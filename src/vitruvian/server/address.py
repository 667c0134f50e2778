"""Host names and addresses: which the server answers under, and which one is printed."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_HOST = re.compile(r"(\[[0-9a-f:.%]+\]|[^\[\]:/@\s]+)(?::\d*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hosts:
    """What a request's Host header may say.

    A page of another site can give its own name our address (DNS rebinding) and would then count as ours. It cannot
    do so with a bare number, so a server that listens everywhere allows every number and only its own names.

    Attributes
    ----------
    names : frozenset of str
        Lower case, IPv6 without brackets.
    any_number : bool
        Whether every IP address is allowed.
    """

    names: frozenset[str] = LOOPBACK
    any_number: bool = False

    def allow(self, header: str) -> bool:
        """Say whether a Host header is one of ours."""
        host = host_of(header)
        return host in self.names or (self.any_number and _number(host) is not None)


def hosts_for(listens: str) -> Hosts:
    """Return the hosts of a server that listens on `listens`: a name, an address, or all of them (0.0.0.0, ``::``)."""
    number = _number(listens)
    if number is not None and number.is_unspecified:
        name = socket.gethostname().lower()
        return Hosts(LOOPBACK | {name, f"{name}.local"}, any_number=True)
    return Hosts(LOOPBACK | {str(number) if number else listens.lower()})


def host_of(header: str) -> str:
    """Return the host of a Host header, lower case, without port and brackets; empty when it is malformed."""
    match = _HOST.fullmatch(header.strip())
    if match is None:
        return ""
    host = match[1].strip("[]").lower()
    number = _number(host)
    return str(number) if number else host


def printed(listens: str, port: int) -> str:
    """Return the base address that can be opened on this machine for a server that listens on `listens`."""
    number = _number(listens)
    if number is None:
        return f"http://{listens}:{port}"
    if number.is_unspecified:  # "everywhere" is no address; this machine is part of it
        number = _number("127.0.0.1" if number.version == 4 else "::1")
    return f"http://[{number}]:{port}" if number and number.version == 6 else f"http://{number}:{port}"


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
