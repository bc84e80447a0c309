"""What a report says of its run beside configuration and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter

from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan
from pytest_haerae.types import Selected, Usage


@dataclass(frozen=True, slots=True)
class Started:
    """When an evaluation began: by the calendar, and by a clock that only goes forward."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=perf_counter)

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
    completeness: Completeness


def gather_facts(
    plan: Plan,
    source: ItemSource,
    selection: Sequence[Selected],
    *,
    usage: Usage,
    completeness: Completeness,
    started: Started,
) -> RunFacts:
    """Put together what is known at a run's end.

    Args:
        plan: What was measured.
        source: Where the items came from.
        selection: All that was selected.
        usage: What was asked of the model.
        completeness: How much of the run its numbers rest on.
        started: When it began.
    """
    names = list(dict.fromkeys(entry.data for entry in selection)) or [plan.data]
    return RunFacts(
        model=plan.parameters.model_label(),
        libraries=plan.backend.libraries,
        dataset=",".join(dict.fromkeys(map(source.name_of, names))),
        dataset_revision=source.loader(names[0]).dataset.revision,
        dataset_fingerprint=source.fingerprint(selection),
        subset_fingerprints=source.subset_fingerprints(selection),
        prompt_fingerprint=plan.prompt.fingerprint,
        started=started.at,
        elapsed_seconds=started.elapsed(),
        usage=usage,
        completeness=completeness,
    )
