"""What a session was given: options and backends, from the command line, the ini file and conftest.py files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.config.model_names import model_names
from pytest_haerae.config.options import OPTIONS
from pytest_haerae.config.run_config import dataset_names, with_shorthands
from pytest_haerae.data.paths import located
from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.nodes import is_rehearsal
from pytest_haerae.types import DataKey

LISTED = ("dataset", "dataset_revision", "dataset_columns", "dataset_params", "split", "subset", "limit")
"""The options that decide which items there are: what a listing of tests needs, whatever model is named."""

_OF_THE_DATA = ("dataset", "dataset_revision", "dataset_columns", "dataset_params")


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
        if not self.lists_only():
            return raw
        # With what the ini file's demo stands for: a list has the tests that the run has.
        expanded = with_shorthands(raw)
        return {name: expanded.get(name) for name in LISTED} | _ANY_MODEL

    def datasets(self) -> tuple[str, ...] | None:
        """The data sets that the user chose, which suites may be written for or not; None where none is named.

        Raises:
            UsageError: An option is malformed.
        """
        given = with_shorthands(self._all())
        return dataset_names(given) if "dataset" in given else None

    def models(self) -> tuple[str, ...]:
        """The models that options name; empty where none is named.

        Raises:
            UsageError: An option is malformed.
        """
        return model_names(with_shorthands(self._all()))

    def check_asked(self, asked: Collection[DataKey]) -> None:
        """Refuse a data set on the command line that no suite asks: its items would be taken for those of the report.

        Args:
            asked: The data sets that suites ask; empty where there are only other tests.

        Raises:
            UsageError: All suites have data of their own.
        """
        if not (asked and self._typed("dataset")):
            return
        chosen = self.datasets() or ()
        paths = {located(name).resolve() for name in chosen}
        if not any(data.folder is None or located(data.name, data.folder).resolve() in paths for data in asked):
            own = ", ".join(sorted({data.name for data in asked}))
            raise UsageError(f"--dataset={','.join(chosen)}: no suite here asks it: the markers name {own}")

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
        typed = self._typed("model") or self._typed("demo")
        return is_rehearsal(self._config) and not typed

    def no_model(self) -> bool:
        """Whether no model is named, and no option of this plugin either: a run that is about other tests.

        Where an option is given, a model was forgotten, and a run without it would be green for nothing.

        Raises:
            UsageError: An option of the ini file is malformed.
        """
        return not self.typed() and not self.models()

    def typed(self) -> bool:
        """Whether an option of this plugin stands on the command line."""
        return any(self._typed(option.name) for option in OPTIONS)

    def _all(self) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for option in OPTIONS:
            name = f"haerae_{option.name}"
            value = self._config.getoption(name)
            raw[option.name] = value if value not in (None, []) else self._config.getini(name)
        if self._typed("model") and not self._typed("demo"):
            raw["demo"] = None  # the ini file's: a model that is typed is asked its own data, by its own method
        if self._typed("protocol"):
            # Likewise the ini file's data: a protocol that is typed has its own.
            raw |= {name: None for name in _OF_THE_DATA if not self._typed(name)}
        # What is typed takes the place of the ini file's model, as one model takes that of another.
        if self._typed("responses") and not self._typed("demo"):
            raw |= {name: None for name in ("model", "model_params", "demo") if not self._typed(name)}
        elif self._typed("model") or self._typed("demo"):
            raw["responses"] = raw["responses"] if self._typed("responses") else None
        return raw

    def _typed(self, name: str) -> bool:
        return self._config.getoption(f"haerae_{name}") not in (None, [])


_ANY_MODEL = {"model": "random", "model_params": {}}
"""It stands in where no model is asked: a configuration names one."""
