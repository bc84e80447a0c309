from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from _pytest import skipping

from pytest_haerae.plugin.selection import Selection, reason_to_skip
from pytest_haerae.types import DataKey, Selected
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test, config


def marked(folder: Path, *marks: pytest.MarkDecorator, plugin: object = skipping) -> Any:  # noqa: ANN401 - a pytest.Item
    test = a_test(item(), marks=[mark.mark for mark in marks])
    test.config = config(folder)
    test.config.ini["strict_xfail"] = False
    test.config.option.runxfail = False
    test.config.hook.pytest_markeval_namespace = lambda config: [{"offline": True}]
    test.ihook = test.config.hook
    test.obj = test_a_mark_that_skips_says_why
    if plugin:
        test.config.plug("skipping", plugin)
    return test


SKIPS = [
    (pytest.mark.skip, "unconditional skip"),
    (pytest.mark.skip(reason="later"), "later"),
    (pytest.mark.skip("later"), "later"),
    (pytest.mark.skipif(True, reason="so"), "so"),
    (pytest.mark.skipif(False, reason="so"), None),
    (pytest.mark.skipif("offline", reason="no network"), "no network"),
    (pytest.mark.skipif("sys.version_info < (3,)"), None),
    (pytest.mark.skipif("sys.version_info > (3,)"), "condition: sys.version_info > (3,)"),
    (pytest.mark.skipif("no such thing"), None),
    (pytest.mark.skipif(True), None),
    (pytest.mark.xfail(run=False, reason="never"), None),
    (pytest.mark.server, None),
]


@pytest.mark.parametrize(("mark", "reason"), SKIPS, ids=str)
def test_a_mark_that_skips_says_why(tmp_path: Path, mark: pytest.MarkDecorator, reason: str | None) -> None:
    """What cannot be evaluated is left to the test, which fails at it."""
    assert reason_to_skip(marked(tmp_path, mark)) == reason


def test_an_expected_failure_beside_a_condition_that_does_not_hold_is_asked(tmp_path: Path) -> None:
    marks = pytest.mark.skipif(False, reason="so"), pytest.mark.xfail(run=False, reason="never")
    assert reason_to_skip(marked(tmp_path, *marks)) is None


def test_where_pytests_plugin_is_turned_off_no_mark_skips(tmp_path: Path) -> None:
    assert reason_to_skip(marked(tmp_path, pytest.mark.skip, plugin=None)) is None


def test_a_selection_is_something_where_tests_run_or_are_gone() -> None:
    entry = Selected(item(), "test_a.py::test_a[history-0000]", DataKey("d"))
    assert [bool(made) for made in (Selection([]), Selection([entry]), Selection([], gone=[entry]))] == [
        False,
        True,
        True,
    ]
