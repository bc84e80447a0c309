"""How often the baseline gate errs: simulated pairs of runs, judged by the test that judges real ones.

For each number of items: an unchanged model (the gate must fail in at most the significance), a drop of exactly
`--max-drop` (the same), and a drop of the size that the terminal summary calls detectable (the gate must find four of
five). Then the 13 subsets of HAE-RAE Bench together, where the whole and every subset are tested: the share of runs in
which any of them fails, with nothing changed; and a drop in one subset alone, or in all alike.

usage: python -m benchmarks.gates [--runs 2000] [--discordance 0.2] [--seed 0]
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, cast

import numpy

from pytest_haerae.config.run_config import GateSettings
from pytest_haerae.gates.baseline import BaselineTest, assumed_drops
from pytest_haerae.statistics.pairing import PairedCounts, Pairing
from pytest_haerae.statistics.scores import Metrics

SIZES = (150, 400, 1538)
MARGINS = (0.0, 0.01, 0.03)
SUBSETS = {
    "correct_definition_matching": 439,
    "csat_geo": 150,
    "csat_law": 217,
    "csat_socio": 298,
    "date_understanding": 475,
    "general_knowledge": 176,
    "history": 188,
    "loan_words": 169,
    "lyrics_denoising": 622,
    "proverbs_denoising": 672,
    "rare_words": 405,
    "reading_comprehension": 936,
    "standard_nomenclature": 153,
}
ACCURACY = 0.6
SIGNIFICANCE, LEAST_FOUND = 0.05, 0.78


class Simulation:
    """Pairs of runs over the items of some subsets.

    Args:
        subsets: Each subset's number of items.
        discordance: The share of items that change, either way; more where the drop is larger.
        margin: The tolerated drop.
        generator: Where chance comes from.
    """

    def __init__(
        self, subsets: Mapping[str, int], discordance: float, margin: float, generator: numpy.random.Generator
    ) -> None:
        self._subsets = subsets
        self._discordance = discordance
        self._generator = generator
        self._settings = GateSettings(min_accuracy=(), max_drop=margin, significance=SIGNIFICANCE, max_error_rate=0.0)

    def detectable(self) -> dict[str, Any]:
        """What the summary calls detectable, before there is a baseline; of the total and each subset."""
        return dict(assumed_drops(self._settings, self._metrics()))

    def _metrics(self) -> Metrics:
        """What is read of a report's metrics."""
        counts = {name: {"n": n} for name, n in self._subsets.items()}
        return cast(Metrics, {"n": sum(self._subsets.values()), "subsets": counts})

    def failed(self, drops: Mapping[str, float], runs: int) -> float:
        """The share of runs whose baseline gate fails, if each subset's accuracy falls by its drop."""
        return sum(self._fails_once(drops) for _ in range(runs)) / runs

    def _fails_once(self, drops: Mapping[str, float]) -> bool:
        pairing = Pairing(subsets={name: self._pairs(n, drops.get(name, 0.0)) for name, n in self._subsets.items()})
        for counts in pairing.subsets.values():
            pairing.total.n += counts.n
            pairing.total.before += counts.before
            pairing.total.after += counts.after
            pairing.total.lost += counts.lost
            pairing.total.gained += counts.gained
        return bool(BaselineTest(self._settings, pairing).rejected())

    def _pairs(self, n: int, drop: float) -> PairedCounts:
        changing = max(self._discordance, drop)
        shares = [(changing + drop) / 2, (changing - drop) / 2, (1 - changing) * ACCURACY]
        lost, gained, both, _ = self._generator.multinomial(n, [*shares, max(0.0, 1 - sum(shares))]).tolist()
        return PairedCounts(n, both + lost, both + gained, ["item"] * lost, ["item"] * gained)


def report(label: str, drop: float, share: float, *, least: float = 0.0, most: float = 1.0) -> bool:
    """Print one line; whether the share is within its bounds."""
    kept = least <= share <= most
    bound = f"at most {most:.0%}" if least == 0 else f"at least {least:.0%}"
    print(f"{label:<58} {drop:>7.4f} {share:>7.2%} {bound:>13}  {'' if kept else 'NOT KEPT'}".rstrip(), flush=True)
    return kept


def main() -> None:
    """Print one line a situation; exit code 1 if one is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--discordance", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generator = numpy.random.default_rng(arguments.seed)
    print(f"{arguments.runs} runs each, {arguments.discordance:.0%} of the items change, significance {SIGNIFICANCE}")
    print(f"{'situation':<58} {'drop':>7} {'failed':>7}")
    kept: list[bool] = []
    for n in SIZES:
        for margin in MARGINS:
            simulation = Simulation({"subset": n}, arguments.discordance, margin, generator)
            label = f"{n} items, --max-drop {margin:g}:"
            for situation, drop in {"unchanged": 0.0, "a drop of just that": margin}.items():
                if situation == "unchanged" or margin:
                    share = simulation.failed({"subset": drop}, arguments.runs)
                    kept.append(report(f"{label} {situation}", drop, share, most=SIGNIFICANCE))
            drop = simulation.detectable()["total"]
            share = simulation.failed({"subset": drop}, arguments.runs)
            kept.append(report(f"{label} a detectable drop", drop, share, least=LEAST_FOUND))
    for margin in MARGINS[:2]:
        simulation = Simulation(SUBSETS, arguments.discordance, margin, generator)
        label = f"13 subsets, --max-drop {margin:g}:"
        for drop in sorted({0.0, margin}):
            share = simulation.failed(dict.fromkeys(SUBSETS, drop), arguments.runs)
            kept.append(report(f"{label} a drop of {drop:g} in all", drop, share, most=SIGNIFICANCE))
        detectable = simulation.detectable()
        for name in ("csat_geo", "reading_comprehension"):
            drop = detectable["subsets"][name]
            share = simulation.failed({name: drop}, arguments.runs)
            kept.append(report(f"{label} detectable in {name}", drop, share, least=LEAST_FOUND))
        share = simulation.failed(dict.fromkeys(SUBSETS, detectable["total"]), arguments.runs)
        kept.append(report(f"{label} detectable in all", detectable["total"], share, least=LEAST_FOUND))
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
