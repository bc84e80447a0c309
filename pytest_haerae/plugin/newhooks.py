"""Hooks that this plugin offers to others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_haerae.backends.protocol import Backend


def pytest_haerae_backends() -> Mapping[str, type[Backend]]:  # type: ignore[empty-body]
    """Return backends of one's own, by the name that ``--model`` takes; for a conftest.py without an entry point."""
