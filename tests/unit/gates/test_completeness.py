from __future__ import annotations

import pytest

from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.gate import Gate
from tests.unit.reports import outcomes_of, report_of, samples_of


def test_a_report_says_how_complete_it_is() -> None:
    samples = samples_of({"a": "cewc"})
    by_hand, incomplete = report_of(samples, by_hand=True), report_of(samples, missing=2)
    assert Completeness.of_report(by_hand["info"], outcomes_of(by_hand)) == Completeness(True, 0, 1, 4)
    assert Completeness.of_report(incomplete["info"], outcomes_of(incomplete)) == Completeness(False, 2, 1, 6)
    del incomplete["info"]["selection"]
    assert Completeness.of_report(incomplete["info"], outcomes_of(incomplete)) == Completeness(False, 1, 1, 5)


@pytest.mark.parametrize(
    ("completeness", "tolerated", "reason", "rate"),
    [
        (Completeness(False, 0, 0, 10), 0.0, None, None),
        (Completeness(False, 0, 1, 10), 0.0, "1 of 10 items ended in an error (allowed: 0.0%)", 0.1),
        (Completeness(False, 0, 1, 10), 0.1, None, None),
        (Completeness(False, 2, 0, 10), 1.0, "2 of 10 records are missing", 0.0),
        (Completeness(False, 0, 0, 0), 0.0, None, None),
        (Completeness(False, 0, 0, 10, 0, "not asked"), 1.0, "no item was measured: not asked", 0.0),
        (Completeness(True, 0, 0, 10, 0, "not asked"), 0.0, None, None),
    ],
)
def test_what_makes_a_run_unmeasurable(
    completeness: Completeness, tolerated: float, reason: str | None, rate: float | None
) -> None:
    assert completeness.reason(tolerated) == reason
    gate = completeness.gate(tolerated)
    assert gate == (Gate("measurable", "unmeasurable", rate, tolerated, None, reason) if reason else None)


def test_a_run_and_its_report_say_the_same_of_it() -> None:
    samples = samples_of({"a": "cewce"})
    for by_hand, missing in ((False, 0), (True, 0), (False, 3)):
        report = report_of(samples, by_hand=by_hand, missing=missing)
        known = Completeness.of_samples(samples, asked=5 + missing, by_hand=by_hand)
        assert known == Completeness(by_hand, missing, 2, 5 + missing)
        assert known == Completeness.of_report(report["info"], outcomes_of(report))
