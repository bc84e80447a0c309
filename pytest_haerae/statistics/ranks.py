"""Many models at once: which are told apart, between which ranks each lies, and which form a group.

All of it rests on the tests of pairs. Where these err in some pair with at most some chance (a family-wise error), so
does all that is said here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pytest_haerae.statistics.tests import holm
from pytest_haerae.types import LETTERS

Better = Collection[tuple[int, int]]
"""The pairs that are told apart, the better model first."""


class PairTest(NamedTuple):
    """Two models on the items that both have answered.

    Attributes:
        first: The one's place among the models.
        second: The other one's.
        difference: The accuracy of the first minus that of the second.
        p_value: Two-sided, of the null that they are equal.
    """

    first: int
    second: int
    difference: float
    p_value: float


def adjusted(tables: Sequence[Sequence[PairTest]]) -> list[list[float]]:
    """The adjusted p-values of the tests of several tables, which are one family.

    That some pair of some table has one of at most the significance though its models are equal happens at most as
    often as the significance says.

    Source: S. Holm, Scandinavian Journal of Statistics 6 (1979).

    Args:
        tables: The tests of each: of all items alone, or of each subset.
    """
    found = iter(holm([test.p_value for tests in tables for test in tests]))
    return [[next(found) for _ in tests] for tests in tables]


def better_pairs(tests: Sequence[PairTest], p_values: Sequence[float], significance: float) -> set[tuple[int, int]]:
    """The pairs of a table that are told apart, the better model first.

    Args:
        tests: The table's tests.
        p_values: What they come to in their family.
        significance: The family-wise error, 0 to 1.
    """
    return {
        (test.first, test.second) if test.difference > 0 else (test.second, test.first)
        for test, p_value in zip(tests, p_values, strict=True)
        if p_value <= significance and test.difference
    }


def rank_intervals(models: int, better: Better) -> list[tuple[int, int]]:
    """The best and the worst rank that each model may have, from 1.

    The best is one more than the number of models that are told to be better, the worst is the number of models
    without those that are told to be worse. Where no pair is wrongly told apart, all intervals hold at once.

    Source: D. Al Mohamad, J. J. Goeman and E. W. van Zwet, Biometrics 78 (2022).

    Args:
        models: How many there are.
        better: The pairs that are told apart.
    """
    above, below = [0] * models, [0] * models
    for winner, loser in better:
        above[loser] += 1
        below[winner] += 1
    return [(1 + over, models - under) for over, under in zip(above, below, strict=True)]


def groups_of(models: int, better: Better) -> list[list[int]]:
    """Groups of models of which no two are told apart; any two that are not told apart are together in one.

    To be told apart is not transitive: of three models the first and the last may differ while the one between differs
    from neither. So a model may be in several groups, and a group is no class: that two models share one says that
    this pair was not told apart, and nothing of other pairs. Each group is as large as it can be: whoever is not in it
    is told apart from one of its members. A model that is told apart from all others is a group of its own.

    The groups are found by going over the models from the best on: with each model, and the last one that it is not
    told apart from and shares no group with yet, all are taken in their order that fit with those taken before. There
    are never more groups than pairs and models together, in practice about as many as models.

    Source: the compact letter display: H.-P. Piepho, Journal of Computational and Graphical Statistics 13 (2004);
    that it is a cover of the pairs by cliques: J. Gramm et al., ALENEX (2006).

    Args:
        models: How many there are, the best first.
        better: The pairs that are told apart.
    """
    apart = {frozenset(pair) for pair in better}

    def fits(model: int, group: Sequence[int]) -> bool:
        return all(frozenset((model, member)) not in apart for member in group)

    found: list[list[int]] = []
    together: set[tuple[int, int]] = set()
    for one in range(models):
        # The model itself is the last of these, and is alone in a group where no other is left.
        for other in range(models - 1, one - 1, -1):
            if (one, other) in together or not fits(other, [one]):
                continue
            group = [*dict.fromkeys((one, other))]
            for each in range(models):
                if each not in group and fits(each, group):
                    group.append(each)
            group.sort()
            together |= {(low, high) for low in group for high in group if low <= high}
            found.append(group)
    return found


def letters_of(models: int, groups: Sequence[Sequence[int]]) -> list[str]:
    """Each model's groups as letters, the first group ``a``: two models share a letter where they share a group.

    After ``z`` come ``a1`` to ``z1``, then ``a2``; they stand apart then, as ``z a1``.
    """
    size = len(LETTERS)
    letters = [(LETTERS[n % size].lower() + str(n // size or ""), group) for n, group in enumerate(groups)]
    between = " " if len(groups) > size else ""
    return [between.join(letter for letter, group in letters if model in group) for model in range(models)]
