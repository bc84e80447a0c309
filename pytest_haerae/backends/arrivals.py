"""What a backend yields, held to its contract as it arrives: an answer never lands on another request."""

from __future__ import annotations

from collections.abc import Callable, Generator
from operator import index as as_index
from typing import Any

from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import shown
from pytest_haerae.types import Response

_PAIR = 2


class ContractBroken(UsageError):  # noqa: N818 - what is broken is the backend's promise
    """Whose answer this is cannot be known; so it is of the answers before, which may have come one place too far."""


def arriving(run: Callable[[], Any], count: int, name: str) -> Generator[tuple[int, Response]]:
    """The answers of a backend's `run`, each with the index of a request that has none yet.

    It is a generator, whose end ends the backend's.

    Args:
        run: Calls the backend's `run`.
        count: How many requests it was given.
        name: What the message begins with, such as ``--model=mine``.

    Raises:
        ContractBroken: No index, one out of range, one twice, no `Response`.
    """
    answers = run()
    if not hasattr(answers, "__iter__"):
        raise ContractBroken(f"{name}: its run() gave {shown(answers)}, which is no iterator of answers")
    answered = bytearray(count)
    try:
        for answer in answers:
            index, response = _pair(answer, count, name)
            if answered[index]:
                raise ContractBroken(f"{name}: it answered request {index} of {count} twice")
            answered[index] = 1
            yield index, response
    finally:
        if isinstance(answers, Generator):
            answers.close()


def _pair(answer: object, count: int, name: str) -> tuple[int, Response]:
    if not isinstance(answer, tuple) or len(answer) != _PAIR:
        raise ContractBroken(f"{name}: it yielded {shown(answer)}, which is no pair of an index and a Response")
    index, response = _index(answer[0], count, name), answer[1]
    if not isinstance(response, Response):
        raise ContractBroken(f"{name}: it answered request {index} with {shown(response)}, which is no Response")
    return index, response


def _index(value: object, count: int, name: str) -> int:
    """A request's place; never counted from the end, and True is not 1."""
    if type(value) is int and 0 <= value < count:
        return value
    try:
        place = -1 if isinstance(value, bool) else as_index(value)  # type: ignore[arg-type] # found out here
    except TypeError:
        place = -1
    if not 0 <= place < count:
        raise ContractBroken(
            f"{name}: it answered with index {shown(value)} of {count} requests, which is none of them"
        )
    return place
