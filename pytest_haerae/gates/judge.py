"""All gates of a run: a run and the offline command judge the same rows in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pytest_haerae.config.gate_settings import GateSettings
from pytest_haerae.config.options import Inconclusive
from pytest_haerae.gates.baseline import BaselineTest, assumed_drops
from pytest_haerae.gates.changes import Changes, DetectableDrops
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.gate import Gate, GateVerdict
from pytest_haerae.gates.hangul import check_hangul_gates, judge_hangul
from pytest_haerae.gates.minimum import check_gated_subsets, judge_minimum
from pytest_haerae.run.plan import Plan
from pytest_haerae.statistics.pairing import Outline, pair
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import Selected


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is decided on a run's numbers, as its report shows it.

    Attributes:
        gates: The verdicts.
        changes: The paired counts against the baseline, of the total and each subset; None without a baseline.
        detectable_drops: Finds the smallest drop that the baseline gate finds, of the total and each subset; no gate
            needs it, and with thousands of items or subsets it takes longer than all gates.
        inconclusive: What a gate that cannot tell does to the exit code.
        warnings: Lines about what fell and has no gate.
    """

    gates: tuple[Gate, ...]
    changes: Changes | None
    detectable_drops: Callable[[], DetectableDrops]
    inconclusive: Inconclusive = "pass"
    warnings: tuple[str, ...] = ()

    def fails(self) -> bool:
        """Whether the exit code is 1."""
        return any(gate.fails(self.inconclusive) for gate in self.gates)


def check_gates(plan: Plan, about: Sequence[Selected]) -> None:
    """Refuse gates that could not be judged on the items of a run.

    Args:
        plan: What is measured and how.
        about: All that the run is about.

    Raises:
        UsageError: One names a subset or benchmark that is not there, or what it holds the answers to is not told.
    """
    names = {name for entry in about for name in (entry.group, entry.benchmark)}
    check_gated_subsets(plan.config, filter(None, names))
    check_hangul_gates(plan, about)


def judge_run(
    settings: GateSettings,
    metrics: Metrics,
    samples: Iterable[Outline],
    baseline: Iterable[Outline] | None,
    completeness: Completeness,
    *,
    of_suites: Sequence[Gate] = (),
) -> Judgement:
    """Judge all gates of a run.

    Args:
        settings: Which gates there are, and what they tolerate.
        metrics: The report's metrics.
        samples: The report's samples, gone over once.
        baseline: The samples of the earlier report, already found compatible.
        completeness: Whether numbers may be relied on.
        of_suites: The gates that suites have by their markers.
    """
    gates = [*(judge_minimum(minimum, metrics) for minimum in settings.min_accuracy), *of_suites]
    gates += [judge_hangul(minimum, metrics) for minimum in settings.min_hangul]
    changes: Changes | None = None
    drops: Callable[[], DetectableDrops] = partial(assumed_drops, settings, metrics)
    warnings: list[str] = []
    if baseline is not None:
        test = BaselineTest(settings, pair(baseline, samples, several="benchmarks" in metrics))
        gates += test.gates()
        changes, drops, warnings = test.changes(), test.detectable_drops, test.warnings()
    unmeasurable = completeness.gate(settings.max_error_rate, settings.max_unjudged)
    if completeness.by_hand:
        gates = [_unjudged(gate, "not evaluated", "items were selected by hand") for gate in gates]
    elif unmeasurable:
        gates = [_unjudged(gate, "unmeasurable", unmeasurable.detail) for gate in gates]
    if unmeasurable:
        gates.append(unmeasurable)
    return Judgement(tuple(gates), changes, drops, settings.inconclusive, tuple(warnings))


def _unjudged(gate: Gate, verdict: GateVerdict, detail: str) -> Gate:
    return replace(gate, verdict=verdict, p_value=None, detail=detail)
