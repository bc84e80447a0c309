"""What a session was given: options and backends, from the command line, the ini file and conftest.py files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.config.options import OPTIONS
from pytest_haerae.config.run_config import with_shorthands
from pytest_haerae.plugin.nodes import is_rehearsal

LISTED = ("dataset", "dataset_revision", "dataset_columns", "dataset_params", "split", "subset", "limit")
"""The options that decide which items there are: what a listing of tests needs, whatever model is named."""


class Given:
    """A session's options.

    Args:
        config: The session's configuration.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def options(self) -> dict[str, Any]:
        """Options as typed, by name; of a run that only lists tests those that decide which there are."""
        raw = self._all()
        return {name: raw[name] for name in LISTED} | _ANY_MODEL if self.lists_only() else raw

    def backends(self) -> dict[str, type[Backend]]:
        """The backends of conftest.py files and plugins, by name."""
        backends: dict[str, type[Backend]] = {}
        found: list[Mapping[str, type[Backend]]] = self._config.hook.pytest_haerae_backends()
        for more in found:
            backends.update(more)
        return backends

    def others(self) -> dict[str, Path]:
        """The file that pytest itself writes at the end."""
        path = getattr(self._config.option, "xmlpath", None)
        return {"--junitxml": Path(path).expanduser().absolute()} if path else {}

    def lists_only(self) -> bool:
        """Whether tests are only listed or set up, and no model is typed that could be checked on the way."""
        typed = any(self._config.getoption(f"haerae_{name}") is not None for name in ("model", "demo"))
        return is_rehearsal(self._config) and not typed

    def no_model(self) -> bool:
        """Whether no model is named, and no option of this plugin either: a run that is about other tests.

        Where an option is given, a model was forgotten, and a run without it would be green for nothing.

        Raises:
            UsageError: An option of the ini file is malformed.
        """
        typed = any(self._config.getoption(f"haerae_{option.name}") not in (None, []) for option in OPTIONS)
        return not typed and "model" not in with_shorthands(self._all())

    def _all(self) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for option in OPTIONS:
            name = f"haerae_{option.name}"
            value = self._config.getoption(name)
            raw[option.name] = value if value not in (None, []) else self._config.getini(name)
        return raw


_ANY_MODEL = {"model": "random", "model_params": {}}
"""It stands in where no model is asked: a configuration names one."""
