"""The paired gates against an earlier report: what they decide, and what they can find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pytest_haerae.config.gate_settings import GateSettings
from pytest_haerae.gates.changes import Change, Changes, DetectableDrops
from pytest_haerae.gates.coverage import describe_others
from pytest_haerae.gates.families import WHOLE, Families, Place, called
from pytest_haerae.gates.gate import Gate, GateVerdict
from pytest_haerae.statistics.margins import drop_upper_bound, exceeds_p_value, mean_square, within_p_value
from pytest_haerae.statistics.pairing import PairedCounts, Pairing
from pytest_haerae.statistics.power import (
    ASSUMED_DISCORDANCE,
    items_to_detect,
    rounded_up,
    smallest_detectable_drop,
    smallest_drop_of,
)
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.statistics.tests import holm

UNGATED_FALL = "accuracy fell in what no gate holds"
"""How the warning about subsets without a gate begins."""


def assumed_drops(settings: GateSettings, metrics: Metrics) -> DetectableDrops:
    """What the gate would find if there were a baseline, before one tells how many items change."""
    counts = {name: entry["n"] for name, entry in metrics["subsets"].items() if entry["n"]}
    benchmarks = {name: entry["n"] for name, entry in metrics.get("benchmarks", {}).items() if entry["n"]}
    families = Families(settings, benchmarks, counts)

    def drop(place: Place, n: int) -> float | None:
        level, margin = families.level(place), families.margin(place)
        return smallest_detectable_drop(n, discordance=ASSUMED_DISCORDANCE, level=level, margin=margin)

    drops: DetectableDrops = {
        "total": drop(WHOLE, metrics["n"]),
        "subsets": {name: drop(("subset", name), count) for name, count in counts.items()},
        "assumed_discordance": ASSUMED_DISCORDANCE,
    }
    if "benchmarks" in metrics:
        drops["benchmarks"] = {name: drop(("benchmark", name), count) for name, count in benchmarks.items()}
    return drops


@dataclass(frozen=True, slots=True)
class _Group:
    """Some items, what is tolerated of them, and what the tests of that say.

    Attributes:
        place: What they are.
        counts: Their pairs.
        margin: The tolerated drop.
        level: What Holm's correction leaves of the level in the worst case.
        exceeds: P-value of the null that they fell by at most the margin, after the correction.
        within: P-value of the null that they fell by at least the margin, after the correction.
    """

    place: Place
    counts: PairedCounts
    margin: float
    level: float
    exceeds: float
    within: float

    @property
    def drop(self) -> float:
        return -self.counts.change

    @property
    def spread(self) -> float:
        """The mean square of the items' changes: 0 where none changed."""
        return mean_square(self.counts.drops)

    def verdict(self, significance: float) -> GateVerdict:
        if self.drop > self.margin and self.exceeds <= significance:
            return "failed"
        if not self.spread or (self.drop <= self.margin and self.within <= significance):
            return "passed"
        return "inconclusive"

    def at_most(self) -> float:
        """The upper confidence bound of the drop."""
        return drop_upper_bound(self.counts.drops, self.level, self.margin)

    def items_to_tell(self) -> int | None:
        """About how many items would tell, to two digits; None where the drop is just what is tolerated."""
        if self.drop == self.margin:
            return None
        needed = items_to_detect(self.drop, discordance=self.spread, level=self.level, margin=self.margin)
        return rounded_up(max(needed, self.counts.n + 1))

    def words(self, verdict: GateVerdict) -> str:
        """Why the verdict is what it is."""
        counts, lost, gained = self.counts, len(self.counts.lost), len(self.counts.gained)
        if verdict == "failed":
            fell = f"{called(self.place)}: accuracy fell by {self.drop:.4f} ({lost} lost, {gained} gained)"
            return f"{fell}, {self.margin:g} is tolerated"
        text = f"change {counts.change:+.4f} on {counts.n} paired items ({lost} lost, {gained} gained)"
        if verdict == "passed":
            return text if self.spread else f"{text}: no item changed its outcome"
        enough = self.items_to_tell()
        told = "more items would not tell" if enough is None else f"about {enough:,} items would tell"
        bound = f"the drop may be up to {self.at_most():.4f} ({100 - 100 * self.level:.3g}% confidence)"
        return f"{text}: {bound}, {self.margin:g} is tolerated; {told}"


class BaselineTest:
    """The paired gates against an earlier report: of all items, of each of several benchmarks, of the named subsets.

    Each fails where the drop exceeds the tolerated one and the one-sided test of that rejects at the significance after
    Holm's correction over its family, and passes where the one-sided test that it does not exceed it rejects, or no
    item changed its outcome; else it is inconclusive.

    Args:
        settings: The tolerated drops, the level, and the share of errors that is tolerated.
        pairing: The paired items.
    """

    def __init__(self, settings: GateSettings, pairing: Pairing) -> None:
        self._settings = settings
        self._pairing = pairing
        self._families = Families(settings, pairing.benchmarks, pairing.subsets)
        self._groups: dict[Place, _Group] = {}
        for family in (*self._families.gated, self._families.others):
            self._groups |= {group.place: group for group in self._tested(family)}

    def _tested(self, family: list[Place]) -> Iterable[_Group]:
        counts = [self._counts_of(place) for place in family]
        margins = [self._families.margin(place) for place in family]
        pairs = [(each.drops, margin) for each, margin in zip(counts, margins, strict=True)]
        exceeds = holm([exceeds_p_value(drops, margin) for drops, margin in pairs])
        within = holm([within_p_value(drops, margin) for drops, margin in pairs])
        levels = map(self._families.level, family)
        return map(_Group, family, counts, margins, levels, exceeds, within)

    def _counts_of(self, place: Place) -> PairedCounts:
        kind, name = place
        found = self._pairing.benchmarks if kind == "benchmark" else self._pairing.subsets
        return found.get(name, PairedCounts()) if kind else self._pairing.total

    def _group(self, place: Place) -> _Group:
        return self._groups.get(place, self._groups[WHOLE])

    def gates(self) -> list[Gate]:
        """The verdicts: of all items, then of each benchmark and each subset that is gated."""
        return [self._judge(self._groups[place]) for family in self._families.gated for place in family]

    def _judge(self, group: _Group) -> Gate:
        name = "baseline" if group.place == WHOLE else f"baseline {group.place[1]}"
        if reason := self._unmeasurable(group):
            return Gate(name, "unmeasurable", None, group.margin, None, reason)
        verdict = group.verdict(self._settings.significance)
        detail = group.words(verdict)
        if group.place == WHOLE:
            detail += describe_others(self._pairing)
        return Gate(name, verdict, group.drop, group.margin, group.exceeds, detail)

    def _unmeasurable(self, group: _Group) -> str | None:
        if group.counts.n == 0:
            return "no item was measured in both runs"
        most, unanswered = self._settings.max_error_rate, self._pairing.unanswered_before
        asked = self._pairing.total.n + unanswered
        if unanswered / asked > most:
            return f"the baseline has errors for {unanswered} of {asked} items (allowed: {most:.1%})"
        return None

    def warnings(self) -> list[str]:
        """A line that names the subsets without a gate that fell by more than is tolerated of all items."""
        groups = map(self._groups.__getitem__, self._families.others)
        fell = [group for group in groups if group.verdict(self._settings.significance) == "failed"]
        if not fell:
            return []
        named = ", ".join(
            f"{group.place[1]} {group.counts.change:+.4f} ({len(group.counts.lost)} lost, {len(group.counts.gained)}"
            " gained)"
            for group in sorted(fell, key=lambda group: group.exceeds)
        )
        return [f"{UNGATED_FALL}: {named}; --max-drop SUBSET=X makes a gate of it"]

    def changes(self) -> Changes:
        """The report's entry: of each group the paired counts and the test's adjusted p-value."""
        pairing = self._pairing
        changes: Changes = {
            "total": self._change(WHOLE, pairing.total),
            "subsets": {name: self._change(("subset", name), counts) for name, counts in pairing.subsets.items()},
        }
        if pairing.benchmarks:
            parts = pairing.benchmarks.items()
            changes["benchmarks"] = {name: self._change(("benchmark", name), counts) for name, counts in parts}
        return changes

    def _change(self, place: Place, counts: PairedCounts) -> Change:
        group = self._group(place)
        change: Change = {
            "n": counts.n,
            "change": counts.change,
            "lost": len(counts.lost),
            "gained": len(counts.gained),
            "p_value": group.exceeds,
        }
        gated = any(place in family for family in self._families.gated)
        if gated and self._judge(group).verdict == "inconclusive":
            change["drop_at_most"], change["items_to_tell"] = group.at_most(), group.items_to_tell()
        return change

    def detectable_drops(self) -> DetectableDrops:
        """The smallest drops that these tests find where as many items change as did here."""
        pairing = self._pairing
        drops: DetectableDrops = {
            "total": self._detectable(WHOLE, pairing.total),
            "subsets": self._each_detectable("subset", pairing.subsets),
            "assumed_discordance": None,
        }
        if pairing.benchmarks:
            drops["benchmarks"] = self._each_detectable("benchmark", pairing.benchmarks)
        return drops

    def _each_detectable(self, kind: str, groups: Mapping[str, PairedCounts]) -> dict[str, float | None]:
        return {name: self._detectable((kind, name), counts) for name, counts in groups.items()}

    def _detectable(self, place: Place, counts: PairedCounts) -> float | None:
        level, margin = self._families.level(place), self._families.margin(place)
        return smallest_drop_of(counts.drops, level=level, margin=margin)
