"""What a model's accuracy has to do with the prompt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.run.ways import LeftOut
from pytest_haerae.statistics.estimate import MetricEstimate, share_of
from pytest_haerae.statistics.margins import binary_drops, change_interval, change_p_value

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Difference = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]


class Spread(TypedDict):
    """The accuracies by the single prompts, of the items that were answered by all of them."""

    n: _Count
    accuracies: list[_Share]
    """The run's own first."""
    range: _Share
    """The greatest minus the least."""
    deviation: _Share
    """Their standard deviation (of a sample)."""


class PromptDifference(TypedDict):
    """The accuracy by a prompt minus that by the run's own, of the items answered by both."""

    n: _Count
    value: _Difference
    ci95: Annotated[list[_Difference], Field(min_length=2, max_length=2)]
    p_value: _Share
    """McNemar's exact test, two-sided."""
    lost: _Count
    """Items that are right by the run's own prompt alone."""
    gained: _Count
    """Items that are right by this prompt alone."""


class PromptScore(TypedDict):
    """The accuracy by one prompt."""

    prompt: str
    accuracy: MetricEstimate | None
    """Null where nothing was answered."""
    errors: _Count
    """Items that got no answer."""
    difference: NotRequired[PromptDifference | None]
    """To the run's own prompt, of each other one; null where no item was answered by both."""


class PromptsProbe(TypedDict):
    """What changes with the prompt."""

    prompts: list[PromptScore]
    """The run's own first."""
    spread: Spread | None
    """The accuracies of the items that were answered by all prompts; null where there are none."""
    left_out: dict[LeftOut, _Count]
    """Items that are not asked by other prompts, by the reason."""


def probe_of_prompts(
    names: Sequence[str], items: Sequence[Sequence[bool | None]], left_out: Mapping[LeftOut, int], errors: Sequence[int]
) -> PromptsProbe:
    """Tell what changes with the prompt.

    Args:
        names: The prompts, the run's own first.
        items: Of each item whether it was answered right by each; None where it was not answered.
        left_out: Items that are left out, by the reason.
        errors: How many items got no answer, by each prompt.
    """
    return {
        "prompts": [_score(place, name, items, errors[place]) for place, name in enumerate(names)],
        "spread": spread_of([[bool(right) for right in each] for each in items if None not in each]),
        "left_out": dict(left_out),
    }


def _score(place: int, name: str, items: Sequence[Sequence[bool | None]], errors: int) -> PromptScore:
    answered = [right for each in items if (right := each[place]) is not None]
    found: PromptScore = {"prompt": name, "accuracy": share_of(answered) if answered else None, "errors": errors}
    if place:
        found["difference"] = _difference([(each[0], each[place]) for each in items])
    return found


def _difference(pairs: Sequence[tuple[bool | None, bool | None]]) -> PromptDifference | None:
    both = [(own, other) for own, other in pairs if own is not None and other is not None]
    lost, gained = both.count((True, False)), both.count((False, True))
    drops = binary_drops(lost, gained, len(both))
    interval = change_interval(drops) if both else None
    if interval is None:
        return None
    return {
        "n": len(both),
        "value": (gained - lost) / len(both),
        "ci95": list(interval),
        "p_value": change_p_value(drops),
        "lost": lost,
        "gained": gained,
    }


def spread_of(items: Sequence[Sequence[bool]]) -> Spread | None:
    """The accuracies by several prompts of items that were answered by each of them; None for no items.

    Args:
        items: Of each item whether it was answered right by each prompt.
    """
    if not items:
        return None
    accuracies = [sum(column) / len(items) for column in zip(*items, strict=True)]
    mean = math.fsum(accuracies) / len(accuracies)
    squares = math.fsum((each - mean) ** 2 for each in accuracies)
    return {
        "n": len(items),
        "accuracies": accuracies,
        "range": max(accuracies) - min(accuracies),
        "deviation": math.sqrt(squares / (len(accuracies) - 1)),
    }
