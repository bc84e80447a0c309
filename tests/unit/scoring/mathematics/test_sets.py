from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.sets import Interval, Several, is_ambiguous, read_intervals, read_several

HALF_OPEN = (Interval("1", "3", low_closed=True),)


@pytest.mark.parametrize(
    "text",
    [
        "[1,3)",
        "[1, 3)",
        "1 \\le x < 3",
        "1\\le x<3",
        "3 > x \\ge 1",
        "x \\ge 1, x < 3",
        "x < 3 그리고 x \\ge 1",
        "x \\in [1, 3)",
        "1 이상 3 미만",
        "x는 1 이상 3 미만",
        "1 이상이고 3 미만",
        "1 \\le 3x_1 < 3".replace("3x", "x"),
    ],
)
def test_an_interval_is_written_in_many_ways(text: str) -> None:
    assert read_intervals(text) == HALF_OPEN


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("x > 2", Interval("2", None)),
        ("2 < x", Interval("2", None)),
        ("x \\le 3", Interval(None, "3", high_closed=True)),
        ("(-\\infty, 3]", Interval(None, "3", high_closed=True)),
        ("[2,\\infty)", Interval("2", None, low_closed=True)),
        ("5 이상", Interval("5", None, low_closed=True)),
        ("5 미만", Interval(None, "5")),
    ],
)
def test_an_end_may_be_infinite(text: str, interval: Interval) -> None:
    assert read_intervals(text) == (interval,)


@pytest.mark.parametrize(
    "text", ["x < 1 또는 x > 3", "(-\\infty,1)\\cup(3,\\infty)", "(-\\infty, 1) 또는 (3, \\infty)"]
)
def test_a_union_is_several(text: str) -> None:
    assert read_intervals(text) == (Interval(None, "1"), Interval("3", None))


@pytest.mark.parametrize(
    "text", ["", "42", "x = 3", "1, 2", "1 < 2 < 3", "1 < x > 3", "x < 1, x < 2", "3 이상 5 이상", "사과는 3 이상 많다"]
)
def test_what_is_no_interval(text: str) -> None:
    assert read_intervals(text) is None


def test_a_pair_in_round_brackets_may_be_a_point() -> None:
    for text, ambiguous in (("(1,3)", True), ("[1,3)", False), ("1<x<3", False)):
        found = read_intervals(text)
        assert found is not None
        assert is_ambiguous(found, text) is ambiguous


@pytest.mark.parametrize(
    ("text", "values", "ordered"),
    [
        ("1, 3", ("1", "3"), False),
        ("\\{1, 3\\}", ("1", "3"), False),
        ("x=1 또는 x=3", ("1", "3"), False),
        ("x = 1, 3", ("1", "3"), False),
        ("\\pm 2", ("2", "-2"), False),
        ("1 \\pm \\sqrt{2}", ("1 +\\sqrt{2}", "1 -\\sqrt{2}"), False),
        ("2와 5", ("2", "5"), False),
        ("(1, 2)", ("1", "2"), True),
        ("\\binom{5}{2}, f(1,2)", ("\\binom{5}{2}", "f(1,2)"), False),
    ],
)
def test_several_values(text: str, values: tuple[str, ...], ordered: bool) -> None:
    assert read_several(text) == Several(values, ordered)


@pytest.mark.parametrize("text", ["", "42", "f(1,2)", "1,", "x = 3"])
def test_what_is_one_value_or_none(text: str) -> None:
    assert read_several(text) is None
