"""A benchmark as somebody else adds it, with rows, a prompt and a scorer of its own: by entry point or conftest.py."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.outsiders import install

pytestmark = pytest.mark.slow

MODULE = """
from pathlib import Path
from pytest_haerae import Benchmark, Verdict, register_prompt, register_scorer

@register_prompt("mine_prompt")
def ask(item):
    return f"(내 물음) {item.query}"

@register_scorer("string_match", "mine_scorer")
def judge(item, response):
    read = [letter for letter in response.text if letter in item.labels]
    if not read:
        return Verdict("invalid", None, f"{item.id}: no letter", "mine")
    return Verdict("correct" if read[-1] == item.reference else "wrong", read[-1], f"{item.id}: read", "mine")

def benchmark(name):
    return Benchmark(
        name=name,
        folder=Path(__file__).parent / "mine",
        columns={"question": "문제", "options": "보기1|보기2|보기3", "answer": "정답", "answer_start": 1},
        prompts={"string_match": "mine_prompt"},
        scorers={"string_match": "mine_scorer"},
    )

MINE = benchmark("mine")
CLASHING = benchmark("kmmlu")
RENAMED = MINE
WORDS = "no benchmark"
"""
POINTS = {
    "mine": "their_benchmark:MINE",
    "renamed": "their_benchmark:RENAMED",
    "kmmlu": "their_benchmark:CLASHING",
    "words": "their_benchmark:WORDS",
    "gone": "their_benchmark_gone:MINE",
}
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae
def test_all(haerae_verdict):
    assert_correct(haerae_verdict)
"""
NAMING = """
import pytest

@pytest.mark.haerae(dataset="{name}")
def test_named(haerae_item):
    assert "옳은 것은?" in haerae_item.query
"""
SUBSETS = {"days": 7, "places": 5}
CLASH = "benchmark kmmlu: pytest-haerae has a data set of this name, and {} another: rename that one"


def rows(folder: Path) -> None:
    """Write the rows where the module looks for them."""
    (folder / "mine").mkdir(parents=True)
    for subset, count in SUBSETS.items():
        lines = [
            {
                "문제": f"{number}번 {subset}: 옳은 것은?",
                "보기1": "가",
                "보기2": "나",
                "보기3": "다",
                "정답": number % 3 + 1,
            }
            for number in range(count)
        ]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / "mine" / f"{subset}.jsonl").write_text(text, encoding="utf-8")


@pytest.fixture
def theirs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package, installed."""
    install(pytester.path / "theirs", monkeypatch, "their_benchmark", MODULE, {"pytest_haerae.benchmarks": POINTS})
    rows(pytester.path / "theirs")


def report(pytester: pytest.Pytester) -> dict[str, Any]:
    return valid_report(pytester.path / ".haerae" / "report.json")


def is_theirs(found: Mapping[str, Any]) -> None:
    """The report is of the benchmark, asked and judged as it says."""
    info = found["info"]
    assert (info["dataset"], info["prompt"], info["subsets"]) == ("mine", "mine_prompt", ["days", "places"])
    assert info["evaluator_params"] == {"scorer": "mine_scorer"}
    assert info["rules"] == {"mine": 12}
    assert {name: metrics["n"] for name, metrics in found["metrics"]["subsets"].items()} == SUBSETS
    assert all(sample["input"].startswith("(내 물음) ") for sample in found["samples"])
    assert [sample["reference"] for sample in found["samples"]] == [*"ABCABCA", *"ABCAB"]


@pytest.mark.parametrize("known_by", ["entry point", "conftest"])
@pytest.mark.parametrize("workers", [[], pytest.param(["-n2"], marks=pytest.mark.server)], ids=["serial", "xdist"])
def test_it_is_asked_by_name_as_it_says(
    evaluate: Evaluate,
    pytester: pytest.Pytester,
    request: pytest.FixtureRequest,
    known_by: str,
    workers: list[str],
) -> None:
    if known_by == "entry point":
        request.getfixturevalue("theirs")
    else:
        pytester.makeconftest(MODULE + "\nfrom pytest_haerae import register_benchmark\nregister_benchmark(MINE)\n")
        rows(pytester.path)
    # Where the conftest.py has it, its rows are in a folder of its name beside the suite: that is no suite of its own.
    pytester.makepyfile(test_all=SUITE)
    result = evaluate("test_all.py", "--dataset=mine", *workers)
    assert result.ret == 0
    is_theirs(report(pytester))
    result.assert_outcomes(passed=report(pytester)["metrics"]["correct"])


@pytest.mark.usefixtures("theirs")
def test_a_suite_names_it(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_named=NAMING.format(name="mine"))
    result = evaluate("test_named.py")
    result.assert_outcomes(passed=12)
    assert report(pytester)["info"]["dataset"] == "mine"


@pytest.mark.usefixtures("theirs")
def test_every_door_gives_the_same_samples(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_all=SUITE)
    assert evaluate("test_all.py", "--dataset=mine").ret == 0
    reports = [report(pytester)]
    code = (
        "from pytest_haerae import Evaluator; print(Evaluator(progress=False).run('random', dataset='mine').to_json())"
    )
    options = ["--model=random", "--dataset=mine", "--output_file=-"]
    for arguments in (["-c", code], ["-m", "pytest_haerae", *options]):
        shell = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
        reports.append(json.loads(shell.stdout))
    for found in reports:
        is_theirs(found)
    samples = [[{**sample, "nodeid": ""} for sample in found["samples"]] for found in reports]
    assert samples[0] == samples[1] == samples[2]
    assert reports[1]["samples"][0]["nodeid"] == "suites/test_dataset.py::test_dataset[days-0000]"


def test_a_script_registers_one(pytester: pytest.Pytester) -> None:
    rows(pytester.path)
    run = "Evaluator(progress=False).run('random', dataset='mine', output_file='report.json')"
    register = "from pytest_haerae import Evaluator, register_benchmark\nregister_benchmark(MINE)"
    (pytester.path / "script.py").write_text(f"{MODULE}\n{register}\n{run}\n", encoding="utf-8")
    subprocess.run([sys.executable, "script.py"], check=True)
    is_theirs(valid_report(pytester.path / "report.json"))


@pytest.mark.usefixtures("theirs")
def test_users_choose_another_prompt_and_scorer(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_all=SUITE)
    named = ["--dataset=mine", "--prompt=answer_letter", "--evaluator-params=scorer=default"]
    assert evaluate("test_all.py", *named).ret == 0
    assert report(pytester)["info"]["prompt"] == "answer_letter"
    assert "mine" not in report(pytester)["info"]["rules"]
    assert evaluate("test_all.py", "--dataset=mine", "--method=log_likelihood").ret == 0
    assert report(pytester)["info"]["prompt"] == "raw"


@pytest.mark.usefixtures("theirs")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone", "benchmark gone: their_benchmark_gone:MINE cannot be loaded: No module named 'their_benchmark_gone'"),
        ("words", "benchmark words: their_benchmark:WORDS is no Benchmark but str"),
        (
            "renamed",
            "benchmark renamed: their_benchmark:RENAMED is named 'mine'; the entry point has to have the same name",
        ),
        ("kmmlu", CLASH.format("an installed package")),
        ("mien", "unknown dataset 'mien': did you mean 'mine'? Valid: *, gone, *"),
    ],
)
def test_what_is_no_benchmark_is_one_line_through_every_door(
    evaluate: Evaluate, pytester: pytest.Pytester, name: str, said: str
) -> None:
    pytester.makepyfile(test_all=SUITE)
    result = evaluate("test_all.py", f"--dataset={name}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}"])
    assert len(result.stderr.lines) <= 2
    command = [sys.executable, "-m", "pytest_haerae", "--model=random", f"--dataset={name}"]
    shell = subprocess.run(command, capture_output=True, text=True, check=False)
    assert shell.returncode == pytest.ExitCode.USAGE_ERROR
    pytest.LineMatcher(shell.stderr.splitlines()).fnmatch_lines([f"ERROR: {said}"])
    assert len(shell.stderr.splitlines()) == 1


@pytest.mark.usefixtures("theirs")
def test_a_run_that_asks_for_none_of_them_is_none_the_worse(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    named = {f"test_{name}": NAMING.format(name=name) for name in ("gone", "words", "kmmlu")}
    pytester.makepyfile(**named, test_all=SUITE)
    assert evaluate("--dataset=questions.jsonl", "test_all.py", *(f"{name}.py" for name in named), "--limit=3").ret == 0
    assert report(pytester)["metrics"]["n"] == 3
    (pytester.path / "theirs" / "their_benchmark.py").write_text("raise RuntimeError\n", encoding="utf-8")
    assert evaluate("test_mine.py").ret == 0


def test_a_name_of_the_package_is_refused_where_a_conftest_takes_it(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(MODULE + "\nfrom pytest_haerae import register_benchmark\nregister_benchmark(CLASHING)\n")
    pytester.makepyfile(test_all=SUITE)
    result = evaluate("test_all.py", "--dataset=kmmlu")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: " + CLASH.format("a conftest.py")])
    assert len(result.stderr.lines) <= 2
    assert evaluate("test_mine.py").ret == 0
