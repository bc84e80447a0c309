"""The accuracy by the values of a metadata column: which items go together, and the numbers of each group."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from pytest_haerae.data.metadata import NO_VALUE, value_of
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.statistics.scores import Breakdown, Further, Metrics, score_with
from pytest_haerae.types import Item, Sample, Selected

MOST_VALUES, FEW_VALUES = 500, 30
"""A column with more values than the one tells items apart, not groups; so does one with more than the other, of which
hardly two items have the same."""
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def check_breakdowns(columns: Sequence[str], about: Sequence[Selected], source: ItemSource) -> None:
    """Check the run's columns in all of its data, and those of a suite's marker in the suite's own.

    Args:
        columns: The run's columns.
        about: The items that the run is about; of none there is no column to miss.
        source: Where they are from.

    Raises:
        UsageError: As `check_columns`.
    """
    wanted = [("--by", tuple(columns), about)] if columns and about else []
    for terms in dict.fromkeys(terms for entry in about for terms in entry.terms if terms.by):
        place = f"{terms.suite}: @pytest.mark.haerae: by="
        wanted.append((place, terms.by, [entry for entry in about if terms in entry.terms]))
    for place, names, entries in wanted:
        used = dict.fromkeys((entry.data, entry.item.subset) for entry in entries)
        check_columns(place, names, [item for data, subset in used for item in source.chosen(data, subset)])


def check_columns(place: str, columns: Sequence[str], items: Sequence[Item]) -> None:
    """Refuse a column that no row has, and one that tells single items apart.

    Args:
        place: What names the columns: ``--by``.
        columns: The columns.
        items: All items of the subsets that are asked, as far as their columns are chosen, also those that are not: a
            part of them, such as the last failures, may well have a value each.

    Raises:
        UsageError: With the nearest match and the columns that there are.
    """
    known: set[str] = set()
    for item in items:
        known.update(item.metadata)
    for column in columns:
        if column not in known:
            raise UsageError(f"{place}: {unknown('column', column, known)}")
        count = len({value_of(item.metadata, column) for item in items})
        if count > MOST_VALUES or (count > FEW_VALUES and 2 * count > len(items)):
            raise UsageError(
                f"{place}: the column '{column}' has {count:,} values in {len(items):,} items: it tells single items"
                f" apart; name a column of groups (at most {MOST_VALUES} values, or {FEW_VALUES} where hardly two items"
                " have the same)"
            )


def with_breakdowns(
    metrics: Metrics, samples: Sequence[Sample], columns: Sequence[str], further: Further | None = None
) -> Metrics:
    """The metrics with ``by``: of the run's columns over all items, of a suite's own over the items that it asks.

    Args:
        metrics: The numbers of all items.
        samples: The judged items.
        columns: The run's columns.
        further: As in `make_metrics`.
    """
    about: dict[str, Sequence[Sample]] = dict.fromkeys(columns, samples)
    for column in dict.fromkeys(name for sample in samples for terms in sample.selected.terms for name in terms.by):
        about.setdefault(column, [each for each in samples if any(column in terms.by for terms in each.selected.terms)])
    if not about:
        return metrics
    return {**metrics, "by": {column: break_down(those, column, further) for column, those in about.items()}}


def break_down(samples: Iterable[Sample], column: str, further: Further | None = None) -> Breakdown:
    """The numbers of the items of each value: numbers by their size, then texts, then what has no value."""
    groups: dict[str, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(value_of(sample.item.metadata, column), []).append(sample)
    return {value: score_with(further, groups[value]) for value in sorted(groups, key=_place)}


def _place(value: str) -> tuple[bool, float, str]:
    return value == NO_VALUE, float(value) if _NUMBER.fullmatch(value) else math.inf, value
