"""A grown, shrunken or moved file: what both sides have is judged, the rest is counted and named."""

from __future__ import annotations

from typing import Any, cast

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.coverage import (
    check_common,
    describe_others,
    lost_from_data,
    mark_of_item,
    warn_of_lost,
)
from pytest_haerae.report.schema import SampleRow
from pytest_haerae.statistics.pairing import Mark, mark_of, pair_rows
from tests.unit.fakes import item
from tests.unit.reports import sample

PLACE = "--baseline base.json"


def first(count: int, **changes: Any) -> list[SampleRow]:  # noqa: ANN401 - a field's value
    """The first rows of a file."""
    return [sample(number, **changes) for number in range(count)]


def common(baseline: list[SampleRow], rows: list[SampleRow]) -> None:
    check_common(PLACE, list(map(mark_of, baseline)), list(map(mark_of, rows)))


def lost(baseline: list[SampleRow], data: list[Mark], present: dict[str, tuple[str, ...]] | None = None) -> list[str]:
    return [mark.id for mark in lost_from_data(baseline, data, present)]


def old_version(rows: list[SampleRow]) -> list[SampleRow]:
    """Rows as a report of schema version 1 gives them."""
    return [cast(SampleRow, {**row, "key": ""}) for row in rows]


def test_a_grown_file_is_compared_on_what_is_common() -> None:
    common(first(2), first(5))
    pairing = pair_rows(first(2), first(5))
    assert pairing.total.n == 2
    assert describe_others(pairing) == "; not in the baseline: 3 items (csat_geo-0002, csat_geo-0003, csat_geo-0004)"


def test_a_file_that_grew_at_its_top_is_compared_item_by_item() -> None:
    moved = [sample(number + 1, key=f"k{number}", outcome="correct") for number in range(3)]
    pairing = pair_rows(first(3, outcome="wrong"), [sample(0, key="new"), *moved])
    assert (pairing.total.n, len(pairing.total.gained)) == (3, 3)
    assert pairing.only_after == ["csat_geo-0000"]


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"subset": "b"}, ""),
        ({"id": "x-0000", "key": "other"}, ""),
        ({"reference": "C"}, "; item csat_geo-0000 has other data there (question, options or reference)"),
        ({"options": ["가", "나"]}, "; item csat_geo-0000 has other data there (question, options or reference)"),
    ],
)
def test_a_baseline_without_a_common_item_is_refused(changes: dict[str, Any], why: str, older: bool) -> None:
    baseline = first(1, **changes)
    with pytest.raises(UsageError) as caught:
        common(old_version(baseline) if older else baseline, first(1))
    assert str(caught.value) == f"{PLACE}: incompatible: it has none of this run's 1 items{why}"


def test_a_baseline_of_version_1_pairs_where_the_text_agrees() -> None:
    common(old_version(first(1)), first(1))
    with pytest.raises(UsageError, match="other data there"):
        common(old_version(first(1, input="다른 질문")), first(1))


def test_many_items_are_named_by_the_first_three() -> None:
    others = describe_others(pair_rows(first(12), first(1)))
    assert others == "; only in the baseline: 11 items (csat_geo-0001, csat_geo-0002, csat_geo-0003, …)"
    assert describe_others(pair_rows(first(2), first(2))) == ""


def every(*numbers: int, dataset: str = "sample") -> list[Mark]:
    """All rows of today's file."""
    rows = [sample(number) for number in numbers]
    return [
        mark_of_item(
            item(
                id=row["id"],
                subset=row["subset"],
                key=row["key"],
                options=tuple(row["options"] or ()),
                reference=row["reference"],
            ),
            dataset,
        )
        for row in rows
    ]


@pytest.mark.parametrize("older", [False, True])
def test_an_item_that_the_data_lost_is_told_from_one_out_of_scope(older: bool) -> None:
    baseline = [*first(4), sample(0, subset="not asked today")]
    baseline = old_version(baseline) if older else baseline
    assert lost(baseline, every(0, 1, 2, 3)) == []
    assert lost(baseline, every(0, 1, 3)) == ["csat_geo-0002"]
    assert lost(baseline, every(0, 1, 2, 3, dataset="moved/to/there.jsonl")) == []


def test_a_mark_of_the_data_is_that_of_its_row() -> None:
    (mark,) = every(3)
    assert mark[:5] == mark_of(sample(3))[:5]


def test_lost_items_are_one_warning() -> None:
    assert warn_of_lost([]) == []
    assert warn_of_lost(["q-1"]) == ["the data no longer have items of the baseline: 1 item (q-1)"]


def test_items_of_a_subset_that_is_gone_are_lost_unless_the_scope_is_declared() -> None:
    """D7: a subset's whole file was deleted, and no warning said so."""
    baseline = [*first(2), sample(0, subset="history", id="history-0000", key="h0")]
    assert lost(baseline, every(0, 1), {"sample": ("csat_geo",)}) == ["history-0000"]
    assert lost(baseline, every(0, 1), {"sample": ("csat_geo", "history")}) == []
    assert lost(baseline, every(0, 1), {}) == []
    assert lost(old_version(baseline), every(0, 1), {"sample": ("csat_geo",)}) == ["history-0000"]


def test_a_data_set_that_is_not_asked_today_has_lost_nothing() -> None:
    """A1: two suites over files of one name; where only one ran, the items of the other were said to be lost."""
    baseline = [sample(0, dataset="a/q.jsonl", key="a0"), sample(0, dataset="b/q.jsonl", key="b0")]
    today = [mark_of(baseline[0])]
    assert lost(baseline, today, {"a/q.jsonl": ("csat_geo",)}) == []
    assert lost(baseline, [mark_of(sample(0, dataset="a/q.jsonl", key="other"))]) == ["csat_geo-0000"]


@pytest.mark.parametrize("outcome", ["skipped", "error"])
def test_what_the_baseline_measured_and_this_run_did_not_is_named(outcome: str) -> None:
    """A: items that were skipped since fell out of the comparison, and the gate said nothing of them."""
    pairing = pair_rows(first(3, outcome="correct"), [*first(2), sample(2, outcome=outcome)])
    assert pairing.total.n == 2
    assert describe_others(pairing) == "; measured in the baseline and not now: 1 item (csat_geo-0002)"


def test_items_of_several_benchmarks_are_named_with_theirs() -> None:
    """Two benchmarks may each have an item of one id: `law-0001` of which?"""
    kmmlu, kobest = (first(2, dataset=name, subset="law", id="law-0000") for name in ("kmmlu", "kobest"))
    new = [*kmmlu, *first(1, dataset="kobest", subset="law", id="law-0000", outcome="error")]
    pairing = pair_rows([kmmlu[0], *kobest], new, several=True)
    assert describe_others(pairing) == (
        "; not in the baseline: 1 item (kmmlu/law-0000); only in the baseline: 1 item (kobest/law-0000)"
        "; measured in the baseline and not now: 1 item (kobest/law-0000)"
    )
    alone = pair_rows([*kmmlu, *kobest], kmmlu)
    assert describe_others(alone) == "; only in the baseline: 2 items (kobest/law-0000, kobest/law-0000)"
    other = first(1, dataset="kmmlu", subset="law", id="law-0000", reference="E")
    with pytest.raises(UsageError, match="; item kmmlu/law-0000 has other data there"):
        check_common(PLACE, list(map(mark_of, other)), list(map(mark_of, new)), several=True)
