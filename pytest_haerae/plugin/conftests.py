"""The conftest.py files that only the workers of pytest-xdist load: the controller collects nothing.

Scorers, prompts and backends are registered in them, and the controller asks the model and judges.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from pytest_haerae.errors import UsageError


def conftest_files(config: pytest.Config) -> list[str]:
    """The conftest.py files that this process has loaded: pytest names these plugins by their paths."""
    return [name for name, plugin in config.pluginmanager.list_name_plugin() if plugin and _is_conftest(name)]


def _is_conftest(name: str) -> bool:
    return Path(name).name == "conftest.py"


def load_conftests(config: pytest.Config, files: Iterable[str]) -> None:
    """Load those that this process has not loaded, in the order in which the workers did.

    Raises:
        UsageError: One cannot be loaded.
    """
    for file in files:
        if not config.pluginmanager.has_plugin(file):
            try:
                _load(config, Path(file))
            except Exception as error:
                raise UsageError(f"{file}: cannot be loaded by pytest-xdist's controller ({error!r})") from None


def _load(config: pytest.Config, path: Path) -> None:
    folder = path.parent
    while (folder / "__init__.py").exists():
        folder = folder.parent
    # pytest's own way to import a conftest.py is private; that it finds its neighbours is the part of it that counts.
    own_names = config.getoption("importmode") == "importlib"
    if not own_names and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    name = ".".join(path.relative_to(folder).with_suffix("").parts)
    packaged = folder != path.parent and not own_names
    # One of a package imports its neighbours by its place in it, so it has to have the package's name.
    module = importlib.import_module(name) if packaged else _load_alone(name, path)
    config.pluginmanager.register(module, str(path))


def _load_alone(name: str, path: Path) -> ModuleType:
    """Load a file under a name that no other conftest.py has."""
    spec = importlib.util.spec_from_file_location(f"haerae_controller.{name}.{abs(hash(path))}", path)
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
