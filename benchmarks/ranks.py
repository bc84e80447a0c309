"""How often a ranking errs: simulated models, ranked by what ranks real ones.

First 20 equal models answer 153 items in each of 13 subsets: how often some pair is told apart, on all items, and on
some subset; both are families of their own, so either happens at most as often as the significance says. Then the same
with one model that is 10 points better, on 1,538 items: how often it is alone at the top, better than each of the
others. What an item is worth varies as a beta distribution does, with an intra-class correlation of 0.2: a model's
answers to it are alike by so much.

Bounds: a share of errors is out of them where its 99.9% lower bound is; power is held as it stands.

usage: python -m benchmarks.ranks [--runs 1000] [--models 20] [--seed 0]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy
from numpy.typing import NDArray

from pytest_haerae.statistics.margins import binary_drops, change_p_value
from pytest_haerae.statistics.ranks import PairTest, adjusted, better_pairs, groups_of, rank_intervals

SUBSETS, ITEMS, ENOUGH_ITEMS = 13, 153, 1538
ACCURACY, CORRELATION, BETTER = 0.6, 0.2, 0.1
SIGNIFICANCE, LEAST_ALONE = 0.05, 0.9
SURE = 3.09
"""Standard deviations: a one-sided level of 0.1%."""

Right = NDArray[numpy.bool_]
"""Models by items: whether each is right."""


@dataclass(frozen=True)
class World:
    """Items, and models that answer them.

    Attributes:
        models: How many there are.
        generator: Where chance comes from.
    """

    models: int
    generator: numpy.random.Generator

    def answers(self, items: int, better: float = 0.0) -> Right:
        """What the models answer; the first is better by as many points, each of its answers with the same chance."""
        sharpness = 1 / CORRELATION - 1
        chances = self.generator.beta(ACCURACY * sharpness, (1 - ACCURACY) * sharpness, items)
        each = numpy.tile(chances, (self.models, 1))
        # Of what the others do not know it knows a part, so that it is better by so much in the mean.
        each[0] += (1 - chances) * better / (1 - ACCURACY)
        return self.generator.random((self.models, items)) < each


@lru_cache(maxsize=100_000)
def p_value(lost: int, gained: int, n: int) -> float:
    """That of the ranking's test."""
    return change_p_value(binary_drops(lost, gained, n))


def tests_of(right: Right) -> list[PairTest]:
    """All pairs of models."""
    numbers = right.astype(numpy.int32)
    only = numbers @ (1 - numbers).T
    n = right.shape[1]
    return [
        PairTest(one, other, (first - second) / n, p_value(second, first, n))
        for one in range(len(right))
        for other in range(one + 1, len(right))
        for first, second in ((int(only[one, other]), int(only[other, one])),)
    ]


def told_apart(tables: Sequence[Sequence[PairTest]]) -> list[set[tuple[int, int]]]:
    """The pairs of each table that are told apart, all tables being one family."""
    p_values = adjusted(tables)
    return [better_pairs(tests, each, SIGNIFICANCE) for tests, each in zip(tables, p_values, strict=True)]


def errs(world: World) -> tuple[bool, bool]:
    """Whether some of equal models are told apart: on all items, and on some subset."""
    parts = [world.answers(ITEMS) for _ in range(SUBSETS)]
    (whole,) = told_apart([tests_of(numpy.concatenate(parts, axis=1))])
    return bool(whole), any(told_apart([tests_of(part) for part in parts]))


def is_alone(world: World) -> bool:
    """Whether the better model is the first for certain, and in a group of its own."""
    (better,) = told_apart([tests_of(world.answers(ENOUGH_ITEMS, BETTER))])
    certain = rank_intervals(world.models, better)[0] == (1, 1)
    # The better one is the first of the models, and so of their order.
    return certain and [group for group in groups_of(world.models, better) if 0 in group] == [[0]]


@dataclass
class Table:
    """Prints a line a situation, and remembers whether all were within their bounds.

    Attributes:
        kept: Whether they were.
    """

    kept: bool = True

    def line(self, label: str, hits: int, runs: int, *, most: float = 1.0, least: float = 0.0) -> None:
        """Print one line.

        Args:
            label: The situation.
            hits: In how many runs it happened.
            runs: Of how many.
            most: The largest share of them.
            least: The least.
        """
        share = hits / runs
        lower = share - SURE * (share * (1 - share) / runs) ** 0.5
        kept = lower <= most and share >= least
        self.kept &= kept
        bound = f"at most {most:.0%}" if most < 1 else f"at least {least:.0%}"
        print(f"| {label} | {share:.1%} | {bound} |{'' if kept else ' NOT KEPT'}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a situation; exit code 1 if one is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--models", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    table, runs = Table(), given.runs
    print("| situation | share | bound |\n|---|---:|---|")
    equal = World(given.models, numpy.random.default_rng([given.seed, 0]))
    errors = [errs(equal) for _ in range(runs)]
    label = f"{given.models} equal models, {SUBSETS} subsets of {ITEMS} items: some pair told apart"
    table.line(f"{label} on all items", sum(whole for whole, _ in errors), runs, most=SIGNIFICANCE)
    table.line(f"{label} on some subset", sum(part for _, part in errors), runs, most=SIGNIFICANCE)
    better = World(given.models, numpy.random.default_rng([given.seed, 1]))
    label = f"one of them {100 * BETTER:g} points better, {ENOUGH_ITEMS} items: alone at the top"
    table.line(label, sum(is_alone(better) for _ in range(runs)), runs, least=LEAST_ALONE)
    raise SystemExit(0 if table.kept else 1)


if __name__ == "__main__":
    main()
