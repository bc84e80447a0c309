from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_haerae.entry_points import (
    entry_point_modules,
    entry_point_names,
    find_entry_point,
    has_entry_point,
    load_entry_point,
    named_entry_points,
)
from pytest_haerae.errors import UsageError
from tests.unit.installed import install

GROUP = "pytest_haerae.nothing"
PLACE = "--thing=it"
POINTS = {
    "there": "pointed:there",
    "gone": "pointed_nowhere:gone",
    "absent": "pointed:absent",
    "broken": "pointed_broken:there",
    "strict": "pointed_strict:there",
}


@pytest.fixture(autouse=True)
def package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = "\n".join(f"{name} = {target}" for name, target in POINTS.items())
    install(monkeypatch, tmp_path, "pointed", "there = 1\n", f"[{GROUP}]\n{lines}\n")
    (tmp_path / "pointed_broken.py").write_text("raise KeyError('two\\nlines')\n", encoding="utf-8")
    strict = "from pytest_haerae import UsageError\nraise UsageError('as it is')\n"
    (tmp_path / "pointed_strict.py").write_text(strict, encoding="utf-8")


def load(name: str) -> object:
    point = find_entry_point(GROUP, name, PLACE)
    assert point is not None
    return load_entry_point(point, PLACE)


def test_names_are_known_without_an_import() -> None:
    sys.modules.pop("pointed", None)
    assert entry_point_names(GROUP) == tuple(sorted(POINTS))
    assert entry_point_modules(GROUP) == {"pointed", "pointed_nowhere", "pointed_broken", "pointed_strict"}
    assert has_entry_point(GROUP, "gone")
    assert not has_entry_point(GROUP, "other")
    assert find_entry_point(GROUP, "other", PLACE) is None
    assert "pointed" not in sys.modules
    assert entry_point_names("pytest_haerae.no_such_group") == ()


def test_one_is_loaded_by_name() -> None:
    assert load("there") == 1
    assert "pointed" in sys.modules


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "--thing=it: pointed_nowhere:gone cannot be loaded: No module named 'pointed_nowhere'"),
        ("absent", "--thing=it: pointed:absent cannot be loaded: module 'pointed' has no attribute 'absent'"),
        ("broken", r"--thing=it: pointed_broken:there cannot be loaded: KeyError: 'two\nlines'"),
        ("strict", "as it is"),
    ],
)
def test_one_that_cannot_be_loaded_is_named_in_one_line(name: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(name)
    assert str(caught.value) == said


def test_a_name_that_stands_for_two_things_is_not_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path / "second", "pointed_too", "", f"[{GROUP}]\nthere = pointed_too:there\n")
    install(monkeypatch, tmp_path / "third", "pointed_again", "", f"[{GROUP}]\ngone = pointed_nowhere:gone\n")
    assert {point.value for point in named_entry_points(GROUP, "there")} == {"pointed:there", "pointed_too:there"}
    with pytest.raises(UsageError, match=r"^--thing=it: several .* this name: pointed:there, pointed_too:there$"):
        find_entry_point(GROUP, "there", PLACE)
    assert find_entry_point(GROUP, "gone", PLACE), "two that say the same are no two things"
