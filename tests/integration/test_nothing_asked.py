"""Runs that ask nothing: tests that are only listed, markers with typos, no model; and what a killed run leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.integration.always import BACKEND, HEAD, ITEMS, MODES, PLAIN, REPORT, asked, write
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

EARLIER = '{"schema_version": 2, "metrics": {}}'
"""What makes a file a report, at its begin; nothing else is written over."""


@pytest.mark.parametrize(
    ("option", "model"),
    [
        *((option, "always") for option in ("--setup-plan", "--setup-only", "--collect-only", "--fixtures-per-test")),
        *((option, None) for option in ("--setup-plan", "--setup-only", "--collect-only", "--fixtures-per-test")),
    ],
)
def test_tests_that_are_only_listed_or_set_up_ask_nothing(
    always: Evaluate, pytester: pytest.Pytester, option: str, model: str | None
) -> None:
    """All requests were sent, and an earlier report was overwritten by an empty one."""
    REPORT.parent.mkdir()
    REPORT.write_text(EARLIER, encoding="utf-8")
    assert always(option, model=model, inprocess=True).ret == 0
    assert asked() == 0
    assert REPORT.read_text(encoding="utf-8") == EARLIER
    assert not (pytester.path / ".haerae/responses.sqlite").exists()


@pytest.mark.server
@pytest.mark.parametrize("option", ["--setup-plan", "--setup-only"])
def test_workers_that_only_set_up_ask_nothing(always: Evaluate, option: str) -> None:
    assert always(option, "-n2").ret == 0
    assert (asked(), REPORT.exists()) == (0, False)


@MODES
@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        (
            'subsets="history"',
            "*unknown keyword 'subsets': did you mean 'subset'? Valid: by, columns, dataset, min_accuracy, subset",
        ),
        ('"history"', "*'history' has no keyword; write subset=* or dataset=*"),
        ("subset=5", "*subset= is a name or a list of names, not 5"),
        ('dataset="questions.jsonl", subset="question"', "*unknown subset 'question': did you mean 'questions'?*"),
        ('subset="histroy"', "*unknown subset 'histroy': did you mean 'history'?*"),
    ],
    ids=["keyword", "position", "type", "subset", "subset_of_the_default"],
)
def test_markers_swallow_no_typo(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], keywords: str, message: str
) -> None:
    """`subsets="history"` ran all items of the benchmark."""
    pytester.makepyfile(test_mine=f"{HEAD}@pytest.mark.haerae({keywords})\n{PLAIN}")
    result = always(*workers, inprocess=not workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: test_mine.py::test_mine: @pytest.mark.haerae: {message}"])
    assert asked() == 0


FORGOTTEN = "ERROR: these suites evaluate a model and none is named: add --model=NAME (one of *random*) or --demo"


@MODES
@pytest.mark.parametrize(("passes", "code"), [(True, 0), (False, 1)])
def test_one_evaluation_file_leaves_a_repositorys_tests_alone(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], passes: bool, code: int
) -> None:
    """It made plain `pytest` end with exit code 4; now no data, hub or model is touched."""
    pytester.makepyfile(test_other=f"def test_other():\n    assert {passes}")
    write(pytester, PLAIN, "class TestMine:\n    def test_more(self, haerae_item): ...\n".replace("class", "class", 1))
    Path("questions.jsonl").unlink()
    result = always(*workers, model=None)
    assert result.ret == code
    assert "2 skipped" in result.stdout.str()
    notices = [line for line in result.outlines if "no model is named" in line]
    assert len(notices) == 1
    assert notices[0].startswith("haerae: 2 evaluation tests are skipped: no model is named (--model=NAME, one of ")
    assert (asked(), Path(".haerae").exists()) == (0, False)


@MODES
@pytest.mark.parametrize(
    "options",
    [("--limit=2",), ("--min-accuracy=0",), ("-k", "mine"), ("test_mine.py",)],
    ids=["option", "gate", "selected", "alone"],
)
def test_a_forgotten_model_cannot_make_a_job_green(
    always: Evaluate, pytester: pytest.Pytester, workers: tuple[str, ...], options: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_other="def test_other(): ...")
    result = always(*options, *workers, model=None, inprocess=not workers)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([FORGOTTEN])


@pytest.mark.parametrize(
    ("ini", "code"),
    [("haerae_model = always", 0), ("haerae_min_accuracy = 0.9", 0), ("addopts = --min-accuracy=0.9", 4)],
)
def test_what_the_ini_file_says_without_a_model(
    always: Evaluate, pytester: pytest.Pytester, ini: str, code: int
) -> None:
    pytester.makepyfile(test_other="def test_other(): ...")
    pytester.makeini(f"[pytest]\n{ini}\n")
    assert always(model=None).ret == code
    assert asked() == (ITEMS if "model" in ini else 0)


def test_a_list_of_tests_needs_no_model_and_fails_at_no_data(always: Evaluate, pytester: pytest.Pytester) -> None:
    listed = always("--collect-only", "-q", model=None, inprocess=True)
    assert listed.ret == 0
    assert f"{ITEMS} tests collected" in listed.stdout.str()
    Path("questions.jsonl").unlink()
    listed = always("--collect-only", "-q", model=None, inprocess=True)
    assert (listed.ret, "1 test collected" in listed.stdout.str()) == (0, True)
    assert always("--collect-only", "--limit=2", model=None, inprocess=True).ret == pytest.ExitCode.USAGE_ERROR


def test_an_error_of_collection_is_not_hidden_by_a_model_that_is_not_named(
    always: Evaluate, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_other="import a_module_that_is_not_there")
    result = always(model=None)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "a_module_that_is_not_there" in result.stdout.str()


SLOW = BACKEND.replace('        return "(A)"', '        import time; time.sleep(0.5); return "(A)"')


@pytest.mark.server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_killed_controller_leaves_no_question_in_the_temporary_folder(
    always: Evaluate, pytester: pytest.Pytester, number: signal.Signals
) -> None:
    pytester.makeconftest(SLOW)
    temporary = pytester.mkdir("temporary")
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-n2", "--model=always"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + 60
        while asked_so_far() < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert list(temporary.glob("pytest-haerae-*")), "it is between the two processes"
        question = json.dumps("번 문제")[1:-1].encode()
        for path in temporary.glob("pytest-haerae-*/*"):
            assert question not in path.read_bytes()
        process.send_signal(number)
        assert process.wait(30) == -number
    assert list(temporary.glob("pytest-haerae-*")) == []


def asked_so_far() -> int:
    return asked() if Path("ledger.txt").exists() else 0


@pytest.mark.parametrize(("options", "told"), [(["--model=random"], True), (["--demo"], True), ([], False)])
def test_where_nothing_is_to_be_evaluated_the_way_to_begin_is_told(
    pytester: pytest.Pytester, options: list[str], told: bool
) -> None:
    result = pytester.runpytest_subprocess(*options)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert ("haerae: no evaluation tests are here: pytest-haerae init writes some" in result.stdout.str()) is told
