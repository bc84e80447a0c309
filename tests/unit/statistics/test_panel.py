from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pytest_haerae.statistics import panel as module
from pytest_haerae.statistics.agreement import Rating, krippendorff_alpha
from pytest_haerae.statistics.panel import panel_of, preference_of
from pytest_haerae.types import Outcome, Sample, Verdict
from tests.unit.reports import samples_of

OUTCOMES: dict[str, Outcome] = {"c": "correct", "w": "wrong", "u": "unjudged"}


def judged(*votes: Sequence[Verdict]) -> list[Sample]:
    """An item for each of these: what the judges `0`, `1`, … made of it."""
    every = samples_of({"a": "c" * len(votes)})
    return [
        replace(sample, verdict=replace(sample.verdict, panel=tuple((str(at), each) for at, each in enumerate(own))))
        for sample, own in zip(every, votes, strict=True)
    ]


def test_each_judge_has_its_own_accuracy_over_what_could_be_read_of_it() -> None:
    words = ("cc", "cw", "wu", "ww", "cc")
    found = panel_of(judged(*([Verdict(OUTCOMES[letter]) for letter in word] for word in words)))
    assert found is not None
    assert found["judges"] == {
        "0": {"accuracy": 3 / 5, "n": 5, "unjudged": 0},
        "1": {"accuracy": 2 / 4, "n": 4, "unjudged": 1},
    }
    ratings = [
        Rating(str(at), str(place), float(letter == "c"))
        for place, word in enumerate(words)
        for at, letter in enumerate(word)
        if letter != "u"
    ]
    assert found["alpha"] == pytest.approx(krippendorff_alpha(ratings, "nominal"))


def test_scores_differ_by_their_distance() -> None:
    pairs = [(0.0, 0.1), (0.5, 0.4), (1.0, 1.0)]
    found = panel_of(judged(*([Verdict("wrong", score=score) for score in pair] for pair in pairs)))
    assert found is not None
    assert found["level"] == "interval"
    assert found["judges"]["1"]["score"]["mean"] == pytest.approx(0.5)
    ratings = [Rating(str(at), str(pair), score) for pair in pairs for at, score in enumerate(pair)]
    assert found["alpha"] == pytest.approx(krippendorff_alpha(ratings, "interval"))


def test_without_the_library_there_is_no_agreement_and_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "has_nltk", lambda: False)
    found = panel_of(judged([Verdict("correct"), Verdict("wrong")]))
    assert found is not None
    assert found["alpha"] is None
    assert found["judges"]["0"]["accuracy"] == 1


def test_without_several_judges_there_is_no_panel() -> None:
    assert panel_of(samples_of({"a": "cw"})) is None


def pair(score: float) -> Verdict:
    return Verdict("wrong", score=score, order_scores=(score, score))


def test_pairs_tell_the_flips_of_each_and_a_preference_for_ones_own() -> None:
    flipped = Verdict("wrong", score=0.5, order_scores=(1.0, 0.0))
    found = panel_of(judged([flipped, pair(1.0)], [pair(0.0), pair(1.0)]))
    assert found is not None
    assert [each["flips"]["rate"] for each in found["judges"].values()] == [0.5, 0]
    # The first judge puts the answers before the others in all, the two others in half of the pairs.
    other = [[pair(1.0), pair(float(at % 2)), pair(float(at % 2))] for at in range(10)]
    preference = preference_of("0", ["1", "2"], judged(*other))
    assert preference["n"] == 10
    assert preference["difference"] == pytest.approx(1.0)
    assert preference_of("0", ["1"], judged([Verdict("correct"), Verdict("wrong")]))["n"] == 0
