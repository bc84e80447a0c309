"""Which suites a run collects: HAE-RAE Bench's, or those of the benchmark that is asked for; never an item twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.catalogue.registry import own_benchmarks
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.scoring.mathematics import scorer as math_scorer
from tests.helpers import ROOT, HubRows, valid_report
from tests.integration.conftest import Evaluate
from tests.unit.catalogue.benchmarks.rows import MADE_UP

Collect = Callable[..., list[str]]


def made_up_row(repository: str, number: int) -> dict[str, Any]:
    """A row in the layout of a repository."""
    question = {"question": f"{number}번 문제는?"}
    if repository in MADE_UP:
        return {**question, **MADE_UP[repository](number)}
    if repository == "EunsuKim/CLIcK":
        kind = "law" if number % 2 else "economy"
        return {**question, "id": f"{kind}_{number}", "paragraph": "", "choices": ["가", "나"], "answer": "나"}
    unlike: dict[str, dict[str, Any]] = {
        "LGAI-EXAONE/KoMT-Bench": {"category": "writing", "turns": [f"{number}번?", "사투리로는?"], "reference": []},
        "allganize/IFEval-Ko": {
            "prompt": f"{number}번?",
            "instruction_id_list": ["startend:quotation"],
            "kwargs": [{}],
        },
    }
    if repository in unlike:
        return unlike[repository]
    if repository == "maywell/LogicKor":
        row = {"id": number, "category": "수학(Math)", "questions": [f"{number}번?", "거기에 더하면?"]}
        return {**row, "references": ["7", None]} if number % 2 else row
    if repository == "HAERAE-HUB/HRM8K":
        return {**question, "answer": float(number)}
    row = {"query": f"{number}번?\n\n### 선택지: \n(A) 가\n(B) 나\n\n### 정답:", "options": "가|나", "answer": "(B)"}
    return row | {"en": "?", "fr": "?", "ko": f"{number}번?"} if repository == "amphora/MCLM" else row


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> list[tuple[str, str | None, str]]:
    """Rows for whatever is asked of the hub, what was asked for, and the project's suites beside the user's own."""
    asked: list[tuple[str, str | None, str]] = []

    def load(self: HubDataset, configuration: str | None) -> HubRows:
        asked.append((self.repository.name, configuration, self.split))
        first = 100 if self.split == "dev" else 0
        return HubRows(made_up_row(self.repository.name, first + number) for number in range(6))

    monkeypatch.setattr(HubDataset, "_load", load)
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))
    return asked


@pytest.fixture
def collect(evaluate: Evaluate, pytester: pytest.Pytester) -> Collect:
    """Run, and give the node ids of the report's samples."""

    def run(*options: str, folder: str = "") -> list[str]:
        os.chdir(pytester.path / folder)
        try:
            result = evaluate(*options, "--limit=2", f"--rootdir={pytester.path}", inprocess=True)
        finally:
            os.chdir(pytester.path)
        assert result.ret == 0, result.outlines + result.errlines
        return [sample["nodeid"] for sample in report(pytester)["samples"]]

    return run


def report(pytester: pytest.Pytester) -> dict[str, Any]:
    return valid_report(pytester.path / ".haerae" / "report.json")


LAW = [f"suites/kmmlu/test_kmmlu.py::test_kmmlu[Law-000{number}]" for number in range(2)]


def test_the_suites_are_hae_rae_bench_and_download_nothing_else(
    collect: Collect, pytester: pytest.Pytester, loaded: list[tuple[str, str | None, str]]
) -> None:
    nodeids = collect("suites")
    assert len(nodeids) == 26
    assert nodeids[2] == "suites/test_csat_geo.py::test_csat_geo[csat_geo-0000]"
    assert {repository for repository, _, _ in loaded} == {"HAERAE-HUB/HAE_RAE_BENCH_1.1"}
    assert report(pytester)["info"]["prompt"] == "answer_letter"


@pytest.mark.parametrize(
    ("options", "folder"),
    [
        (["suites", "--dataset=kmmlu"], ""),
        (["suites/kmmlu"], ""),
        (["suites/kmmlu/test_kmmlu.py"], ""),
        ([], "suites/kmmlu"),
        (["kmmlu", "--dataset=kmmlu"], "suites"),
    ],
    ids=["option", "folder", "file", "inside", "option beside a folder of the name"],
)
def test_a_benchmark_is_asked_by_option_or_by_its_suite(
    collect: Collect,
    pytester: pytest.Pytester,
    loaded: list[tuple[str, str | None, str]],
    options: list[str],
    folder: str,
) -> None:
    assert collect(*options, "--subset=Law", "--method=log_likelihood", folder=folder) == LAW
    assert loaded == [("HAERAE-HUB/KMMLU", "Law", "test")]
    info = report(pytester)["info"]
    assert (info["dataset"], info["prompt"], info["subsets"]) == ("kmmlu", "kmmlu", ["Law"])
    assert "--dataset=kmmlu" in info["rerun_options"]
    assert not [option for option in info["rerun_options"] if option.startswith("--prompt")]


def test_all_subsets_of_a_benchmark_and_each_once(collect: Collect) -> None:
    nodeids = collect("suites", "--dataset=kmmlu")
    assert len(nodeids) == len(set(nodeids)) == 90
    assert {nodeid.partition("[")[0] for nodeid in nodeids} == {"suites/kmmlu/test_kmmlu.py::test_kmmlu"}


def test_subsets_that_share_a_configuration_are_loaded_once(
    collect: Collect, loaded: list[tuple[str, str | None, str]], pytester: pytest.Pytester
) -> None:
    nodeids = collect("suites/click", "--subset=culture_law,culture_economy")
    assert nodeids == [
        f"suites/click/test_click.py::test_click[culture_{kind}-000{number}]"
        for kind in ("economy", "law")
        for number in range(2)
    ]
    assert loaded == [("EunsuKim/CLIcK", None, "test")]
    first = [sample["input"] for sample in report(pytester)["samples"] if sample["id"] == "culture_law-0000"]
    assert "1번 문제는?" in first[0]


BY_NAME = {
    "haerae_bench_1_0": ("history", "HAERAE-HUB/HAE_RAE_BENCH_1.0", "History", "### 선택지: \n(A) 가\n(B) 나"),
    "kmmlu_hard": ("law", "HAERAE-HUB/KMMLU-HARD", "law", "### 선택지: \n(A) 가\n(B) 나"),
    "kmmlu_pro": ("kmmlu_pro", "LGAI-EXAONE/KMMLU-Pro", None, "### 선택지: \n(A) 가\n(B) 나"),
    "kmmlu_redux": ("kmmlu_redux", "LGAI-EXAONE/KMMLU-Redux", None, "### 선택지: \n(A) 가\n(B) 나"),
    "ko_musr": ("team_allocation", "thunder-research-group/SNU_Ko-MuSR", "team_allocation", "### 지문: \n비가 왔다."),
    "kobalt": ("Phonetics-Phonology", "snunlp/KoBALT-700", "kobalt_v1", "번 문제는?\n\n### 선택지: \n(A) 가"),
    "kobbq": ("age", "naver-ai/kobbq", None, "### 지문: \n장터\n\n### 질문: "),
}
"""Of some benchmarks a subset, where it is from, and what stands in its questions."""


@pytest.mark.parametrize("name", BY_NAME)
def test_a_benchmark_is_asked_by_its_name_alone(
    collect: Collect, pytester: pytest.Pytester, loaded: list[tuple[str, str | None, str]], name: str
) -> None:
    subset, repository, configuration, shown = BY_NAME[name]
    nodeids = collect("suites", f"--dataset={name}", f"--subset={subset}")
    assert nodeids
    assert all(each.startswith(f"suites/{name}/test_{name}.py::test_{name}[{subset}-") for each in nodeids)
    assert loaded == [(repository, configuration, "test")]
    found = report(pytester)
    assert found["metrics"]["n"] == len(nodeids)
    assert all(shown in sample["input"] for sample in found["samples"])
    if name == "kobbq":
        assert "diff_bias_ambiguous" in found["metrics"]
    if name == "kmmlu_pro":
        (examined,) = found["metrics"]["examinations"].values()
        assert examined["verdict"] == "unmeasured", "two of its six questions were asked"


def test_worked_examples_come_from_the_split_that_is_named(
    collect: Collect, loaded: list[tuple[str, str | None, str]], pytester: pytest.Pytester
) -> None:
    options = ["--subset=Law", "--num-few-shot=2", "--few-shot-split=dev", "--method=log_likelihood"]
    assert collect("suites/kmmlu", *options) == LAW
    assert loaded == [("HAERAE-HUB/KMMLU", "Law", "test"), ("HAERAE-HUB/KMMLU", "Law", "dev")]
    asked = report(pytester)["samples"][0]["input"]
    assert asked.count("정답：") == 3
    assert asked.endswith("0번 문제는?\nA. 가\nB. 나\nC. 다\nD. 라\n정답：")
    assert asked.count("\n정답： ") == 2
    assert asked.startswith("10")


def test_another_prompt_and_scorer_are_the_users_choice(collect: Collect, pytester: pytest.Pytester) -> None:
    collect("suites/kmmlu", "--subset=Law", "--prompt=letter")
    assert report(pytester)["info"]["prompt"] == "letter"
    collect("suites/hrm8k", "--subset=KSM")
    info = report(pytester)["info"]
    assert (info["prompt"], info["evaluator_params"]) == ("boxed", {"scorer": "math"})
    collect("suites/hrm8k", "--subset=KSM", "--evaluator-params=scorer=default")
    assert report(pytester)["info"]["evaluator_params"] == {"scorer": "default"}


@pytest.mark.parametrize(
    "options",
    [
        ["suites/kmmlu", "suites/test_csat_geo.py", "suites/click"],
        ["suites", "--dataset=kmmlu,haerae_bench", "--dataset=click"],
        ["suites", "suites/kmmlu/test_kmmlu.py", "suites/click"],
    ],
    ids=["suites", "option", "folder of both"],
)
def test_suites_of_several_benchmarks_are_one_run(
    collect: Collect, pytester: pytest.Pytester, loaded: list[tuple[str, str | None, str]], options: list[str]
) -> None:
    nodeids = collect(*options, "--subset=kmmlu/Law,csat_geo,culture_law", "--method=log_likelihood")
    assert nodeids == [
        *(f"suites/click/test_click.py::test_click[click/culture_law-000{number}]" for number in range(2)),
        *(f"suites/test_csat_geo.py::test_csat_geo[haerae_bench/csat_geo-000{number}]" for number in range(2)),
        *(f"suites/kmmlu/test_kmmlu.py::test_kmmlu[kmmlu/Law-000{number}]" for number in range(2)),
    ]
    assert {configuration for _, configuration, _ in loaded} == {"Law", "csat_geo", None}
    info = report(pytester)["info"]
    assert {name: part["prompt"] for name, part in info["benchmarks"].items()} == {
        "click": "raw",
        "haerae_bench": "raw",
        "kmmlu": "kmmlu",
    }
    assert info["benchmarks"]["haerae_bench"]["revision"] == "b480e81024913f27783d2b05d2f0b10089db19ad"


CLICK_IDS = (
    *(
        f"{kind}_1"
        for kind in ("economy", "geography", "history", "popular", "law", "politics", "society", "tradition")
    ),
    *("PSE_korean_1", "Kedu_1_1", "TK_1_9"),
)
"""An id of each subset of CLIcK."""


GRADING = """
from pytest_haerae.testing import ScriptedBackend

class Grading(ScriptedBackend):
    def answer(self, number, request):
        return "[[9]]" if "[assistant]" in request.messages[-1].content else "[[3]]"

def pytest_haerae_backends():
    return {"grading": Grading}
"""


@pytest.mark.parametrize("name", ["komt_bench", "logickor"])
def test_conversations_are_graded_turn_by_turn(collect: Collect, pytester: pytest.Pytester, name: str) -> None:
    pytester.makeconftest(GRADING)
    nodeids = collect(f"suites/{name}", "--judge=grading", "--apply-chat-template", "--by=category")
    assert nodeids == [f"suites/{name}/test_{name}.py::test_{name}[{name}-000{number}]" for number in range(2)]
    found = report(pytester)
    assert [mean["mean"] for mean in found["metrics"]["turn_scores"]] == pytest.approx([2 / 9, 8 / 9])
    assert found["info"]["evaluator_params"] == {"scorer": "judge", "template": "conversation_ko"}
    assert (found["info"]["prompt"], found["info"]["dataset"]) == ("raw", name)
    assert len(found["metrics"]["by"]["category"]) == 1


def test_all_is_every_benchmark(collect: Collect, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(self: HubDataset, configuration: str | None) -> HubRows:
        rows = [made_up_row(self.repository.name, number) for number in range(11)]
        if self.repository.name == "EunsuKim/CLIcK":
            for row, identifier in zip(rows, CLICK_IDS, strict=True):
                row["id"] = identifier
        return HubRows(rows)

    monkeypatch.setattr(HubDataset, "_load", load)
    collect("suites", "--dataset=all")
    metrics = report(pytester)["metrics"]
    assert list(metrics["benchmarks"]) == [benchmark.name for benchmark in own_benchmarks() if benchmark.in_all]
    assert metrics["n"] == sum(part["n"] for part in metrics["benchmarks"].values())
    assert {benchmark: set(part["subsets"]) for benchmark, part in metrics["benchmarks"].items()} == {
        benchmark.name: set(benchmark.open("test", None).subsets())
        for benchmark in own_benchmarks()
        if benchmark.in_all
    }


def test_the_other_doors_name_the_same_tests(collect: Collect, pytester: pytest.Pytester) -> None:
    nodeids = collect("suites/kmmlu")
    result = Evaluator(progress=False).run("random", dataset="kmmlu", limit=2, output_file=pytester.path / "other.json")
    assert [sample["nodeid"] for sample in result.samples] == nodeids
    assert result.metrics == report(pytester)["metrics"]


def test_a_local_copy_is_asked_by_the_suite_for_any_data(collect: Collect, pytester: pytest.Pytester) -> None:
    (pytester.path / "kmmlu").mkdir()
    table = "question,A,B,C,D,answer\n" + "".join(f"{number}번?,가,나,다,라,2\n" for number in range(3))
    (pytester.path / "kmmlu" / "Law-test.csv").write_text(table, encoding="utf-8")
    expected = [f"suites/test_dataset.py::test_dataset[Law-000{number}]" for number in range(2)]
    assert collect("suites", "--dataset=./kmmlu") == expected


def test_a_users_own_file_of_a_benchmarks_name_is_the_users(
    collect: Collect, pytester: pytest.Pytester, loaded: list[tuple[str, str | None, str]]
) -> None:
    mine = pytester.path / "mine"
    (mine / "click").mkdir(parents=True)
    shutil.copy(pytester.path / "questions.jsonl", mine / "click" / "quiz.jsonl")
    suite = (pytester.path / "test_mine.py").read_text(encoding="utf-8").replace("questions.jsonl", "click")
    (mine / "test_own.py").write_text(suite, encoding="utf-8")
    assert collect(".", folder="mine") == [f"mine/test_own.py::test_mine[quiz-000{number}]" for number in range(2)]
    assert not loaded


def test_a_users_own_suite_over_a_benchmark(collect: Collect, pytester: pytest.Pytester) -> None:
    mine = pytester.path / "mine"
    mine.mkdir()
    suite = (pytester.path / "test_mine.py").read_text(encoding="utf-8")
    (mine / "test_any.py").write_text(suite.replace('dataset="questions.jsonl"', ""), encoding="utf-8")
    (mine / "test_law.py").write_text(suite.replace('dataset="questions.jsonl"', 'subset="Law"'), encoding="utf-8")
    # Both ask the same two items: each counts once, by the test that was collected first.
    expected = [f"mine/test_any.py::test_mine[Law-000{number}]" for number in range(2)]
    assert collect("mine", "--dataset=kmmlu", "--subset=Law") == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["suites/kmmlu", "--dataset=sample"],
            "ERROR: the suites here ask another benchmark than this run: add *kmmlu",
        ),
        (
            ["suites", "--dataset=kmlu"],
            "ERROR: unknown dataset 'kmlu': did you mean 'kmmlu'? Valid: *click, *",
        ),
        (["suites/kmmlu", "--subset=Lav"], "ERROR: --subset: unknown subset 'Lav': did you mean 'Law'? Valid: *"),
        (
            ["suites/kmmlu", "--min-accuracy=Lav=0.5"],
            "ERROR: --min-accuracy: unknown subset 'Lav': did you mean 'Law'?*",
        ),
        (["suites/hrm8k", "--method=log_likelihood", "--prompt=boxed"], "ERROR: --prompt=boxed is for *string_match *"),
    ],
)
def test_a_mistake_is_one_clear_line(evaluate: Evaluate, options: list[str], message: str) -> None:
    result = evaluate(*options, inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_a_missing_library_is_named_before_anything_is_loaded(
    evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch, loaded: list[tuple[str, str | None, str]]
) -> None:
    monkeypatch.setattr(math_scorer, "find_spec", lambda name: None)
    result = evaluate("suites/hrm8k", inprocess=True)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *math-verify, which is not installed: pip install 'pytest-haerae?math?'"])
    assert not loaded
