"""How likely a model finds texts, as lm-evaluation-harness tells it: per byte and per word."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pytest_haerae.statistics.estimate import MetricEstimate
from pytest_haerae.statistics.estimates import Z95

_SPACE = re.compile(r"\s+")
_MOST_NATS = 600.0


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its log-likelihood (natural logarithm)."""

    text: str
    loglikelihood: float

    @property
    def bytes(self) -> int:
        """Its length in UTF-8."""
        return len(self.text.encode("utf-8", "surrogatepass"))

    @property
    def words(self) -> int:
        """What stands between white space, as the harness counts it: also before the first and behind the last."""
        return len(_SPACE.split(self.text))


def bits_per_byte(texts: Sequence[Text]) -> MetricEstimate:
    """The bits that a byte of the texts takes: the sum of log-likelihoods over that of bytes, in bits."""
    return _scaled(_per_unit(texts, lambda text: text.bytes), lambda value: value / math.log(2))


def byte_perplexity(texts: Sequence[Text]) -> MetricEstimate:
    """The perplexity of a byte: e to the power of the log-likelihoods' sum over that of bytes, negated."""
    return _scaled(_per_unit(texts, lambda text: text.bytes), _perplexity)


def word_perplexity(texts: Sequence[Text]) -> MetricEstimate:
    """The perplexity of a word (eojeol)."""
    return _scaled(_per_unit(texts, lambda text: text.words), _perplexity)


def _perplexity(nats: float) -> float:
    """E to that power; what no number can hold is the largest that is told."""
    return math.exp(min(nats, _MOST_NATS))


@dataclass(frozen=True, slots=True)
class _Rate:
    """Nats a unit, their standard error (None for one text), and how many texts they are of."""

    value: float
    spread: float | None
    n: int


def _per_unit(texts: Sequence[Text], units: Callable[[Text], int]) -> _Rate:
    """The ratio of two sums over texts, and its standard error.

    Source: the ratio estimator's variance by linearisation; W. G. Cochran, "Sampling Techniques" (1977), 6.4.
    """
    n, total = len(texts), sum(map(units, texts))
    value = -math.fsum(text.loglikelihood for text in texts) / total
    if n < 2:  # noqa: PLR2004 - the variance needs two
        return _Rate(value, None, n)
    squares = math.fsum((-text.loglikelihood - value * units(text)) ** 2 for text in texts)
    return _Rate(value, math.sqrt(squares * n / (n - 1)) / total, n)


def _scaled(rate: _Rate, scale: Callable[[float], float]) -> MetricEstimate:
    """What a rate is in another unit; its interval is the normal one of the rate, scaled likewise."""
    spread = rate.spread or 0.0
    low, high = max(0.0, rate.value - Z95 * spread), rate.value + Z95 * spread
    value = scale(rate.value)
    # The slope of both scales at the value: a constant, and the perplexity itself.
    slope = value if scale is _perplexity else scale(1.0)
    stderr = None if rate.spread is None else slope * rate.spread
    return {"value": value, "stderr": stderr, "ci95": [scale(low), scale(high)], "n": rate.n}
