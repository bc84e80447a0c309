from __future__ import annotations

from pytest_haerae.report.copies.causes import SEEN, SET, find_causes
from tests.unit.report.copies.twins import copies, length_of, report, tokens


def test_what_is_seen_stands_before_what_is_set() -> None:
    after = report(5, lambda number: tokens(length_of(number) - 1), model_params={"seed": 0, "dtype": "float16"})
    found = find_causes(copies(report(5), after))
    assert [(cause["name"], cause["seen"]) for cause in found] == [("bos", True), ("precision", False)]
    assert all("\n" not in cause["detail"] for cause in found)


def test_names_are_of_one_cause_each() -> None:
    assert not SEEN.keys() & SET.keys()
