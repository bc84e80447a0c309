from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.arrivals import ContractBroken, arriving
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Response

A, B = Response(text="a"), Response(text="b")


class Evil:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


@given(st.permutations(range(6)))
def test_answers_in_any_order_keep_their_indices(order: list[int]) -> None:
    given = [(index, Response(text=str(index))) for index in order]
    assert list(arriving(lambda: iter(given), 6, "--model=mine")) == given


def test_an_index_of_a_library_is_pythons() -> None:
    import numpy

    ((index, _),) = arriving(lambda: iter([(numpy.int64(1), A)]), 2, "--model=mine")
    assert (index, type(index)) == (1, int)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((-1, A), "it answered with index -1 of 2 requests, which is none of them"),
        ((2, A), "it answered with index 2 of 2 requests"),
        ((True, A), "it answered with index True of 2 requests"),
        ((None, A), "it answered with index None of 2 requests"),
        (("0", A), "it answered with index '0' of 2 requests"),
        ((0.0, A), "it answered with index 0.0 of 2 requests"),
        ((10**30, A), "it answered with index 1000000000000000000000000000000 of 2 requests"),
        ((0, A), "it answered request 0 of 2 twice"),
        ((0, B), "it answered request 0 of 2 twice"),
        (A, r"it yielded Response\(text='a'\), which is no pair of an index and a Response"),
        ((1,), r"it yielded \(1,\), which is no pair"),
        ((1, A, A), r"it yielded \(1, .*, which is no pair"),
        ([1, A], r"it yielded \[1, .*, which is no pair"),
        (None, "it yielded None, which is no pair"),
        ((1, "a"), "it answered request 1 with 'a', which is no Response"),
        ((1, None), "it answered request 1 with None, which is no Response"),
        ((1, Evil()), "it answered request 1 with a Evil that cannot be shown"),
    ],
)
def test_a7_what_is_nobodys_answer_ends_the_run_and_names_the_backend(answer: Any, words: str) -> None:  # noqa: ANN401
    """A7: an index of -1, out of range, given twice, a bool or none: answers landed on other items without an error."""
    arrived = arriving(lambda: iter([(0, A), answer]), 2, "--model=mine")
    assert next(arrived) == (0, A)
    with pytest.raises(ContractBroken, match=f"^--model=mine: {words}"):
        next(arrived)
    assert issubclass(ContractBroken, UsageError)


def test_a7_a_run_that_gives_no_iterator_is_named() -> None:
    with pytest.raises(ContractBroken, match=r"^--model=mine: its run\(\) gave None, which is no iterator"):
        next(arriving(lambda: None, 2, "--model=mine"))


def test_its_end_ends_the_backends() -> None:
    ended: list[bool] = []

    def run() -> Iterator[tuple[int, Response]]:
        try:
            yield 0, A
            yield 1, A
        finally:
            ended.append(True)

    backends = run()
    arrived = arriving(lambda: backends, 2, "--model=mine")
    next(arrived)
    arrived.close()
    assert ended == [True]
