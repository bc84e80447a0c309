"""Replicas on Ray, through pytest: the same report as one model's, whatever dies."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.counting import BACKEND, write_thousand
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.server


@pytest.fixture
def counted(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs with the counting backend over 1,000 questions."""
    pytester.makeconftest(BACKEND)
    write_thousand(pytester.path)

    def run(*options: str, inprocess: bool = False) -> pytest.RunResult:
        return evaluate(*options, model="counting", inprocess=inprocess)

    return run


LEDGER = Ledger("ledger.txt")


def asked() -> Counter[int]:
    """How often each question was asked."""
    return Counter(LEDGER.asked())


def numbers(path: str = ".haerae/report.json") -> str:
    report = valid_report(Path(path))
    return json.dumps([report["metrics"], report["samples"]])


@contextmanager
def started(*options: str, answers: int) -> Iterator[subprocess.Popen[bytes]]:
    """A run in the background that has answered so many questions; it is waited for, and killed if it does not end."""
    command = [sys.executable, "-m", "pytest", "--model=counting", "--model-params=seconds=0.01", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 120
        while len(LEDGER.asked()) < answers:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield process
        process.wait(timeout=120)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def stored_answers(store: Path) -> int:
    with closing(sqlite3.connect(store)) as connection:
        count: int = connection.execute("SELECT count(*) FROM responses").fetchone()[0]
    return count


def is_alive(process: int) -> bool:
    """Whether a process runs; one that is dead and not yet waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_the_end_of(processes: list[int]) -> None:
    deadline = time.monotonic() + 30
    while any(map(is_alive, processes)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_two_replicas_give_the_bytes_of_one_model(counted: Evaluate) -> None:
    assert counted("--output-file=serial.json").ret == 0
    assert len(LEDGER.loads()) == 1
    for options in ([], ["-n2"]):
        LEDGER.clear()
        # Slow enough for the second copy to be there before the first has answered all.
        result = counted("--replicas=2", "--model-params=seconds=0.01", "--no-resume", *options)
        assert result.ret == 0
        assert len(set(LEDGER.loads())) == 2 == len(LEDGER.loads())
        assert set(asked().values()) == {1}
        assert len(asked()) == 1000
        assert numbers() == numbers("serial.json")
        report = valid_report(Path(".haerae/report.json"))
        assert report["info"]["replicas"] == 2
        assert report["info"]["method_detail"] == "counted"
        assert sorted(LEDGER.closings()) == sorted(LEDGER.loads())
        wait_for_the_end_of(LEDGER.loads())


def test_a_killed_replica_is_restarted_and_nothing_is_lost_or_asked_twice(counted: Evaluate) -> None:
    assert counted("--output-file=serial.json").ret == 0
    LEDGER.clear()
    with started("--replicas=2", "--store=other.sqlite", answers=100) as process:
        os.kill(LEDGER.loads()[0], signal.SIGKILL)
    assert process.returncode == 0
    assert len(set(LEDGER.loads())) == 3
    assert numbers() == numbers("serial.json")
    # What was on its way from the dead replica to the store may be asked again.
    assert len(asked()) == 1000
    assert sum(asked().values()) <= 1003


def test_a_killed_run_goes_on_with_replicas_or_without(counted: Evaluate) -> None:
    assert counted("--output-file=serial.json").ret == 0
    LEDGER.clear()
    stored = 0
    for _ in range(2):
        with started("--replicas=2", "--store=other.sqlite", answers=200) as process:
            process.kill()
        # Replicas do not outlive what they answer to; they may go on for a moment.
        wait_for_the_end_of(LEDGER.loads())
        before, stored = stored, stored_answers(Path("other.sqlite"))
        assert stored >= before + 100
        LEDGER.clear()
    assert counted("--model-params=seconds=0.01", "--store=other.sqlite").ret == 0
    assert numbers() == numbers("serial.json")
    assert set(asked().values()) == {1}
    assert len(asked()) == 1000 - stored


def test_ctrl_c_ends_the_replicas_and_keeps_the_answers(counted: Evaluate) -> None:
    with started("--replicas=2", answers=100) as process:
        os.killpg(process.pid, signal.SIGINT)
    assert process.returncode == 2
    wait_for_the_end_of(LEDGER.loads())
    stored = stored_answers(Path(".haerae/responses.sqlite"))
    assert stored >= 50
    LEDGER.clear()
    assert counted("--model-params=seconds=0.01").ret == 0
    assert len(asked()) == 1000 - stored


def test_a_deadly_request_is_an_error_and_no_other(counted: Evaluate) -> None:
    result = counted("--replicas=2", "--model-params=deadly=7", "--limit=64")
    assert result.ret == 1
    report = valid_report(Path(".haerae/report.json"))
    assert report["metrics"]["errors"] == 1
    assert report["metrics"]["n"] == 63
    (error,) = (sample["error"] for sample in report["samples"] if sample["error"])
    assert error.startswith("3 replicas died of this request alone: ")
    result.stdout.fnmatch_lines(["*replica * died (*); it was restarted, and * unanswered requests were asked again*"])


def test_an_exception_in_a_replica_is_an_error_of_what_is_left(counted: Evaluate) -> None:
    assert counted("--replicas=1", "--model-params=breaking=20", "--limit=40").ret == 1
    report = valid_report(Path(".haerae/report.json"))
    assert report["metrics"]["n"] == 20
    errors = {sample["error"] for sample in report["samples"] if sample["error"]}
    assert errors == {"RuntimeError: out of luck"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replicas=0"], "--replicas: 0 is too small; the least is 1"),
        (["--gpus-per-replica=1.5"], "--gpus-per-replica: '1.5' is not a whole number of GPUs, nor a part of one*"),
        (["--ray-address=127.0.0.1:1"], "--ray-address 127.0.0.1:1: ConnectionRefusedError: *"),
        (["--ray-address=ray://127.0.0.1:10001"], "*Ray Client cannot stream answers; run on a node of the cluster*"),
    ],
)
def test_bad_input_is_one_line_before_ray_starts(counted: Evaluate, options: list[str], words: str) -> None:
    check_usage_error(counted(*options, inprocess=True), words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replicas=2", "--model-params=refuse=this model is not for you"], "this model is not for you"),
        (["--replicas=1", "--model-params=die_loading=true"], "--replicas: replica 1 died 3 times while it loaded*"),
        (["--replicas=1", "--gpus-per-replica=1"], "--replicas=1: each takes 1 GPU and 1 CPU; 1 node(s) with *"),
    ],
)
def test_what_the_cluster_or_a_replica_refuses_is_one_line(counted: Evaluate, options: list[str], words: str) -> None:
    check_usage_error(counted(*options), words)


def check_usage_error(result: pytest.RunResult, words: str) -> None:
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [line for line in result.stderr.str().splitlines() if line.startswith("ERROR: ")]
    assert len(lines) == 1
    result.stderr.fnmatch_lines([f"ERROR: {words}"])


def test_the_python_door(counted: Evaluate, pytester: pytest.Pytester) -> None:
    script: Any = pytester.makepyfile(
        script="""
        from conftest import Counting
        from pytest_haerae import Evaluator

        result = Evaluator(backends={"counting": Counting}, progress=False).run(
            model="counting", model_params={"seconds": 0.1}, dataset="questions.jsonl", replicas=2, limit=50
        )
        print(result.metrics["n"], result.info["replicas"])
        """
    )
    assert pytester.runpython(script).stdout.str().strip() == "50 2"
    assert len(set(LEDGER.loads())) == 2
