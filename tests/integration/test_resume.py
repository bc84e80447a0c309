from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

SLOW = """
import time
from pytest_haerae import Response
from pytest_haerae.backends import BackendParameters

class Slow:
    methods = frozenset({"generate"})
    parameters = BackendParameters
    libraries = ()

    def __init__(self, parameters): ...

    def run(self, requests):
        for index, request in enumerate(requests):
            time.sleep(0.05)
            with open("ledger.txt", "a") as ledger:
                ledger.write(request.context.split(chr(10))[1] + chr(10))
            yield index, Response(text="ABCD"[len(request.context) % 4])

    def close(self): ...

def pytest_haerae_backends():
    return {"slow": Slow}
"""


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_a_killed_run_goes_on_and_ends_as_an_undisturbed_one(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    pytester.makeconftest(SLOW)
    evaluate("--store=other.sqlite", "--output-file=undisturbed.json", model="slow")
    ledger = pytester.path / "ledger.txt"
    ledger.unlink()
    for answers in (8, 20):
        kill_after(ledger, answers, workers)
    assert evaluate(*workers, "--output-file=resumed.json", model="slow").ret == 0
    asked = ledger.read_text(encoding="utf-8").splitlines()
    # The one request in flight at each kill may have been answered without reaching the store.
    assert len(set(asked)) == 40
    assert len(asked) <= 42
    undisturbed, resumed = (valid_report(Path(f"{name}.json")) for name in ("undisturbed", "resumed"))
    for part in ("metrics", "samples"):
        assert json.dumps(resumed[part]) == json.dumps(undisturbed[part])


def kill_after(ledger: Path, answers: int, workers: list[str]) -> None:
    """Start a run and kill it when the ledger has that many lines."""
    process = subprocess.Popen([sys.executable, "-m", "pytest", "--model=slow", *workers], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not ledger.exists() or len(ledger.read_text(encoding="utf-8").splitlines()) < answers:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()


def test_no_resume_begins_anew_and_reuse_takes_finished_answers(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    report = pytester.path / ".haerae" / "report.json"
    for options, expected in (([], 0), ([], 0), (["--reuse"], 40), (["--no-resume"], 0)):
        evaluate(*options)
        assert valid_report(report)["info"]["responses"] == {"computed": 40 - expected, "reused": expected}
