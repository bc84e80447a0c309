"""What a report says of its run beside configuration and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from pytest_haerae.gates.compatibility import (
    BenchmarkInfo,
    JudgeModel,
    ProtocolInfo,
    SecondModelInfo,
    judges_of,
    measured_by,
    told_of_model,
)
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.report.git import NO_HEAD, Head, read_head
from pytest_haerae.report.protocol import protocol_info
from pytest_haerae.run.calls import CallTotals
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Part, Plan
from pytest_haerae.run.usage import Usage
from pytest_haerae.types import DataKey, Selected


@dataclass(frozen=True, slots=True)
class Started:
    """When an evaluation began, by the calendar and by a clock that only goes on, and what was checked out then."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=perf_counter)
    head: Head = field(default_factory=read_head)

    def elapsed(self) -> float:
        """Seconds since then."""
        return perf_counter() - self.clock


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was measured, on which data, when and at what cost; `elapsed_seconds` are since the evaluation began."""

    model: str | None
    libraries: Sequence[str]
    dataset: str
    dataset_revision: str | None
    dataset_fingerprint: str
    subset_fingerprints: Mapping[str, str]
    prompt_fingerprint: str
    started: datetime
    elapsed_seconds: float
    usage: Usage
    calls: CallTotals
    completeness: Completeness
    benchmarks: Mapping[str, BenchmarkInfo] = field(default_factory=dict)
    constraint: str | None = None
    judges: Sequence[JudgeModel] = ()
    graded: Mapping[str, CallTotals] = field(default_factory=dict)
    reward_model: SecondModelInfo | None = None
    rewarded: CallTotals | None = None
    probed: CallTotals | None = None
    scorer_facts: Mapping[str, Any] = field(default_factory=dict)
    protocol: ProtocolInfo | None = None
    head: Head = NO_HEAD


def gather_facts(
    plan: Plan,
    source: ItemSource,
    selection: Sequence[Selected],
    *,
    usage: Usage,
    calls: CallTotals,
    completeness: Completeness,
    started: Started,
    constraint: str | None = None,
    graded: Mapping[str, CallTotals] | None = None,
    rewarded: CallTotals | None = None,
    probed: CallTotals | None = None,
) -> RunFacts:
    """Put together what is known at a run's end.

    Args:
        plan: What was measured.
        source: Where the items came from.
        selection: All that was selected.
        usage: What was asked of the model for the items.
        calls: What tests asked beside them.
        completeness: How much of the run its numbers rest on.
        started: When it began.
        constraint: How many answers were kept to letters; None where none was to be.
        graded: What each second model took to grade the answers, by its name.
        rewarded: What the reward model took to rank them; None where there is none.
        probed: What the probes took; None where there are none.
    """
    selected: dict[DataKey, list[Selected]] = {}
    for entry in selection:
        selected.setdefault(entry.data, []).append(entry)
    names = list(selected or plan.parts)
    return RunFacts(
        model=plan.parameters.model_label(),
        libraries=plan.backend.libraries,
        dataset=source.names_of(names),
        dataset_revision=None if plan.several else source.loader(names[0]).dataset.revision,
        dataset_fingerprint=source.fingerprint(selection),
        subset_fingerprints=source.subset_fingerprints(selection),
        prompt_fingerprint=plan.first.prompt.fingerprint,
        started=started.at,
        elapsed_seconds=started.elapsed(),
        usage=usage,
        calls=calls,
        completeness=completeness,
        constraint=constraint,
        judges=judges_of(plan),
        graded=graded or {},
        reward_model=None if plan.reward is None else told_of_model(plan.reward),
        rewarded=rewarded,
        probed=probed,
        scorer_facts=plan.first.scorer.facts(),
        head=started.head,
        protocol=protocol_info(plan, source, selection, completeness),
        benchmarks={
            source.name_of(data): _benchmark(plan.part_of(data), source, data, selected.get(data, ())) for data in names
        }
        if plan.several
        else {},
    )


def _benchmark(part: Part, source: ItemSource, data: DataKey, selection: Sequence[Selected]) -> BenchmarkInfo:
    """How one benchmark of several was asked, of which so much was selected."""
    return {
        **measured_by(part),
        "scorer": part.config.scorer,
        "revision": source.loader(data).dataset.revision,
        "fingerprint": source.fingerprint(selection),
    }
