"""Requests and responses as JSON has them, for a call from one process to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pytest_haerae.types import Message, Request, Response, Verdict


def requests_to_json(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Requests as JSON; what tests ask by themselves has no images."""
    return [asdict(request) for request in requests]


def requests_from_json(content: Sequence[Mapping[str, Any]]) -> list[Request]:
    """What `requests_to_json` gave."""
    return [
        Request(
            each["kind"],
            each["context"],
            tuple(each["continuations"]),
            each["messages"] and tuple(Message(message["role"], message["content"]) for message in each["messages"]),
            tuple(each["stop"]),
            tuple((name, _hashable(value)) for name, value in each["sampling"]),
            each["repeat"],
            tuple(each["choices"]),
            each["log_probability"],
        )
        for each in content
    ]


def _hashable(value: Any) -> Any:  # noqa: ANN401 - any JSON
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def responses_to_json(responses: Sequence[Response]) -> list[dict[str, Any]]:
    """Responses as JSON."""
    return [asdict(response) for response in responses]


def responses_from_json(content: Sequence[Mapping[str, Any]]) -> list[Response]:
    """What `responses_to_json` gave."""
    return [
        Response(**{**each, "loglikelihoods": each["loglikelihoods"] and tuple(each["loglikelihoods"]), "earlier": ()})
        for each in content
    ]


_TUPLES = ("judgements", "turn_scores", "order_scores")


def verdict_from_json(content: Mapping[str, Any]) -> Verdict:
    """A verdict that was made a mapping for JSON."""
    panel = tuple((name, verdict_from_json(each)) for name, each in content["panel"])
    return Verdict(**{**content, **{name: tuple(content[name]) for name in _TUPLES}, "panel": panel})
