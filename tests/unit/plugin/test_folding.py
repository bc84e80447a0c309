from __future__ import annotations

import pytest

from pytest_haerae.plugin.folding import MOST_ALIKE, folded
from pytest_haerae.plugin.nodes import PROPERTY_ID, PROPERTY_STATUS


def report(number: int, words: str, status: str = "error") -> pytest.TestReport:
    name = f"q-{number:04}"
    properties = [(PROPERTY_ID, name), (PROPERTY_STATUS, status)]
    return pytest.TestReport(
        f"test_q.py::test_q[{name}]",
        ("test_q.py", 1, "test_q"),
        {},
        "failed",
        words.format(name=name, number=number),
        "setup",
        user_properties=properties,
    )


def words_of(reports: list[pytest.TestReport]) -> list[str]:
    return [str(each.longrepr) for each in reports]


def test_errors_of_one_cause_are_one_with_their_number() -> None:
    reports = [report(number, "scorer x, item {name}: raised KeyError: '{number}' (c.py:7)") for number in range(40)]
    assert words_of(folded(reports)) == ["40 items alike: scorer x, item q-0000: raised KeyError: '0' (c.py:7)"]
    assert words_of(reports)[0].endswith("(c.py:7)"), "the reports themselves stay"


def test_a_few_errors_and_those_of_other_causes_stay() -> None:
    few = [report(number, "{name}: HTTP 500") for number in range(MOST_ALIKE)]
    others = [report(9, "{name}: timed out"), report(10, "{name}: no answer")]
    assert folded([*few, *others]) == [*few, *others]


def test_what_is_no_error_of_an_item_stays() -> None:
    reports = [report(number, "assert False", "wrong") for number in range(10)]
    assert folded(reports) == reports


def test_order_is_kept() -> None:
    many = [report(number, "{name}: HTTP 500") for number in range(10)]
    alone = report(99, "{name}: timed out")
    assert words_of(folded([*many[:5], alone, *many[5:]])) == [
        "10 items alike: q-0000: HTTP 500",
        "q-0099: timed out",
    ]
