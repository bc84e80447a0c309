"""Files of evaluation tests that another plugin, such as pytest-testmon, keeps from being collected.

No item tells of them. Imports nothing heavy, for it is in every pytest run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.plugin.nodes import ITEM_FIXTURES

_LEFT_OUT: pytest.StashKey[list[str]] = pytest.StashKey()


def note_ignored(path: Path, config: pytest.Config) -> None:
    """Take note of a file that is not collected, if it has evaluation tests and no user left it out.

    What the user says to pytest (``--ignore``, ``collect_ignore``) or decides in a conftest.py is the run's scope.

    Args:
        path: A file that some plugin ignores.
        config: The session's configuration.
    """
    plugins = config.pluginmanager.list_name_plugin()
    hooks = {name: plugin for name, plugin in plugins if hasattr(plugin, "pytest_ignore_collect")}
    if any(Path(name).name == "conftest.py" for name in hooks):
        return
    if "main" in hooks and hooks["main"].pytest_ignore_collect(path, config):
        return
    try:
        text = path.read_bytes()
    except OSError:
        return
    if any(name.encode() in text for name in ITEM_FIXTURES):
        config.stash.setdefault(_LEFT_OUT, []).append(path.name)


def left_out(config: pytest.Config) -> list[str]:
    """The names of these files."""
    return config.stash.get(_LEFT_OUT, [])


def lacks_files(config: pytest.Config) -> bool:
    """Whether a model was named on the command line, and some of its tests were left out."""
    named = config.getoption("haerae_model", None) or config.getoption("haerae_demo", None)
    return bool(named and left_out(config) and not config.option.collectonly)
