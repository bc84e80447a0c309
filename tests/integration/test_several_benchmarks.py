"""Several benchmarks in one run: one load, each asked in its own way, one report with a part for each."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import ROOT, valid_report, write_questions
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

CONFTEST = """
import os
from pathlib import Path
from zlib import crc32

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.registry import register_benchmark
from pytest_haerae.testing import ScriptedBackend
from pytest_haerae.types import Response

HERE = Path(__file__).parent


class Noting(ScriptedBackend):
    ledger = "ledger.txt"

    def answer(self, number, request):
        if os.environ.get("DIES_AT") == str(len(self.requested) - 1):
            os._exit(9)
        value = crc32(request.context.encode())
        if request.kind == "generate":
            return "ABCD?"[value % 5]
        return tuple(-1.0 - (value >> place) % 7 for place in range(len(request.continuations)))

    def run(self, requests):
        assert len({request.kind for request in requests}) == 1
        yield from super().run(requests)


def pytest_haerae_backends():
    return {"noting": Noting}


SUITE = "suites/{name}/test_{name}.py::test_{name}"
register_benchmark(Benchmark("letters", folder=HERE / "letters", suite=SUITE.format(name="letters")))
register_benchmark(
    Benchmark(
        "likely",
        folder=HERE / "likely",
        suite=SUITE.format(name="likely"),
        method="log_likelihood",
        prompts={"log_likelihood": "kmmlu", "string_match": "letter"},
        num_few_shot=1,
    )
)
"""
"""Two benchmarks of one's own that are asked in different ways; the ledger has each load and each request."""

SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="{name}")
def test_{name}(haerae_verdict):
    assert_correct(haerae_verdict)
"""

Run = Callable[..., pytest.RunResult]


def rows(name: str, count: int) -> str:
    lines = (
        {"question": f"{name} {number}번?", "options": list("가나다라"), "answer": "ABCD"[number % 4]}
        for number in range(count)
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


@pytest.fixture
def run(evaluate: Evaluate, pytester: pytest.Pytester) -> Run:
    """Run pytest in a folder with two benchmarks, their suites and those of the project, with an empty ledger."""
    pytester.makeconftest(CONFTEST)
    (pytester.path / "test_mine.py").unlink()
    suites = pytester.path / "suites"
    shutil.copytree(ROOT / "suites", suites, ignore=shutil.ignore_patterns("__pycache__"))
    for name, subsets in {"letters": {"law": 6, "math": 5}, "likely": {"law": 7}}.items():
        (pytester.path / name).mkdir()
        for subset, count in subsets.items():
            text = rows(f"{name} {subset}", count)
            (pytester.path / name / f"{subset}.jsonl").write_text(text, encoding="utf-8")
        (suites / name).mkdir()
        (suites / name / f"test_{name}.py").write_text(SUITE.format(name=name), encoding="utf-8")

    def run(*options: str) -> pytest.RunResult:
        Ledger(pytester.path / "ledger.txt").clear()
        return evaluate(*options, model="noting")

    return run


def report(pytester: pytest.Pytester, name: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(pytester.path / name)


def asked(pytester: pytest.Pytester) -> tuple[int, int]:
    """How often the model was loaded, and how many requests it got."""
    ledger = Ledger(pytester.path / "ledger.txt")
    return len(ledger.loads()), len(ledger.asked())


BOTH = ["suites", "--dataset=letters,likely"]


def plain(sample: dict[str, Any]) -> dict[str, Any]:
    """A sample without its node id, which names the benchmark where there are several."""
    return {name: value for name, value in sample.items() if name != "nodeid"}


def test_one_run_is_the_runs_of_each(run: Run, pytester: pytest.Pytester) -> None:
    alone = {}
    for name in ("letters", "likely"):
        assert run("suites", f"--dataset={name}").ret == 0
        assert asked(pytester)[0] == 1
        alone[name] = report(pytester)
    result = run(*BOTH)
    assert result.ret == 0, result.outlines
    assert asked(pytester) == (1, 18)
    both = report(pytester)
    assert list(both["metrics"]["subsets"]) == ["letters/law", "letters/math", "likely/law"]
    assert list(both["metrics"]["benchmarks"]) == ["letters", "likely"]
    for name, single in alone.items():
        part, info = both["metrics"]["benchmarks"][name], both["info"]["benchmarks"][name]
        assert part == single["metrics"]
        assert {subset: both["metrics"]["subsets"][f"{name}/{subset}"] for subset in part["subsets"]} == part["subsets"]
        samples = [plain(sample) for sample in both["samples"] if sample["dataset"] == name]
        assert samples == list(map(plain, single["samples"]))
        same = ("method", "prompt", "prompt_fingerprint", "num_few_shot", "evaluator_params", "split")
        assert [info[key] for key in same] == [single["info"][key] for key in same]
        assert (info["fingerprint"], info["revision"]) == (single["info"]["dataset_fingerprint"], None)
        assert "benchmarks" not in single["metrics"]
        assert "benchmarks" not in single["info"]
    assert both["metrics"]["n"] == sum(single["metrics"]["n"] for single in alone.values())
    means = [single["metrics"]["accuracy"] for single in alone.values()]
    assert both["metrics"]["macro_benchmarks"] == pytest.approx(sum(means) / 2)
    assert both["info"]["dataset"] == "letters,likely"
    assert [both["info"]["benchmarks"][name]["method"] for name in alone] == ["string_match", "log_likelihood"]
    assert both["samples"][0]["nodeid"] == "suites/letters/test_letters.py::test_letters[letters/law-0000]"


def test_the_terminal_and_markdown_show_each_benchmark(run: Run, pytester: pytest.Pytester) -> None:
    result = run(*BOTH, "--report-md=report.md", "--report-html=report.html")
    result.stdout.fnmatch_lines(
        [
            "*= haerae: noting, string_match and log_likelihood, letters, likely =*",
            "letters/law *",
            "letters/math *",
            "likely/law *",
            "letters  *",
            "likely  *",
            "total (micro) *",
            "mean of subsets (macro) *",
            "mean of benchmarks (macro) *",
        ]
    )
    text = (pytester.path / "report.md").read_text(encoding="utf-8")
    assert "| letters |" in text
    assert "| mean of benchmarks (macro) |" in text
    assert "letters: prompt answer\\_letter, 0-shot; likely: prompt kmmlu, 1-shot" in text
    page = (pytester.path / "report.html").read_text(encoding="utf-8")
    assert "letters/law" in page
    assert "Mean of benchmarks" in page


@pytest.mark.parametrize(
    "options",
    [
        ["suites/letters/test_letters.py", "suites/likely/test_likely.py"],
        ["suites/likely/test_likely.py", "suites/letters/test_letters.py"],
        ["suites", "--dataset=letters", "--dataset=likely"],
        ["suites", "-c", "mine.ini"],
        ["suites", "--dataset=likely,letters", "-n2"],
        ["suites/letters/test_letters.py", "suites/likely/test_likely.py", "-n2"],
    ],
    ids=["suites", "other order", "repeated", "ini", "workers", "workers and suites"],
)
def test_however_they_are_named_the_report_is_the_same(run: Run, pytester: pytest.Pytester, options: list[str]) -> None:
    (pytester.path / "mine.ini").write_text("[pytest]\nhaerae_dataset = letters,likely\n", encoding="utf-8")
    run(*BOTH)
    expected = report(pytester)
    result = run(*options, f"--rootdir={pytester.path}")
    assert result.ret == 0, result.outlines + result.errlines
    assert asked(pytester) == (1, 18)
    found = report(pytester)
    assert json.dumps([found["metrics"], found["samples"]]) == json.dumps([expected["metrics"], expected["samples"]])
    assert found["info"]["benchmarks"] == expected["info"]["benchmarks"]


def test_the_other_doors_give_the_same_report(run: Run, pytester: pytest.Pytester) -> None:
    run(*BOTH)
    expected = report(pytester)
    script = """
import conftest
from pytest_haerae import Evaluator

evaluator = Evaluator(progress=False, backends=conftest.pytest_haerae_backends(), output_file="api.json")
evaluator.run("noting", dataset=["letters", "likely"])
"""
    (pytester.path / "script.py").write_text(script, encoding="utf-8")
    assert pytester.runpython(pytester.path / "script.py").ret == 0
    found = report(pytester, "api.json")
    assert (found["metrics"], found["samples"]) == (expected["metrics"], expected["samples"])


def test_what_is_typed_wins_for_all(run: Run, pytester: pytest.Pytester) -> None:
    run(*BOTH, "--method=string_match", "--prompt=letter", "--num-few-shot=2")
    info = report(pytester)["info"]
    for name in ("letters", "likely"):
        part = info["benchmarks"][name]
        assert (part["method"], part["prompt"], part["num_few_shot"]) == ("string_match", "letter", 2)
    assert "--prompt=letter" in info["rerun_options"]
    assert [option for option in info["rerun_options"] if option.startswith("--dataset")] == [
        "--dataset=letters",
        "--dataset=likely",
    ]


def test_what_only_the_benchmarks_bring_along_is_not_typed_again(run: Run, pytester: pytest.Pytester) -> None:
    run(*BOTH)
    options = report(pytester)["info"]["rerun_options"]
    assert options == ["--model=noting", "--dataset=letters", "--dataset=likely"]
    nodeid = "suites/likely/test_likely.py::test_likely[likely/law-0003]"
    assert run(nodeid, *options[1:], "--output-file=again.json").ret == 0
    (again,) = report(pytester, "again.json")["samples"]
    assert again in report(pytester)["samples"]


@pytest.mark.parametrize(
    ("gates", "code", "verdicts"),
    [
        (["--min-accuracy=letters/law=0", "--min-accuracy=likely=0", "--min-accuracy=0"], 0, ["passed"] * 3),
        (["--min-accuracy=likely/law=1"], 1, ["failed"]),
        (["--min-accuracy=letters=1", "--min-accuracy=likely=0"], 1, ["failed", "passed"]),
    ],
)
def test_a_gate_may_be_on_any(
    run: Run, pytester: pytest.Pytester, gates: list[str], code: int, verdicts: list[str]
) -> None:
    assert run(*BOTH, *gates).ret == code
    assert [gate["verdict"] for gate in report(pytester)["info"]["gates"]] == verdicts
    command = (
        "-c",
        "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main())",
        "gate",
        ".haerae/report.json",
    )
    offline = pytester.run(sys.executable, *command, *gates)
    assert offline.ret == code


def test_a_subset_is_chosen_with_its_benchmark_or_without(run: Run, pytester: pytest.Pytester) -> None:
    run(*BOTH, "--subset=letters/law", "--limit=2")
    assert list(report(pytester)["metrics"]["subsets"]) == ["letters/law"]
    run(*BOTH, "--subset=law", "--limit=2")
    assert list(report(pytester)["metrics"]["subsets"]) == ["letters/law", "likely/law"]


def test_a_baseline_of_one_meets_a_run_of_several_and_the_reverse(run: Run, pytester: pytest.Pytester) -> None:
    run("suites", "--dataset=likely", "--baseline-write=likely.json")
    result = run(*BOTH, "--baseline=likely.json", "--baseline-write=both.json")
    assert result.ret == 0
    (gate,) = report(pytester)["info"]["gates"]
    assert gate["detail"] == (
        "change +0.0000 on 7 paired items (0 lost, 0 gained): no item changed its outcome; not in the baseline: 11"
        " items (letters/law-0000, letters/law-0001, letters/law-0002, …)"
    )
    run("suites", "--dataset=letters", "--baseline=both.json")
    (gate,) = report(pytester)["info"]["gates"]
    assert gate["detail"].startswith(
        "change +0.0000 on 11 paired items (0 lost, 0 gained): no item changed its outcome; only in the baseline: 7"
        " items (likely/law-0000, likely/"
    )
    result = run("suites", "--dataset=likely", "--baseline=both.json", "--prompt=raw")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*incompatible: its prompt of likely is 'kmmlu', this run's is 'raw'"])


def test_lost_items_are_warned_of_with_their_benchmark(run: Run, pytester: pytest.Pytester) -> None:
    run(*BOTH, "--baseline-write=both.json")
    path = pytester.path / "likely" / "law.jsonl"
    _, *rest = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(rest), encoding="utf-8")
    run(*BOTH, "--baseline=both.json")
    assert report(pytester)["info"]["warnings"][-1] == (
        "the data no longer have items of the baseline: 1 item (likely/law-0000)"
    )


def test_answers_of_runs_of_one_are_taken_by_a_run_of_several(run: Run, pytester: pytest.Pytester) -> None:
    for name in ("letters", "likely"):
        run("suites", f"--dataset={name}")
    run(*BOTH, "--reuse")
    assert asked(pytester) == (0, 0)
    assert report(pytester)["info"]["responses"] == {"computed": 0, "reused": 18}


def test_a_killed_run_of_several_goes_on_where_it_stopped(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies among the requests of the second kind: those of the first are not asked again."""
    monkeypatch.setenv("DIES_AT", "13")
    assert run(*BOTH).ret != 0
    assert asked(pytester) == (1, 14)
    monkeypatch.delenv("DIES_AT")
    assert run(*BOTH).ret == 0
    assert asked(pytester) == (1, 5)
    assert report(pytester)["info"]["responses"] == {"computed": 5, "reused": 13}


def test_the_same_subset_of_two_data_sets_is_asked_by_one_suite(run: Run, pytester: pytest.Pytester) -> None:
    folder = pytester.path / "local"
    folder.mkdir()
    (folder / "history.jsonl").write_text(rows("local", 2), encoding="utf-8")
    assert run("suites/test_history.py", "--dataset=sample,local", "--limit=2").ret == 0
    assert [sample["nodeid"].partition("::")[2] for sample in report(pytester)["samples"]] == [
        "test_history[local/history-0000]",
        "test_history[local/history-0001]",
        "test_history[sample/history-0000]",
        "test_history[sample/history-0001]",
    ]


def test_a_suites_own_data_take_part_beside_several_benchmarks(run: Run, pytester: pytest.Pytester) -> None:
    write_questions(pytester.path)
    assert run(".", "--dataset=letters,likely", "--limit=1").ret == 0
    assert list(report(pytester)["metrics"]["subsets"]) == [
        "letters/law",
        "letters/math",
        "likely/law",
        "questions.jsonl/questions",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dataset=letters,likly"], "ERROR: unknown dataset 'likly': did you mean 'likely'?*"),
        (["--dataset=letters,./letters"], "ERROR: letters and ./letters would both be 'letters/law' in the report*"),
        (["--dataset=local,./local"], "ERROR: --dataset: local and ./local are the same data set; name it once"),
        (
            ["--dataset=letters,likely", "--min-accuracy=law=0.5"],
            "ERROR: --min-accuracy: unknown subset 'law': did *",
        ),
        (["--dataset=letters,likely", "--subset=lav"], "ERROR: --subset: unknown subset 'lav': did you mean 'law'?*"),
        (
            ["--dataset=letters,likely", "--evaluator-params=strict=true"],
            "ERROR: dataset likely: --evaluator-params: *",
        ),
        (["--dataset=letters,likely", "--dataset-revision=abc"], "ERROR: *: --dataset-revision: letters is local *"),
    ],
)
def test_a_mistake_is_one_clear_line(run: Run, pytester: pytest.Pytester, options: list[str], message: str) -> None:
    (pytester.path / "local").mkdir()
    (pytester.path / "local" / "law.jsonl").write_text(rows("local", 2), encoding="utf-8")
    result = run("suites", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])
    assert asked(pytester) == (0, 0)


def test_a_benchmark_that_only_code_names_asks_for_an_option(run: Run, pytester: pytest.Pytester) -> None:
    computed = SUITE.format(name="likely").replace('dataset="likely"', "dataset=NAME")
    (pytester.path / "suites" / "likely" / "test_likely.py").write_text(
        f'NAME = "likely"\n{computed}', encoding="utf-8"
    )
    suites = ["suites/letters/test_letters.py", "suites/likely/test_likely.py"]
    result = run(*suites)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: these suites ask letters and likely, *: name them, --dataset=letters,likely"])
    assert run(*suites, "--dataset=letters,likely").ret == 0
    assert run(suites[1]).ret == 0
