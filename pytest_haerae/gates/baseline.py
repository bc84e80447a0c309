"""The paired gate against an earlier report: what it decides, and what it can find."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.config.run_config import GateSettings
from pytest_haerae.gates.coverage import describe_others
from pytest_haerae.gates.gate import Gate
from pytest_haerae.statistics.pairing import PairedCounts, Pairing
from pytest_haerae.statistics.power import ASSUMED_DISCORDANCE, items_to_detect, smallest_detectable_drop
from pytest_haerae.statistics.scores import Count, Metrics, Share
from pytest_haerae.statistics.tests import drop_p_value, holm

TOTAL = "all items"


class Change(TypedDict):
    """Paired counts of a group of items against the baseline."""

    n: Count
    """Items measured in both runs."""
    change: Annotated[float, Field(ge=-1, le=1)]
    """Accuracy minus the baseline's, on these items."""
    lost: Count
    """Items that went from right to wrong."""
    gained: Count
    """Items that went from wrong to right."""
    p_value: Share
    """Of the baseline gate's one-sided test, after Holm's correction."""


class Changes(TypedDict):
    """What changed against the baseline: in all, and in each subset."""

    total: Change
    subsets: dict[str, Change]


class DetectableDrops(TypedDict):
    """The smallest drops of accuracy that the baseline gate finds four times of five; null where it finds none."""

    total: Share | None
    subsets: dict[str, Share | None]
    assumed_discordance: Share | None
    """The share of items that is assumed to change, where no baseline tells it; else null."""


def assumed_drops(settings: GateSettings, metrics: Metrics) -> DetectableDrops:
    """What the gate would find if there were a baseline, before one tells how many items change."""
    counts = {name: entry["n"] for name, entry in metrics["subsets"].items() if entry["n"]}
    level = settings.significance / _tests(counts)

    def drop(n: int) -> float | None:
        return smallest_detectable_drop(n, discordance=ASSUMED_DISCORDANCE, level=level, margin=settings.max_drop)

    return {
        "total": drop(metrics["n"]),
        "subsets": {name: drop(count) for name, count in counts.items()},
        "assumed_discordance": ASSUMED_DISCORDANCE,
    }


def _tests(subsets: Sized) -> int:
    """How many tests the gate makes: of the whole and of each subset; one subset is the whole."""
    return len(subsets) + 1 if len(subsets) > 1 else 1


def _rounded(count: int) -> int:
    """Two digits of an estimate, rounded up."""
    unit: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // unit) * unit


class BaselineTest:
    """The paired gate against an earlier report.

    It fails when the drop exceeds the tolerated one and the one-sided exact test of that rejects after Holm's
    correction over the whole and each subset.

    Args:
        settings: The tolerated drop, the level, and the share of errors that is tolerated.
        pairing: The paired items.
    """

    def __init__(self, settings: GateSettings, pairing: Pairing) -> None:
        self._settings = settings
        self._pairing = pairing
        self._groups = {TOTAL: pairing.total}
        if len(pairing.subsets) > 1:
            self._groups |= {f"subset {name}": counts for name, counts in pairing.subsets.items()}
        self._level = settings.significance / _tests(pairing.subsets)
        values = [
            drop_p_value(len(counts.lost), len(counts.gained), counts.n, settings.max_drop)
            for counts in self._groups.values()
        ]
        self._adjusted = dict(zip(self._groups, holm(values), strict=True))

    def rejected(self) -> list[str]:
        """The groups whose drop is too large and certain, the most certain first."""
        settings = self._settings
        worse = [name for name in self._too_large() if self._adjusted[name] <= settings.significance]
        return sorted(worse, key=self._adjusted.__getitem__)

    def _too_large(self) -> list[str]:
        return [name for name, counts in self._groups.items() if -counts.change > self._settings.max_drop]

    def gate(self) -> Gate:
        """The verdict."""
        settings, total = self._settings, self._pairing.total
        unanswered, asked = self._pairing.unanswered_before, total.n + self._pairing.unanswered_before
        if total.n == 0:
            return Gate("baseline", "unmeasurable", None, settings.max_drop, None, "no item was measured in both runs")
        if unanswered / asked > settings.max_error_rate:
            detail = (
                f"the baseline has errors for {unanswered} of {asked} items (allowed: {settings.max_error_rate:.1%})"
            )
            return Gate("baseline", "unmeasurable", None, settings.max_drop, None, detail)
        if worse := self.rejected():
            worst, others = worse[0], worse[1:]
            detail = self._fall(worst)
            if others:
                detail += "; also " + ", ".join(f"{name} {self._groups[name].change:+.4f}" for name in others)
            drop = -self._groups[worst].change
            detail += describe_others(self._pairing)
            return Gate("baseline", "failed", drop, settings.max_drop, self._adjusted[worst], detail)
        lost, gained = len(total.lost), len(total.gained)
        detail = f"change {total.change:+.4f} on {total.n} paired items ({lost} lost, {gained} gained)"
        if larger := self._too_large():
            detail += "; " + self._too_small_to_tell(larger)
        detail += describe_others(self._pairing)
        return Gate("baseline", "passed", -total.change, settings.max_drop, self._adjusted[TOTAL], detail)

    def _fall(self, name: str) -> str:
        counts = self._groups[name]
        return f"{name}: accuracy fell by {-counts.change:.4f} ({len(counts.lost)} lost, {len(counts.gained)} gained)"

    def _too_small_to_tell(self, names: Sequence[str]) -> str:
        """Word the drops that are too large but may be chance, and how many items would tell of the first."""
        name = names[0] if TOTAL in names else max(names, key=lambda name: -self._groups[name].change)
        counts, margin = self._groups[name], self._settings.max_drop
        drop = -counts.change
        enough = items_to_detect(drop, discordance=counts.discordance, level=self._level, margin=margin)
        text = (
            f"{name}: a drop of {drop:.4f} is too small to tell from chance on {counts.n} items"
            f" (p = {self._adjusted[name]:.2g}); about {_rounded(enough):,} items would tell"
        )
        rest = len(names) - 1
        return text + (f"; so are those of {rest} more" if rest else "")

    def changes(self) -> Changes:
        """The report's entry: of the total and each subset the paired counts and the test's adjusted p-value."""
        subsets = self._pairing.subsets
        return {
            "total": self._change(TOTAL, self._pairing.total),
            "subsets": {name: self._change(f"subset {name}", counts) for name, counts in subsets.items()},
        }

    def _change(self, name: str, counts: PairedCounts) -> Change:
        return {
            "n": counts.n,
            "change": counts.change,
            "lost": len(counts.lost),
            "gained": len(counts.gained),
            "p_value": self._adjusted.get(name, self._adjusted[TOTAL]),
        }

    def detectable_drops(self) -> DetectableDrops:
        """The smallest drops that this test finds where as many items change as did here."""
        return {
            "total": self._detectable(self._pairing.total),
            "subsets": {name: self._detectable(counts) for name, counts in self._pairing.subsets.items()},
            "assumed_discordance": None,
        }

    def _detectable(self, counts: PairedCounts) -> float | None:
        margin = self._settings.max_drop
        return smallest_detectable_drop(counts.n, discordance=counts.discordance, level=self._level, margin=margin)
