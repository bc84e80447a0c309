from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local.vllm.asking import Refusal, answers, enqueue_tokens
from pytest_haerae.errors import BackendFailure
from tests.unit.backends.local.vllm.stepped import SteppedEngine


def echoing(seats: int = 4, lengths: dict[int, int] | None = None) -> SteppedEngine:
    return SteppedEngine(
        lambda prompt, settings: {"outputs": [(prompt, settings)]}, seats, lambda prompt: (lengths or {})[prompt[0]]
    )


@given(st.lists(st.integers(1, 9), max_size=40), st.integers(1, 9), st.integers(1, 9))
def test_each_question_is_answered_once_and_no_more_are_in_flight_than_may_be(
    lengths: list[int], most: int, seats: int
) -> None:
    engine = echoing(seats, dict(enumerate(lengths)))
    looked_at, taken = 0, 0

    def questions() -> Iterator[tuple[tuple[int, ...], str]]:
        nonlocal looked_at
        for number in range(len(lengths)):
            looked_at += 1
            yield (number, 7), f"settings {number}"

    for number, output in answers(engine, questions(), most):
        assert output.outputs == [([number, 7], f"settings {number}")]
        # What is not taken is what a kill would lose: this answer is, until the next one is asked for.
        assert looked_at - taken <= most
        taken += 1
    assert sorted(prompt[0] for prompt in engine.asked) == list(range(len(lengths)))
    assert taken == len(lengths)


def test_what_ends_first_is_handed_on_first() -> None:
    engine = echoing(lengths={0: 9, 1: 1, 2: 3})
    assert [number for number, _ in answers(engine, (((each,), None) for each in range(3)), 3)] == [1, 2, 0]


def test_an_iterator_that_is_left_early_leaves_nothing_in_the_engine() -> None:
    engine = echoing(lengths={each: 1 + each % 3 for each in range(20)})
    asking = answers(engine, (((each,), None) for each in range(20)), 8)
    next(asking)
    assert engine.in_flight
    asking.close()
    assert engine.in_flight == 0
    assert len(list(answers(engine, (((each,), None) for each in range(20)), 8))) == 20


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 5))
def test_what_the_engine_does_not_take_is_told_in_its_place(taken: list[bool], most: int) -> None:
    engine = echoing(lengths=dict.fromkeys(range(len(taken)), 1))

    def enqueue(engine: Any, fresh: Sequence[tuple[Any, Any]]) -> list[str | Refusal]:  # noqa: ANN401
        assert len(fresh) + engine.in_flight <= most
        refused = Refusal("too long")
        return [enqueue_tokens(engine, [each])[0] if taken[each[0][0]] else refused for each in fresh]

    found = dict(answers(engine, (((each,), None) for each in range(len(taken))), most, enqueue))
    assert {number: not isinstance(output, Refusal) for number, output in found.items()} == dict(enumerate(taken))
    assert engine.in_flight == 0


def test_an_interrupt_is_not_hidden_by_an_engine_that_it_killed() -> None:
    engine = echoing(lengths={0: 1})

    def died(*arguments: object) -> None:
        raise KeyboardInterrupt if not arguments else RuntimeError("EngineDeadError")

    engine.llm_engine.step = engine.llm_engine.abort_request = died
    with pytest.raises(KeyboardInterrupt):
        next(answers(engine, [((0,), None)], 1))


def test_an_answer_that_the_engine_lost_is_told() -> None:
    engine = echoing(lengths=dict.fromkeys(range(3), 1))
    engine.lost = 1
    with pytest.raises(BackendFailure, match="vllm ended without an answer to 1 of its prompts"):
        list(answers(engine, (((each,), None) for each in range(3)), 3))
