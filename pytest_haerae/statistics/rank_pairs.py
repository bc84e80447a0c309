"""All pairs of many reports, item by item: the pairs that `pairing` makes of two, each report gone over once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Literal, NamedTuple

from pytest_haerae.statistics.margins import Drops, change_interval, change_p_value, drop_of, is_binary
from pytest_haerae.statistics.pairing import ANSWERED, Outline, PairedCounts, has_several, identify_all, pair
from pytest_haerae.types import Outcome, grouped

Kind = Literal["total", "benchmark", "subset"]
_CACHED = 100_000


class Part(NamedTuple):
    """Some of the items: all, those of one of several benchmarks, or those of a subset."""

    kind: Kind
    name: str = ""


ALL = Part("total")


@dataclass(slots=True)
class PairedModels:
    """Two models on the items that both have answered, as `compare` has them with the second one's report first.

    Attributes:
        n: These items.
        first_only: Those that the first alone has right.
        second_only: Those that the second alone has right.
        drops: How many items the second has better than the first, by how much; see `margins`.
    """

    n: int = 0
    first_only: int = 0
    second_only: int = 0
    drops: Counter[float] = field(default_factory=Counter)

    @property
    def difference(self) -> float:
        """The accuracy of the first minus that of the second; 0 without items."""
        return -sum(drop * count for drop, count in self.drops.items()) / self.n if self.n else 0.0

    @property
    def p_value(self) -> float:
        """The p-value that `compare` gives."""
        return _p_value(_counted(self.drops))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the difference that `compare` gives; of items."""
        return _interval(_counted(self.drops))

    @property
    def is_binary(self) -> bool:
        """Whether the test is McNemar's exact one, of right and wrong answers."""
        return is_binary(self.drops)

    def add(self, other: PairedModels) -> None:
        """Add other items."""
        self.n += other.n
        self.first_only += other.first_only
        self.second_only += other.second_only
        self.drops += other.drops


Pairs = dict[tuple[int, int], PairedModels]
"""Of the reports' places, the lower one first."""


def _counted(drops: Drops) -> tuple[tuple[float, int], ...]:
    return tuple(sorted(drops.items()))


@lru_cache(_CACHED)
def _p_value(drops: tuple[tuple[float, int], ...]) -> float:
    return change_p_value(dict(drops))


@lru_cache(_CACHED)
def _interval(drops: tuple[tuple[float, int], ...]) -> tuple[float, float]:
    return change_interval(dict(drops)) or (0.0, 0.0)


class Grade(NamedTuple):
    """What an item came to in one report."""

    share: float
    """The share of its answers that are right."""
    right: bool


class Columns:
    """What every item came to in every report, the items in the order of their subsets.

    Args:
        reports: The samples of each; an item that two tests asked counts as it was asked last.
        several: Whether the reports are of several benchmarks.

    Attributes:
        subsets: For each benchmark, empty where there is one, and subset the items' numbers.
        places: For each report the place of each item's sample; -1 for an item that it lacks.
        grades: What the numbers in `codes` stand for; 0 is an item that was not answered.
        codes: For each report what each item came to.
    """

    def __init__(self, reports: Sequence[Sequence[Outline]], *, several: bool) -> None:
        items = identify_all([[sample.mark for sample in samples] for samples in reports])
        # Each item by the number in which it arrives, then by its number among those of its subset.
        arrivals: dict[Hashable, int] = {}
        groups: dict[tuple[str, str], list[int]] = {}
        arrived: list[list[int]] = []
        for names, samples in zip(items, reports, strict=True):
            known = len(arrivals)
            arrived.append([arrivals.setdefault(name, len(arrivals)) for name in names])
            if len(arrivals) > known:
                for arrival, sample in zip(arrived[-1], samples, strict=True):
                    if arrival == known:
                        benchmark = sample.mark.dataset if several else ""
                        groups.setdefault((benchmark, sample.mark.subset), []).append(arrival)
                        known += 1
        numbers = [0] * len(arrivals)
        self.subsets: dict[tuple[str, str], range] = {}
        end = 0
        for group, members in groups.items():
            self.subsets[group] = range(end, end := end + len(members))
            for number, arrival in zip(self.subsets[group], members, strict=True):
                numbers[arrival] = number
        self.places = [[-1] * len(numbers) for _ in reports]
        self.codes = [[0] * len(numbers) for _ in reports]
        self.grades: list[Grade | None] = [None]
        codes: dict[tuple[Outcome, float | None], int] = {}
        for each, samples, places, column in zip(arrived, reports, self.places, self.codes, strict=True):
            for place, (arrival, sample) in enumerate(zip(each, samples, strict=True)):
                key = sample.outcome, sample.right
                if key not in codes:
                    answered = sample.outcome in ANSWERED
                    codes[key] = len(self.grades) if answered else 0
                    self.grades += [Grade(sample.share, sample.outcome == "correct")] if answered else []
                number = numbers[arrival]
                places[number], column[number] = place, codes[key]

    def parts(self) -> dict[Part, list[int]]:
        """The numbers of the items of each part."""
        found: dict[Part, list[int]] = {ALL: []}
        for (benchmark, subset), numbers in self.subsets.items():
            found[ALL] += numbers
            if benchmark:
                found.setdefault(Part("benchmark", benchmark), []).extend(numbers)
            found[Part("subset", grouped(benchmark, subset))] = [*numbers]
        return found

    def right(self, number: int) -> list[bool | None]:
        """Whether each report has an item right; None where it has not answered it."""
        grades = (self.grades[column[number]] for column in self.codes)
        return [None if grade is None else grade.right for grade in grades]

    def pairs(self) -> dict[Part, Pairs]:
        """All pairs of reports: on all items, on each of several benchmarks, and on each subset."""
        found: dict[Part, Pairs] = {}
        for one, other in combinations(range(len(self.codes)), 2):
            first, second = self.codes[one], self.codes[other]
            parts = (
                (benchmark, subset, self._paired(Counter(zip(first[place], second[place], strict=True))))
                for (benchmark, subset), numbers in self.subsets.items()
                for place in (slice(numbers.start, numbers.stop),)
            )
            _put(found, (one, other), parts)
        return found

    def _paired(self, counts: Mapping[tuple[int, int], int]) -> PairedModels:
        paired = PairedModels()
        for (one, other), count in counts.items():
            first, second = self.grades[one], self.grades[other]
            if first is not None and second is not None:
                paired.n += count
                paired.first_only += count * (first.right and not second.right)
                paired.second_only += count * (second.right and not first.right)
                paired.drops[drop_of(second.share, first.share)] += count
        return paired


def pair_all(reports: Sequence[Sequence[Outline]], columns: Columns, *, several: bool) -> dict[Part, Pairs]:
    """All pairs of reports, each as `pairing.pair` has it.

    Where all reports have keys and are alike about one data set or several, what an item is does not depend on the
    pair, and the columns are counted. Else each pair is made by itself.

    Args:
        reports: The samples of each.
        columns: The same as columns.
        several: Whether the reports are of several benchmarks, so that their subsets are named with theirs.

    Returns:
        For each part of the items, all of them first, the pairs that have an answered item in common.
    """
    keyed = all(sample.mark.key for samples in reports for sample in samples)
    if keyed and len({has_several(sample.mark for sample in samples) for samples in reports}) == 1:
        return columns.pairs()
    found: dict[Part, Pairs] = {}
    benchmarks = {grouped(benchmark, subset): benchmark for benchmark, subset in columns.subsets}
    for one, other in combinations(range(len(reports)), 2):
        pairing = pair(reports[other], reports[one], several=several)
        parts = ((benchmarks.get(name, ""), name, _models_of(counts)) for name, counts in pairing.subsets.items())
        _put(found, (one, other), parts, are_named=True)
    return found


def _models_of(counts: PairedCounts) -> PairedModels:
    return PairedModels(counts.n, len(counts.gained), len(counts.lost), counts.drops)


def _put(
    found: dict[Part, Pairs],
    key: tuple[int, int],
    parts: Iterable[tuple[str, str, PairedModels]],
    *,
    are_named: bool = False,
) -> None:
    """Add a pair's subsets, with what they come to together, to what was found."""
    for benchmark, subset, paired in parts:
        if paired.n:
            found.setdefault(ALL, {}).setdefault(key, PairedModels()).add(paired)
            if benchmark:
                found.setdefault(Part("benchmark", benchmark), {}).setdefault(key, PairedModels()).add(paired)
            name = subset if are_named else grouped(benchmark, subset)
            found.setdefault(Part("subset", name), {})[key] = paired


def splitting_items(columns: Columns, most: int) -> list[int]:
    """The numbers of items that split the models: for each two of them some that the one has right and the other not.

    The items are gone over one of each subset after the other. One is taken where it shows a pair of models, in that
    direction, which too few of those before have shown; so each pair has its share of them.

    Args:
        columns: What every item came to.
        most: At most so many.
    """
    models = len(columns.codes)
    enough = max(1, most // max(1, models * (models - 1)))
    shown: Counter[tuple[int, int]] = Counter()
    taken: list[int] = []
    full: set[tuple[bool | None, ...]] = set()
    for number in _in_turn(columns.subsets.values()):
        if len(taken) == most:
            break
        pattern = tuple(columns.right(number))
        if pattern in full:
            continue
        pairs = [
            (one, other)
            for one, is_right in enumerate(pattern)
            for other, other_right in enumerate(pattern)
            if is_right and other_right is False
        ]
        if all(shown[pair] >= enough for pair in pairs):
            full.add(pattern)
            continue
        shown.update(pairs)
        taken.append(number)
    return sorted(taken)


def _in_turn(ranges: Iterable[range]) -> Iterator[int]:
    """One number of each range after the other."""
    rest = [iter(numbers) for numbers in ranges]
    while rest:
        following = []
        for numbers in rest:
            if (number := next(numbers, None)) is not None:
                yield number
                following.append(numbers)
        rest = following
