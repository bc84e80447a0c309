"""Verdicts on numbers: small objects, each says whether it held."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pytest_haerae.config import RunConfig
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.stats import holm, mcnemar_one_sided, smallest_detectable_drop
from pytest_haerae.types import Sample

GateVerdict = Literal["passed", "failed", "not evaluated", "unmeasurable"]

_COMPARED = {"method": "method", "prompt": "prompt", "num_few_shot": "num_few_shot", "split": "split"}
"""Fields of a baseline's `info` that must equal the configuration's, by the configuration's name."""


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
        return self.verdict in ("failed", "unmeasurable")

    def to_json(self) -> dict[str, Any]:
        """The report's entry."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the run its gates may rely on."""

    by_hand: bool
    missing: int
    errors: int
    asked: int
    max_error_rate: float

    def reason(self) -> str | None:
        """Why the run is unmeasurable; None where it is not."""
        if self.missing:
            return f"{self.missing} of {self.asked} records are missing"
        if self.asked and self.errors / self.asked > self.max_error_rate:
            return f"{self.errors} of {self.asked} items ended in a backend error (allowed: {self.max_error_rate:.1%})"
        return None


def load_baseline(path: Path, config: RunConfig) -> dict[str, Any]:
    """Read an earlier report and refuse one that can not be compared.

    Raises:
        UsageError: It is missing, corrupt, or of another dataset, prompt, method, split or few-shot count.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"--baseline {path}: can not be read ({error.strerror})") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"--baseline {path}: corrupt, no JSON report ({error})") from None
    if not isinstance(report, dict) or report.get("schema_version") != 1 or not isinstance(report.get("samples"), list):
        raise UsageError(f"--baseline {path}: no report of schema version 1")
    info = report.get("info", {})
    if not info.get("complete", False):
        raise UsageError(f"--baseline {path}: incompatible: its run is not complete")
    for name, field in _COMPARED.items():
        if info.get(field) != getattr(config, name):
            raise UsageError(
                f"--baseline {path}: incompatible: its {field} is {info.get(field)!r}, this run's is"
                f" {getattr(config, name)!r}"
            )
    return report


def check_baseline_data(path: Path, baseline: Mapping[str, Any], samples: Sequence[Sample]) -> None:
    """Refuse a baseline that lacks an item of this run's scope or asked it differently.

    Raises:
        UsageError: Naming the first such item.
    """
    known = {sample["id"]: sample for sample in baseline["samples"]}
    for sample in samples:
        other = known.get(sample.item.id)
        if other is None:
            raise UsageError(f"--baseline {path}: incompatible: it has no item {sample.item.id}")
        options = None if sample.item.options is None else list(sample.item.options)
        if other.get("reference") != sample.item.reference or other.get("options") != options:
            raise UsageError(f"--baseline {path}: incompatible: item {sample.item.id} has other data there")


def evaluate_gates(
    config: RunConfig,
    metrics: Mapping[str, Any],
    samples: Sequence[Sample],
    baseline: Mapping[str, Any] | None,
    completeness: Completeness,
) -> list[Gate]:
    """Judge all gates of a run.

    Args:
        config: Which gates there are.
        metrics: The report's metrics.
        samples: The judged items.
        baseline: The earlier report, already found compatible.
        completeness: Whether numbers may be relied on.
    """
    unmeasurable = completeness.reason()
    gates = [_minimum_gate(minimum.subset, minimum.threshold, metrics) for minimum in config.min_accuracy]
    if baseline is not None:
        gates.append(_baseline_gate(config, samples, baseline))
    if completeness.by_hand:
        gates = [_replaced(gate, "not evaluated", "items were selected by hand") for gate in gates]
    elif unmeasurable:
        gates = [_replaced(gate, "unmeasurable", unmeasurable) for gate in gates]
    if unmeasurable:
        rate = completeness.errors / completeness.asked if completeness.asked else None
        gates.append(Gate("measurable", "unmeasurable", rate, completeness.max_error_rate, None, unmeasurable))
    return gates


def _replaced(gate: Gate, verdict: GateVerdict, detail: str) -> Gate:
    return Gate(gate.name, verdict, gate.value, gate.threshold, None, detail)


def _minimum_gate(subset: str | None, threshold: float, metrics: Mapping[str, Any]) -> Gate:
    name = f"min-accuracy {subset}" if subset else "min-accuracy"
    if subset and subset not in metrics["subsets"]:
        raise UsageError(f"--min-accuracy: {unknown('subset', subset, metrics['subsets'])}")
    accuracy = (metrics["subsets"][subset] if subset else metrics)["accuracy"]
    if accuracy is None:
        return Gate(name, "unmeasurable", None, threshold, None, "no item was measured")
    held = accuracy >= threshold
    detail = f"accuracy {accuracy:.4f} is {'at least' if held else 'below'} {threshold:g}"
    return Gate(name, "passed" if held else "failed", accuracy, threshold, None, detail)


def _baseline_gate(config: RunConfig, samples: Sequence[Sample], baseline: Mapping[str, Any]) -> Gate:
    """Fail when the drop exceeds the tolerated one and the one-sided exact paired test rejects, all items or a subset.

    Holm's correction runs over the whole and each subset; the smallest adjusted p-value among those whose drop is too
    large decides.
    """
    before = {sample["id"]: sample["outcome"] for sample in baseline["samples"]}
    groups: dict[str, list[int]] = {"all items": [0, 0, 0]}
    for sample in samples:
        now, then = sample.verdict.outcome, before.get(sample.item.id)
        if now in ("error", "skipped") or then in ("error", "skipped", None):
            continue
        for name in ("all items", f"subset {sample.item.subset}"):
            lost, gained, n = groups.setdefault(name, [0, 0, 0])
            groups[name] = [
                lost + (then == "correct" and now != "correct"),
                gained + (then != "correct" and now == "correct"),
                n + 1,
            ]
    if len(groups) == 2:  # noqa: PLR2004 - one subset is the whole
        groups = {"all items": groups["all items"]}
    lost, gained, n = groups["all items"]
    if n == 0:
        return Gate("baseline", "unmeasurable", None, config.max_drop, None, "no item was measured in both runs")
    names = list(groups)
    adjusted = dict(zip(names, holm([mcnemar_one_sided(*groups[name][:2]) for name in names]), strict=True))
    drops = {name: (groups[name][0] - groups[name][1]) / groups[name][2] for name in names}
    worse = [name for name in names if drops[name] > config.max_drop and adjusted[name] <= config.significance]
    drop = drops["all items"]
    if worse:
        worst = min(worse, key=adjusted.__getitem__)
        detail = f"{worst}: accuracy fell by {drops[worst]:.4f} ({groups[worst][0]} lost, {groups[worst][1]} gained)"
        return Gate("baseline", "failed", drops[worst], config.max_drop, adjusted[worst], detail)
    smallest = smallest_detectable_drop(n)
    detail = f"change {-drop:+.4f} on {n} paired items ({lost} lost, {gained} gained)"
    if drop > config.max_drop:
        detail += f": too small to tell from noise; {n} items show drops from about {smallest:.3f}"
    return Gate("baseline", "passed", drop, config.max_drop, adjusted["all items"], detail)
