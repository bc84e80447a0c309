"""What a model's answers have to do with the order of the options."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.run.ways import LeftOut
from pytest_haerae.statistics.chi_square import sums_p_value
from pytest_haerae.statistics.estimate import MetricEstimate, mean_of, share_of
from pytest_haerae.types import LETTERS

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]


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


class Spread(TypedDict):
    """The accuracies in the single orders, or by the single prompts, of the items answered in all of them."""

    n: _Count
    accuracies: list[_Share]
    """The run's own first."""
    range: _Share
    """The greatest minus the least."""
    deviation: _Share
    """Their standard deviation (of a sample)."""


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
    spread: Spread | None
    """The accuracies of the items that were answered in all k orders; null where there are none."""
    same_option: MetricEstimate | None
    """The share of items of which the same option, wherever it stood, was chosen in all orders."""
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
    several = [answers for each in items if len(answers := [answer for answer in each if answer is not None]) > 1]
    own = [each[0].right for each in items if each and each[0] is not None and sum(map(bool, each)) > 1]
    chosen = [[(answer.order, answer.chosen) for answer in answers if answer.chosen is not None] for answers in several]
    places = [Choices.of(each) for each in chosen if each]
    whole = [[answer.right for answer in each if answer] for each in items if len(each) == k and all(each)]
    return {
        "k": k,
        "n": len(several),
        "answers": sum(map(len, several)),
        "errors": errors,
        "left_out": dict(left_out),
        "accuracy": mean_of([sum(each.right for each in one) / len(one) for one in several]) if several else None,
        "own": sum(own) / len(own) if own else None,
        "spread": spread_of(whole),
        "same_option": share_of([_is_same(answers) for answers in several]) if several else None,
        "positions": list(_positions(places)),
        "p_value": place_p_value(places) if places else None,
    }


def spread_of(items: Sequence[Sequence[bool]]) -> Spread | None:
    """The accuracies in several ways of items that were answered in each of them; None for no items.

    Args:
        items: Of each item whether it was answered right in each way.
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
    """

    counts: Sequence[int]
    even: Sequence[float]
    covariance: Sequence[Sequence[float]]

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
        return cls(counts, even, covariance)


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

    Args:
        places: What was chosen in each item's orders.
    """
    n = max(len(each.counts) for each in places)
    sums, covariance = [0.0] * n, [[0.0] * n for _ in range(n)]
    for each in places:
        for place, (count, even) in enumerate(zip(each.counts, each.even, strict=True)):
            sums[place] += count - even
            for other, value in enumerate(each.covariance[place]):
                covariance[place][other] += value
    return sums_p_value(sums, covariance)
