"""What installed packages add: an entry point's name is the name of what it adds, and loading it registers that."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

from pytest_haerae.errors import UsageError


def entry_point_names(group: str) -> tuple[str, ...]:
    """The names of a group's entry points, sorted; nothing is imported."""
    return tuple(sorted({point.name for point in entry_points(group=group)}))


def load_entry_points(group: str, name: str) -> Iterator[EntryPoint]:
    """Load the entry points of one name, which imports their modules.

    Args:
        group: Such as ``pytest_haerae.scorers``.
        name: The entry points' name; most often one package has it, or none.

    Yields:
        Each entry point, loaded.

    Raises:
        UsageError: Its module cannot be imported, or has no such object.
    """
    for point in entry_points(group=group, name=name):
        try:
            point.load()
        except (ImportError, AttributeError) as error:
            raise UsageError(f"entry point '{name} = {point.value}' of group {group}: {error}") from None
        yield point
