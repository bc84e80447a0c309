from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.plugin.ignoring import lacks_files, left_out, note_ignored
from tests.unit.plugin.sessions import a_config

SUITE, ORDINARY = "def test_a(haerae_verdict): ...", "def test_a(tmp_path): ..."


def ignoring(answer: object) -> Any:  # noqa: ANN401 - a plugin
    return SimpleNamespace(pytest_ignore_collect=lambda collection_path, config: answer)


def noted(folder: Path, text: str, **plugins: object) -> list[str]:
    config = a_config(folder)
    for name, plugin in plugins.items():
        config.plug(name, plugin)
    path = folder / "test_a.py"
    path.write_text(text, encoding="utf-8")
    note_ignored(path, config)
    return left_out(config)


def test_a_file_of_evaluation_tests_that_another_plugin_ignores_is_noted(tmp_path: Path) -> None:
    assert noted(tmp_path, SUITE, main=ignoring(None), testmon=ignoring(True)) == ["test_a.py"]
    assert noted(tmp_path, ORDINARY, main=ignoring(None), testmon=ignoring(True)) == []


def test_what_the_user_leaves_out_is_the_scope(tmp_path: Path) -> None:
    assert noted(tmp_path, SUITE, main=ignoring(True)) == []
    config = a_config(tmp_path)
    config.plug(str(tmp_path / "conftest.py"), ignoring(True))
    path = tmp_path / "test_a.py"
    path.write_text(SUITE, encoding="utf-8")
    note_ignored(path, config)
    note_ignored(tmp_path / "absent.py", a_config(tmp_path))
    assert left_out(config) == []


@pytest.mark.parametrize(
    ("options", "file", "listing", "expected"),
    [
        ({"model": "random"}, True, False, True),
        ({"demo": True}, True, False, True),
        ({"model": "random"}, False, False, False),
        ({"model": "random"}, True, True, False),
        ({"limit": "3"}, True, False, False),
    ],
)
def test_a_run_lacks_files_where_it_names_a_model(
    tmp_path: Path, options: dict[str, object], file: bool, listing: bool, expected: bool
) -> None:
    config = a_config(tmp_path, options)
    config.option.collectonly = listing
    if file:
        (tmp_path / "test_a.py").write_text(SUITE, encoding="utf-8")
        note_ignored(tmp_path / "test_a.py", config)
    assert lacks_files(config) == expected
