"""Every way a gate can end, with its exit code, in one process and with workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.helpers import QUESTIONS, valid_report, write_questions

ANSWERING = """
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters

class Parameters(ScriptedParameters):
    wrong: int = 0

class Answering(ScriptedBackend):
    methods = frozenset({"generate"})
    parameters = Parameters
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "ABCD"[(number + (number < self.settings.wrong)) % 4]

def pytest_haerae_backends():
    return {"answering": Answering}
"""
FAILING = '--model-params={"errors": [0,1,2]}'

CRASHING = """
import os

def pytest_runtest_setup(item):
    if "0003" in item.name:
        os._exit(1)
"""

SKIPPING = """
import pytest

def pytest_collection_modifyitems(items):
    items[0].add_marker(pytest.mark.skip(reason="not here"))
"""

WORKERS = pytest.mark.parametrize(
    "workers", [pytest.param([], id="serial"), pytest.param(["-n2"], id="xdist", marks=pytest.mark.server)]
)


def prepare(folder: Path, more: str = "") -> None:
    write_questions(folder, QUESTIONS[:20])
    (folder / "conftest.py").write_text(ANSWERING + more, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def evaluate(folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--model=answering", "--output-file=report.json", *options]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a baseline that a run without a wrong answer wrote."""
    folder = tmp_path_factory.mktemp("base")
    prepare(folder)
    result = evaluate(folder, "--baseline-write=base.json", "--min-accuracy=1")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "baseline written: base.json" in result.stdout
    assert valid_report(folder / "base.json") == valid_report(folder / "report.json")
    return (folder / "base.json").read_text(encoding="utf-8")


JUDGED: dict[str, tuple[list[str], int, dict[str, str]]] = {
    "passed": (["--baseline=base.json", "--min-accuracy=0.9"], 0, {"min-accuracy": "passed", "baseline": "passed"}),
    "accuracy failed": (
        ["--min-accuracy=questions=0.9", "--model-params=wrong=10"],
        1,
        {"min-accuracy questions": "failed"},
    ),
    "drop failed": (["--baseline=base.json", "--model-params=wrong=10"], 1, {"baseline": "failed"}),
    "drop tolerated": (
        ["--baseline=base.json", "--model-params=wrong=10", "--max-drop=0.8"],
        0,
        {"baseline": "passed"},
    ),
    "inconclusive": (
        ["--baseline=base.json", "--model-params=wrong=3"],
        0,
        {"baseline": "inconclusive"},
    ),
    "inconclusive fails": (
        ["--baseline=base.json", "--model-params=wrong=3", "--inconclusive=fail", "--max-drop=each=0.8"],
        1,
        {"baseline": "inconclusive", "baseline questions": "passed"},
    ),
    "not evaluated": (
        ["--baseline=base.json", "--min-accuracy=1", "--model-params=wrong=10", "-k", "000"],
        0,
        {"min-accuracy": "not evaluated", "baseline": "not evaluated"},
    ),
    "unmeasurable": (
        ["--baseline=base.json", "--min-accuracy=0.1", FAILING],
        1,
        {"min-accuracy": "unmeasurable", "baseline": "unmeasurable", "measurable": "unmeasurable"},
    ),
    "some errors are allowed": (
        ["--baseline=base.json", "--min-accuracy=1", FAILING, "--max-error-rate=0.2"],
        0,
        {"min-accuracy": "passed", "baseline": "passed"},
    ),
}


@WORKERS
@pytest.mark.parametrize("case", JUDGED)
def test_a_judged_run(tmp_path: Path, base: str, case: str, workers: list[str]) -> None:
    options, code, verdicts = JUDGED[case]
    prepare(tmp_path)
    (tmp_path / "base.json").write_text(base, encoding="utf-8")
    result = evaluate(tmp_path, *options, *workers)
    assert result.returncode == code, result.stdout + result.stderr
    gates = valid_report(tmp_path / "report.json")["info"]["gates"]
    assert {gate["name"]: gate["verdict"] for gate in gates} == verdicts
    for name, verdict in verdicts.items():
        assert f"gate {name}: {verdict.upper()} - " in result.stdout


def with_info(**values: Any) -> Any:  # noqa: ANN401 - a change of a report's text
    def change(text: str) -> str:
        report = json.loads(text)
        report["info"] |= values
        return json.dumps(report)

    return change


REFUSED: dict[str, tuple[Any, str]] = {
    "no baseline": (None, "cannot be read (No such file or directory)"),
    "corrupt": (lambda text: text[: len(text) // 2], "corrupt, no JSON report"),
    "incompatible": (with_info(prompt_fingerprint="0"), "incompatible: its prompt_fingerprint is '0', this run's is "),
    "other data": (lambda text: text.replace('"subset": "questions"', '"subset": "q"'), "it has none of this run's "),
}


@WORKERS
@pytest.mark.parametrize("case", REFUSED)
def test_a_baseline_that_is_no_use_is_refused_before_the_model_loads(
    tmp_path: Path, base: str, case: str, workers: list[str]
) -> None:
    change, message = REFUSED[case]
    prepare(tmp_path)
    if change:
        (tmp_path / "base.json").write_text(change(base), encoding="utf-8")
    result = evaluate(tmp_path, "--baseline=base.json", *workers)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout + result.stderr
    assert f"ERROR: --baseline base.json: {message}" in result.stderr or message in result.stderr
    assert not (tmp_path / "ledger.txt").exists()


@WORKERS
def test_a_foreign_baseline_is_refused_beside_a_skipped_item_as_well(
    tmp_path: Path, base: str, workers: list[str]
) -> None:
    """An item that a mark skips switched the look at the baseline off: it was found out when all was asked."""
    change, message = REFUSED["other data"]
    prepare(tmp_path, SKIPPING)
    (tmp_path / "base.json").write_text(change(base), encoding="utf-8")
    result = evaluate(tmp_path, "--baseline=base.json", *workers)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR, result.stdout + result.stderr
    assert message in result.stderr
    assert not (tmp_path / "ledger.txt").exists()
    (tmp_path / "base.json").write_text(base, encoding="utf-8")
    result = evaluate(tmp_path, "--baseline=base.json", *workers)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.server
def test_a_worker_that_dies_leaves_the_gates_unmeasurable(tmp_path: Path, base: str) -> None:
    prepare(tmp_path, CRASHING)
    (tmp_path / "base.json").write_text(base, encoding="utf-8")
    options = ["--baseline=base.json", "--min-accuracy=0.1", "--baseline-write=new.json"]
    result = evaluate(tmp_path, "-n2", "--max-worker-restart=2", *options)
    assert result.returncode == 1, result.stdout + result.stderr
    report = valid_report(tmp_path / "report.json")
    assert {gate["verdict"] for gate in report["info"]["gates"]} == {"unmeasurable"}
    assert report["info"]["complete"] is False
    assert "--baseline-write" in result.stdout
    assert not (tmp_path / "new.json").exists()


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (["--min-accuracy=0.9", "--model-params=wrong=10"], "not written, because of gate min-accuracy"),
        (["-k", "0003"], "not written, items were selected by hand"),
    ],
)
def test_no_baseline_is_written_of_a_run_that_did_not_hold(tmp_path: Path, options: list[str], note: str) -> None:
    prepare(tmp_path)
    result = evaluate(tmp_path, "--baseline-write=new.json", *options)
    assert f"--baseline-write {tmp_path / 'new.json'}: {note}" in result.stdout
    assert not (tmp_path / "new.json").exists()


def test_ordinary_tests_that_are_left_out_do_not_silence_the_gates(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "test_other.py").write_text(
        "import pytest\n\n@pytest.mark.skipif(False, reason='')\ndef test_slow(): ...\n", encoding="utf-8"
    )
    result = evaluate(tmp_path, "-m", "not skipif", "--min-accuracy=0.9", "--model-params=wrong=10")
    assert "1 deselected" in result.stdout
    assert result.returncode == 1, result.stdout


@WORKERS
@pytest.mark.parametrize("how", ["pass", "fail"])
def test_what_a_gate_that_cannot_tell_is_for_continuous_integration(
    tmp_path: Path, base: str, workers: list[str], how: str
) -> None:
    prepare(tmp_path)
    (tmp_path / "base.json").write_text(base, encoding="utf-8")
    options = ["--model-params=wrong=3", "--report-md=summary.md", "--junitxml=junit.xml", "--report-html=page.html"]
    options += ["--baseline=base.json", f"--inconclusive={how}", "--baseline-write=new.json"]
    result = evaluate(tmp_path, *options, *workers, GITHUB_ACTIONS="true")
    assert result.returncode == (how == "fail")
    (gate,) = valid_report(tmp_path / "report.json")["info"]["gates"]
    kind = "error" if how == "fail" else "warning"
    shown = gate["detail"].replace("%", "%25")
    assert f"::{kind} title=pytest-haerae gate baseline::inconclusive - {shown}" in result.stdout.splitlines()
    assert f"| ⚠️ inconclusive | baseline | {gate['detail']} |" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert f"inconclusive: {gate['detail']}" in (tmp_path / "junit.xml").read_text(encoding="utf-8")
    assert 'class="badge gate-inconclusive"' in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (tmp_path / "new.json").exists() == (how == "pass")


def test_a_subset_that_is_not_there_has_no_gate(tmp_path: Path, base: str) -> None:
    prepare(tmp_path)
    (tmp_path / "base.json").write_text(base, encoding="utf-8")
    result = evaluate(tmp_path, "--baseline=base.json", "--max-drop=question=0.1")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--max-drop: unknown subset 'question': did you mean 'questions'?" in result.stdout + result.stderr
    assert not (tmp_path / "ledger.txt").exists()


@WORKERS
def test_what_continuous_integration_reads(tmp_path: Path, workers: list[str]) -> None:
    prepare(tmp_path)
    (tmp_path / "step.md").write_text("before\n", encoding="utf-8")
    options = ["--min-accuracy=0.9", "--model-params=wrong=10", "--report-md=summary.md", "--junitxml=junit.xml"]
    result = evaluate(tmp_path, *options, *workers, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="step.md")
    assert result.returncode == 1
    line = "::error title=pytest-haerae gate min-accuracy::failed - accuracy 0.5000 is below 0.9"
    assert line in result.stdout.splitlines()
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "| ❌ failed | min-accuracy | accuracy 0.5000 is below 0.9 |" in summary
    assert (tmp_path / "step.md").read_text(encoding="utf-8") == f"before\n{summary}\n"
    suite = next(ElementTree.parse(tmp_path / "junit.xml").iter("testsuite"))  # noqa: S314 - our own file
    properties = {node.get("name"): node.get("value") for node in suite.findall("properties/property")}
    assert properties["haerae.questions.accuracy"] == "0.5"
    assert properties["haerae.gate.min-accuracy"] == "failed: accuracy 0.5000 is below 0.9"
    cases = {
        case.get("name"): {node.get("name"): node.get("value") for node in case.findall("properties/property")}
        for case in suite.findall("testcase")
    }
    assert len(cases) == 20
    assert cases["test_mine[questions-0000]"] | {"haerae_status": ""} == {
        "haerae_id": "questions-0000",
        "haerae_subset": "questions",
        "haerae_outcome": "wrong",
        "haerae_prediction": "B",
        "haerae_reference": "A",
        "haerae_status": "",
    }
    assert evaluate(tmp_path, *options[:2], GITHUB_ACTIONS="false").stdout.count("::error") == 0


def test_an_unwritable_markdown_path_is_refused_before_the_run(tmp_path: Path) -> None:
    prepare(tmp_path)
    result = evaluate(tmp_path, "--report-md=/proc/none/summary.md")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: --report-md /proc/none/summary.md: the folder cannot be written" in result.stderr
    assert not (tmp_path / "ledger.txt").exists()


def test_the_command_to_run_again_shows_no_key(tmp_path: Path) -> None:
    prepare(tmp_path)
    key = "sk-" + "abcdefgh12345678ijklmnop"
    result = evaluate(tmp_path, "--model-params=wrong=3", f"--store=store-{key}.sqlite")
    assert "pytest --model=answering --output-file=report.json '--model-params={\"wrong\": 3}'" in result.stdout
    assert "--lf" in result.stdout
    assert key not in result.stdout


@WORKERS
@pytest.mark.parametrize("gate", ["option", "marker"])
def test_a_bare_marker_asks_all_of_hae_rae_bench_that_no_suite_beside_it_asks(
    pytester: pytest.Pytester, workers: list[str], gate: str
) -> None:
    marker = "haerae(min_accuracy=0.99)" if gate == "marker" else "haerae"
    pytester.makepyfile(
        test_all=f"import pytest\n@pytest.mark.{marker}\ndef test_all(haerae_verdict): pass\n",
        test_csat_geo=(
            'import pytest\n@pytest.mark.haerae(subset="csat_geo")\ndef test_csat_geo(haerae_verdict): pass\n'
        ),
        test_ordinary="def test_it(): pass\n",
    )
    options = ["--model=random", "--dataset=sample", "--method=log_likelihood"]
    options += ["--min-accuracy=0.99"] if gate == "option" else []
    result = pytester.runpytest_subprocess(*options, "--limit=2", *workers)
    assert result.ret == 1, result.stdout.str()
    report = valid_report(pytester.path / ".haerae/report.json")
    assert len(report["samples"]) == 26
    assert sum("test_csat_geo" in sample["nodeid"] for sample in report["samples"]) == 2
