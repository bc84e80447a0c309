"""Further metrics as a report has them: each with its standard error, its interval and the items that it is of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.estimates import (
    mean_interval,
    mean_standard_error,
    standard_error,
    wilson_interval,
)

_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Signed = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class MetricEstimate(TypedDict):
    """A metric of some items: a share of 0 to 1, but where its name says otherwise."""

    value: _Amount
    stderr: _Amount | None
    """Its standard error; null below n = 2, of KoBBQ's metrics below two templates."""
    ci95: Annotated[list[_Amount], Field(min_length=2, max_length=2)]
    """Its 95% interval, low and high."""
    n: Annotated[int, Field(ge=1)]
    """The items that it is of."""


class DifferenceEstimate(TypedDict):
    """A difference of two shares, from -1 to 1."""

    value: _Signed
    stderr: _Amount | None
    """Its standard error; null below two templates."""
    ci95: Annotated[list[_Signed], Field(min_length=2, max_length=2)]
    """Its 95% interval, low and high."""
    n: Annotated[int, Field(ge=1)]
    """The items that it is of."""


class FurtherScore(TypedDict, total=False):
    """What stands in a score beside the accuracy, where there are such items and it is asked for."""

    acc_norm: MetricEstimate
    """The accuracy by log-likelihoods over the characters of what was scored; left out where all are equally long."""
    acc_bytes: MetricEstimate
    """The accuracy by log-likelihoods over the bytes (UTF-8) of what was scored; left out likewise."""
    macro_f1: MetricEstimate
    """The mean of the labels' F1 scores; of several subsets their mean, weighted by their items."""
    correct_given_attempted: MetricEstimate
    """The share of right answers among those that are right or wrong; left out where there are none."""
    simpleqa_f1: MetricEstimate
    """The harmonic mean of the share of right answers among all and among those that are right or wrong."""
    inst_level_strict_acc: MetricEstimate
    """IFEval: the share of instructions that are followed, by answers as they stand."""
    prompt_level_loose_acc: MetricEstimate
    """IFEval: the share of answers that follow each of their instructions by one of eight variants."""
    inst_level_loose_acc: MetricEstimate
    """IFEval: the share of instructions that are followed by one of eight variants of the answer."""
    hangul: MetricEstimate
    """The mean share of Hangul in the letters of generated answers; of those that have letters."""
    language_penalizer_average: MetricEstimate
    """The share of answers that langdetect takes for ones in the language that is asked for."""
    accuracy_ambiguous: MetricEstimate
    """Of KoBBQ: the accuracy where the context does not tell the answer, among the answers that chose an option."""
    accuracy_disambiguated: MetricEstimate
    """The like where the context tells it."""
    diff_bias_ambiguous: DifferenceEstimate
    """Of KoBBQ, from -1 to 1: answers that follow the prejudice minus those against it, where the context is silent."""
    diff_bias_disambiguated: DifferenceEstimate
    """From -1 to 1: the accuracy where the context agrees with the prejudice minus that where it contradicts it."""
    bits_per_byte: MetricEstimate
    """Of texts alone: the bits that a byte takes, a number from 0."""
    byte_perplexity: MetricEstimate
    """Of texts alone: the perplexity of a byte, a number from 1."""
    word_perplexity: MetricEstimate
    """Of texts alone: the perplexity of what stands between white space, a number from 1."""


SHARES = frozenset(
    {
        *("acc_norm", "acc_bytes", "macro_f1", "correct_given_attempted", "simpleqa_f1"),
        *("inst_level_strict_acc", "prompt_level_loose_acc", "inst_level_loose_acc"),
        *("hangul", "language_penalizer_average"),
        *("accuracy_ambiguous", "accuracy_disambiguated", "diff_bias_ambiguous", "diff_bias_disambiguated"),
    }
)
"""Those that are shares, or differences of shares; the others are numbers of their own."""
FURTHER: tuple[str, ...] = tuple(FurtherScore.__annotations__)
"""Their names, in the report's order."""


def further_of(score: FurtherScore) -> dict[str, MetricEstimate]:
    """The further metrics that a score has, by name, in the report's order."""
    found: dict[str, MetricEstimate | None] = {
        "acc_norm": score.get("acc_norm"),
        "acc_bytes": score.get("acc_bytes"),
        "macro_f1": score.get("macro_f1"),
        "correct_given_attempted": score.get("correct_given_attempted"),
        "simpleqa_f1": score.get("simpleqa_f1"),
        "inst_level_strict_acc": score.get("inst_level_strict_acc"),
        "prompt_level_loose_acc": score.get("prompt_level_loose_acc"),
        "inst_level_loose_acc": score.get("inst_level_loose_acc"),
        "hangul": score.get("hangul"),
        "language_penalizer_average": score.get("language_penalizer_average"),
        "accuracy_ambiguous": score.get("accuracy_ambiguous"),
        "accuracy_disambiguated": score.get("accuracy_disambiguated"),
        "diff_bias_ambiguous": score.get("diff_bias_ambiguous"),
        "diff_bias_disambiguated": score.get("diff_bias_disambiguated"),
        "bits_per_byte": score.get("bits_per_byte"),
        "byte_perplexity": score.get("byte_perplexity"),
        "word_perplexity": score.get("word_perplexity"),
    }
    return {name: each for name, each in found.items() if each is not None}


def share_of(right: Sequence[bool]) -> MetricEstimate:
    """How many of some items are right, as the accuracy is told: with Wilson's interval.

    Args:
        right: Whether each is, at least one.
    """
    count, n = sum(right), len(right)
    return {
        "value": count / n,
        "stderr": standard_error(count, n),
        "ci95": list(wilson_interval(count, n) or ()),
        "n": n,
    }


def mean_of(values: Sequence[float]) -> MetricEstimate:
    """The mean of values from 0 to 1, one an item, at least one."""
    mean = sum(values) / len(values)
    return {
        "value": mean,
        "stderr": mean_standard_error(values),
        "ci95": list(mean_interval(values) or ()),
        "n": len(values),
    }


def ratio_of(pairs: Sequence[tuple[int, int]]) -> MetricEstimate | None:
    """The ratio of two sums over items, with the standard error of the delta method; None where it is over nothing.

    The interval is Wilson's of as many zeros and ones as are as uncertain.

    Args:
        pairs: What each item adds to the sum above and to that below.
    """
    n, whole = len(pairs), sum(below for _, below in pairs)
    if not whole:
        return None
    value = sum(above for above, _ in pairs) / whole
    squares = math.fsum(((above - value * below) / whole) ** 2 for above, below in pairs)
    spread = math.sqrt(squares * n / (n - 1)) if n > 1 else 0.0
    size = value * (1 - value) / spread**2 if spread else float(n)
    interval = wilson_interval(value * size, size) or (value, value)
    return {"value": value, "stderr": spread if n > 1 else None, "ci95": list(interval), "n": n}
