from __future__ import annotations

from dataclasses import replace

from pytest_haerae.gates.warnings import find_warnings
from pytest_haerae.types import Sample
from tests.unit.reports import report_of, samples_of


def always(letter: str, references: str, n: int = 60) -> list[Sample]:
    """Samples whose prediction is one letter throughout."""
    samples = samples_of({"a": "c" * n}, references)
    return [
        replace(
            sample,
            verdict=replace(
                sample.verdict,
                prediction=letter,
                outcome="correct" if sample.item.reference == letter else "wrong",
            ),
        )
        for sample in samples
    ]


def test_a_sound_run_has_no_warning() -> None:
    assert find_warnings(samples_of({"a": "cwwwwci" + "c" * 90, "b": "c" * 10 + "w" * 40})) == []
    assert find_warnings([]) == []


def test_significantly_below_chance() -> None:
    warnings = find_warnings(samples_of({"a": "c" * 2 + "w" * 98, "b": "c" * 1 + "w" * 9}))
    assert warnings == ["accuracy below chance: a (0.020, chance 0.200)"]


def test_many_invalid_answers_and_cut_outputs() -> None:
    assert find_warnings(samples_of({"a": "c" * 89 + "i" * 11, "b": "c" * 90 + "i" * 10})) == [
        "no answer could be read in more than 10% of the items: a (11.0%)"
    ]
    samples = samples_of({"a": "c" * 94}) + samples_of({"a": "c" * 6}, finish_reason="length")
    assert find_warnings(samples) == ["output cut at the token limit in more than 5% of the items: a (6.0%)"]
    assert find_warnings(samples_of({"a": "c" * 95}) + samples_of({"a": "c" * 5}, finish_reason="length")) == []


def test_one_letter_that_the_references_do_not_explain() -> None:
    assert find_warnings(always("B", "ABCDE")) == [
        "one letter predicted for more than half of the items: a (B: 60 of 60 answers, 12 references)"
    ]
    assert find_warnings(always("B", "B")) == []
    assert find_warnings(always("B", "BBBBBBBBBA")) == []


def test_errors_are_not_looked_at() -> None:
    assert find_warnings(samples_of({"a": "e" * 50 + "c" * 5})) == []


def test_warnings_stand_in_the_report() -> None:
    assert report_of(always("B", "ABCDE"))["info"]["warnings"] == find_warnings(always("B", "ABCDE"))
