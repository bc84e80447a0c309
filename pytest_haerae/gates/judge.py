"""Verdicts on numbers: small objects, each says whether it held; a run and the offline command judge the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pytest_haerae.config.run_config import GateSettings
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.statistics.pairing import PairedCounts, Pairing, Row, pair_rows
from pytest_haerae.statistics.power import ASSUMED_DISCORDANCE, items_to_detect, smallest_detectable_drop
from pytest_haerae.statistics.tests import drop_p_value, holm

GateVerdict = Literal["passed", "failed", "not evaluated", "unmeasurable"]

TOTAL = "all items"
_FAILING = ("failed", "unmeasurable")
"""The verdicts that turn the exit code to 1."""


def failing_gates(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of a report's gates that turn the exit code to 1."""
    return [gate for gate in report["info"]["gates"] if gate["verdict"] in _FAILING]


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's verdict, as the report shows it; shares of 0 to 1."""

    name: str
    verdict: GateVerdict
    value: float | None
    threshold: float | None
    p_value: float | None
    detail: str

    def fails(self) -> bool:
        """Whether it turns the exit code to 1."""
        return self.verdict in _FAILING

    def to_json(self) -> dict[str, Any]:
        """The report's entry."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the run its gates may rely on; counts of items."""

    by_hand: bool
    missing: int
    errors: int
    asked: int

    @classmethod
    def of_report(cls, report: Mapping[str, Any]) -> Completeness:
        """What a report says of its own run."""
        selection = report["info"].get("selection") or {}
        present = len(report["samples"])
        complete = bool(report["info"].get("complete", False))
        asked = max(int(selection.get("items", present)), present + (not complete))
        errors = sum(row["outcome"] == "error" for row in report["samples"])
        return cls(bool(selection.get("by_hand", False)), asked - present, errors, asked)

    def reason(self, max_error_rate: float) -> str | None:
        """Why the run is unmeasurable; None where it is not."""
        if self.missing:
            return f"{self.missing} of {self.asked} records are missing"
        if self.asked and self.errors / self.asked > max_error_rate:
            return f"{self.errors} of {self.asked} items ended in a backend error (allowed: {max_error_rate:.1%})"
        return None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is decided on a run's numbers, as its report shows it.

    Attributes:
        gates: The verdicts.
        changes: The paired counts against the baseline, of the total and each subset; None without a baseline.
        detectable_drops: The smallest drop that the baseline gate finds, of the total and each subset.
    """

    gates: tuple[Gate, ...]
    changes: Mapping[str, Any] | None
    detectable_drops: Mapping[str, Any]

    def fails(self) -> bool:
        """Whether the exit code is 1."""
        return any(gate.fails() for gate in self.gates)


def check_gated_subsets(settings: GateSettings, subsets: Iterable[str]) -> None:
    """Refuse a gate on a subset that is not in scope.

    Raises:
        UsageError: With the nearest match and the valid ones.
    """
    present = set(subsets)
    for minimum in settings.min_accuracy:
        if minimum.subset and minimum.subset not in present:
            raise UsageError(f"--min-accuracy: {unknown('subset', minimum.subset, present)}")


def judge_run(
    settings: GateSettings,
    metrics: Mapping[str, Any],
    rows: Sequence[Row],
    baseline: Sequence[Row] | None,
    completeness: Completeness,
) -> Judgement:
    """Judge all gates of a run.

    Args:
        settings: Which gates there are, and what they tolerate.
        metrics: The report's metrics.
        rows: The report's samples.
        baseline: The samples of the earlier report, already found compatible.
        completeness: Whether numbers may be relied on.
    """
    unmeasurable = completeness.reason(settings.max_error_rate)
    gates = [_minimum_gate(minimum.subset, minimum.threshold, metrics) for minimum in settings.min_accuracy]
    changes = None
    if baseline is None:
        counts = {name: entry["n"] for name, entry in metrics["subsets"].items() if entry["n"]}
        level = settings.significance / _tests(counts)
        drops = _detectable_drops(settings, level, metrics["n"], counts)
    else:
        test = BaselineTest(settings, pair_rows(baseline, rows))
        gates.append(test.gate())
        changes, drops = test.changes(), test.detectable_drops()
    if completeness.by_hand:
        gates = [_unjudged(gate, "not evaluated", "items were selected by hand") for gate in gates]
    elif unmeasurable:
        gates = [_unjudged(gate, "unmeasurable", unmeasurable) for gate in gates]
    if unmeasurable:
        rate = completeness.errors / completeness.asked if completeness.asked else None
        gates.append(Gate("measurable", "unmeasurable", rate, settings.max_error_rate, None, unmeasurable))
    return Judgement(tuple(gates), changes, drops)


def _unjudged(gate: Gate, verdict: GateVerdict, detail: str) -> Gate:
    return replace(gate, verdict=verdict, p_value=None, detail=detail)


def _minimum_gate(subset: str | None, threshold: float, metrics: Mapping[str, Any]) -> Gate:
    name = f"min-accuracy {subset}" if subset else "min-accuracy"
    entry = metrics["subsets"].get(subset, {}) if subset else metrics
    accuracy = entry.get("accuracy")
    if accuracy is None:
        return Gate(name, "unmeasurable", None, threshold, None, "no item was measured")
    held = accuracy >= threshold
    detail = f"accuracy {accuracy:.4f} is {'at least' if held else 'below'} {threshold:g}"
    return Gate(name, "passed" if held else "failed", accuracy, threshold, None, detail)


def _tests(subsets: Mapping[str, object]) -> int:
    """How many tests the baseline gate makes: of the whole and of each subset; one subset is the whole."""
    return len(subsets) + 1 if len(subsets) > 1 else 1


def _detectable_drops(
    settings: GateSettings, level: float, n: int, counts: Mapping[str, int], pairing: Pairing | None = None
) -> dict[str, Any]:
    def drop(n: int, discordance: float) -> float | None:
        return smallest_detectable_drop(n, discordance=discordance, level=level, margin=settings.max_drop)

    if pairing is None:
        total, subsets = ASSUMED_DISCORDANCE, dict.fromkeys(counts, ASSUMED_DISCORDANCE)
    else:
        total = pairing.total.discordance
        subsets = {name: counts.discordance for name, counts in pairing.subsets.items()}
    return {
        "total": drop(n, total),
        "subsets": {name: drop(count, subsets[name]) for name, count in counts.items()},
        "assumed_discordance": ASSUMED_DISCORDANCE if pairing is None else None,
    }


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
        self._level = settings.significance / len(self._groups)
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
            return Gate("baseline", "failed", drop, settings.max_drop, self._adjusted[worst], detail)
        lost, gained = len(total.lost), len(total.gained)
        detail = f"change {total.change:+.4f} on {total.n} paired items ({lost} lost, {gained} gained)"
        if larger := self._too_large():
            detail += "; " + self._too_small_to_tell(larger)
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

    def changes(self) -> dict[str, Any]:
        """The report's entry: of the total and each subset the paired counts and the test's adjusted p-value."""
        subsets = self._pairing.subsets
        return {
            "total": self._change(TOTAL, self._pairing.total),
            "subsets": {name: self._change(f"subset {name}", counts) for name, counts in subsets.items()},
        }

    def _change(self, name: str, counts: PairedCounts) -> dict[str, Any]:
        return {
            "n": counts.n,
            "change": counts.change,
            "lost": len(counts.lost),
            "gained": len(counts.gained),
            "p_value": self._adjusted.get(name, self._adjusted[TOTAL]),
        }

    def detectable_drops(self) -> dict[str, Any]:
        """The smallest drops that this test finds where as many items change as did here."""
        counts = {name: entry.n for name, entry in self._pairing.subsets.items()}
        return _detectable_drops(self._settings, self._level, self._pairing.total.n, counts, self._pairing)
