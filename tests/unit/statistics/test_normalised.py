from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.statistics.normalised import Options, accuracies_over, characters, utf8_bytes
from tests.helpers import reference_items

TEXTS = st.lists(st.text(alphabet="가나 ab1", min_size=1, max_size=8), min_size=2, max_size=5)


@st.composite
def options(draw: st.DrawFn) -> Options:
    texts = tuple(draw(TEXTS))
    values = tuple(draw(st.floats(-50, -0.01)) for _ in texts)
    return Options(texts, values, draw(st.integers(0, len(texts) - 1)))


def right_over(item: Options, length: Callable[[str], int]) -> bool:
    return item.right_over([length(text) for text in item.texts])


@pytest.mark.server
@given(st.lists(options(), min_size=1, max_size=8))
def test_it_is_the_acc_norm_of_the_harness(items: list[Options]) -> None:
    task = pytest.importorskip("lm_eval.api.task").MultipleChoiceTask
    told = [
        task.process_results(
            None,
            {"choices": list(item.texts), "gold": item.reference},
            [(value, False) for value in item.loglikelihoods],
        )["acc_norm"]
        for item in items
    ]
    assert [float(right_over(item, characters)) for item in items] == told


@given(options(), st.integers(1, 20))
def test_the_length_of_all_counts_alike(item: Options, times: int) -> None:
    assert right_over(item, lambda text: times * len(text)) == right_over(item, characters)
    assert right_over(item, lambda text: times) == (
        item.loglikelihoods.index(max(item.loglikelihoods)) == item.reference
    )


def test_a_long_option_is_not_unlikely_for_being_long() -> None:
    item = Options(("비", "소나기가 내린다"), (-3.0, -6.0), 1)
    assert right_over(item, characters)
    assert not right_over(item, lambda text: 1)


def test_characters_and_bytes_may_decide_otherwise() -> None:
    item = Options(("가나다", "abcdef"), (-4.0, -6.0), 0)
    assert (characters("가나다"), utf8_bytes("가나다"), utf8_bytes("a가 1")) == (3, 9, 6)
    assert (right_over(item, characters), right_over(item, utf8_bytes)) == (False, True)


def test_the_first_of_equal_options_counts() -> None:
    assert [right_over(Options(("가", "나다"), (-1.0, -2.0), place), characters) for place in (0, 1)] == [True, False]


def test_where_all_options_are_equally_long_there_is_nothing_to_tell() -> None:
    same, other = Options(("(A)", "(B)"), (-1.0, -2.0), 0), Options(("가", "나다"), (-1.0, -9.0), 0)
    assert accuracies_over(lambda: [same], [characters]) == [None]
    assert accuracies_over(list, [characters]) == [None]
    found, equal = accuracies_over(lambda: iter([same, other]), [characters, lambda text: 1])
    assert equal is None
    assert found is not None
    assert (found["value"], found["n"]) == (1.0, 2)


def test_on_the_letters_of_the_reference_it_is_the_accuracy() -> None:
    for row in reference_items(short=20, medium=20):
        labels = ("(A)", "(B)", "(C)", "(D)", "(E)")[: len(row["loglikelihoods"])]
        items = [item := Options(labels, tuple(row["loglikelihoods"]), labels.index(row["answer"]))]
        best = max(range(len(labels)), key=lambda place: row["loglikelihoods"][place])
        assert right_over(item, characters) == (best == item.reference)
        assert accuracies_over(partial(list, items), [characters]) == [None]
