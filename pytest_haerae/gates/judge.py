"""All gates of a run: a run and the offline command judge the same rows in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

from pytest_haerae.config.run_config import GateSettings
from pytest_haerae.gates.baseline import BaselineTest, Changes, DetectableDrops, assumed_drops
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.gates.gate import Gate, GateVerdict
from pytest_haerae.gates.minimum import judge_minimum
from pytest_haerae.statistics.pairing import Outline, pair
from pytest_haerae.statistics.scores import Metrics


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is decided on a run's numbers, as its report shows it.

    Attributes:
        gates: The verdicts.
        changes: The paired counts against the baseline, of the total and each subset; None without a baseline.
        detectable_drops: Finds the smallest drop that the baseline gate finds, of the total and each subset; no gate
            needs it, and with thousands of items or subsets it takes longer than all gates.
    """

    gates: tuple[Gate, ...]
    changes: Changes | None
    detectable_drops: Callable[[], DetectableDrops]

    def fails(self) -> bool:
        """Whether the exit code is 1."""
        return any(gate.fails() for gate in self.gates)


def judge_run(
    settings: GateSettings,
    metrics: Metrics,
    samples: Iterable[Outline],
    baseline: Iterable[Outline] | None,
    completeness: Completeness,
) -> Judgement:
    """Judge all gates of a run.

    Args:
        settings: Which gates there are, and what they tolerate.
        metrics: The report's metrics.
        samples: The report's samples, gone over once.
        baseline: The samples of the earlier report, already found compatible.
        completeness: Whether numbers may be relied on.
    """
    gates = [judge_minimum(minimum, metrics) for minimum in settings.min_accuracy]
    changes: Changes | None = None
    drops: Callable[[], DetectableDrops] = partial(assumed_drops, settings, metrics)
    if baseline is not None:
        test = BaselineTest(settings, pair(baseline, samples))
        gates.append(test.gate())
        changes, drops = test.changes(), test.detectable_drops
    unmeasurable = completeness.gate(settings.max_error_rate)
    if completeness.by_hand:
        gates = [_unjudged(gate, "not evaluated", "items were selected by hand") for gate in gates]
    elif unmeasurable:
        gates = [_unjudged(gate, "unmeasurable", unmeasurable.detail) for gate in gates]
    if unmeasurable:
        gates.append(unmeasurable)
    return Judgement(tuple(gates), changes, drops)


def _unjudged(gate: Gate, verdict: GateVerdict, detail: str) -> Gate:
    return replace(gate, verdict=verdict, p_value=None, detail=detail)
