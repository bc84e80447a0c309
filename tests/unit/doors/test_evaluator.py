from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.doors.evaluator import ALIASES, Evaluator, as_options, evaluate_each, suite_nodeid
from pytest_haerae.errors import UnmeasurableRun, UsageError
from pytest_haerae.report.schema import Report
from pytest_haerae.types import Item, Request, Response
from tests.helpers import valid_report
from tests.unit.fakes import Ledger, question, scripted, write_rows

ROWS = [question(number) for number in range(6)]


def answer(request: Request) -> Response:
    return Response(error="HTTP 500") if "5번" in request.context else Response(text="정답: (A)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two subsets in `data`."""
    write_rows(tmp_path / "data/history.jsonl", ROWS)
    write_rows(tmp_path / "data/law.jsonl", ROWS[:3])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(folder: Path, ledger: Ledger | None = None, **options: Any) -> Report:  # noqa: ANN401 - an option's value
    raw = {"model": "mine", "dataset": "data", "max_error_rate": 1, **options}
    ((_, result),) = evaluate_each(raw, folder, backends={"mine": scripted(answer, ledger or Ledger())})
    return result.report


def test_each_item_has_one_test_that_asks_it() -> None:
    item = Item("history-0001", "history", 1, "q", None, None, "x")
    assert suite_nodeid(item, "haerae_bench") == "suites/test_history.py::test_history[history-0001]"
    assert suite_nodeid(item, "sample") == "suites/test_history.py::test_history[history-0001]"
    assert suite_nodeid(item, "click") == "suites/click/test_click.py::test_click[history-0001]"
    other = Item("Law-0001", "Law", 1, "q", None, None, "x")
    assert suite_nodeid(other, "kmmlu") == "suites/kmmlu/test_kmmlu.py::test_kmmlu[Law-0001]"
    assert suite_nodeid(other, "a/folder") == "suites/test_dataset.py::test_dataset[Law-0001]"


@pytest.mark.parametrize("name", [*BY_NAME, *ALIASES])
def test_every_option_is_a_keyword_in_both_spellings(name: str) -> None:
    known = ALIASES.get(name, name)
    assert as_options({name: 1}, "f") == as_options({name.replace("_", "-"): 1}, "f") == {known: 1}


@pytest.mark.parametrize("place", ["Evaluator", "Evaluator.run"])
def test_an_unknown_keyword_is_refused_with_the_nearest(place: str) -> None:
    with pytest.raises(UsageError, match=f"^{place}: unknown option 'limt': did you mean 'limit'"):
        Evaluator(limt=3) if place == "Evaluator" else Evaluator().run("random", limt=3)


def test_the_keywords_of_run_are_options() -> None:
    for name, parameter in inspect.signature(Evaluator.run).parameters.items():
        if name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            assert ALIASES.get(name, name) in BY_NAME


def test_a_runs_keywords_go_before_the_evaluators(folder: Path) -> None:
    backends = {"mine": scripted(answer, Ledger())}
    evaluator = Evaluator(backends=backends, progress=False, model="mine", dataset="data", subset="law", limit=2)
    assert evaluator.run().metrics["n"] == 2
    assert evaluator.run(subset="history", limit=3).info["subsets"] == ["history"]
    assert evaluator.run(subset=None).info["subsets"] == ["law"], "None means not given"
    assert evaluator.run(limit=1).metrics["n"] == 1


@pytest.mark.parametrize(
    ("name", "value", "field", "seen"),
    [
        ("evaluation_method", "log_likelihood", "method", "log_likelihood"),
        ("model_params", {"seed": 3}, "model_params", {"seed": 3}),
        ("evaluator_params", {"strict": True}, "evaluator_params", {"strict": True}),
        ("num_few_shot", 2, "num_few_shot", 2),
        ("split", "dev", "split", "dev"),
        ("subset", ["law"], "subsets", ["law"]),
    ],
)
def test_each_keyword_reaches_its_option(folder: Path, name: str, value: Any, field: str, seen: object) -> None:  # noqa: ANN401 - of any kind
    result = Evaluator(progress=False, model="random", dataset="data").run(**{name: value})
    assert dict(result.info)[field] == seen


def test_all_subsets_are_asked_unless_some_are_named(folder: Path) -> None:
    assert [sample["id"] for sample in run(folder, limit=1)["samples"]] == ["history-0000", "law-0000"]
    assert {sample["subset"] for sample in run(folder, subset=["law"])["samples"]} == {"law"}
    with pytest.raises(UsageError, match="--subset: unknown subset 'histori': did you mean 'history'"):
        run(folder, subset="histori")


def test_too_many_errors_give_no_score_but_a_report(folder: Path) -> None:
    report = folder / "r.json"
    with pytest.raises(UnmeasurableRun) as caught:
        run(folder, max_error_rate=0, output_file=report)
    assert "the first: history-0005: HTTP 500" in str(caught.value)
    assert f"(report: {report})" in str(caught.value)
    assert valid_report(report)["metrics"]["errors"] == 1


def test_too_many_unreadable_verdicts_give_no_score_either(folder: Path) -> None:
    """One item is an error, which is allowed here: what is told first is an item without a verdict."""
    with pytest.raises(UnmeasurableRun, match="verdicts on 8 of 9 items cannot be read") as caught:
        run(folder, judge="mine", evaluator_params={"scorer": "judge"}, max_unjudged=0.5)
    assert "the first: history-0000 unjudged" in str(caught.value)
    assert "asks again" not in str(caught.value)


@pytest.mark.parametrize("failing", [False, True])
def test_the_store_is_closed_whatever_comes(folder: Path, monkeypatch: pytest.MonkeyPatch, failing: bool) -> None:
    closed: list[bool] = []
    monkeypatch.setattr("pytest_haerae.run.asking.Store.close", lambda store: closed.append(True))
    if failing:
        with pytest.raises(UnmeasurableRun):
            run(folder, max_error_rate=0)
    else:
        run(folder)
    assert len(closed) == 1


def test_progress_is_told_on_stderr_unless_silence_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Evaluator(progress=False).run("random", dataset="data")
    assert capsys.readouterr().err == ""
    Evaluator().run("random", dataset="data")
    assert "6/6" in capsys.readouterr().err


def test_files_lie_below_the_current_folder(folder: Path) -> None:
    Evaluator(progress=False).run("random", dataset="data")
    assert {path.name for path in (folder / ".haerae").iterdir()} >= {"report.json", "responses.sqlite"}


def test_a_node_id_is_that_of_the_suites_test(folder: Path) -> None:
    nodeids = [sample["nodeid"] for sample in run(folder, limit=1)["samples"]]
    assert nodeids == [
        "suites/test_history.py::test_history[history-0000]",
        "suites/test_dataset.py::test_dataset[law-0000]",
    ]
