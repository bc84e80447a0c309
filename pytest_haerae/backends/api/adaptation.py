"""What a server refuses of a request, learnt from its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_haerae.backends.api.choosing import CONSTRAINING
from pytest_haerae.backends.api.failures import chain, is_permanent

_DROPPABLE = ("temperature", "top_p", "seed", "stop")
_OTHER_NAME = "max_completion_tokens"
_NAMES = ("max_tokens", _OTHER_NAME, "top_logprobs", *_DROPPABLE)
_NOT_TAKEN = (
    r"unsupported|not (?:be )?(?:supported|permitted|allowed|accepted|available|recogni[sz]ed|implemented)"
    r"|(?:does|do|did)(?: not|n't) (?:support|accept|allow|recogni[sz]e)|unknown|unrecogni[sz]ed|unexpected|invalid"
    r"|deprecated|no longer|removed|obsolete|extra (?:inputs|fields)|instead|cannot|can't|only the default|not a valid"
    r"|대신|지원하지|지원되지|허용되지|허용하지|사용할 수 없|알 수 없는|유효하지|잘못된"
)
_OUT_OF_RANGE = (
    r"must be|should be|has to be|needs to be|out of range|range|too (?:large|big|high|many)|exceed|at most|maximum"
    r"|less than|greater than|positive|below|above|이하|이상|미만|초과|범위"
)
_REFUSED = re.compile(f"{_NOT_TAKEN}|{_OUT_OF_RANGE}", re.IGNORECASE)
_NO_PARAMETER = re.compile(_NOT_TAKEN, re.IGNORECASE)
_TOO_MANY = re.compile(_OUT_OF_RANGE, re.IGNORECASE)
_RENAMED = re.compile(r"max_completion_tokens|(?<![A-Za-z0-9_])max_tokens(?![A-Za-z0-9_])")
_BELOW = re.compile(r"less than|below|under|미만", re.IGNORECASE)
_FEWER = (10, 5, 3, 1)
"""Counts of listed tokens that are tried where a server says that there are too many, and not how many it takes."""


class Adaptations:
    """What a server does not take, for each sampling apart.

    A refusal may be of a value, or of parameters that do not go together, and which of it is meant no words tell for
    sure: what is left out of one request stays in those that are sampled otherwise, until they are refused themselves.
    """

    def __init__(self) -> None:
        self._of: dict[str, Adaptation] = {}
        self._other_names: dict[str, str] = {}

    def of(self, body: Mapping[str, Any]) -> Adaptation:
        """What was learnt of requests that are sampled as this one.

        Args:
            body: As it would be sent to a server that takes everything.
        """
        sampling = repr([body.get(name) for name in _NAMES])
        if sampling not in self._of:
            self._of[sampling] = Adaptation(self._other_names)
        return self._of[sampling]

    def describe(self) -> str | None:
        """One line for the report; None where nothing was changed."""
        return _described(self._of.values())


class Adaptation:
    """What a server does not take, learnt from its own words: reasoning models refuse max_tokens and temperature.

    Args:
        other_names: Names that the server itself gave for others: they change no answer, so all samplings share them.
    """

    def __init__(self, other_names: dict[str, str] | None = None) -> None:
        self.dropped: set[str] = set()
        self.listed: int | None = None
        self._told = {} if other_names is None else other_names
        self._guessed: dict[str, str] = {}

    @property
    def other_names(self) -> Mapping[str, str]:
        """What parameters are called for this server."""
        return {**self._guessed, **self._told}

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what was refused."""
        adapted = {name: value for name, value in body.items() if name not in self.dropped}
        for name, other in self.other_names.items():
            if name in adapted:
                adapted[other] = adapted.pop(name)
        if self.listed is not None and "top_logprobs" in adapted:
            adapted["top_logprobs"] = min(self.listed, adapted["top_logprobs"])
        return adapted

    def learn(self, body: Mapping[str, Any], error: BaseException) -> bool:
        """Read a refusal; True where the same request is worth asking again without what was refused.

        Args:
            body: What was sent, as `apply` made it.
            error: What came of it.
        """
        message = str(error)
        if not is_permanent(error) or not _REFUSED.search(message):
            return False
        blamed = _blamed(error)
        told = {*body, *body.get("extra_body", ())}.intersection(CONSTRAINING)
        if (blamed is not None and blamed not in _NAMES) or any(_names(name, message) for name in told):
            # It names what it refuses, and that is none of these: a question may contain their names.
            return False
        if "max_tokens" in body and _RENAMED.search(message) and _NO_PARAMETER.search(message):
            # Where it names no other, the value may be what it does not take.
            names = self._told if _OTHER_NAME in message else self._guessed
            names["max_tokens"] = _OTHER_NAME
            return True
        if "top_logprobs" in body and "logprobs" in message and (most := _fewer(body["top_logprobs"], message)):
            self.listed = most
            return True
        for name in _DROPPABLE:
            if name in body and (blamed == name or (blamed is None and _names(name, message))):
                self.dropped.add(name)
                return True
        return False

    def describe(self) -> str | None:
        """One line for the report; None where nothing was changed."""
        return _described([self])


def _described(adaptations: Iterable[Adaptation]) -> str | None:
    every = list(adaptations)
    listed = [each.listed for each in every if each.listed is not None]
    names = {name: other for each in every for name, other in each.other_names.items()}
    changes = [f"{name} was sent as {other}" for name, other in names.items()]
    changes += [f"top_logprobs was sent as {min(listed)}"] if listed else []
    changes += [f"{name} was left out" for name in _DROPPABLE if any(name in each.dropped for each in every)]
    return f"the server refused parameters: {', '.join(changes)}" if changes else None


def _names(name: str, message: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", message) is not None


def _blamed(error: BaseException) -> str | None:
    """The parameter that OpenAI's errors name in a field of its own."""
    for each in chain(error):
        body = getattr(each, "body", None)
        inner = body.get("error", body) if isinstance(body, Mapping) else None
        named = inner.get("param") if isinstance(inner, Mapping) else None
        if isinstance(named, str) and named:
            return named
    return None


def _fewer(sent: int, message: str) -> int | None:
    """How many listed tokens a server takes, by its words; None where they say nothing of the number."""
    if not _TOO_MANY.search(message):
        return None
    numbers = [int(each) for each in re.findall(r"(?<![\w.])\d{1,3}(?!\w|\.\d)", message)]
    smaller = [each for each in numbers if 0 < each < sent]
    if smaller:
        return max(smaller)
    if sent in numbers and _BELOW.search(message) and "equal" not in message:
        return sent - 1 or None
    return next((each for each in _FEWER if each < sent), None)
