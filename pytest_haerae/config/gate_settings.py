"""What the gates judge by, as options say it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from pytest_haerae.config.option import RawOptions
from pytest_haerae.config.options import BY_NAME, Inconclusive
from pytest_haerae.config.tolerated_drops import ToleratedDrops


class Minimum(BaseModel):
    """The least that a number may be of one subset or benchmark, or of all items where `subset` is None."""

    model_config = ConfigDict(frozen=True)

    subset: str | None
    threshold: float


class GateSettings(BaseModel):
    """What the gates judge by. Built by `gate_settings`, or as a part of a whole configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_accuracy: tuple[Minimum, ...]
    min_hangul: tuple[Minimum, ...]
    max_drop: ToleratedDrops
    significance: float
    across: bool
    inconclusive: Inconclusive
    max_error_rate: float
    max_unjudged: float


NO_HANGUL = (
    "--min-hangul: method log_likelihood writes no answer whose Hangul could be counted; take --method=string_match, or"
    " leave the gate out"
)
_MINIMUMS = ("min_accuracy", "min_hangul")


def gate_settings(raw: RawOptions) -> GateSettings:
    """Make the gates' settings from options as typed; None, a missing name and an empty list mean "not given".

    Raises:
        UsageError: A value is malformed or out of range.
    """
    read = {name: BY_NAME[name].read(raw) for name in GateSettings.model_fields}
    for name in _MINIMUMS:
        read[name] = tuple(Minimum(subset=subset, threshold=least) for subset, least in read[name])
    return GateSettings(**read)
