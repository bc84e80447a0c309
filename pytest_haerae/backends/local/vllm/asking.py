"""Asking an engine step by step: what ends is handed on at once, and no more is in flight than asked for."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.errors import BackendFailure


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the engine did not take a prompt, in a line."""

    reason: str


Enqueue = Callable[[Any, Sequence[tuple[Any, Any]]], list[str | Refusal]]
"""Puts prompts with their settings into an engine: of each its name there, or why it was not taken."""


def enqueue_tokens(engine: Any, fresh: Sequence[tuple[Tokens, Any]]) -> list[str | Refusal]:  # noqa: ANN401 - the library is optional
    """Put prompts of token ids into an engine."""
    prompts = [{"prompt_token_ids": list(prompt)} for prompt, _ in fresh]
    return list(engine.enqueue(prompts, [settings for _, settings in fresh], use_tqdm=False))


def answers(
    engine: Any,  # noqa: ANN401 - the library is optional
    questions: Iterable[tuple[Any, Any]],
    most: int,
    enqueue: Enqueue = enqueue_tokens,
) -> Generator[tuple[int, Any], None, None]:
    """Ask prompts, each as soon as there is a place for it.

    An iterator that is left early takes its requests back out of the engine.

    Args:
        engine: A `vllm.LLM`, with no requests but these.
        questions: Prompts, each with its `SamplingParams`; looked at when their turn comes.
        most: How many may be in flight. A place is free again once its answer was taken and the next is asked for, so
            a caller who stores what it takes has never more than this to lose.
        enqueue: Puts prompts in; by itself it takes token ids.

    Yields:
        A question's number and the engine's output, in the order in which the answers end; a `Refusal` in place of the
        output for a prompt that was not taken.

    Raises:
        BackendFailure: The engine has nothing left to do, and answers are missing.
    """
    waiting = enumerate(questions)
    in_flight: dict[str, int] = {}
    refused: deque[tuple[int, Refusal]] = deque()

    def fill() -> None:
        fresh = list(islice(waiting, most - len(in_flight) - len(refused)))
        if fresh:
            names = enqueue(engine, [question for _, question in fresh])
            for name, (number, _) in zip(names, fresh, strict=True):
                if isinstance(name, Refusal):
                    refused.append((number, name))
                else:
                    in_flight[_outer(name)] = number

    try:
        fill()
        while in_flight or refused:
            while refused:
                yield refused.popleft()
                fill()
            if in_flight and not engine.llm_engine.has_unfinished_requests():
                raise BackendFailure(f"vllm ended without an answer to {len(in_flight)} of its prompts")
            for output in engine.llm_engine.step() if in_flight else ():
                if output.finished:
                    yield in_flight[output.request_id], output
                    del in_flight[output.request_id]
                    fill()
    finally:
        # After Ctrl-C the engine may be dead; what ended this loop is what is to be told.
        with contextlib.suppress(Exception):
            if in_flight:
                engine.llm_engine.abort_request(list(in_flight))


def _outer(name: str) -> str:
    """The name that an output bears, of the one that `enqueue` gives: the engine adds random characters to its own."""
    return name.partition("-")[0]
