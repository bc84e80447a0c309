"""Sampled tokens against the softmax after the same filters: what a filter leaves, and whether draws agree with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import chisquare

Probabilities = npt.NDArray[np.float64]
DRAWS = 2_000
_LEAST_EXPECTED = 5
_LEAST_P = 1e-4


def top_k(probabilities: Probabilities, count: float) -> npt.NDArray[np.bool_]:
    """The likeliest so many."""
    least: np.float64 = np.sort(probabilities)[-int(count)]
    return probabilities >= least


def top_p(probabilities: Probabilities, share: float) -> npt.NDArray[np.bool_]:
    """The likeliest that have this share together."""
    return _fewest(probabilities, -probabilities, share)


def min_p(probabilities: Probabilities, share: float) -> npt.NDArray[np.bool_]:
    """Those that are at least this share of the likeliest."""
    least: np.float64 = share * probabilities.max()
    return probabilities >= least


def typical_p(probabilities: Probabilities, share: float) -> npt.NDArray[np.bool_]:
    """Those nearest to the expected information that have this share together (Meister et al., 2022)."""
    with np.errstate(divide="ignore"):
        information = -np.log(probabilities)
    expected = float(np.sum(probabilities * np.where(probabilities > 0, information, 0)))
    return _fewest(probabilities, np.abs(information - expected), share)


def _fewest(probabilities: Probabilities, order: Probabilities, share: float) -> npt.NDArray[np.bool_]:
    ranked = np.argsort(order, kind="stable")
    before = np.cumsum(probabilities[ranked]) - probabilities[ranked]
    kept = np.zeros(len(probabilities), dtype=np.bool_)
    kept[ranked[before < share]] = True
    return kept


_FILTERS: Mapping[str, Callable[[Probabilities, float], npt.NDArray[np.bool_]]] = {
    "top_k": top_k,
    "top_p": top_p,
    "min_p": min_p,
    "typical_p": typical_p,
}


def softmax(logits: Probabilities) -> Probabilities:
    """Probabilities of logits."""
    shares = np.exp(logits - logits.max())
    probabilities: Probabilities = shares / shares.sum()
    return probabilities


def expected(logits: Probabilities, steps: Sequence[tuple[str, float]]) -> Probabilities:
    """The softmax after steps, in their order: ``temperature`` divides, a filter leaves some tokens."""
    logits = np.array(logits, dtype=np.float64)
    for name, value in steps:
        if name == "temperature":
            logits = logits / value
        else:
            logits[~_FILTERS[name](softmax(logits), value)] = -np.inf
    return softmax(logits)


def agree(tokens: Sequence[int], probabilities: Probabilities) -> None:
    """No token is outside, and their counts are those of the probabilities by a chi-square test."""
    counts = np.bincount(tokens, minlength=len(probabilities))
    assert not counts[probabilities == 0].any()
    wanted = probabilities * len(tokens)
    rare = wanted < _LEAST_EXPECTED
    cells, hopes = list(counts[~rare]), list(wanted[~rare])
    if wanted[rare].sum() > 0:
        cells.append(counts[rare].sum())
        hopes.append(wanted[rare].sum())
    assert len(cells) > 1
    assert chisquare(cells, hopes).pvalue > _LEAST_P
