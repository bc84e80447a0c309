"""Whether the libraries of a backend are installed: said before anything is read, and without importing them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec

from pytest_haerae.errors import UsageError


def check_installed(place: str, modules: Iterable[str], extra: str) -> None:
    """Refuse a backend whose libraries are not installed; none of them is imported, which may take seconds.

    Args:
        place: What the message begins with.
        modules: Top-level modules.
        extra: The extra of this package that installs them.

    Raises:
        UsageError: The first that is missing, and the command that installs it.
    """
    for name in modules:
        if find_spec(name) is None:
            raise UsageError(f"{place} needs {name}: pip install 'pytest-haerae[{extra}]'")
