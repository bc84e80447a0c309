from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_haerae.entry_points import entry_point_names, load_entry_points
from pytest_haerae.errors import UsageError
from tests.unit.installed import install

GROUP = "pytest_haerae.nothing"


@pytest.fixture(autouse=True)
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    points = "\n".join(["there = pointed:there", "gone = pointed_nowhere:gone", "absent = pointed:absent"])
    install(monkeypatch, tmp_path, "pointed", "there = 1\n", f"[{GROUP}]\n{points}\n")


def test_names_are_known_without_an_import() -> None:
    sys.modules.pop("pointed", None)
    assert entry_point_names(GROUP) == ("absent", "gone", "there")
    assert "pointed" not in sys.modules
    assert entry_point_names("pytest_haerae.no_such_group") == ()


def test_one_is_loaded_by_name() -> None:
    assert [point.value for point in load_entry_points(GROUP, "there")] == ["pointed:there"]
    assert "pointed" in sys.modules
    assert list(load_entry_points(GROUP, "other")) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "entry point 'gone = pointed_nowhere:gone' of group .*: No module named 'pointed_nowhere'"),
        ("absent", "entry point 'absent = pointed:absent' of group .*: .*has no attribute 'absent'"),
    ],
)
def test_one_that_cannot_be_loaded_is_named(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        list(load_entry_points(GROUP, name))
