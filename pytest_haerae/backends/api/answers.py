"""Reading what an API answered, be it the JSON itself or a client's object of it; nothing of it is taken on trust."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_haerae.backends.api.failures import ErrorAnswer, MalformedAnswer, WrongShape
from pytest_haerae.types import Response

_SHOWN = 200
"""Characters of a malformed answer in its message."""
_MOST_TOKENS = 2**53
"""A count of tokens beyond this is none."""
_REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details", "thinking_blocks")
"""Fields of a message in which servers keep what a model thought: vLLM, DeepSeek; OpenRouter, gpt-oss; Ollama, …"""
_TEXTS = ("text", "content", "thinking", "reasoning", "summary", "refusal")
"""Fields of a chunk that may hold its text, or further chunks."""
_MAPPINGS, _SEQUENCES = (dict, Mapping), (list, Sequence)
"""JSON's own kinds first: an abstract class is asked at length, some twenty times an answer."""
_DEEPEST = 8
_STATUSES = range(400, 600)


def field(answer: Any, *path: str | int) -> Any:  # noqa: ANN401 - clients answer with objects, mappings and lists
    """Follow a path through an answer; None where it ends early."""
    for step in path:
        if isinstance(step, int):
            listed = isinstance(answer, _SEQUENCES) and not isinstance(answer, str | bytes)
            answer = answer[step] if listed and len(answer) > step else None
        else:
            answer = answer.get(step) if isinstance(answer, _MAPPINGS) else getattr(answer, step, None)
        if answer is None:
            return None
    return answer


def refuse_error(answer: Any) -> None:  # noqa: ANN401 - the server's JSON, or the client's answer
    """Refuse an error that came as a success, be it in place of the answer or inside a choice.

    Raises:
        ErrorAnswer: It is one; with the status that the server names, where it names one.
    """
    if problem := field(answer, "error"):
        raise ErrorAnswer(f"the server answered 200 with an error: {_words(problem)}", _status_in(problem))
    choice = field(answer, "choices", 0)
    problem = field(choice, "error")
    if problem or field(choice, "finish_reason") == "error":
        words = _words(problem) if problem else "finish_reason is 'error'"
        raise ErrorAnswer(f"the server broke off with an error: {words}", _status_in(problem), within=True)


def checked(answer: Any) -> Any:  # noqa: ANN401 - the client's answer
    """A completion, unless it is an error that came as a success.

    Raises:
        MalformedAnswer: The server said 200, and nothing else that is true.
    """
    refuse_error(answer)
    choice = field(answer, "choices", 0)
    if choice is None or isinstance(choice, str | bytes | int | float | list):
        raise MalformedAnswer(f"the server's answer has no choices: {str(answer)[:_SHOWN]}")
    return answer


def read_answer(answer: Any, *, chat: bool) -> Response:  # noqa: ANN401 - a `checked` answer
    """Text, reasoning, finish reason and token counts of a `checked` answer.

    A model that spent its budget on thinking has an empty text.

    Raises:
        MalformedAnswer: It has no message.
        WrongShape: Its text is no text.
    """
    choice = field(answer, "choices", 0)
    said = field(choice, "message") if chat else choice
    if said is None or isinstance(said, str | bytes | int | float | list):
        raise MalformedAnswer(f"the server's answer has no message: {str(answer)[:_SHOWN]}")
    content = field(said, "content") if chat else field(said, "text")
    thought: list[str] = []
    if isinstance(content, str):
        text = content
    elif content is None:
        text = ""
    elif isinstance(content, Sequence):
        text = _text_of(content, thought)
    elif any(field(content, name) is not None for name in _TEXTS):
        text = _text_of([content], thought)
    else:
        raise WrongShape(f"the server's answer is no text but of type {type(content).__name__}: {content!r:.{_SHOWN}}")
    if not text and chat and isinstance(refusal := field(said, "refusal"), str):
        text = refusal
    kept = next((found for name in _REASONING if (found := _thought_of(field(said, name)))), "")
    reason = field(choice, "finish_reason")
    prompt, completion = tokens_of(answer)
    return Response(
        text=text,
        reasoning="\n".join(filter(None, [kept, *thought])) or None,
        finish_reason=reason if isinstance(reason, str) else None,
        prompt_tokens=prompt,
        completion_tokens=completion,
        reasoning_tokens=_reasoning_tokens(field(answer, "usage")),
        cached_tokens=_cached_tokens(field(answer, "usage")),
    )


def tokens_of(answer: Any) -> tuple[int | None, int | None]:  # noqa: ANN401 - the client's answer
    """Tokens of the prompt and of the completion, those of its reasoning included; None where the answer says none."""
    usage = field(answer, "usage")
    prompt, completion = count(field(usage, "prompt_tokens")), count(field(usage, "completion_tokens"))
    thought = _reasoning_tokens(usage) or 0
    whole = count(field(usage, "total_tokens"))
    # Some servers count the reasoning beside the completion; their total tells.
    if prompt is not None and completion is not None and thought and whole == prompt + completion + thought:
        completion += thought
    return prompt, completion


def _reasoning_tokens(usage: Any) -> int | None:  # noqa: ANN401 - a part of the client's answer
    return count(field(usage, "completion_tokens_details", "reasoning_tokens"))


def _cached_tokens(usage: Any) -> int | None:  # noqa: ANN401 - a part of the client's answer
    """As OpenAI, vLLM and llama.cpp say it; DeepSeek has a name of its own."""
    known = count(field(usage, "prompt_tokens_details", "cached_tokens"))
    return count(field(usage, "prompt_cache_hit_tokens")) if known is None else known


def count(value: Any) -> int | None:  # noqa: ANN401 - whatever stands there
    """A count of tokens: a whole number that is not negative. Anything else is None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    whole = 0 <= value <= _MOST_TOKENS and value == int(value)  # NaN compares to nothing
    return int(value) if whole else None


def number(value: Any) -> float | None:  # noqa: ANN401 - whatever stands there
    """A number, infinite and NaN among them; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def price(value: Any) -> float | None:  # noqa: ANN401 - whatever stands there
    """A price: a finite number that is not negative. Anything else is None."""
    found = number(value)
    return found if found is not None and math.isfinite(found) and found >= 0 else None


def _thought_of(value: Any) -> str:  # noqa: ANN401 - whatever stands there
    """The text of a field of reasoning: a text, or chunks of it; anything else is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return _inner(value, 0) if isinstance(value, Mapping | Sequence) else ""
    except WrongShape:
        return ""


def _text_of(chunks: Iterable[Any], thought: list[str]) -> str:
    """The text of a content that came in chunks; what is thinking in it goes to `thought`."""
    said: list[str] = []
    for chunk in chunks:
        kind = str(field(chunk, "type") or "")
        inner = _inner(chunk, 0)
        (thought if "think" in kind or "reason" in kind else said).append(inner)
    return "".join(said)


def _inner(value: Any, depth: int) -> str:  # noqa: ANN401 - whatever stands there
    if isinstance(value, str):
        return value
    if depth > _DEEPEST:
        raise WrongShape("the server's answer is nested deeper than any text is")
    if isinstance(value, int | float):
        raise WrongShape(f"the server's answer has a number for a text: {value!r}")
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return "".join(_inner(each, depth + 1) for each in value)
    found = next((inner for name in _TEXTS if (inner := field(value, name)) is not None), None)
    return "" if found is None else _inner(found, depth + 1)


def _words(problem: Any) -> str:  # noqa: ANN401 - a text, or an object with a message
    message = field(problem, "message")
    code = field(problem, "code") or field(problem, "type")
    if isinstance(message, str) and message:
        return f"{message} ({code})" if code else message
    return str(problem)[:_SHOWN]


def _status_in(problem: Any) -> int | None:  # noqa: ANN401 - a text, or an object with a code
    for name in ("code", "status", "status_code"):
        found = field(problem, name)
        if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) == 3:  # noqa: PLR2004
            found = int(found)
        if isinstance(found, int) and not isinstance(found, bool) and found in _STATUSES:
            return found
    return None
