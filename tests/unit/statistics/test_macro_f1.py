from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.statistics.macro_f1 import Labelled, estimate_macro_f1, macro_f1

LABELS = st.sampled_from("ABCD")
PAIRS = st.lists(st.tuples(LABELS, st.one_of(st.none(), LABELS)), min_size=1, max_size=40)


def items_of(pairs: list[tuple[str, str | None]]) -> list[Labelled]:
    return [Labelled(reference, (prediction,)) for reference, prediction in pairs]


@given(PAIRS)
def test_it_is_that_of_scikit_learn(pairs: list[tuple[str, str | None]]) -> None:
    f1_score = pytest.importorskip("sklearn.metrics").f1_score
    labels = sorted({label for pair in pairs for label in pair if label})
    told = [prediction or "unread" for _, prediction in pairs]
    expected = f1_score([reference for reference, _ in pairs], told, labels=labels, average="macro", zero_division=0)
    assert macro_f1(items_of(pairs))[0] == pytest.approx(expected)


@given(PAIRS)
def test_it_is_the_mean_of_harmonic_means_of_precision_and_recall(pairs: list[tuple[str, str | None]]) -> None:
    scores = []
    for label in {label for pair in pairs for label in pair if label}:
        hits = sum(pair == (label, label) for pair in pairs)
        chosen, right = (sum(pair[place] == label for pair in pairs) for place in (1, 0))
        scores.append(0.0 if not hits else 2 / (chosen / hits + right / hits))
    assert macro_f1(items_of(pairs))[0] == pytest.approx(sum(scores) / len(scores))


def test_one_label_chosen_throughout_gets_a_third_of_what_its_accuracy_says() -> None:
    items = items_of([("A", "A"), ("B", "A")] * 50)
    assert macro_f1(items)[0] == pytest.approx(1 / 3), "its accuracy is a half"


def test_an_answer_that_was_not_read_is_a_miss_and_no_label() -> None:
    assert macro_f1(items_of([("A", "A"), ("A", None), ("B", "B")]))[0] == pytest.approx((2 / 3 + 1) / 2)
    assert macro_f1(items_of([("A", None)])) == (0.0, 0.0)


def test_the_standard_error_is_how_much_it_varies_over_samples() -> None:
    draw = random.Random(7)  # noqa: S311 - no secret

    def sampled(n: int) -> list[Labelled]:
        references = draw.choices("ABC", [6, 3, 1], k=n)
        return items_of([(each, each if draw.random() < 0.6 else draw.choice("ABC")) for each in references])

    values = [macro_f1(sampled(400))[0] for _ in range(400)]
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    told = [macro_f1(sampled(400))[1] for _ in range(40)]
    assert sum(told) / len(told) == pytest.approx(spread, rel=0.12)


def test_answers_of_an_item_vary_together() -> None:
    once = items_of([("A", "A"), ("A", "B"), ("B", "B"), ("B", "A"), ("A", "A")])
    twice = [Labelled(item.reference, item.predictions * 2) for item in once]
    assert macro_f1(twice) == pytest.approx(macro_f1(once))


def test_several_subsets_are_weighted_by_their_items() -> None:
    one, other = items_of([("A", "A"), ("B", "B")]), items_of([("A", "B"), ("B", "A"), ("A", "B")])
    found = estimate_macro_f1([one, other])
    assert found["value"] == pytest.approx(2 / 5)
    assert found["n"] == 5
    assert estimate_macro_f1([one])["ci95"][1] == 1.0
    assert estimate_macro_f1([one[:1]])["stderr"] is None


@given(PAIRS)
def test_the_interval_holds_the_value(pairs: list[tuple[str, str | None]]) -> None:
    found = estimate_macro_f1([items_of(pairs)])
    low, high = found["ci95"]
    assert 0 <= low <= found["value"] + 1e-12
    assert found["value"] - 1e-12 <= high <= 1
