from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.evaluations import Evaluations
from pytest_haerae.plugin.given import Given
from pytest_haerae.plugin.scope import Scope, Suite
from pytest_haerae.plugin.suite_items import SuiteItems
from tests.unit.plugin.sessions import a_config

pytestmark = pytest.mark.usefixtures("hub")


def found(folder: Path, suite: Suite, **options: Any) -> list[str]:  # noqa: ANN401 - options
    config = a_config(folder, {"model": "random", **options})
    given, scope = Given(config), Scope()
    items = SuiteItems(config, given, scope, Evaluations(config, given, scope))
    return [entry.nodeid for entry in items.of_suite(suite, "test_a.py::test_a")]


def suite(folder: Path, dataset: str | None = None, *subsets: str, **more: Any) -> Suite:  # noqa: ANN401 - its terms
    return Suite(folder / "test_a.py", dataset, subsets or None, **more)


def test_only_subsets_that_are_wanted_and_there_are_collected(tmp_path: Path) -> None:
    named = suite(tmp_path, None, "history", "csat_geo", "csat_eng")
    options: dict[str, Any] = {"dataset": "sample", "limit": 1}
    assert found(tmp_path, named, subset=["csat_geo,rare_words"], **options) == ["test_a.py::test_a[csat_geo-0000]"]


def test_a_suite_out_of_scope_has_no_items_and_reads_nothing(tmp_path: Path, hub: list[str]) -> None:
    assert found(tmp_path, suite(tmp_path / "kmmlu", "kmmlu"), dataset="sample") == []
    assert hub == []


def test_of_several_benchmarks_each_item_is_named_with_its_own(tmp_path: Path) -> None:
    options: dict[str, Any] = {"dataset": "sample,kmmlu", "subset": "Law,history", "limit": 1}
    assert found(tmp_path, suite(tmp_path / "kmmlu", "kmmlu"), **options) == ["test_a.py::test_a[kmmlu/Law-0000]"]
    assert found(tmp_path, suite(tmp_path, None, "history"), **options) == ["test_a.py::test_a[sample/history-0000]"]


@pytest.mark.parametrize(
    ("options", "dataset", "subset", "more", "refused"),
    [
        ({}, None, "histroy", {}, True),
        ({"dataset": "sample"}, None, "histroy", {}, False),
        ({"dataset": "sample"}, None, "histroy", {"min_accuracy": 0.5}, True),
        ({"dataset": "kmmlu"}, "kmmlu", "Laww", {}, True),
        ({"dataset": "sample"}, "kmmlu", "Laww", {}, False),
    ],
)
def test_a_subset_that_the_suites_own_data_set_lacks_is_a_typo(  # noqa: PLR0917 - a case's parts
    tmp_path: Path, options: dict[str, Any], dataset: str | None, subset: str, more: dict[str, Any], refused: bool
) -> None:
    """Another data set than the suite was written for may lack what it has, unless a gate of its own would vanish."""
    with pytest.raises(UsageError, match="unknown subset") if refused else nullcontext():
        assert found(tmp_path, suite(tmp_path, dataset, subset, **more), **options) == []


def test_files_of_different_columns_are_read_side_by_side(tmp_path: Path) -> None:
    for name, question, answer in (("a", "질의", "답안"), ("b", "Frage", "Antwort")):
        (tmp_path / f"{name}.csv").write_text(f"{question},{answer}\n수도는?,서울\n", encoding="utf-8")
    one = suite(tmp_path, "a.csv", columns='{"question": "질의", "answer": "답안"}')
    assert found(tmp_path, one, dataset_columns="question=Frage,answer=Antwort") == ["test_a.py::test_a[a-0000]"]
    other = suite(tmp_path, "b.csv")
    assert found(tmp_path, other, dataset_columns="question=Frage,answer=Antwort") == ["test_a.py::test_a[b-0000]"]
    with pytest.raises(UsageError, match=r"^--dataset-columns: .*b\.csv has no such column: unknown column 'Q'"):
        found(tmp_path, other, dataset_columns="question=Q,answer=Antwort")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ('{"qestion": "q"}', "unknown field 'qestion': did you mean 'question'"),
        ('{"question": "q", "answer": "a"}', "a.csv has no such column: unknown column 'q'"),
    ],
)
def test_a_mistake_in_the_markers_columns_names_the_marker(tmp_path: Path, columns: str, words: str) -> None:
    (tmp_path / "a.csv").write_text("질의,답안\n수도는?,서울\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        found(tmp_path, suite(tmp_path, "a.csv", columns=columns), dataset_columns="question=Frage,answer=Antwort")
    assert str(caught.value).startswith("test_a.py::test_a: @pytest.mark.haerae: columns=: ")
    assert words in str(caught.value)


def test_a_mistake_in_a_file_beside_the_suites_folder_names_it_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("suites", "my"):
        (tmp_path / folder).mkdir()
    (tmp_path / "my/q.csv").write_text("question,options,answer\n수도는?,부산,부산\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^my/q\.csv, row 1 \(line 2\), field 'options': has 1 option, "):
        found(tmp_path, suite(tmp_path / "suites", "../my/q.csv"))


def test_one_file_is_read_in_one_way(tmp_path: Path) -> None:
    """A row is one item: the second reading's questions had the first one's answers."""
    (tmp_path / "a.csv").write_text("question,answer,이유\n수도는?,서울,법\n", encoding="utf-8")
    config = a_config(tmp_path, {"model": "random"})
    given, scope = Given(config), Scope()
    items = SuiteItems(config, given, scope, Evaluations(config, given, scope))
    columns = '{"answer": "answer", "question": "question"}'
    assert len(items.of_suite(suite(tmp_path, "a.csv", columns=columns), "test_a.py::test_a")) == 1
    assert len(items.of_suite(suite(tmp_path, "../" + tmp_path.name + "/a.csv", columns=columns), "test_b.py::b")) == 1
    for other in (None, '{"answer": "이유", "question": "question"}'):
        with pytest.raises(
            UsageError, match=r"^test_c\.py::c: a\.csv has other columns= in the marker of test_a\.py::t"
        ):
            items.of_suite(suite(tmp_path, "a.csv", columns=other), "test_c.py::c")
