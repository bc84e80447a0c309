"""The examinations that the questions of a run's benchmarks are of: which are passed, by all questions of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from pytest_haerae.catalogue.examination import Examination
from pytest_haerae.catalogue.registry import find_benchmark
from pytest_haerae.data.metadata import NO_VALUE, value_of
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.statistics.examined import Examined, examine
from pytest_haerae.statistics.pairing import ANSWERED
from pytest_haerae.statistics.scores import Metrics
from pytest_haerae.types import DataKey, Item, Sample, Selected, grouped


def check_examinations(selection: Sequence[Selected], source: ItemSource) -> None:
    """Refuse a benchmark of examinations none of whose items has the column that names them, or their subjects.

    Args:
        selection: The items that are asked.
        source: Where they come from.

    Raises:
        UsageError: With the nearest column.
    """
    for data, rule in _rules_of(entry.data for entry in selection).items():
        loader = source.loader(data)
        subsets = dict.fromkeys(entry.item.subset for entry in selection if entry.data == data)
        items: list[Item] = [item for subset in subsets for item in loader.items(subset)]
        columns = {column for item in items for column in item.metadata}
        for field, column in (("group", rule.group), ("subject", rule.subject)):
            if column not in columns:
                raise UsageError(
                    f"benchmark {data.name}: {field} of its examination: {unknown('column', column, columns)}"
                )


def with_examinations(metrics: Metrics, source: ItemSource, samples: Sequence[Sample], *, several: bool) -> Metrics:
    """The metrics with `examinations`, where a benchmark says what it takes to pass them.

    Args:
        metrics: The numbers of all items.
        source: Where the items came from: a question that was left out of the run has no answer.
        samples: The judged items.
        several: Whether the run is of several benchmarks, with whose names they are then called.
    """
    found = {
        grouped(source.name_of(data) if several else "", name): examined
        for data, rule in _rules_of(sample.selected.data for sample in samples).items()
        for name, examined in _examined(rule, source, data, [each for each in samples if each.selected.data == data])
    }
    return {**metrics, "examinations": found} if found else metrics


def _rules_of(asked: Iterable[DataKey]) -> dict[DataKey, Examination]:
    """What it takes to pass, by the data sets that are of examinations: hardly any is."""
    found = {}
    for data in dict.fromkeys(asked):
        benchmark = None if data.folder else find_benchmark(data.name)
        if benchmark is not None and benchmark.examination is not None:
            found[data] = benchmark.examination
    return found


def _examined(
    rule: Examination, source: ItemSource, data: DataKey, samples: Sequence[Sample]
) -> Iterator[tuple[str, Examined]]:
    """Each examination, in the order of its first question; a question of none is passed over."""
    rights = {(sample.item.subset, sample.item.index): _right_of(sample) for sample in samples}
    # Nothing is read for it that the run has not read: of a subset that was left out nothing is known.
    asked, loader = {subset for subset, _ in rights}, source.loader(data)
    subsets = source.subsets(data)
    groups: dict[str, dict[str, list[Fraction | None]]] = {}
    for item in (item for subset in subsets if subset in asked for item in loader.items(subset)):
        if (name := value_of(item.metadata, rule.group)) != NO_VALUE:
            subject = value_of(item.metadata, rule.subject)
            groups.setdefault(name, {}).setdefault(subject, []).append(rights.get((item.subset, item.index)))
    for name, subjects in groups.items():
        # An examination whose questions have no subjects is one; where others have some, nobody knows whose these are.
        of_subjects = NO_VALUE not in subjects or len(subjects) == 1
        yield name, examine(rule, subjects, whole=asked == set(subsets) and of_subjects)


def _right_of(sample: Sample) -> Fraction | None:
    """The share of a question's answers that are right; None where it has none."""
    if sample.verdict.outcome not in ANSWERED:
        return None
    verdicts = sample.verdicts
    return Fraction(sum(verdict.outcome == "correct" for verdict in verdicts), len(verdicts))
