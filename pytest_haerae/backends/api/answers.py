"""Reading what an API answered, be it the JSON itself or a client's object of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_haerae.backends.api.retrying import MalformedAnswer

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


def checked(answer: Any) -> Any:  # noqa: ANN401 - the client's answer
    """A completion, unless it is an error that came as a success.

    Raises:
        MalformedAnswer: The server said 200, and nothing else that is true.
    """
    problem = field(answer, "error")
    if problem:
        raise MalformedAnswer(f"the server answered 200 with an error: {problem}")
    if field(answer, "choices", 0) is None:
        raise MalformedAnswer(f"the server's answer has no choices: {str(answer)[:_SHOWN]}")
    return answer


def read_answer(answer: Any, *, chat: bool) -> tuple[str, str | None, tuple[int | None, int | None]]:  # noqa: ANN401
    """Text, finish reason and token counts (prompt, completion) of a `checked` answer.

    Raises:
        MalformedAnswer: It has no message.
    """
    choice = field(answer, "choices", 0)
    said = field(choice, "message") if chat else choice
    if said is None:
        raise MalformedAnswer(f"the server's answer has no message: {str(answer)[:_SHOWN]}")
    text = (field(said, "content") or field(said, "refusal")) if chat else field(said, "text")
    counts = (field(answer, "usage", "prompt_tokens"), field(answer, "usage", "completion_tokens"))
    return str(text or ""), field(choice, "finish_reason"), counts
