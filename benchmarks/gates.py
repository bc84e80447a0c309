"""How often the baseline gate errs: simulated pairs of runs, judged by the tests that judge real ones.

For each number of items, of answers an item and of changes between two runs, and for each tolerated drop: an unchanged
model (how often it fails), one that is worse by just what is tolerated (how often it passes; runs in which no item
changed are told apart: the gate says so of them), one that is worse by what the terminal summary calls detectable (how
often it fails), and how often the interval of the change has the true one in it. A worse model is one whose items all
fell alike, and one of whose items a few fell to nothing. Then, of right and wrong answers, the 13 subsets of HAE-RAE
Bench: with nothing changed, how often the total or any of the subsets fails, all of them gated.

Bounds: a share is out of them where its 99.9% interval is.

usage: python -m benchmarks.gates [--runs 2000] [--answers 1 4 32] [--items 30 50 150 400 1538] [--seed 0]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy
from numpy.typing import NDArray

from pytest_haerae.config.gate_settings import gate_settings
from pytest_haerae.gates.baseline import BaselineTest
from pytest_haerae.statistics.margins import (
    Drops,
    change_interval,
    drops_of,
    exceeds_p_value,
    mean_drop,
    within_p_value,
)
from pytest_haerae.statistics.pairing import PairedCounts, Pairing
from pytest_haerae.statistics.power import PARTIAL_POWER, POWER, smallest_detectable_drop

SIZES, ANSWERS = (30, 50, 150, 400, 1538), (1, 4, 32)
DISCORDANCES, MARGINS = (0.05, 0.1, 0.2, 0.4), (0.0, 0.01, 0.03)
SIGNIFICANCE, LEAST_FOUND, LEAST_COVERED, MOST_COVERED, ENOUGH_CHANGES = 0.05, 0.78, 0.93, 0.97, 20
ROUNDS = 12
SURE = 3.29
"""Standard deviations: a two-sided level of 0.1%."""
EVEN = 5.0
"""Both parameters of the beta distribution that the uncertain items' chances are from."""
ACCURACY = 0.6
SUBSETS = (439, 150, 217, 298, 475, 176, 188, 169, 622, 672, 405, 936, 153)

Chances: TypeAlias = NDArray[numpy.float64]


@dataclass(frozen=True)
class Cell:
    """One situation.

    Attributes:
        n: Items.
        answers: Answers an item.
        discordance: The share of single answers that differ between two runs of one model.
        generator: Where chance comes from.
    """

    n: int
    answers: int
    discordance: float
    generator: numpy.random.Generator

    def runs(self, worsen: Callable[[Chances], Chances], count: int) -> Iterator[Drops]:
        """Pairs of runs, before and after a change."""
        for _ in range(count):
            before = self._chances()
            after = worsen(before)
            right = [self.generator.binomial(self.answers, chances) for chances in (before, after)]
            yield drops_of(((right[0] - right[1]) / self.answers).tolist())

    def _chances(self) -> Chances:
        """Each item's chance to be answered right: of most 0 or 1, of the others in between."""
        uncertain = self.generator.random(self.n) < self._uncertain
        settled = (self.generator.random(self.n) < ACCURACY).astype(float)
        return numpy.where(uncertain, self.generator.beta(EVEN, EVEN, self.n), settled)

    @property
    def _uncertain(self) -> float:
        """The share of uncertain items, of which single answers differ in EVEN / (2 * EVEN + 1)."""
        return self.discordance * (2 * EVEN + 1) / EVEN

    @property
    def accuracy(self) -> float:
        """That of the earlier run."""
        return self._uncertain / 2 + (1 - self._uncertain) * ACCURACY

    def all_alike(self, drop: float) -> Callable[[Chances], Chances]:
        """Every item loses the same part of its chance."""
        return lambda chances: chances * (1 - drop / self.accuracy)

    def a_few(self, drop: float) -> Callable[[Chances], Chances]:
        """A few items lose all of it."""
        return lambda chances: chances * (self.generator.random(self.n) >= drop / self.accuracy)

    def spread(self, drop: float) -> float:
        """The expected mean square of the items' differences, where all fall alike."""
        square = self._uncertain * (0.25 + 0.25 / (2 * EVEN + 1)) + (1 - self._uncertain) * ACCURACY
        left = 1 - drop / self.accuracy
        noise = self.accuracy * (1 + left) - square * (1 + left * left)
        return (1 - left) ** 2 * square + noise / self.answers

    def detectable(self, margin: float) -> float | None:
        """The drop that is called detectable where as much changes as with this drop; None where there is none."""
        drop: float | None = 0.0
        for _ in range(ROUNDS):
            if drop is None or drop > self.discordance:
                return None
            spread = self.spread(drop)
            power = POWER if self.answers == 1 else PARTIAL_POWER
            drop = smallest_detectable_drop(self.n, discordance=spread, level=SIGNIFICANCE, margin=margin, power=power)
        return drop


def fails(drops: Drops, margin: float) -> bool:
    """Whether the gate fails, as `gates.baseline` decides it."""
    return mean_drop(drops) > margin and _exceeds(_counted(drops), margin) <= SIGNIFICANCE


def passes(drops: Drops, margin: float) -> bool:
    """Whether the test lets the gate pass."""
    return not fails(drops, margin) and _within(_counted(drops), margin) <= SIGNIFICANCE


def _counted(drops: Drops) -> tuple[tuple[float, int], ...]:
    return tuple(sorted(drops.items()))


# The counts of right and wrong answers are often the same.
_exceeds = lru_cache(maxsize=100_000)(lambda items, margin: exceeds_p_value(dict(items), margin))
_within = lru_cache(maxsize=100_000)(lambda items, margin: within_p_value(dict(items), margin))
_interval = lru_cache(maxsize=100_000)(lambda items: change_interval(dict(items)) or (0.0, 0.0))


@dataclass
class Table:
    """Prints a line a situation, and remembers whether all were within their bounds.

    Attributes:
        kept: Whether they were.
    """

    kept: bool = True

    def line(self, label: str, drop: float, hits: int, runs: int, *, least: float = 0.0, most: float = 1.0) -> None:
        """Print one line.

        Args:
            label: The situation.
            drop: The true drop.
            hits: In how many runs it happened.
            runs: Of how many.
            least: The least share of them.
            most: The largest.
        """
        share = hits / runs
        slack = SURE * (share * (1 - share) / runs) ** 0.5
        # A found drop is a promise of the summary: it is held as it stands.
        kept = share + (slack if least != LEAST_FOUND else 0) >= least and share - slack <= most
        self.kept &= kept
        bounds = " to ".join([*([f"{least:.0%}"] if least else []), *([f"{most:.0%}"] if most < 1 else [])])
        words = bounds if least and most < 1 else f"at {'least' if least else 'most'} {bounds}"
        print(f"| {label} | {drop:.4f} | {share:.2%} | {words} |{'' if kept else ' NOT KEPT'}", flush=True)


def judge(cell: Cell, margin: float, runs: int, table: Table) -> None:
    """The lines of one cell and one tolerated drop."""
    label = f"{cell.n} items, {cell.answers} answers, {cell.discordance:.0%} change, `--max-drop` {margin:g}:"
    unchanged = list(cell.runs(lambda chances: chances, runs))
    failed = sum(fails(drops, margin) for drops in unchanged)
    table.line(f"{label} unchanged, failed", 0.0, failed, runs, most=SIGNIFICANCE)
    worse = {"unchanged": unchanged}
    if margin:
        worse |= {"all alike": list(cell.runs(cell.all_alike(margin), runs))}
        worse |= {"a few": list(cell.runs(cell.a_few(margin), runs))}
    for kind, found in worse.items():
        drop = 0.0 if kind == "unchanged" else margin
        if drop == margin:
            passed = sum(passes(drops, margin) and any(drops) for drops in found)
            still = sum(not any(drops) for drops in found)
            note = f" (no item changed: {still})" if still else ""
            table.line(f"{label} just that, {kind}, passed{note}", drop, passed, runs, most=SIGNIFICANCE)
        if margin in (0.0, MARGINS[-1]):
            most = MOST_COVERED if cell.n * cell.discordance >= ENOUGH_CHANGES else 1.0
            covered = sum(low <= -drop <= high for low, high in (_interval(_counted(drops)) for drops in found))
            table.line(f"{label} {kind}, covered", drop, covered, runs, least=LEAST_COVERED, most=most)
    if (found_drop := cell.detectable(margin)) is not None:
        failed = sum(fails(drops, margin) for drops in cell.runs(cell.all_alike(found_drop), runs))
        table.line(f"{label} detectable, failed", found_drop, failed, runs, least=LEAST_FOUND)


def judge_subsets(runs: int, margin: float, generator: numpy.random.Generator, table: Table) -> None:
    """The 13 subsets, each with a gate, through the gates themselves: unchanged, and each worse by the margin."""
    settings = gate_settings({"max_drop": [f"{margin}", f"each={margin}"]})
    for drop in sorted({0.0, margin}):
        counts = {"failed": 0, "passed": 0}
        for _ in range(runs):
            pairing = Pairing(subsets={str(n): _pairs(n, drop, generator) for n in SUBSETS})
            for part in pairing.subsets.values():
                pairing.total.n += part.n
                pairing.total.before += part.before
                pairing.total.after += part.after
                pairing.total.lost += part.lost
                pairing.total.gained += part.gained
                pairing.total.drops += part.drops
            total, *others = BaselineTest(settings, pairing).gates()
            for verdict in counts:
                counts[verdict] += total.verdict == verdict or any(gate.verdict == verdict for gate in others)
        label = f"13 subsets and the total, `--max-drop` {margin:g}:"
        table.line(
            f"{label} a drop of {drop:g} in all, any failed", drop, counts["failed"], runs, most=2 * SIGNIFICANCE
        )
        if drop == margin:
            table.line(f"{label} just that in all, any passed", drop, counts["passed"], runs, most=2 * SIGNIFICANCE)


def _pairs(n: int, drop: float, generator: numpy.random.Generator, discordance: float = 0.2) -> PairedCounts:
    shares = [(discordance + drop) / 2, (discordance - drop) / 2, (1 - discordance) * ACCURACY]
    lost, gained, both, _ = generator.multinomial(n, [*shares, 1 - sum(shares)]).tolist()
    drops = {1.0: lost, -1.0: gained, 0.0: n - lost - gained}
    return PairedCounts(n, both + lost, both + gained, ["item"] * lost, ["item"] * gained, Counter(drops))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a situation; exit code 1 if one is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--answers", type=int, nargs="+", default=ANSWERS)
    parser.add_argument("--items", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    print("| situation | drop | share | bound |\n|---|---:|---:|---|")
    table = Table()
    for answers in given.answers:
        for n in given.items:
            for discordance in DISCORDANCES:
                generator = numpy.random.default_rng([given.seed, answers, n, round(100 * discordance)])
                for margin in MARGINS:
                    judge(Cell(n, answers, discordance, generator), margin, given.runs, table)
    if 1 in given.answers:
        for margin in MARGINS:
            judge_subsets(given.runs, margin, numpy.random.default_rng(given.seed), table)
    raise SystemExit(0 if table.kept else 1)


if __name__ == "__main__":
    main()
