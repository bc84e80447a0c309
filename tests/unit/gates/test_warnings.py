from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_haerae.gates.warnings import find_warnings
from pytest_haerae.types import Answer, Outcome, Response, Sample, Verdict
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
    assert find_warnings(samples_of({"a": "c" * 2 + "w" * 98}), by_hand=True) == [], "such as by --lf"


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


def repeated(samples: Sequence[Sample], letters: str) -> list[Sample]:
    """Samples of wrong items, each with answers of the outcomes that begin with these letters; ``x`` was cut."""
    outcomes: dict[str, Outcome] = {"c": "correct", "w": "wrong", "i": "invalid", "x": "cut"}
    answers = tuple(Answer(Response(text="x"), Verdict(outcomes[letter], "A")) for letter in letters)
    return [replace(sample, answers=answers, verdict=replace(sample.verdict, outcome="wrong")) for sample in samples]


def test_of_several_answers_all_count() -> None:
    items = samples_of({"a": "c" * 60}, "ABCDE")
    assert find_warnings(repeated(items, "cwww")) == [
        "one letter predicted for more than half of the items: a (A: 60 of 60 answers, 12 references)"
    ], "a quarter of the answers is right, though no item passes: that is not below chance"
    assert find_warnings(repeated(items, "w" * 30 + "xx"))[:2] == [
        "accuracy below chance: a (0.000, chance 0.200)",
        "output cut at the token limit in more than 5% of the items: a (6.2%)",
    ]
    assert find_warnings(repeated(items, "cccccccci"))[:1] == [
        "no answer could be read in more than 10% of the items: a (11.1%)"
    ]


def test_errors_are_not_looked_at() -> None:
    assert find_warnings(samples_of({"a": "e" * 50 + "c" * 5})) == []


def test_warnings_stand_in_the_report() -> None:
    assert report_of(always("B", "ABCDE"))["info"]["warnings"] == find_warnings(always("B", "ABCDE"))


def answered(subset: str, pairs: Sequence[tuple[str | None, str]]) -> list[Sample]:
    """Samples of a subset by their predictions and references."""
    samples = samples_of({subset: "c" * len(pairs)}, "".join(reference for _, reference in pairs))
    return [
        replace(
            sample,
            verdict=replace(
                sample.verdict,
                prediction=prediction,
                outcome="invalid" if prediction is None else "correct" if prediction == reference else "wrong",
            ),
        )
        for sample, (prediction, reference) in zip(samples, pairs, strict=True)
    ]


def test_every_subset_is_named() -> None:
    assert find_warnings(samples_of({"a": "c" * 2 + "w" * 98, "b": "c" * 2 + "w" * 98})) == [
        "accuracy below chance: a (0.020, chance 0.200), b (0.020, chance 0.200)"
    ]
    assert find_warnings(samples_of({"a": "c" * 88 + "i" * 12, "b": "c" * 89 + "i" * 11})) == [
        "no answer could be read in more than 10% of the items: a (12.0%), b (11.0%)"
    ]
    told = find_warnings(answered("a", [("B", "A")] * 60) + answered("b", [("C", "A")] * 60))
    assert told[-1].endswith(": a (B: 60 of 60 answers, 0 references), b (C: 60 of 60 answers, 0 references)")


def test_a_subset_without_predictions_hides_no_other() -> None:
    unread = answered("a", [(None, "A")] * 60)
    (told,) = [line for line in find_warnings(unread + answered("b", [("B", "A")] * 60)) if "one letter" in line]
    assert told.endswith(": b (B: 60 of 60 answers, 0 references)")


def test_a_letter_that_the_references_have_as_often_is_no_bias() -> None:
    pairs = [("B", "A")] * 45 + [("B", "B")] * 10 + [("A", "B")] * 40 + [("A", "A")] * 5
    assert not [line for line in find_warnings(answered("a", pairs)) if "one letter" in line]


def test_half_of_the_answers_is_not_more_than_half() -> None:
    half = [("B", "A")] * 30 + [("A", "A")] * 30
    assert not [line for line in find_warnings(answered("a", half)) if "one letter" in line]
    assert [line for line in find_warnings(answered("a", [*half, ("B", "A")])) if "one letter" in line]
