"""Whether a model finds the data's own order of the rows likelier than others: then it has seen the data set.

Source: Y. Oren et al., "Proving test set contamination in black-box language models", arXiv:2310.17623 (2023): rows
that may stand in any order are likelier in the order in which they were published only where that was in training.
Rows that are sorted or grouped may not stand in any order, and nothing here can tell.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import product
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.estimates import mean_standard_error, student_point
from pytest_haerae.statistics.student import student_tail

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]
_Number = Annotated[float, Field(allow_inf_nan=False)]

EXCHANGES = 9999
"""Exchanges that are drawn where there are more."""


class Shard(NamedTuple):
    """Neighbouring rows as one text.

    Attributes:
        rows: How many.
        own: The log-likelihood of the text in the data's order.
        others: Those of the same rows in other orders, at least one.
    """

    rows: int
    own: float
    others: Sequence[float]

    @property
    def difference(self) -> float:
        """By how much the data's order is likelier than the others on average."""
        return self.own - math.fsum(self.others) / len(self.others)


class RowOrderProbe(TypedDict):
    """How likely the data's own order of the rows is beside others."""

    k: _Count
    """The other orders of each shard that were asked for."""
    shards: _Count
    """Runs of neighbouring rows whose orders were compared."""
    rows: _Count
    """Their rows."""
    errors: _Count
    """Texts that got no answer, or were too long for the model; their shards are compared in what is left."""
    difference: _Number | None
    """The mean over the shards of the log-likelihood in the data's order minus the mean of the others (natural
    logarithm); null without shards."""
    ci95: Annotated[list[_Number], Field(min_length=2, max_length=2)] | None
    """Its 95% interval, by Student's distribution; null below two shards."""
    p_value: _Share | None
    """One-sided, exact: of all exchanges of the orders within each shard, those that are as likely; of very many a
    sample. It holds where the rows are in no order of their own."""
    t_p_value: _Share | None
    """One-sided, of Student's test over the shards, as in the paper; null below two shards."""


def probe_of_row_order(shards: Sequence[Shard], k: int, errors: int) -> RowOrderProbe:
    """Tell whether the data's own order of the rows is likelier than others.

    Args:
        shards: The shards.
        k: The other orders of each shard that were asked for.
        errors: Texts that got no answer.
    """
    differences = [shard.difference for shard in shards]
    mean = math.fsum(differences) / len(differences) if differences else None
    spread, freedom = mean_standard_error(differences), len(differences) - 1
    half = None if spread is None else spread * student_point(freedom)
    return {
        "k": k,
        "shards": len(shards),
        "rows": sum(shard.rows for shard in shards),
        "errors": errors,
        "difference": mean,
        "ci95": None if half is None or mean is None else [mean - half, mean + half],
        "p_value": exchange_p_value(shards) if shards else None,
        "t_p_value": student_tail(mean / spread, freedom) if spread and mean is not None else None,
    }


def exchange_p_value(shards: Sequence[Shard]) -> float:
    """P-value that the data's orders are as likely as they are, if none of a shard's orders is anything special.

    Any of a shard's orders could have been the data's, then. Of up to `EXCHANGES` + 1 choices of one order a shard all
    are looked at; of more so many are drawn, and the data's own is one of them.

    Args:
        shards: The shards, at least one.
    """
    # By how much each order is above the shard's mean: a sum is then that of the choice alone.
    every = [(shard.own, *shard.others) for shard in shards]
    above = [[value - math.fsum(values) / len(values) for value in values] for values in every]
    own = math.fsum(values[0] for values in above)
    least = own - 1e-9 * max(1.0, abs(own))
    if math.prod(map(len, above)) <= EXCHANGES + 1:
        sums = [math.fsum(choice) for choice in product(*above)]
        return sum(each >= least for each in sums) / len(sums)
    drawn = random.Random(len(shards))  # noqa: S311 - no secret
    as_likely = sum(sum(drawn.choice(values) for values in above) >= least for _ in range(EXCHANGES))
    return (1 + as_likely) / (1 + EXCHANGES)
