"""How often a judge errs, and its score corrected for that with labels of items from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pytest_haerae.statistics.estimates import Z95, wilson_interval
from pytest_haerae.statistics.judged import Correction, JudgeError, Labelled, not_corrected


class _Rate(NamedTuple):
    """How many of n answers the judge called what they are."""

    hits: float
    n: int

    @property
    def share(self) -> float:
        return self.hits / self.n

    @property
    def smoothed(self) -> float:
        """The share with one hit and one miss more."""
        return (self.hits + 1) / (self.n + 2)

    @property
    def variance(self) -> float:
        return self.smoothed * (1 - self.smoothed) / (self.n + 2)


def _rates(pairs: Sequence[Labelled]) -> tuple[_Rate, _Rate]:
    """Of right answers and of wrong ones."""
    right = [pair.verdict for pair in pairs if pair.label == 1]
    wrong = [1 - pair.verdict for pair in pairs if pair.label == 0]
    return _Rate(sum(right), len(right)), _Rate(sum(wrong), len(wrong))


def judge_error(pairs: Sequence[Labelled]) -> JudgeError:
    """A judge's sensitivity and specificity with their intervals.

    Args:
        pairs: Verdicts and labels, all of them 0 or 1.
    """
    right, wrong = _rates(pairs)
    sensitivity, specificity = wilson_interval(*right), wilson_interval(*wrong)
    return {
        "sensitivity": right.share if right.n else None,
        "sensitivity_ci95": list(sensitivity) if sensitivity else None,
        "specificity": wrong.share if wrong.n else None,
        "specificity_ci95": list(specificity) if specificity else None,
        "right": right.n,
        "wrong": wrong.n,
    }


def rogan_gladen(verdicts: Sequence[float], pairs: Sequence[Labelled]) -> Correction:
    """The share of right answers, of the judge's share and of how often the judge errs on answers from elsewhere.

    With P the share of verdicts that say right, Se the sensitivity and Sp the specificity it is
    (P + Sp - 1) / (Se + Sp - 1), kept from 0 to 1. It holds where the judge errs on these answers as often as on those:
    where their models, questions or languages differ much it may not, and nothing in the numbers would tell.

    The interval, with z = 1.96: P' = (x + z²/2) / (N + z²) of x of N verdicts, N' = N + z²; Se' = (a + 1) / (A + 2) of
    a of A right answers, A' = A + 2; Sp' = (b + 1) / (B + 2) of b of B wrong ones, B' = B + 2;
    π = (P' + Sp' - 1) / J with J = Se' + Sp' - 1. Its ends are π + d ± z s, with

        s² = (P' (1 - P') / N' + π² Se' (1 - Se') / A' + (1 - π)² Sp' (1 - Sp') / B') / J²
        d = 2 z² (π Se' (1 - Se') / A' - (1 - π) Sp' (1 - Sp') / B')

    kept from 0 to 1, and moved to the estimate where that lies outside. The standard error is s. Items are taken as
    independent of each other. The target is the accuracy on the population that the items are drawn from.

    Source: W. J. Rogan and B. Gladen, American Journal of Epidemiology 107 (1978), for the estimate; Z. Lang and
    J. Reiczigel, "Confidence limits for prevalence of disease adjusted for estimated sensitivity and specificity",
    Preventive Veterinary Medicine 113 (2014), for the interval.

    Args:
        verdicts: The judge's verdicts on this run's items, all of them 0 or 1.
        pairs: Its verdicts on other answers and their labels, all of them 0 or 1.

    Returns:
        The correction; without numbers, with the reason, where there are no labels of one kind, verdicts or labels are
        partial scores, or the judge is no better than chance.
    """
    n, (right, wrong) = len(verdicts), _rates(pairs)
    values = {*verdicts, *(value for pair in pairs for value in pair)}
    if reason := _obstacle(n, right, wrong, partial=not values <= {0, 1}):
        return not_corrected("rogan_gladen", n, len(pairs), reason)
    size, better = n + Z95**2, right.smoothed + wrong.smoothed - 1
    share = (sum(verdicts) + Z95**2 / 2) / size
    centre = (share + wrong.smoothed - 1) / better
    of_right, of_wrong = centre * right.variance, (1 - centre) * wrong.variance
    spread = math.sqrt(share * (1 - share) / size + centre * of_right + (1 - centre) * of_wrong) / better
    centre += 2 * Z95**2 * (of_right - of_wrong)
    accuracy = _kept((sum(verdicts) / n + wrong.share - 1) / (right.share + wrong.share - 1))
    low, high = _kept(centre - Z95 * spread), _kept(centre + Z95 * spread)
    return {
        "method": "rogan_gladen",
        "accuracy": accuracy,
        "stderr": spread,
        "ci95": [min(accuracy, low), max(accuracy, high)],
        "n": n,
        "labels": len(pairs),
        "reason": "",
    }


def _obstacle(n: int, right: _Rate, wrong: _Rate, *, partial: bool) -> str:
    """Why the score cannot be corrected; empty where it can."""
    if not n:
        return "no item was judged"
    if partial:
        return "verdicts or labels are partial scores: sensitivity and specificity are of right and wrong answers"
    if not right.n or not wrong.n:
        return f"no label says {'wrong' if right.n else 'right'}: both kinds are needed"
    if min(right.share + wrong.share, right.smoothed + wrong.smoothed) > 1:
        return ""
    return (
        f"by its labels the judge is hardly better than chance: it calls {right.share:.0%} of the right answers and "
        f"{1 - wrong.share:.0%} of the wrong ones right"
    )


def _kept(value: float) -> float:
    return min(1.0, max(0.0, value))
