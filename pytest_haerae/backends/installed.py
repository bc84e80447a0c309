"""Whether the libraries of a backend are installed: said before anything is read, and without importing them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from pytest_haerae.errors import UsageError


def extra(name: str) -> str:
    """The command that installs an extra of this package."""
    return f"pip install 'pytest-haerae[{name}]'"


def missing(modules: Iterable[str]) -> str | None:
    """The first of some top-level modules that is not installed; none of them is imported."""
    return next((name for name in modules if find_spec(name) is None), None)


def check_installed(place: str, modules: Iterable[str], install: str) -> None:
    """Refuse a backend whose libraries are not installed; none of them is imported, which may take seconds.

    Args:
        place: What the message begins with.
        modules: Top-level modules.
        install: The command that installs them.

    Raises:
        UsageError: The first that is missing, and the command that installs it.
    """
    if name := missing(modules):
        raise UsageError(f"{place} needs {name}: {install}")
