"""What a scorer returned, if it is a verdict: nothing malformed may reach the counts, the report or a gate."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Coroutine
from dataclasses import fields
from numbers import Real
from typing import Any, get_args

from pytest_haerae.errors import ScorerFailure, unknown
from pytest_haerae.escaping import shown, visible
from pytest_haerae.types import Outcome, Response, Verdict

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_FIELDS = tuple(field.name for field in fields(Verdict))
_LONGEST_OUTCOME = 80
_ORDERS = 2
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXTS = ("prediction", "explanation", "rule", "why")
_NUMBERS = ("margin", "character_f", "score")
_SHARES = ("character_f", "score")


def checked(verdict: object, response: Response) -> Verdict:
    """A scorer's verdict, if it is one: a misspelt outcome would be in no count, and so in no gate.

    Args:
        verdict: What the scorer returned.
        response: What it judged.

    Returns:
        The verdict, of this very class, its numbers Python's own.

    Raises:
        ScorerFailure: It is none; names what is wrong, and for an outcome the nearest valid one.
    """
    if not isinstance(verdict, Verdict):
        raise ScorerFailure(f"returned {_kind(verdict)}, not a Verdict")
    given = {name: _field(verdict, name) for name in _FIELDS}
    values: dict[str, Any] = {**given}
    outcome = values["outcome"]
    if not isinstance(outcome, str):
        raise ScorerFailure(f"outcome is one of {', '.join(OUTCOMES)}, not {shown(outcome)}")
    if outcome not in OUTCOMES:
        raise ScorerFailure(unknown("outcome", visible(outcome[:_LONGEST_OUTCOME]), OUTCOMES))
    for name in _TEXTS:
        values[name] = _text(name, values[name], response)
    for name in _NUMBERS:
        values[name] = _number(name, values[name])
    values["why_start"] = _place(values["why_start"])
    for name in _SHARES:
        if values[name] is not None and not 0 <= values[name] <= 1:
            raise ScorerFailure(f"{name} is between 0 and 1, not {values[name]:g}")
    values["judgements"] = _judgements(values["judgements"])
    for name in ("turn_scores", "order_scores"):
        values[name] = _shares(name, values[name])
    if len(values["order_scores"]) not in (0, _ORDERS):
        raise ScorerFailure(f"order_scores are two numbers or none, not {shown(values['order_scores'])}")
    if values["panel"] != ():
        raise ScorerFailure("panel is not a scorer's to give: it is kept by the run")
    values["outcome"] = OUTCOMES[OUTCOMES.index(outcome)]  # a string of Python's own, also for an enumeration's member
    same = type(verdict) is Verdict and all(given[name] is value for name, value in values.items())
    return verdict if same else Verdict(**values)


def _field(verdict: Verdict, name: str) -> object:
    try:
        return object.__getattribute__(verdict, name)
    except AttributeError:
        raise ScorerFailure(f"returned a verdict without {name}") from None


def _text(name: str, value: object, response: Response) -> str | None:
    if value is None and name != "explanation":
        return None
    if not isinstance(value, str):
        raise ScorerFailure(f"{name} is a text{'' if name == 'explanation' else ' or None'}, not {shown(value)}")
    value = value if type(value) is str else "".join(value)
    if not _SURROGATE.search(value):
        return value
    # Half of a character that the model wrote is not the scorer's fault.
    if response.text and _SURROGATE.search(response.text):
        return _SURROGATE.sub("\ufffd", value)
    raise ScorerFailure(f"{name} holds half of a surrogate pair: {shown(value)}")


def _judgements(value: object) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        raise ScorerFailure(f"judgements are texts, not {shown(value)}")
    # What a second model wrote: half of a character, where its output ended, is not the scorer's fault either.
    found = tuple(_text("judgements", text, Response(text if isinstance(text, str) else None)) or "" for text in value)
    return value if type(value) is tuple and all(map(operator.is_, value, found)) else found


def _shares(name: str, value: object) -> tuple[float, ...]:
    if not isinstance(value, tuple | list):
        raise ScorerFailure(f"{name} are numbers, not {shown(value)}")
    found = tuple(_number(name, each) for each in value)
    if any(each is None or not 0 <= each <= 1 for each in found):
        raise ScorerFailure(f"{name} are between 0 and 1, not {shown(value)}")
    return value if type(value) is tuple and all(map(operator.is_, value, found)) else found  # type: ignore[return-value] # none is None


def _number(name: str, value: object) -> float | None:
    if value is None or (type(value) is float and math.isfinite(value)):
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ScorerFailure(f"{name} is a number or None, not {shown(value)}")
    try:
        number = float(value)
    except (OverflowError, ValueError):
        number = math.inf
    if not math.isfinite(number):
        raise ScorerFailure(f"{name} is a finite number or None, not {shown(value)}")
    return number


def _place(value: object) -> int | None:
    if value is None or (type(value) is int and value >= 0):
        return value
    raise ScorerFailure(f"why_start is a whole number from 0 or None, not {shown(value)}")


def _kind(value: object) -> str:
    """What a scorer returned, in words; a coroutine is closed, for nobody is going to await it."""
    if isinstance(value, Coroutine):
        value.close()
        return "a coroutine (a scorer is no async function)"
    return shown(value)
