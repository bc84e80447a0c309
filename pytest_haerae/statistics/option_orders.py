"""What a model's answers have to do with the order of the options."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations, product, zip_longest
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.run.ways import LeftOut
from pytest_haerae.statistics.chi_square import sums_p_value
from pytest_haerae.statistics.estimate import MetricEstimate, mean_of, share_of
from pytest_haerae.types import LETTERS

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]

ENOUGH = 30
"""Items that an exchange changes from which the chi-square distribution is near enough."""
EXCHANGES = 4999
"""Exchanges that are drawn where there are more."""
_FEW = 5
_NOTHING = 1e-9


class InOrder(NamedTuple):
    """The answer to an item in one order of its options.

    Attributes:
        order: For each place the option, by its place in the data's order, that stands there.
        right: Whether the answer is right.
        chosen: The place that was chosen; None where none could be read.
    """

    order: Sequence[int]
    right: bool
    chosen: int | None


class Position(TypedDict):
    """How often the option at one place is chosen, in the orders in which one was."""

    label: str
    """The label of the place."""
    chosen: MetricEstimate
    """The share; its items are clusters of their orders."""
    even: _Share
    """The share if what is chosen had nothing to do with the place."""


class OrdersProbe(TypedDict):
    """What changes with the order of the options."""

    k: _Count
    """The orders that were asked for, the data's own among them; an item with fewer has all that there are."""
    n: _Count
    """Items that were answered in several orders; the numbers are theirs."""
    answers: _Count
    """Their answers in all orders."""
    errors: _Count
    """Further orders that got no answer."""
    left_out: dict[LeftOut, _Count]
    """Items that are not asked in other orders, by the reason."""
    accuracy: MetricEstimate | None
    """The accuracy over all orders, each item once; null where there are no items."""
    own: _Share | None
    """The accuracy of the same items in the data's own order."""
    same_option: MetricEstimate | None
    """Of the items that were answered in all their orders, the share of which the same option, wherever it stood, was
    chosen in each; null where there are none."""
    positions: list[Position]
    p_value: _Share | None
    """That the places of what is chosen are as uneven as they are, if the place decided nothing; null where none was
    chosen."""


def probe_of_orders(
    items: Sequence[Sequence[InOrder | None]], k: int, left_out: Mapping[LeftOut, int], errors: int
) -> OrdersProbe:
    """Tell what changes with the order of the options.

    Args:
        items: Of each item its answers, in the data's order first; None for one that there is not.
        k: The orders that were asked for.
        left_out: Items that are left out, by the reason.
        errors: Further orders that got no answer.
    """
    asked = [each for each in items if sum(map(bool, each)) > 1]
    several = [[answer for answer in each if answer is not None] for each in asked]
    own = [each[0].right for each in asked if each[0] is not None]
    chosen = [[(answer.order, answer.chosen) for answer in answers if answer.chosen is not None] for answers in several]
    places = [Choices.of(each) for each in chosen if each]
    whole = [answers for answers, each in zip(several, asked, strict=True) if len(answers) == len(each)]
    return {
        "k": k,
        "n": len(several),
        "answers": sum(map(len, several)),
        "errors": errors,
        "left_out": dict(left_out),
        "accuracy": mean_of([sum(each.right for each in one) / len(one) for one in several]) if several else None,
        "own": sum(own) / len(own) if own else None,
        "same_option": share_of([_is_same(answers) for answers in whole]) if whole else None,
        "positions": list(_positions(places)),
        "p_value": place_p_value(places) if places else None,
    }


def _is_same(answers: Sequence[InOrder]) -> bool:
    """Whether the same option was chosen each time; an answer that cannot be read is none."""
    contents = {None if answer.chosen is None else answer.order[answer.chosen] for answer in answers}
    return len(contents) == 1 and None not in contents


class Choices(NamedTuple):
    """The places that were chosen in an item's orders, and what they would be if the place decided nothing.

    If it decides nothing, the options that were chosen are the same whichever order they were chosen in: any of them
    could have been chosen in any of the item's orders. What is even is the mean over all such exchanges, so that an
    option that is chosen because it is right favours no place.

    Attributes:
        counts: How often each place was chosen.
        even: The mean of that over all exchanges of the options chosen among the orders.
        covariance: Its covariance over them.
        answers: The order of each answer and the place that was chosen.
    """

    counts: Sequence[int]
    even: Sequence[float]
    covariance: Sequence[Sequence[float]]
    answers: Sequence[tuple[Sequence[int], int]]

    @property
    def varies(self) -> bool:
        """Whether an exchange can change how often a place is chosen."""
        return any(row[place] > _NOTHING for place, row in enumerate(self.covariance))

    @classmethod
    def of(cls, answers: Sequence[tuple[Sequence[int], int]]) -> Choices:
        """The places of the answers to one item.

        Source: the mean and the covariance of sums over random permutations: W. Hoeffding, "A combinatorial central
        limit theorem", Annals of Mathematical Statistics 22 (1951).

        Args:
            answers: The order of each answer and the place that was chosen, at least one.
        """
        k, n = len(answers), len(answers[0][0])
        counts = [0] * n
        for _, place in answers:
            counts[place] += 1
        options = [order[place] for order, place in answers]
        # At which place each option that was chosen stands in each order.
        stands = [[order.index(option) for option in options] for order, _ in answers]
        cells: list[list[float]] = []
        even = []
        for place in range(n):
            rows = [sum(at == place for at in row) / k for row in stands]
            columns = [sum(row[column] == place for row in stands) / k for column in range(k)]
            mean = sum(rows) / k
            even.append(mean * k)
            cells.append(
                [
                    (at == place) - rows[number] - columns[column] + mean
                    for number, row in enumerate(stands)
                    for column, at in enumerate(row)
                ]
            )
        shared = max(k - 1, 1)
        covariance = [
            [math.fsum(a * b for a, b in zip(one, other, strict=True)) / shared for other in cells] for one in cells
        ]
        return cls(counts, even, covariance, answers)


def _positions(places: Sequence[Choices]) -> Iterator[Position]:
    for place in range(max((len(each.counts) for each in places), default=0)):
        having = [each for each in places if len(each.counts) > place]
        yield {
            "label": LETTERS[place],
            "chosen": mean_of([each.counts[place] / sum(each.counts) for each in having]),
            "even": min(1.0, math.fsum(each.even[place] / sum(each.counts) for each in having) / len(having)),
        }


def place_p_value(places: Sequence[Choices]) -> float:
    """P-value that the places chosen are as uneven as they are, if the place decided nothing.

    Source: J. R. Landis, E. R. Heyman and G. G. Koch, "Average partial association in three-way contingency tables",
    International Statistical Review 46 (1978): the counts of all items, each permuted by itself, against their mean.

    Below `ENOUGH` items that an exchange changes, the chi-square distribution finds too much; then it is the share of
    the exchanges that are as uneven: of all of them, or of `EXCHANGES` that are drawn and the one that was found.

    Args:
        places: What was chosen in each item's orders.
    """
    varying = [each for each in places if each.varies]
    if not varying:
        return 1.0
    n = max(len(each.counts) for each in varying)
    even, covariance = [0.0] * n, [[0.0] * n for _ in range(n)]
    for each in varying:
        for place, mean in enumerate(each.even):
            even[place] += mean
            for other, value in enumerate(each.covariance[place]):
                covariance[place][other] += value

    @cache
    def p_value(counts: tuple[int, ...]) -> float:
        return sums_p_value([count - mean for count, mean in zip(counts, even, strict=True)], covariance)

    found = p_value(_added([each.counts for each in varying]))
    if len(varying) >= ENOUGH:
        return found
    # As uneven, but for rounding.
    most = found * (1 + _NOTHING)
    several = [math.factorial(len(each.answers)) for each in varying]
    if math.prod(several) <= EXCHANGES + 1:
        every = [p_value(_added(choice)) <= most for choice in product(*map(_exchanges, varying))]
        return sum(every) / len(every)
    drawn = random.Random(len(varying))  # noqa: S311 - no secret
    as_uneven = sum(p_value(_added(choice)) <= most for choice in _drawn(varying, drawn))
    return (1 + as_uneven) / (1 + EXCHANGES)


def _added(counts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip_longest(*counts, fillvalue=0)))


def _exchanges(each: Choices) -> list[tuple[int, ...]]:
    """How often each place is chosen in every exchange of an item's options among its orders."""
    options = [order[place] for order, place in each.answers]
    return [_counts(each, exchanged) for exchanged in permutations(options)]


def _drawn(varying: Sequence[Choices], drawn: random.Random) -> Iterator[list[tuple[int, ...]]]:
    """As many exchanges of all items as are drawn."""
    # Of few answers all exchanges are listed once, of more each is made as it is drawn.
    listed = [_exchanges(each) if len(each.answers) <= _FEW else None for each in varying]
    options = [[order[place] for order, place in each.answers] for each in varying]
    for _ in range(EXCHANGES):
        yield [
            drawn.choice(every) if every else _counts(each, drawn.sample(some, len(some)))
            for each, every, some in zip(varying, listed, options, strict=True)
        ]


def _counts(each: Choices, options: Sequence[int]) -> tuple[int, ...]:
    counts = [0] * len(each.counts)
    for (order, _), option in zip(each.answers, options, strict=True):
        counts[order.index(option)] += 1
    return tuple(counts)
