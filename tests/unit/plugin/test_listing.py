from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import cast

import pytest

from pytest_haerae.plugin.listing import SHOWN, Detail, item_listing
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.report.show.terminal import Line
from tests.unit.reports import report_of, samples_of


def detail_of(
    letters: str = "fE", verbosity: int = 0, typed: Sequence[str] = (), addopts: Sequence[str] = ()
) -> Detail:
    """What pytest's options ask for."""
    config = SimpleNamespace(
        option=SimpleNamespace(reportchars=letters, verbose=verbosity),
        invocation_params=SimpleNamespace(args=typed),
        getini={"addopts": list(addopts)}.__getitem__,
    )
    return Detail.of_session(cast(pytest.Config, config))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ((), []),
        (("suites", "-v", "--rootdir=r", "-k", "rfE"), []),
        (("-rfE",), ["wrong"]),
        (("-r", "fE"), ["wrong"]),
        (("-qrfE", "suites"), ["wrong"]),
    ],
)
def test_the_default_is_told_from_the_same_letters_typed(
    monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], wanted: list[str]
) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    assert [*detail_of(typed=typed).asked] == wanted
    assert [*detail_of(addopts=typed).asked] == wanted
    monkeypatch.setenv("PYTEST_ADDOPTS", shlex.join(typed))
    assert [*detail_of().asked] == wanted


@pytest.mark.parametrize(
    ("letters", "outcomes"),
    [
        ("fE", []),
        ("w", ["wrong"]),
        ("f", ["wrong"]),
        ("i", ["invalid"]),
        ("c", ["cut"]),
        ("ic", ["invalid", "cut"]),
        ("a", ["wrong", "invalid", "cut"]),
        ("A", ["wrong", "invalid", "cut"]),
        ("F", ["wrong"]),
        ("aNi", ["invalid"]),
        ("wN", []),
        ("sxX", []),
    ],
)
def test_the_letters_of_the_report_option_list_their_outcomes(letters: str, outcomes: list[str]) -> None:
    assert sorted(detail_of(letters).asked) == sorted(outcomes)
    assert sorted(detail_of(letters, verbosity=2).asked) == ["cut", "invalid", "wrong"]


def listing(now: Mapping[str, str], then: Mapping[str, str] | None, detail: Detail) -> Sequence[Line]:
    """The list of a run with these outcomes, against one with those."""
    samples = samples_of(now)
    rows = report_of(samples)["samples"]
    earlier = report_of(samples_of(then))["samples"] if then else None
    return list(item_listing(samples, rows, earlier, detail, 100))


def test_the_first_ones_are_of_different_subsets() -> None:
    heading, *items = listing({"a": "w" * 20, "b": "cccw", "c": "wi"}, None, detail_of())
    assert heading == Line("23 items answered wrong; 5 listed (-ra: all, -v: more):")
    assert [line.text.split()[0] for line in items] == ["s0-0000", "s1-0003", "s2-0000", "s0-0001", "s2-0001"]
    assert [line.tone for line in items] == [*["red"] * 4, "yellow"]
    assert len(items) == SHOWN


def test_what_was_lost_comes_first_and_is_named_so() -> None:
    lines = listing({"a": "w" * 20, "b": "ww"}, {"a": "w" * 19 + "c", "b": "wc"}, detail_of())
    assert "22 items answered wrong, 2 of them right in the baseline" in lines[0].text
    assert [line.text.split()[:2] for line in lines[-SHOWN:][:3]] == [
        ["lost:", "s0-0019"],
        ["lost:", "s1-0001"],
        ["s0-0000", "wrong:"],
    ]


def test_all_of_an_outcome_are_listed_where_it_was_asked_for() -> None:
    outcomes = {"a": "w" * 9 + "i" * 3 + "ttc"}
    for letters, count in (("f", 9), ("i", 3), ("c", 2), ("a", 14)):
        assert len(listing(outcomes, None, detail_of(letters))) == 1 + count
    assert listing(outcomes, None, detail_of("a"))[0].text == "items answered wrong: 14"


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert listing({"a": "ccse"}, {"a": "cccc"}, detail_of("A", 2)) == []


@pytest.mark.parametrize(("verbosity", "items"), [(0, 0), (1, SHOWN), (2, 9)])
def test_more_is_said_of_each_item_where_pytest_is_verbose(verbosity: int, items: int) -> None:
    lines = [line.text for line in listing({"a": "w" * 9}, None, detail_of(verbosity=verbosity))]
    assert lines.count("  prompt:") == lines.count("  output:") == items


def test_the_heading_fits_a_narrow_terminal() -> None:
    samples = samples_of({"a": "w" * 20})
    rows, earlier = report_of(samples)["samples"], report_of(samples_of({"a": "c" * 20}))["samples"]
    for width in (40, 60, 80):
        lines = list(item_listing(samples, rows, earlier, detail_of(), width))
        assert max(display_width(line.text) for line in lines) <= width
