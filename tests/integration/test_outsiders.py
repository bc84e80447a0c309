"""What somebody else adds, in a package of their own with an entry point, is found by its name through every door."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate
from tests.integration.outsiders import install

pytestmark = pytest.mark.slow

BACKENDS = {"pytest_haerae.backends": {"mine": "their_backend:Mine"}}

ANSWERS = """
    def run(self, requests):
        for index, request in enumerate(requests):
            if request.kind == "generate":
                yield index, Response(text="정답: (" + self.settings.letter + ")", finish_reason="stop")
            else:
                yield index, Response(loglikelihoods=tuple(-float(len(each)) for each in request.continuations))
"""

BACKEND = f"""
from pytest_haerae import Backend, BackendParameters, Response

class Parameters(BackendParameters):
    letter: str = "A"

class Mine(Backend):
    methods = frozenset({{"generate", "loglikelihood"}})
    parameters = Parameters

    def __init__(self, parameters):
        self.settings = parameters
{ANSWERS}"""

OLD_BACKEND = f"""
from pytest_haerae import Response
from pytest_haerae.backends import BackendParameters

class Parameters(BackendParameters):
    letter: str = "A"

class Mine:
    methods = frozenset({{"generate", "loglikelihood"}})
    parameters = Parameters
    libraries = ("pytest",)

    def __init__(self, parameters):
        super().__init__()
        self.settings = parameters
        self.method_detail = "by hand"
{ANSWERS}
    def close(self):
        open("closed.txt", "a").write("x")
"""
"""As it was written for version 0.1: no base class."""

HOOK = """
def pytest_haerae_backends():
    return {"mine": Mine}
"""


def report(pytester: pytest.Pytester) -> dict[str, Any]:
    return valid_report(pytester.path / ".haerae" / "report.json")


def test_a_backend(evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    install(pytester.path / "theirs", monkeypatch, "their_backend", BACKEND, BACKENDS)
    assert evaluate("--model-params=letter=B", model="mine").ret == 0
    metrics = report(pytester)["metrics"]
    assert (metrics["n"], metrics["correct"]) == (40, 10)
    assert evaluate("--method=log_likelihood", model="mine").ret == 0
    assert report(pytester)["metrics"]["n"] == 40
    refused = evaluate("--model-params=leter=B", model="mine")
    refused.stderr.fnmatch_lines(["ERROR: --model-params of mine: unknown parameter 'leter': did you mean 'letter'?*"])
    command = [sys.executable, "-m", "pytest_haerae", "--model=mine", "--dataset=questions.jsonl", "--output_file=-"]
    shell = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(shell.stdout)["info"]["backend"] == "mine"


@pytest.mark.parametrize("known_by", ["entry point", "hook"])
@pytest.mark.parametrize("workers", [[], pytest.param(["-n2"], marks=pytest.mark.server)], ids=["serial", "xdist"])
def test_a_backend_of_version_0_1(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, known_by: str, workers: list[str]
) -> None:
    if known_by == "hook":
        pytester.makeconftest(OLD_BACKEND + HOOK)
    else:
        install(pytester.path / "theirs", monkeypatch, "their_backend", OLD_BACKEND, BACKENDS)
    assert evaluate("--model-params=letter=B", *workers, model="mine").ret == 0
    found = report(pytester)
    assert found["metrics"]["correct"] == 10
    assert found["info"]["method_detail"] == "by hand"
    assert "pytest" in found["info"]["versions"]
    assert (pytester.path / "closed.txt").read_text(encoding="utf-8") == "x"


def test_a_backend_of_version_0_1_keeps_its_answers_when_it_becomes_a_class(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(OLD_BACKEND + HOOK)
    assert evaluate(model="mine").ret == 0
    before = report(pytester)["samples"]
    pytester.makeconftest(BACKEND + HOOK)
    assert evaluate("--reuse", model="mine").ret == 0
    after = report(pytester)
    assert after["info"]["responses"] == {"computed": 0, "reused": 40}
    assert after["samples"] == before


def test_what_is_no_backend_is_refused_in_one_line(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("class Mine:\n    methods = frozenset({'generate'})\n" + HOOK)
    refused = evaluate(model="mine", inprocess=True)
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(["ERROR: --model=mine: <class '*Mine'> is no backend: it declares no parameters *"])


FORMAT = """
from pytest_haerae import register_format

@register_format("mine", suffix=".ids", help="one id a line")
def write_ids(report, path):
    path.write_text("".join(row["id"] + chr(10) for row in report["samples"]), encoding="utf-8")
"""
FORMATS = {
    "pytest_haerae.formats": {"mine": "their_format:write_ids", "lost": "their_format:lost", "mute": "json:dump"}
}


def export(*options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("pytest-haerae")), "export", ".haerae/report.json", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_output_format(evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    install(pytester.path / "theirs", monkeypatch, "their_format", FORMAT, FORMATS)
    assert evaluate("--limit=3").ret == 0
    assert export("--format", "mine", "--output", "x").returncode == 0
    assert export("--format", "mine").returncode == 0
    ids = "questions-0000\nquestions-0001\nquestions-0002\n"
    assert (pytester.path / "x").read_text(encoding="utf-8") == ids
    assert (pytester.path / ".haerae" / "report.ids").read_text(encoding="utf-8") == ids
    told = " ".join(export("--help").stdout.split())
    assert "csv, inspect, lost, mine, model_card, model_index, mute, parquet" in told


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lost", "--format=lost: their_format:lost cannot be loaded: module 'their_format' has no attribute 'lost'"),
        ("mute", "--format=mute: json:dump registers no format of this name"),
    ],
)
def test_what_is_no_output_format_is_one_line_and_leaves_the_others(
    evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    install(pytester.path / "theirs", monkeypatch, "their_format", FORMAT, FORMATS)
    assert evaluate("--limit=3").ret == 0
    refused = export("--format", name, "--output", "x")
    assert (refused.returncode, refused.stderr) == (4, f"ERROR: {said}\n")
    assert not (pytester.path / "x").exists()
    assert export("--csv", "x.csv").returncode == 0
