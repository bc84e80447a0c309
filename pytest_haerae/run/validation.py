"""The door of the store: what a response has to be before it is kept, and again when it comes back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from operator import index as as_index
from typing import Any

from pytest_haerae.escaping import shown
from pytest_haerae.redact import redact_answer
from pytest_haerae.types import Request, Response

_MOST_TOKENS = 1 << 53
"""Whole numbers up to here are the same in every reader of JSON."""
_MOST = 1e12
"""Of seconds and dollars: sums over all items stay finite."""


class Malformed(ValueError):  # noqa: N818 - what is malformed is the answer
    """A response has a field that is none; the message says what was given in words that follow "gave"."""


def validated(response: Response) -> Response:
    """A response whose fields are what their types say, in Python's own kinds.

    Numbers of a library (numpy, torch) become Python's; a bool is no number, and not a number is none.

    Args:
        response: What a backend gave, or a store had.

    Raises:
        Malformed: A field is of another kind, not finite, or out of its range.
    """
    found = {name: check(name, getattr(response, name)) for name, check in _CHECKS.items()}
    changed = bool(response.earlier) or any(value is not getattr(response, name) for name, value in found.items())
    return Response(**found) if changed else response


def validated_answer(request: Request, response: Response) -> Response:
    """A `validated` response that answers its request: a text, a reward, or a log-likelihood for each continuation.

    Raises:
        Malformed: It does not, its text is none of the request's choices or lacks the log-probability that is wanted,
            or an option's log-likelihood is not finite or above zero.
    """
    response = validated(response)
    if request.kind == "generate":
        if response.text is None:
            raise Malformed("no text")
        if request.choices and response.text not in request.choices:
            raise Malformed(f"{shown(response.text)}, which is none of {', '.join(request.choices)}")
        if request.log_probability and None in (response.log_probability, response.log_probability_tokens):
            raise Malformed("no log-probability of its text")
        return response
    if request.kind == "reward":
        if response.reward is None:
            raise Malformed("no reward")
        return response
    values = response.loglikelihoods
    if values is None or len(values) != len(request.continuations):
        raise Malformed("no log-likelihood for some option")
    return response


def masked(response: Response, secrets: Sequence[str] = ()) -> Response:
    """A response without secrets: a model may repeat a key that it was sent, and none is stored with what it said.

    Args:
        response: The response.
        secrets: Texts that are masked beside those that this process remembers.
    """
    text, reasoning, finish_reason = (
        redact_answer(said, secrets) if isinstance(said, str) else said
        for said in (response.text, response.reasoning, response.finish_reason)
    )
    if (text, reasoning, finish_reason) == (response.text, response.reasoning, response.finish_reason):
        return response
    return replace(response, text=text, reasoning=reasoning, finish_reason=finish_reason)


def thought_apart(response: Response) -> Response:
    """An answer with its reasoning, also where it stands between marks in the text, which stays as it was said.

    It is told apart where the answer is looked at: what is stored does not hold it twice.
    """
    if response.text is None or response.reasoning is not None:
        return response
    # Imported here: the table of marks takes its time, and no log-likelihood has a text.
    from pytest_haerae.scoring.reading.marks import split_reasoning

    reasoning = split_reasoning(response.text).reasoning
    return replace(response, reasoning=reasoning) if reasoning else response


def response_of(stored: str) -> Response | None:
    """A stored answer as it was kept; None where the JSON is none of a response, so that it is asked again."""
    try:
        values = dict(json.loads(stored))
        return validated(Response(**{name: values[name] for name in _CHECKS if name in values}))
    except (ValueError, TypeError, RecursionError):
        return None


def _string(name: str, value: Any) -> str | None:  # noqa: ANN401 - whatever stands there
    if value is None or type(value) is str:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    raise Malformed(f"{name} {shown(value)}, which is no string")


def _count(name: str, value: Any) -> int | None:  # noqa: ANN401 - as above
    if value is None:
        return None
    try:
        number = -1 if isinstance(value, bool) else as_index(value)
    except TypeError:
        number = -1
    if not 0 <= number <= _MOST_TOKENS:
        raise Malformed(f"{name} {shown(value)}, which is no number of tokens")
    return number


def _amount(name: str, value: Any) -> float | None:  # noqa: ANN401 - as above
    if value is None:
        return None
    number = _real(value)
    if not 0 <= number <= _MOST:
        raise Malformed(f"{name} {shown(value)}, which is no amount")
    return value if type(value) in (int, float) else number


def _finite(most: float, words: str) -> Callable[[str, Any], float | None]:
    """Checks that a value is a finite number and at most so large; else the words say what it is."""

    def check(name: str, value: Any) -> float | None:  # noqa: ANN401 - as above
        if value is None:
            return None
        number = _real(value)
        if not (math.isfinite(number) and number <= most):
            raise Malformed(f"{name} {shown(value)}, {words}")
        return value if type(value) is float else number

    return check


def _flag(name: str, value: Any) -> bool:  # noqa: ANN401 - as above
    if type(value) is bool:
        return value
    if type(value).__module__ == "numpy" and value in (False, True):
        return bool(value)
    raise Malformed(f"{name} {shown(value)}, which is neither True nor False")


def _loglikelihoods(name: str, value: Any) -> tuple[float, ...] | None:  # noqa: ANN401 - as above
    if value is None:
        return None
    if isinstance(value, str | bytes | dict | set):
        raise Malformed(f"{name} {shown(value)}, which are no numbers")
    try:
        given = value if type(value) is tuple else tuple(value)
    except Exception:  # somebody else's sequence may raise anything
        raise Malformed(f"{name} {shown(value)}, which are no numbers") from None
    numbers = given if all(type(each) is float for each in given) else tuple(map(_real, given))
    if not all(math.isfinite(number) and number <= 0 for number in numbers):
        raise Malformed(f"impossible log-likelihoods: {shown(list(given))}")
    return numbers


def _real(value: Any) -> float:  # noqa: ANN401 - as above
    """A number as Python's float; not a number where it is none."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)
    except Exception:  # somebody else's number may raise anything
        return math.nan


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "text": _string,
    "loglikelihoods": _loglikelihoods,
    "error": _string,
    "prompt_tokens": _count,
    "completion_tokens": _count,
    "finish_reason": _string,
    "truncated": _flag,
    "latency_seconds": _amount,
    "cost_usd": _amount,
    "reasoning": _string,
    "reasoning_tokens": _count,
    "cached_tokens": _count,
    "log_probability": _finite(0.0, "which is none"),
    "log_probability_tokens": _count,
    "reward": _finite(math.inf, "which is no finite number"),
}
STORED = tuple(_CHECKS)
"""The fields of a response that are stored; the earlier answers of a conversation are, each by itself."""
assert [*STORED, "earlier"] == [field.name for field in fields(Response)]  # noqa: S101 - no field enters unchecked
