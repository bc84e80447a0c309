from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

SLOW = """
from pytest_haerae.testing import ScriptedBackend

class Slow(ScriptedBackend):
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "ABCD"[len(request.context) % 4]

def pytest_haerae_backends():
    return {"slow": Slow}
"""
PACE = "--model-params=seconds=0.05"


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    pytester.makeconftest(SLOW)
    evaluate(PACE, "--store=other.sqlite", "--output-file=undisturbed.json", model="slow")
    ledger = Ledger(pytester.path / "ledger.txt")
    ledger.clear()
    for answers in (8, 20):
        kill_after(ledger, answers, workers)
    assert evaluate(PACE, *workers, "--output-file=resumed.json", model="slow").ret == 0
    asked = ledger.asked()
    # The one request in flight at each kill may have been answered without reaching the store.
    assert len(set(asked)) == 40
    assert len(asked) <= 42
    undisturbed, resumed = (valid_report(Path(f"{name}.json")) for name in ("undisturbed", "resumed"))
    for part in ("metrics", "samples"):
        assert json.dumps(resumed[part]) == json.dumps(undisturbed[part])


def kill_after(ledger: Ledger, answers: int, workers: list[str]) -> None:
    """Start a run and kill it when the ledger has that many requests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "--model=slow", PACE, *workers], stdout=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while len(ledger.asked()) < answers:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()


def test_no_resume_begins_anew_and_reuse_takes_finished_answers(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    report = pytester.path / ".haerae" / "report.json"
    for options, expected in (([], 0), ([], 0), (["--reuse"], 40), (["--no-resume"], 0)):
        evaluate(*options)
        assert valid_report(report)["info"]["responses"] == {"computed": 40 - expected, "reused": expected}
