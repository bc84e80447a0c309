from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.metadata import value_of
from pytest_haerae.errors import UsageError
from pytest_haerae.statistics.breakdown import (
    FEW_VALUES,
    MOST_VALUES,
    break_down,
    check_breakdowns,
    check_columns,
    with_breakdowns,
)
from pytest_haerae.statistics.scores import make_metrics, score
from pytest_haerae.types import Item, Sample, Terms
from tests.unit.fakes import everything, item, prepared, question
from tests.unit.reports import samples_of

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.sampled_from([0.5, 2.0, "지리", " 지리", "2", "역사"])
)
COUNTS = ("n", "correct", "wrong", "invalid", "cut", "errors", "skipped")


def about(sample: Sample, **metadata: object) -> Sample:
    """The same sample of an item with metadata; None stands for none."""
    given_ = {name: value for name, value in metadata.items() if value is not None}
    return replace(sample, selected=replace(sample.selected, item=replace(sample.item, metadata=given_)))


def samples(outcomes: str, cells: list[Any], column: str = "c") -> list[Sample]:
    return [about(each, **{column: cell}) for each, cell in zip(samples_of({"a": outcomes}), cells, strict=True)]


@given(st.data())
def test_the_values_add_up_to_the_whole(data: st.DataObject) -> None:
    outcomes = data.draw(st.text("cwites", max_size=40))
    cells = data.draw(st.lists(CELLS, min_size=len(outcomes), max_size=len(outcomes)))
    every = samples(outcomes, cells)
    total, found = score(every), break_down(every, "c")
    for name in COUNTS:
        assert sum(entry[name] for entry in found.values()) == total[name]  # type: ignore[literal-required]
    if total["n"]:
        recombined = sum((entry["accuracy"] or 0) * entry["n"] for entry in found.values()) / total["n"]
        assert recombined == pytest.approx(total["accuracy"])
    for value, entry in found.items():
        assert entry == score([each for each in every if value_of(each.item.metadata, "c") == value])


def test_numbers_stand_by_their_size_then_texts_then_what_has_no_value() -> None:
    cells = ["나", None, 10, "2", 2.5, -1, "가", "2019년", True]
    assert list(break_down(samples("c" * 9, cells), "c")) == ["-1", "2", "2.5", "10", "2019년", "true", "가", "나", ""]


def test_the_order_of_the_items_does_not_matter() -> None:
    every = samples("ccwwi", [3, "나", None, "가", 1])
    assert json.dumps(break_down(every, "c")) == json.dumps(break_down(every[::-1], "c"))


def test_without_a_column_the_metrics_stay_as_they_are() -> None:
    every = samples("cw", ["가", "나"])
    metrics = make_metrics(every)
    assert with_breakdowns(metrics, every, ()) is metrics


def test_a_column_of_the_run_is_about_all_items_and_a_suites_about_its_own() -> None:
    one, other = Terms("test_a.py::test_a", ("c",)), Terms("test_b.py::test_b", ("d", "c"))
    every = samples("cwcw", ["가", "나", "가", None])
    said = [(one,), (one,), (other,), ()]
    marked = [replace(each, selected=replace(each.selected, terms=t)) for each, t in zip(every, said, strict=True)]
    metrics = make_metrics(every)
    found = with_breakdowns(metrics, marked, ("e",))["by"]
    assert {name: [(value, entry["n"]) for value, entry in by.items()] for name, by in found.items()} == {
        "e": [("", 4)],
        "c": [("가", 2), ("나", 1)],
        "d": [("", 1)],
    }
    assert list(with_breakdowns(metrics, marked, ("c",))["by"]["c"]) == ["가", "나", ""]
    assert "by" not in metrics


def items(*cells: object) -> list[Item]:
    return [item(number, metadata={} if cell is None else {"분류": cell}) for number, cell in enumerate(cells)]


def test_a_column_that_no_row_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        check_columns("--by", ("분륜",), items("가"))
    assert str(caught.value) == "--by: unknown column '분륜': did you mean '분류'? Valid: 분류"
    with pytest.raises(UsageError, match=r"--by: unknown column 'c'\. Valid: \(none\)"):
        check_columns("--by", ("c",), items(None))
    check_columns("--by", ("분류",), items(None, "가"))


@pytest.mark.parametrize(
    ("cells", "refused"),
    [
        (range(FEW_VALUES), False),
        (range(FEW_VALUES + 1), True),
        ([*range(FEW_VALUES + 1)] * 2, False),
        ([*range(FEW_VALUES + 1), *range(FEW_VALUES)], True),
        ([*range(MOST_VALUES)] * 2, False),
        ([*range(MOST_VALUES + 1)] * 9, True),
    ],
)
def test_a_column_that_tells_single_items_apart_is_refused(cells: Sequence[int], refused: bool) -> None:
    if not refused:
        check_columns("--by", ("분류",), items(*cells))
        return
    message = (
        f"--by: the column '분류' has {len(set(cells))} values in {len(cells):,} items: it tells single items apart"
    )
    with pytest.raises(UsageError, match=message):
        check_columns("--by", ("분류",), items(*cells))


def test_each_columns_data_are_looked_at_as_a_whole_and_a_suites_own(tmp_path: Path) -> None:
    """A column that --limit leaves without a value is there; a suite's is looked for in the suite's data."""
    made = prepared(tmp_path, [question(0), question(1, 분류="가")], limit=1)
    entries = everything(made)
    check_breakdowns(["분류"], entries, made.source)
    check_breakdowns([], entries, made.source)
    check_breakdowns(["b"], [], made.source)
    marked = [replace(entry, terms=(Terms("test_a.py::test_a", ("분",)),)) for entry in entries]
    with pytest.raises(UsageError) as caught:
        check_breakdowns([], marked, made.source)
    message = "test_a.py::test_a: @pytest.mark.haerae: by=: unknown column '분': did you mean '분류'? Valid: 분류"
    assert str(caught.value) == message
    with pytest.raises(UsageError, match="--by: unknown column 'b'"):
        check_breakdowns(["b"], entries, made.source)
