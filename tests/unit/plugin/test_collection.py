from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.plugin.collection import Collection
from pytest_haerae.types import DataKey, Response, Selected
from tests.unit.fakes import Ledger, item, question, scripted, write_rows
from tests.unit.plugin.sessions import Metafunc, a_config, a_test, config

pytestmark = pytest.mark.usefixtures("hub")


def collect(given: Any, *functions: Metafunc) -> Collection:  # noqa: ANN401 - a configuration
    collection = Collection(given)
    for function in functions:
        collection.parametrize(function)  # type: ignore[arg-type]
    return collection


def in_folder(folder: Path, dataset: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - options
    return config(folder, dataset=dataset, **more)


def named(folder: Path, *args: str, **options: Any) -> Any:  # noqa: ANN401 - options
    return a_config(folder, {"model": "random", **options}, args=args)


def ids(function: Metafunc) -> list[str]:
    return [entry.id for entry in function.items]


@pytest.mark.parametrize("fixtures", [("haerae_item",), ("haerae_verdict",), ("tmp_path", "haerae_item")])
def test_a_test_has_one_parameter_set_an_item_for_the_fixtures_it_uses(
    tmp_path: Path, fixtures: tuple[str, ...]
) -> None:
    function = Metafunc(None, tmp_path / "test_a.py", fixtures, subset="history")
    collect(in_folder(tmp_path, "sample", limit=2), function)
    assert function.ids == ids(function) == ["history-0000", "history-0001"]
    assert function.names == [name for name in fixtures if name != "tmp_path"]
    both = Metafunc(None, tmp_path / "test_a.py", ("haerae_verdict", "haerae_item"), subset="history")
    collect(in_folder(tmp_path, "sample", limit=1), both)
    assert (both.names, both.params) == (["haerae_item", "haerae_verdict"], [(both.entries[0], both.entries[0])])


def test_a_data_set_beside_the_suite_is_read_from_there(tmp_path: Path) -> None:
    write_rows(tmp_path / "suite/mine.jsonl", [question(0), question(1)])
    function = Metafunc(None, tmp_path / "suite/test_a.py", dataset="mine.jsonl")
    collection = collect(in_folder(tmp_path), function)
    assert ids(function) == ["mine-0000", "mine-0001"]
    test = a_test(function.entries[1])
    data = DataKey("mine.jsonl", str(tmp_path / "suite"))
    assert list(collection.select([a_test(None), test])[""].tests) == [Selected(function.items[1], test.nodeid, data)]


@pytest.mark.parametrize(("typed", "refused"), [(None, False), ("mine.jsonl", False), ("other.jsonl", True)])
def test_a_data_set_that_is_typed_and_that_no_suite_asks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str | None, refused: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "mine.jsonl", [question(0)])
    function = Metafunc(None, tmp_path / "test_a.py", dataset="mine.jsonl")
    collection = collect(named(tmp_path, dataset=[typed] if typed else []), function)
    with pytest.raises(pytest.UsageError, match="no suite here asks it") if refused else nullcontext():
        collection.finish([])


@pytest.mark.parametrize(
    ("options", "count"), [({}, None), ({"subset": ["history"]}, 0), ({"dataset": "mine.jsonl"}, 1)]
)
def test_a_test_of_items_without_a_marker_does_not_vanish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], count: int | None
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "mine.jsonl", [question(0)])
    function = Metafunc(None, tmp_path / "test_a.py")
    collection = collect(in_folder(tmp_path, **{"dataset": "sample", **options}), function)
    if count is None:
        with pytest.raises(pytest.UsageError, match=r"nothing says of which data set: add @pytest\.mark\.haerae"):
            collection.finish([])
    else:
        collection.finish([])
        assert len(ids(function)) == count


def test_a_suite_out_of_scope_collects_a_placeholder_and_reads_nothing(tmp_path: Path, hub: list[str]) -> None:
    function = Metafunc(None, tmp_path / "kmmlu/test_a.py", dataset="kmmlu", subset="Law")
    collection = collect(in_folder(tmp_path, "sample"), function)
    assert (function.params, function.ids, hub) == ([(None,)], ["none"], [])
    with pytest.raises(pytest.UsageError, match="add --dataset=kmmlu"):
        collection.finish([])


@pytest.mark.parametrize("typed", [None, "kmmlu", "click"])
def test_the_default_data_set_is_decided_by_the_suite_that_the_command_line_names(
    tmp_path: Path, typed: str | None
) -> None:
    function = Metafunc(None, tmp_path / "kmmlu/test_a.py", dataset="kmmlu", subset="Law")
    collection = collect(named(tmp_path, "kmmlu/test_a.py", dataset=typed, limit=1), function)
    assert ids(function) == ([] if typed == "click" else ["Law-0000"])
    assert collection.scope.datasets == (("kmmlu",) if typed is None else ())
    assert collection.evaluations.first.plan.config.dataset == (typed or "kmmlu")


def test_after_suites_of_the_default_a_suite_of_another_benchmark_is_refused(tmp_path: Path, hub: list[str]) -> None:
    default = Metafunc(None, tmp_path / "test_history.py", subset="history")
    other = Metafunc(None, tmp_path / "kmmlu/test_a.py", dataset="kmmlu", subset="Law")
    collection = collect(named(tmp_path, "test_history.py", "kmmlu/test_a.py"), default, other)
    assert hub == ["haerae_bench"]
    with pytest.raises(
        pytest.UsageError,
        match=r"these suites ask haerae_bench and kmmlu, which is not written out .* --dataset=haerae_bench,kmmlu",
    ):
        collection.finish([])


def test_what_the_decided_benchmark_brings_along_is_taken_where_the_evaluation_was_prepared(tmp_path: Path) -> None:
    given = named(tmp_path, "kmmlu", method="log_likelihood", limit=1)
    collection = Collection(given)
    assert collection.evaluations.first.plan.config.prompt == "raw"
    function = Metafunc(None, tmp_path / "kmmlu/test_a.py", dataset="kmmlu", subset="Law")
    collection.parametrize(function)  # type: ignore[arg-type]
    assert collection.evaluations.first.plan.config.prompt == "kmmlu"
    assert list(collection.evaluations.first.plan.parts) == [DataKey("kmmlu")]


def test_a_workers_decision_is_taken_over(tmp_path: Path) -> None:
    collection = Collection(named(tmp_path, method="log_likelihood"))
    collection.decide(("kmmlu",))
    assert (collection.evaluations.first.plan.config.dataset, collection.evaluations.first.plan.config.prompt) == (
        "kmmlu",
        "kmmlu",
    )
    with pytest.raises(UsageError, match="unknown backend"):
        Collection(named(tmp_path, model="no")).decide(())


def test_options_of_the_command_line_go_before_the_ini_files(tmp_path: Path) -> None:
    ini = {"model": "no", "limit": "3", "dataset": "sample", "subset": ["history"]}
    given = a_config(tmp_path, {"model": "random", "subset": []}, ini)
    settings = Collection(given).evaluations.first.plan.config
    assert (settings.model, settings.limit, settings.dataset, settings.subset) == ("random", 3, "sample", ("history",))


def test_backends_of_a_conftest_are_known(tmp_path: Path) -> None:
    backend = scripted(lambda request: Response(text=""), Ledger())
    given = a_config(tmp_path, {"model": "mine"}, backends={"mine": backend})
    assert Collection(given).evaluations.first.plan.backend is backend


def test_the_first_mistake_ends_the_session_once_all_is_collected(tmp_path: Path) -> None:
    one, other = (Metafunc(None, tmp_path / "test_a.py", dataset=name) for name in ("first.jsonl", "second.jsonl"))
    collection = collect(in_folder(tmp_path), one, other)
    assert one.params == other.params == [(None,)]
    with pytest.raises(pytest.UsageError, match=r"first\.jsonl: there is no such file"):
        collection.finish([a_test(None)])


@pytest.mark.parametrize(
    ("args", "deselect", "judged"),
    [
        ([], [], ["one", "two"]),
        (["test_a.py::one"], [], ["one"]),
        (["test_a.py::one[x-0001]", "test_a.py::two"], [], ["one", "two"]),
        (["test_a.py::on"], [], []),
        (["test_a.py", "test_b.py::one"], [], ["one", "two"]),
        (["test_b.py"], [], []),
        (["some.package::one"], [], ["one", "two"]),
        ([], ["test_a.py::one"], ["two"]),
        ([], ["test_a.py::one[x-0001]"], ["one", "two"]),
        ([], ["test_a.py"], []),
    ],
)
def test_a_mistake_of_a_test_that_is_not_selected_ends_nothing(
    tmp_path: Path, args: list[str], deselect: list[str], judged: list[str]
) -> None:
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / name).touch()
    for name in ("one", "two"):
        given = named(tmp_path, *args)
        given.option.deselect = deselect
        function = Metafunc(None, tmp_path / "test_a.py", name=name, dataset="none.jsonl")
        problem = collect(given, function).problem
        assert function.params == [(None,)]
        assert (problem is not None) == (name in judged), name
        if problem is not None:
            assert str(problem).startswith(f"test_a.py::{name}: dataset none.jsonl: there is no such file")


def test_a_worker_leaves_the_mistake_to_its_controller(tmp_path: Path) -> None:
    given = in_folder(tmp_path)
    given.workerinput = {}
    collection = collect(given, Metafunc(None, tmp_path / "test_a.py", dataset="none.jsonl"))
    items = [a_test(item())]
    collection.finish(items)
    assert items == []
    assert "none.jsonl" in str(collection.problem)


def test_a_subset_that_no_data_set_has_is_refused_at_the_end(tmp_path: Path) -> None:
    function = Metafunc(None, tmp_path / "test_a.py", subset="history")
    collection = collect(in_folder(tmp_path, "sample", subset=["histori"]), function)
    with pytest.raises(pytest.UsageError, match="--subset: unknown subset 'histori'"):
        collection.finish([])


def test_a_run_without_mistakes_goes_on(tmp_path: Path) -> None:
    function = Metafunc(None, tmp_path / "test_a.py", subset="history")
    items = [a_test(item())]
    collect(in_folder(tmp_path, "sample"), function).finish(items)
    assert len(items) == 1
    Collection(in_folder(tmp_path)).finish([])


def test_what_counts_as_selected_by_hand(tmp_path: Path) -> None:
    assert not Collection(named(tmp_path, "suites")).selected_by_hand()
    assert Collection(named(tmp_path, "suites/test_a.py::test_a")).selected_by_hand()
    failed = named(tmp_path)
    failed.option.lf = True
    assert Collection(failed).selected_by_hand()
    without_cache = named(tmp_path)
    without_cache.option = SimpleNamespace()
    assert not Collection(without_cache).selected_by_hand()
    function = Metafunc(None, tmp_path / "test_a.py", subset="history")
    collection = collect(in_folder(tmp_path, "sample", limit=1), function)
    collection.note_deselected([a_test(None)])
    assert not collection.selected_by_hand()
    collection.note_deselected([a_test(function.entries[0])])
    collection.note_deselected([a_test(None)])
    assert collection.selected_by_hand()


def without_model(folder: Path, **ini: Any) -> Any:  # noqa: ANN401 - a configuration
    return a_config(folder, ini=ini)


def placeholder_of(function: Metafunc) -> Any:  # noqa: ANN401 - a pytest.Item
    (params,) = function.params
    test = a_test(None)
    test.callspec.params = dict(zip(function.names, params.values, strict=True))  # type: ignore[attr-defined]
    return test


def closing(collection: Collection, *items: Any, failed: int = 0) -> Any:  # noqa: ANN401 - a pytest.Session
    session: Any = SimpleNamespace(items=list(items), testsfailed=failed)
    collection.close(session)
    return session


def test_without_a_model_a_test_is_one_skipped_placeholder_and_no_data_are_read(tmp_path: Path, hub: list[str]) -> None:
    function = Metafunc(None, tmp_path / "test_a.py", ("haerae_item", "haerae_verdict"), dataset="absent.jsonl")
    collection = collect(without_model(tmp_path), function, Metafunc(None, tmp_path / "test_b.py", subset="history"))
    (params,) = function.params
    assert [mark.name for mark in params.marks] == ["skip"]  # type: ignore[attr-defined]
    assert (function.ids, hub, collection.problem) == (["without-model"], [], None)
    session = closing(collection, placeholder_of(function), a_test(None))
    assert (collection.placeholders, len(session.items)) == (1, 2)
    assert not collection.select(session.items)


def test_where_nothing_but_placeholders_is_left_a_model_was_forgotten(tmp_path: Path) -> None:
    function = Metafunc(None, tmp_path / "test_a.py", subset="history")
    collection = collect(without_model(tmp_path), function)
    closing(collection, placeholder_of(function), failed=1)
    with pytest.raises(pytest.UsageError, match=r"none is named: add --model=NAME \(one of .*random"):
        closing(collection, placeholder_of(function))
    given = without_model(tmp_path)
    given.workerinput = {}
    worker = collect(given, function)
    assert closing(worker, placeholder_of(function)).items == []
    assert "none is named" in str(worker.problem)


def test_a_typo_in_a_marker_is_a_mistake_also_without_a_model(tmp_path: Path) -> None:
    collection = collect(without_model(tmp_path), Metafunc(None, tmp_path / "test_a.py", subsets="history"))
    assert "unknown keyword 'subsets'" in str(collection.problem)


def selecting(folder: Path, *args: str) -> tuple[Collection, list[Any]]:
    function = Metafunc(None, folder / "test_a.py", subset="history")
    collection = collect(named(folder, *args, dataset="sample", limit=4), function)
    tests = [a_test(entry) for entry in function.entries]
    collection.finish([*tests])
    return collection, tests


def test_what_is_gone_and_was_not_reported_as_deselected_is_missing(tmp_path: Path) -> None:
    collection, tests = selecting(tmp_path)
    assert collection.select(tests)[""].gone == []
    strange: Any = SimpleNamespace()
    collection.note_deselected([tests[0], strange])
    selection = collection.select(tests[2:])[""]
    assert [entry.item.id for entry in selection.gone] == ["history-0001"]
    assert selection.by_hand


def test_what_pytest_itself_left_out_is_not_missing(tmp_path: Path) -> None:
    collection, tests = selecting(tmp_path, "test_a.py::test_a[history-0000]")
    assert collection.select(tests[:1])[""].gone == []
    collection, tests = selecting(tmp_path)
    collection._config.option.lf = True
    assert collection.select(tests[:1])[""].gone == []


def test_tests_come_in_the_order_of_their_collection(tmp_path: Path) -> None:
    collection, tests = selecting(tmp_path)
    found = collection.select([*reversed(tests), a_test(None)])[""].tests
    assert [entry.nodeid for entry in found] == [test.nodeid for test in tests]


def test_a_list_of_tests_needs_no_usable_model(tmp_path: Path) -> None:
    given = a_config(tmp_path, ini={"model": "no", "baseline": "none.json", "dataset": "sample", "limit": "2"})
    given.option.collectonly = True
    function = Metafunc(None, tmp_path / "test_a.py", subset="history")
    assert collect(given, function).problem is None
    assert len(function.items) == 2
