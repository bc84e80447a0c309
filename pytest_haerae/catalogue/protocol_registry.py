"""Protocols by name: a file each of this package's folder, an entry point each of others, those registered, and files.

A file's place says its name: ``protocols/haerae/lm-eval-0shot.1.toml`` is ``haerae/lm-eval-0shot@1``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pytest_haerae.catalogue.protocol import SUFFIX, Protocol, read_protocol
from pytest_haerae.entry_points import entry_point_names, find_entry_point, has_entry_point, load_entry_point
from pytest_haerae.errors import UsageError, unknown

FOLDER = Path(__file__).parent / "protocols"
ENTRY_POINT_GROUP = "pytest_haerae.protocols"
"""The entry points of protocols: a protocol's name, and the `Protocol`."""

_REGISTERED: dict[str, Protocol] = {}


def register_protocol(protocol: Protocol) -> Protocol:
    """Make a protocol known by its name, in a conftest.py; a package does it by an entry point.

    Args:
        protocol: The protocol. It hides one of the same name that an installed package has; a run that asks for one
            that has the name of one of the package's own is refused.
    """
    _REGISTERED[protocol.name] = protocol
    return protocol


@cache
def _own_files() -> dict[str, Path]:
    """The package's files by the names of their protocols; none of them is read for it."""
    found = {}
    for path in sorted(FOLDER.rglob(f"*{SUFFIX}")):
        words, _, version = path.relative_to(FOLDER).with_suffix("").as_posix().rpartition(".")
        found[f"{words}@{version}"] = path
    return found


def protocol_names() -> tuple[str, ...]:
    """The names of all protocols, sorted; none of them is read for it."""
    return tuple(sorted({*_own_files(), *entry_point_names(ENTRY_POINT_GROUP), *_REGISTERED}))


def find_protocol(name: str) -> Protocol:
    """Look a protocol up, which reads no other one.

    Args:
        name: Its name, or the path of a user's own file.

    Raises:
        UsageError: There is none of this name, or more than one, or it is malformed.
    """
    place = f"--protocol={name}"
    others = name in _REGISTERED or has_entry_point(ENTRY_POINT_GROUP, name)
    if name in _own_files():
        if others:
            whose = "a conftest.py" if name in _REGISTERED else "an installed package"
            raise UsageError(
                f"{place}: pytest-haerae has a protocol of this name, and {whose} another: rename that one"
            )
        return _own(name)
    if name in _REGISTERED:
        return _REGISTERED[name]
    if others:
        return _installed(name, place)
    if name.endswith(SUFFIX):
        return read_protocol(name)
    raise UsageError(f"--protocol: {unknown('protocol', name, protocol_names())}, or a path to a .toml file")


@cache
def _own(name: str) -> Protocol:
    return Protocol.from_file(_own_files()[name])


def _installed(name: str, place: str) -> Protocol:
    point = find_entry_point(ENTRY_POINT_GROUP, name, place)
    found = None if point is None else load_entry_point(point, place)
    value = "" if point is None else point.value
    if not isinstance(found, Protocol):
        raise UsageError(f"{place}: {value} is no Protocol but {type(found).__name__}")
    if found.name != name:
        raise UsageError(f"{place}: {value} is named '{found.name}'; the entry point has to have the same name")
    return found
