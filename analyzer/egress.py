"""Where a clone may connect to: the host's addresses are resolved once, checked, and pinned for git.

A name of a public host that resolves to an address of this machine or network is refused, so that nobody reaches
what only we can reach (server-side request forgery); and git connects to the addresses that were checked, whatever the
name resolves to a moment later (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, but not in typeshed

from analyzer.errors import TargetError
from analyzer.target import DEFAULT_HOSTS, Host

__all__ = ["checked_addresses", "is_public", "pinning", "proxied"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def _resolve(name: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def pinning(host: Host, resolve: Resolve = _resolve) -> tuple[str, ...]:
    """The options of git that make it connect to the checked addresses of a host.

    None where a proxy connects for us (it resolves the name, and has its own rules), and where the host is written as an
    address.

    Raises:
        TargetError: the host does not resolve, or to an address that may not be connected to.
    """
    if proxied(host):
        return ()
    name, port = _name_and_port(host)
    addresses = checked_addresses(host, resolve)
    if _literal(name) is not None:
        return ()
    listed = ",".join(f"[{item}]" if item.version == 6 else str(item) for item in addresses)
    return ("-c", f"http.curloptResolve={name}:{port}:{listed}")


def checked_addresses(host: Host, resolve: Resolve = _resolve) -> tuple[Address, ...]:
    """The addresses of a host, all of which may be connected to.

    A built-in host has public addresses alone. A host that the operator names (``--host``, ``FOLIOSCOPE_HOSTS``,
    ``Options.hosts``) may be on this machine or network; what is no address of a server (link-local with its metadata
    services, multicast, unspecified) is refused there too.

    Raises:
        TargetError: the host does not resolve, or to an address that may not be connected to.
    """
    name, port = _name_and_port(host)
    literal = _literal(name)
    try:
        texts = [str(literal)] if literal is not None else resolve(name, port)
    except (OSError, UnicodeError) as error:
        raise TargetError(
            f"{name} could not be reached: its name does not resolve ({getattr(error, 'strerror', '') or error})",
            "Check the network, or analyze a local clone with --offline.",
        ) from error
    addresses = tuple(ipaddress.ip_address(text.partition("%")[0]) for text in texts)
    allowed = is_public if host in DEFAULT_HOSTS else _is_server
    refused = next((item for item in addresses if not allowed(item)), None)
    if refused is not None or not addresses:
        raise TargetError(
            f"{name} resolves to {refused}, which is no public address" if refused else f"{name} has no address",
            "Check the name server. A host of your own network is named with --host.",
        )
    return addresses


def proxied(host: Host) -> bool:
    """Whether the environment names a proxy for this host (curl(1), "ENVIRONMENT")."""
    scheme = host.base.partition("://")[0]
    names = ("https_proxy", "HTTPS_PROXY") if scheme == "https" else ("http_proxy",)
    if not any(os.environ.get(name) for name in names):
        return False
    name, port = _name_and_port(host)
    without = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return not proxy_bypass_environment(f"{name}:{port}", {"no": without})


def is_public(address: Address) -> bool:
    """Whether an address is of the public internet, also where it stands for an IPv4 address."""
    inner = _inner(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or _is_metadata(address))


def _is_server(address: Address) -> bool:
    """Whether an address may be a server that somebody named on purpose."""
    inner = _inner(address)
    if inner is not None:
        return _is_server(inner)
    return not (address.is_link_local or address.is_multicast or address.is_unspecified or _is_metadata(address))


def _is_metadata(address: Address) -> bool:
    """Addresses at which clouds tell machines their secrets, beside the link-local one."""
    return str(address) in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for (mapped, compatible, 6to4, Teredo, NAT64), or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _name_and_port(host: Host) -> tuple[str, int]:
    parts = urlsplit(host.base)
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 443)


def _literal(name: str) -> Address | None:
    """The address that a name is, in any spelling that a resolver takes for one (``127.1``, ``0x7f000001``)."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(name)) if name[:1].isdigit() else None
    except (OSError, ValueError):
        return None
