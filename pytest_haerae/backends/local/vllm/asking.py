"""Asking an engine step by step: what ends is handed on at once, and no more is in flight than asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from itertools import islice
from typing import Any

from pytest_haerae.backends.local.trie import Tokens
from pytest_haerae.errors import BackendFailure


def answers(
    engine: Any,  # noqa: ANN401 - the library is optional
    questions: Iterable[tuple[Tokens, Any]],
    most: int,
) -> Generator[tuple[int, Any], None, None]:
    """Ask prompts, each as soon as there is a place for it.

    An iterator that is left early takes its requests back out of the engine.

    Args:
        engine: A `vllm.LLM`, with no requests but these.
        questions: Prompts as token ids, each with its `SamplingParams`; looked at when their turn comes.
        most: How many may be in flight. A place is free again once its answer was taken and the next is asked for, so
            a caller who stores what it takes has never more than this to lose.

    Yields:
        A question's number and the engine's output, in the order in which the answers end.

    Raises:
        BackendFailure: The engine has nothing left to do, and answers are missing.
    """
    waiting = enumerate(questions)
    in_flight: dict[str, int] = {}

    def fill() -> None:
        fresh = list(islice(waiting, most - len(in_flight)))
        if fresh:
            prompts = [{"prompt_token_ids": list(prompt)} for _, (prompt, _) in fresh]
            names = engine.enqueue(prompts, [settings for _, (_, settings) in fresh], use_tqdm=False)
            in_flight.update((_outer(name), number) for name, (number, _) in zip(names, fresh, strict=True))

    try:
        fill()
        while in_flight:
            if not engine.llm_engine.has_unfinished_requests():
                raise BackendFailure(f"vllm ended without an answer to {len(in_flight)} of its prompts")
            for output in engine.llm_engine.step():
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
