"""The share of Hangul in the answers of a report, from what its samples say of it."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_haerae.statistics.estimate import FurtherScore, mean_of
from pytest_haerae.statistics.pairing import ANSWERED, Outline


def hangul_of_outlines(samples: Iterable[Outline]) -> FurtherScore:
    """The metric `hangul` of some samples; nothing where none of them has a share.

    Args:
        samples: Samples of a report, as it was written.
    """
    shares = [sample.hangul for sample in samples if sample.outcome in ANSWERED and sample.hangul is not None]
    return {"hangul": mean_of(shares)} if shares else {}
