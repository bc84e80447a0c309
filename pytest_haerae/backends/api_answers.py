"""Reading what an API answered, be it the JSON itself or a client's object of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.backends.retrying import MalformedAnswer

_SHOWN = 200
"""Characters of a malformed answer in its message."""


def field(answer: Any, *path: str | int) -> Any:  # noqa: ANN401 - clients answer with objects, mappings and lists
    """Follow a path through an answer; None where it ends early."""
    for step in path:
        if isinstance(step, int):
            answer = answer[step] if isinstance(answer, Sequence) and len(answer) > step else None
        else:
            answer = answer.get(step) if isinstance(answer, Mapping) else getattr(answer, step, None)
        if answer is None:
            return None
    return answer


def read_answer(answer: Any, *, chat: bool) -> tuple[str, str | None, tuple[int | None, int | None]]:  # noqa: ANN401
    """Text, finish reason and token counts (prompt, completion) of an answer.

    Raises:
        MalformedAnswer: It is none, although the server said 200.
    """
    problem = field(answer, "error")
    if problem:
        raise MalformedAnswer(f"the server answered 200 with an error: {problem}")
    choice, usage = field(answer, "choices", 0), field(answer, "usage")
    if choice is None:
        raise MalformedAnswer(f"the server's answer has no choices: {str(answer)[:_SHOWN]}")
    said = field(choice, "message") if chat else choice
    if said is None:
        raise MalformedAnswer(f"the server's answer has no message: {str(answer)[:_SHOWN]}")
    text = (field(said, "content") or field(said, "refusal")) if chat else field(said, "text")
    counts = (field(usage, "prompt_tokens"), field(usage, "completion_tokens"))
    return str(text or ""), field(choice, "finish_reason"), counts
