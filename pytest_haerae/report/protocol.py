"""What a report says of the protocol that its run followed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from pytest_haerae.catalogue.protocol import Published
from pytest_haerae.catalogue.registry import benchmark_of_repository, find_benchmark
from pytest_haerae.config.options import BY_NAME
from pytest_haerae.config.protocols import is_local, plainly
from pytest_haerae.gates.compatibility import ProtocolInfo, PublishedInfo
from pytest_haerae.gates.completeness import Completeness
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan
from pytest_haerae.types import DataKey, Selected

ONLY_SUBSETS = "items: only "
"""What the deviation of suites begins with that ask about some of the subsets."""
_DATE = re.compile(r"(?:20)?(\d\d)-?(\d\d)-?(\d\d)(?!\d)")
"""A day in a model's name, ``2024-07-18`` or ``240718``."""


def protocol_info(
    plan: Plan, source: ItemSource, selection: Sequence[Selected], completeness: Completeness
) -> ProtocolInfo | None:
    """What a report says of its run's protocol; None where it follows none.

    Args:
        plan: What was measured.
        source: Where the items came from.
        selection: All that was selected.
        completeness: How much of the run its numbers rest on.
    """
    config, protocol = plan.config, plan.config.recipe
    if protocol is None:
        return None
    deviations = [line for line in config.deviations if _matters(line, config.limit, source, selection)]
    deviations += _of_selection(plan, {entry.data for entry in selection}, completeness)
    deviations += [] if completeness.by_hand else _of_subsets(plan, source, selection)
    stem = config.responses.stem if config.responses is not None else None
    own = [name for name in (plan.parameters.model_label(), config.called, stem) if name]
    same = same_model(protocol.quotable, own)
    found: ProtocolInfo = {
        "name": protocol.name,
        "fingerprint": protocol.fingerprint,
        "deviations": deviations,
        "published": [_as_info(each, same=each is same) for each in protocol.quotable],
    }
    if protocol.free:
        found["free"] = list(protocol.free)
    if protocol.notes:
        found["notes"] = list(protocol.notes)
    return found


def _matters(deviation: str, limit: int | None, source: ItemSource, selection: Sequence[Selected]) -> bool:
    """Whether a deviation is one for these items: a limit that leaves none out is not."""
    if limit is None or not deviation.startswith(f"{BY_NAME['limit'].flag}:"):
        return True
    subsets = {(entry.data, entry.item.subset) for entry in selection}
    return any(len(source.loader(data).items(subset)) > limit for data, subset in subsets)


def _of_selection(plan: Plan, asked: Iterable[DataKey], completeness: Completeness) -> list[str]:
    brought = sorted({data.name for data in asked if data.folder is not None and data not in plan.parts})
    lines = [f"data: a suite asks its own, {', '.join(brought)}"] if brought else []
    if completeness.by_hand:
        lines.append("items: a part of them, selected by hand")
    if completeness.missing:
        lines.append(f"items: {completeness.missing} have no answer")
    return lines


def _of_subsets(plan: Plan, source: ItemSource, selection: Sequence[Selected]) -> list[str]:
    """That the suites ask about a part of the subsets alone; what ``--subset`` says is told elsewhere."""
    wanted = set(map(plainly, plan.config.subset or _known_subsets(plan.config.dataset, source)))
    asked = sorted({entry.item.subset for entry in selection if entry.data in plan.parts})
    return [f"{ONLY_SUBSETS}{', '.join(asked)}"] if asked and wanted - set(map(plainly, asked)) else []


def _known_subsets(dataset: str, source: ItemSource) -> Iterable[str]:
    """The subsets of a data set as its items call them, without asking the hub."""
    if find_benchmark(dataset) or is_local(dataset):
        return source.subsets(DataKey(dataset))
    benchmark = benchmark_of_repository(dataset)
    return filter(None, benchmark.configurations.values()) if benchmark else ()


def same_model(published: Sequence[Published], own: Collection[str]) -> Published | None:
    """The entry that is of a model, as far as names tell; None where none is, or more than one.

    Names are held against each other without the hub's owner, without what stands in parentheses, and whatever
    separates their words; a day counts, in parentheses too: one that has one is another model than one with another
    day, or with none.

    Args:
        published: The entries.
        own: What the model is called.
    """
    called = set(map(_canonical, own))
    found = [each for each in published if not called.isdisjoint(map(_canonical, (each.model, *each.names)))]
    return found[0] if len(found) == 1 else None


def _canonical(name: str) -> str:
    last = name.rstrip("/").rpartition("/")[2]
    last = re.sub(r"\(.*?\)", lambda found: found[0] if _DATE.search(found[0]) else "", last)
    return plainly(_DATE.sub(r"\1\2\3", last))


def _as_info(entry: Published, *, same: bool) -> PublishedInfo:
    found: PublishedInfo = {
        "model": entry.model,
        "accuracy": entry.accuracy,
        "subsets": dict(entry.subsets),
        "metric": entry.metric,
        "source": entry.source,
        "same_model": same,
    }
    if entry.note:
        found["note"] = entry.note
    return found
