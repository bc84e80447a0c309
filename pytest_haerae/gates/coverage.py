"""Which items a run and its baseline have in common: the gate judges those, and names the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pytest_haerae.errors import UsageError
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import Plan
from pytest_haerae.statistics.pairing import Mark, PairedRow, Pairing, content_hash, has_several, identify, mark_of
from pytest_haerae.types import Item, Selected

_SHOWN = 3


def check_common(place: str, old: Sequence[Mark], new: Sequence[Mark], *, several: bool = False) -> None:
    """Refuse a baseline that has no item of this run's.

    Args:
        place: What the user named it by: ``--baseline base.json``.
        old: What tells its items.
        new: What tells the items of this run's scope.
        several: Whether this run is of several benchmarks.

    Raises:
        UsageError: Saying what both have, and where an item of this run has other data there.
    """
    old_items, new_items = identify(old, new)
    if not set(old_items).isdisjoint(new_items):
        return
    ids = {(mark.subset, mark.id) for mark in old}
    other = next((mark.called(several=several) for mark in new if (mark.subset, mark.id) in ids), None)
    why = f"; item {other} has other data there (question, options or reference)" if other else ""
    raise UsageError(f"{place}: incompatible: it has none of this run's {len(new):,} items{why}")


def mark_of_item(item: Item, dataset: str) -> Mark:
    """What tells an item of the data, whether or not it was asked."""
    return Mark(dataset, item.subset, item.key, item.id, content_hash(item.options, item.reference), 0)


def lost_from_data(
    baseline: Iterable[PairedRow], every: Sequence[Mark], present: Mapping[str, Collection[str]] | None = None
) -> list[Mark]:
    """The baseline's items that are no longer in the data that this run is about.

    Args:
        baseline: The earlier report's samples.
        every: All items of the subsets that this run is about, also those that `--limit` leaves out.
        present: The subsets of each data set, where the scope is all of them: what else the baseline has of that data
            set was in a subset that is gone. Empty where `--subset` declares the scope.

    Returns:
        What tells them.
    """
    old = list(map(mark_of, baseline))
    keyed = all(mark.key for mark in (*old, *every))
    # As items pair: the data set counts where a report has several, and what it was called may have changed otherwise.
    several = keyed and has_several(old, every)

    def place(name: str) -> str:
        return name if several else ""

    about = {(place(mark.dataset), mark.subset) for mark in every}
    subsets: dict[str, set[str]] = {}
    for name, names in (present or {}).items():
        subsets.setdefault(place(name), set()).update(names)
    old = [
        mark
        for mark in old
        if (place(mark.dataset), mark.subset) in about
        or mark.subset not in subsets.get(place(mark.dataset), {mark.subset})
    ]
    if not keyed:
        known = {(mark.subset, mark.id) for mark in every}
        return [mark for mark in old if (mark.subset, mark.id) not in known]
    old_items, now = identify(old, every)
    there = set(now)
    return [mark for mark, item in zip(old, old_items, strict=True) if item not in there]


def lost_items(
    baseline: Sequence[PairedRow], plan: Plan, source: ItemSource, selection: Iterable[Selected]
) -> list[str]:
    """What the baseline's items are called that are gone from the data that were selected from.

    Args:
        baseline: The earlier report's samples; empty where there is none.
        plan: What is measured.
        source: Where the items come from.
        selection: All that was selected.
    """
    if not baseline:
        return []
    used = dict.fromkeys((entry.data, entry.item.subset) for entry in selection)
    present: dict[str, tuple[str, ...]] = {}
    if not plan.config.subset:
        present = {source.name_of(data): source.subsets(data) for data, _ in used}
    every = [
        mark_of_item(item, source.name_of(data)) for data, subset in used for item in source.loader(data).items(subset)
    ]
    return [mark.called(several=plan.several) for mark in lost_from_data(baseline, every, present)]


def describe_others(pairing: Pairing) -> str:
    """The items that only one side has or has measured, counted and named; empty where there are none."""
    sides = (
        ("not in the baseline", pairing.only_after),
        ("only in the baseline", pairing.only_before),
        ("measured in the baseline and not now", pairing.unmeasured_after),
    )
    return "".join(f"; {words}: {_named(items)}" for words, items in sides if items)


def warn_of_lost(items: Sequence[str]) -> list[str]:
    """The line that says which of the baseline's items the data have lost; none where they have all.

    Args:
        items: What they are called.
    """
    return [f"the data no longer have items of the baseline: {_named(items)}"] if items else []


def _named(items: Sequence[str]) -> str:
    shown = ", ".join(items[:_SHOWN]) + (", …" if len(items) > _SHOWN else "")
    return f"{len(items):,} item{'s' if len(items) > 1 else ''} ({shown})"
