"""Whether anything listens at an address, found out before a client library is imported, which takes seconds."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pytest_haerae.backends.api.failures import unreachable
from pytest_haerae.errors import UsageError

PORTS = {"http": 80, "https": 443}
"""The ports at which a scheme's servers listen where an address names none."""
_PATIENCE = 2.0
"""Seconds for one connection; what takes longer is left to the client and its own limit."""


def refuse_unreachable(name: str, address: str | None) -> None:
    """Refuse an address at which no connection can be had; nothing is sent there.

    Args:
        name: The backend's name, for the message.
        address: Where the API is; None for a provider's own, which the client knows.

    Raises:
        UsageError: ``connection refused``, ``unknown host`` or ``host unreachable``, in these words.
    """
    if address is None or (problem := _problem(address)) is None:
        return
    raise UsageError(f"--model={name}: {problem} ({address})")


def _problem(address: str) -> str | None:
    parts = urlsplit(address)
    if parts.hostname is None or parts.scheme not in PORTS:
        return None
    if (parts.scheme in getproxies() or "all" in getproxies()) and not proxy_bypass(parts.hostname):
        return None
    try:
        with socket.create_connection((parts.hostname, parts.port or PORTS[parts.scheme]), _PATIENCE):
            return None
    except OSError as error:
        return unreachable(error)
