"""Where calls come from, as far as it tells callers without tokens apart."""

import ipaddress
from typing import Final
from urllib.parse import unquote

LOCAL: Final = "local"
"""Whatever comes neither over IPv4 nor over IPv6."""
_SITE_BITS = 64
"""Of an IPv6 address: what one customer is given has far more addresses than any limit."""


def caller_address(peer: str) -> str:
    """The host in gRPC's name of a peer ("ipv4:127.0.0.1:5000"): an IPv4 address, or the /64 of an IPv6 one."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return LOCAL
    address = ipaddress.ip_address(rest.rpartition(":")[0].strip("[]").partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _SITE_BITS), strict=False))
