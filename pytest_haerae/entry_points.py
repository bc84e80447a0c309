"""What installed packages add: each entry point has the name of what it adds, and is loaded when that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import Any

from pytest_haerae.errors import UsageError


def entry_point_names(group: str) -> tuple[str, ...]:
    """The names of a group's entry points, sorted; nothing is imported."""
    return tuple(sorted(_installed(group)))


def entry_point_modules(group: str) -> frozenset[str]:
    """The modules that a group's entry points name; nothing is imported."""
    return frozenset(point.module for points in _installed(group).values() for point in points)


def has_entry_point(group: str, name: str) -> bool:
    """Whether a group has an entry point of a name; nothing is imported."""
    return name in _installed(group)


def named_entry_points(group: str, name: str) -> tuple[EntryPoint, ...]:
    """All entry points of one name, none of them loaded; most often one package has it, or none."""
    return _installed(group).get(name, ())


def find_entry_point(group: str, name: str, place: str) -> EntryPoint | None:
    """The entry point of a name that may stand for one thing only, not loaded; None where there is none.

    Args:
        group: Such as ``pytest_haerae.backends``.
        name: Its name.
        place: Where the name was given, such as ``--model=mine``; the error begins with it.

    Raises:
        UsageError: Several packages have one of this name: which of them is meant is not for us to guess.
    """
    values = {point.value: point for point in named_entry_points(group, name)}
    if len(values) > 1:
        raise UsageError(f"{place}: several installed packages have this name: {', '.join(sorted(values))}")
    return next(iter(values.values()), None)


def load_entry_point(point: EntryPoint, place: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Load an entry point, which imports its module.

    Args:
        point: The entry point.
        place: Where its name was given, such as ``--model=mine``; the error begins with it.

    Raises:
        UsageError: Its module cannot be imported, or has no such object, or found a mistake of its own.
    """
    try:
        return point.load()
    except UsageError:
        raise
    except (ImportError, AttributeError) as error:
        words = str(error)
    except (Exception, SystemExit) as error:
        # Somebody else's module may raise anything while it is imported, or mean to end the process; what it is tells
        # more than its message alone.
        words = f"{type(error).__name__}: {error}"
    raise UsageError(f"{place}: {point.value} cannot be loaded: {' '.join(words.split())}")


def register_installed(group: str, name: str, place: str, kind: str, registered: Container[str]) -> bool:
    """Load the entry point whose import registers a name.

    Args:
        group: Such as ``pytest_haerae.prompts``.
        name: Its name, which is not registered yet.
        place: Where the name was given, such as ``--prompt=mine``; the error begins with it.
        kind: What it stands for, such as ``prompt``.
        registered: The names that are registered, looked at when it is loaded.

    Returns:
        Whether an installed package has it.

    Raises:
        UsageError: Several packages have one, or it cannot be loaded or registers nothing of this name.
    """
    point = find_entry_point(group, name, place)
    if point is None:
        return False
    load_entry_point(point, place)
    if name not in registered:
        raise UsageError(f"{place}: {point.value} registers no {kind} of this name")
    return True


def _installed(group: str) -> Mapping[str, tuple[EntryPoint, ...]]:
    return _of_group(group, tuple(sys.path))


@lru_cache(maxsize=32)
def _of_group(group: str, path: tuple[str, ...]) -> Mapping[str, tuple[EntryPoint, ...]]:
    """A group's entry points by name; remembered, as some of them are looked up for each item."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in _selection(path)(group=group):
        found[point.name] = (*found.get(point.name, ()), point)
    return found


@lru_cache(maxsize=4)
def _selection(path: tuple[str, ...]) -> Callable[..., EntryPoints]:
    """Selects of all that is installed: reading it costs some ten milliseconds, so once for each `sys.path`."""
    del path  # what is found depends on it
    return entry_points().select
