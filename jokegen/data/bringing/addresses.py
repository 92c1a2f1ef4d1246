"""Tells addresses of the open internet from those of this computer and the network around it.

A link that somebody sends must not make Jokegen ask the router, a printer or a service on this
computer for something: only public addresses are connected to, whatever name they hide behind.
"""

from __future__ import annotations

import ipaddress
import socket

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20",
        "5f00::/16", "fec0::/10",
    )
)  # fmt: skip
# Names that lead into one's own network by agreement, wherever they are looked up.
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which to try them. Raises OSError (gaierror)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address (IPv4 or IPv6) is one of the open internet.

    Private, loopback, link-local, multicast, reserved and documentation addresses are not, nor are
    those that carry one of these inside (IPv4-mapped, 6to4, NAT64, Teredo).
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inside(found)
    if inner is not None:
        return is_public(str(inner))
    return (
        found.is_global
        and not found.is_multicast
        and not found.is_reserved
        and not found.is_link_local
        and not any(found in network for network in _NEVER if network.version == found.version)
    )


def is_local_name(host: str) -> bool:
    """Whether a name belongs to one's own network whatever its address is."""
    name = host.rstrip(".").lower()
    return ("." not in name and ":" not in name) or name.endswith(
        tuple(f".{ending}" for ending in _LOCAL_NAMES)
    )


def _inside(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to, if it is one of those that do."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
