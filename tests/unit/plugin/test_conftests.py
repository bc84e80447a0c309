from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.conftests import conftest_files, load_conftests
from tests.unit.plugin.sessions import config


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A configuration; the path and the modules are afterwards as they were."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    made = config(tmp_path)
    made.options["importmode"] = "prepend"
    yield made
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(path: Path, content: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return str(path)


def test_conftests_are_loaded_in_their_order_once_and_can_be_named(given: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a configuration
    note = f"with open({str(tmp_path / 'order.txt')!r}, 'a') as file:\n    print(__file__, file=file)"
    files = [write(tmp_path / name / "conftest.py", note) for name in "ba"]
    load_conftests(given, files)
    load_conftests(given, files)
    assert (tmp_path / "order.txt").read_text().split() == files
    assert sorted(conftest_files(given)) == sorted(files)
    given.plug("mine.py", object())
    assert sorted(conftest_files(given)) == sorted(files)


def test_two_conftests_are_two_modules_and_find_their_neighbours(given: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a configuration
    for name in "ab":
        write(tmp_path / name / f"neighbour_{name}.py", f"NAME = '{name}'")
    files = [write(tmp_path / name / "conftest.py", f"from neighbour_{name} import NAME") for name in "ab"]
    load_conftests(given, files)
    assert [given.pluginmanager.get_plugin(file).NAME for file in files] == ["a", "b"]


def test_one_in_a_package_has_the_packages_name(given: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a configuration
    write(tmp_path / "parcel/__init__.py", "")
    write(tmp_path / "parcel/near.py", "NAME = 'near'")
    file = write(tmp_path / "parcel/conftest.py", "from .near import NAME")
    load_conftests(given, [file])
    plugin = given.pluginmanager.get_plugin(file)
    assert (plugin.__name__, plugin.NAME) == ("parcel.conftest", "near")


def test_with_importlib_no_path_is_added(given: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a configuration
    given.options["importmode"] = "importlib"
    file = write(tmp_path / "a/conftest.py", "NAME = 'a'")
    load_conftests(given, [file])
    assert str(tmp_path / "a") not in sys.path
    assert given.pluginmanager.get_plugin(file).NAME == "a"


@pytest.mark.parametrize("content", ["1 / 0", "def"])
def test_one_that_cannot_be_loaded_is_named(given: Any, tmp_path: Path, content: str) -> None:  # noqa: ANN401 - a configuration
    file = write(tmp_path / "conftest.py", content)
    with pytest.raises(UsageError) as caught:
        load_conftests(given, [file])
    assert str(caught.value).startswith(f"{file}: cannot be loaded by pytest-xdist's controller (")
