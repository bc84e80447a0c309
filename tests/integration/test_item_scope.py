"""Items chosen by their columns, and samples of them: by option and keyword, in reports, gates and baselines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator, UsageError
from pytest_haerae.doors.command_line.main import main
from tests.helpers import valid_report, write_questions
from tests.integration.conftest import Evaluate
from tests.unit.fakes import question, write_rows

KINDS = ("지리", "역사", "지리", "법")
ROWS = [question(number, kind=KINDS[number % 4], tags=["a", f"b/{number % 2}"]) for number in range(20)]
OF_LAW = {"where": {"kind": ["법"]}}
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(evaluate: Evaluate, pytester: pytest.Pytester) -> Run:
    """Run the suite over the rows above with parameters of the data set."""
    write_questions(pytester.path, ROWS)

    def start(params: dict[str, Any] | None, *options: str) -> pytest.RunResult:
        named = [f"--dataset-params={json.dumps(params, ensure_ascii=False)}"] if params else []
        return evaluate(*named, *options, inprocess=True)

    return start


def report(name: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(name))


def rows_asked() -> list[str]:
    return [sample["id"] for sample in report()["samples"]]


def test_rows_are_chosen_by_a_column_and_keep_their_names(run: Run) -> None:
    result = run(OF_LAW, "--min-accuracy=0")
    assert result.ret == 0
    assert rows_asked() == [f"questions-{number:04d}" for number in range(3, 20, 4)]
    assert report()["info"]["scope"] == OF_LAW
    assert [gate["verdict"] for gate in report()["info"]["gates"]] == ["passed"]
    result.stdout.fnmatch_lines(["items in scope: kind is 법"])


def test_a_sample_represents_the_values_of_a_column(run: Run) -> None:
    params = {"sample": 8, "by": "kind", "seed": 2}
    assert run(params, "--by=kind", "--report-md=r.md", "--report-html=r.html").ret == 0
    first = rows_asked()
    assert {kind: score["n"] for kind, score in report()["metrics"]["by"]["kind"].items()} == {
        "법": 2,
        "역사": 2,
        "지리": 4,
    }
    assert report()["info"]["scope"] == params
    assert "at most 8 items of each subset, drawn by kind (seed 2)" in Path("r.html").read_text(encoding="utf-8")
    assert "at most 8 items of each subset, drawn by kind (seed 2)" in Path("r.md").read_text(encoding="utf-8")
    assert run(params, "--limit=3").ret == 0
    assert rows_asked() == first[:3]


def test_the_other_door_asks_the_same(run: Run, pytester: pytest.Pytester) -> None:
    params = {"where": {"tags": ["B/*"], "kind": "지리"}, "sample": 4}
    run(params)
    by_pytest = report()
    found = Evaluator(progress=False).run(
        "random", dataset="questions.jsonl", dataset_params=params, output_file="e.json"
    )
    assert [sample["id"] for sample in found.samples] == [sample["id"] for sample in by_pytest["samples"]]
    assert found.metrics == by_pytest["metrics"]
    assert (
        found.info["scope"]
        == by_pytest["info"]["scope"]
        == {**params, "where": {"tags": ["B/*"], "kind": ["지리"]}, "seed": 0}
    )


def test_a_baseline_of_all_items_gates_those_in_scope(run: Run) -> None:
    run(None, "--output-file=base.json")
    assert run(OF_LAW, "--baseline=base.json", "--max-drop=0.1").ret == 0
    info = report()["info"]
    assert info["gates"][0]["verdict"] == "passed"
    assert not [line for line in info["warnings"] if "no longer" in line]
    assert info["dataset_fingerprint"] == report("base.json")["info"]["dataset_fingerprint"]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"where": {"knd": "법"}}, "where: unknown column 'knd': did you mean 'kind'? Valid: kind, tags"),
        ({"where": {"kind": "지구"}}, "where: kind: unknown value '지구': did you mean '지리'? Valid: 법, 역사, 지리"),
        ({"sample": 3, "by": "knd"}, "by: unknown column 'knd': did you mean 'kind'? Valid: kind, tags"),
        (
            {"sampel": 3},
            "unknown parameter 'sampel': did you mean 'sample'? Valid: by, columns, revision, sample, seed, where",
        ),
        ({"by": "kind"}, "by says how a sample is drawn, and there is none: add sample=N"),
    ],
)
def test_what_no_row_has_is_one_clear_line(run: Run, params: dict[str, Any], said: str) -> None:
    result = run(params)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: --dataset-params: {said}" in result.errlines
    with pytest.raises(UsageError) as caught:
        Evaluator(progress=False).run("random", dataset="questions.jsonl", dataset_params=params)
    assert str(caught.value) == f"--dataset-params: {said}"


def test_a_report_of_some_items_is_judged_again_on_those(run: Run) -> None:
    run({"where": {"kind": "지리"}, "sample": 3})
    ids = rows_asked()
    assert main(["rejudge", ".haerae/report.json"]) == 0
    again = report(".haerae/report.rejudged.json")
    assert [sample["id"] for sample in again["samples"]] == ids
    assert again["info"]["scope"] == report()["info"]["scope"]


def test_a_list_of_tests_has_those_in_scope(run: Run) -> None:
    result = run(OF_LAW, "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        f"test_mine.py::test_mine[questions-{number:04d}]" for number in range(3, 20, 4)
    ]


OTHERS = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="others.jsonl"{more})
def test_others(haerae_verdict):
    assert_correct(haerae_verdict)
"""


def test_a_data_set_without_the_column_may_not_vanish(run: Run, pytester: pytest.Pytester) -> None:
    write_rows(pytester.path / "others.jsonl", [question(number, level="hard") for number in range(4)])
    said = (
        "--dataset-params: where: others.jsonl has no column 'kind': name only the data sets, or the tests of those,"
        " that have it: questions.jsonl"
    )
    with pytest.raises(UsageError) as caught:
        Evaluator(progress=False).run("random", dataset="questions.jsonl,others.jsonl", dataset_params=OF_LAW)
    assert str(caught.value) == said
    pytester.makepyfile(test_others=OTHERS.format(more=", min_accuracy=0.9"))
    result = run(OF_LAW)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {said}" in result.errlines
    assert run(OF_LAW, "test_mine.py").ret == 0


def test_a_suite_with_a_gate_may_not_vanish(run: Run, pytester: pytest.Pytester) -> None:
    write_rows(pytester.path / "others.jsonl", [question(number, kind="역사") for number in range(4)])
    pytester.makepyfile(test_others=OTHERS.format(more=""))
    assert run(OF_LAW).ret == 0
    pytester.makepyfile(test_others=OTHERS.format(more=", min_accuracy=0.9"))
    result = run(OF_LAW)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert (
        "ERROR: test_others.py::test_others: it has min_accuracy, and --dataset-params where leaves out all of its"
        " items: name only the tests that have some, or take where away"
    ) in result.errlines


def test_a_test_without_a_marker_is_told_of_the_column_that_is_not_there(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_mine="def test_mine(haerae_verdict):\n    pass\n")
    result = run({"where": {"knd": "법"}}, "--dataset=questions.jsonl")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --dataset-params: where: unknown column 'knd': did you mean 'kind'? Valid: kind, tags" in (
        result.errlines
    )


def test_a_breakdown_counts_the_values_of_what_is_chosen(run: Run, pytester: pytest.Pytester) -> None:
    rows = [question(number, topic=f"t{number}" if number < 40 else "all") for number in range(42)]
    write_rows(pytester.path / "questions.jsonl", rows)
    assert run(None, "--by=topic").ret == pytest.ExitCode.USAGE_ERROR
    assert run({"where": {"topic": ["t1", "t2", "all"]}}, "--by=topic").ret == 0
    assert {topic: score["n"] for topic, score in report()["metrics"]["by"]["topic"].items()} == {
        "all": 2,
        "t1": 1,
        "t2": 1,
    }
