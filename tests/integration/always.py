"""A suite of 40 questions and a backend that answers A to each, and what a run of it left behind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report

REPORT = Path(".haerae/report.json")

WORKERS = pytest.param(("-n2",), id="xdist")

BOTH = pytest.mark.parametrize("workers", [pytest.param((), id="serial"), WORKERS])

MODES = pytest.mark.parametrize(
    "workers", [pytest.param((), id="serial"), pytest.param(("-n2",), id="xdist", marks=pytest.mark.server)]
)

ITEMS, WRONG = 40, 30

BACKEND = """
from pytest_haerae.testing import ScriptedBackend

class Always(ScriptedBackend):
    methods = frozenset({"generate"})
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "(A)"

def pytest_haerae_backends():
    return {"always": Always}
"""

HEAD = """
import os
import pytest
from pytest_haerae import WrongAnswer, assert_correct
"""

SUITE = '@pytest.mark.haerae(dataset="questions.jsonl")\n'


def asked() -> int:
    """How many requests the backend was sent since the last run began."""
    return sum(entry.event == "ask" for entry in Ledger(Path("ledger.txt")).entries())


def metrics() -> Mapping[str, Any]:
    found: Mapping[str, Any] = valid_report(REPORT)["metrics"]
    return found


def outcomes() -> dict[str, str]:
    return {sample["id"]: sample["outcome"] for sample in valid_report(REPORT)["samples"]}


def verdicts() -> dict[str, str]:
    return {gate["name"]: gate["verdict"] for gate in valid_report(REPORT)["info"]["gates"]}


def write(pytester: pytest.Pytester, *functions: str, conftest: str = "") -> None:
    """Write the suite's module; each function is one over all questions."""
    pytester.makepyfile(test_mine=HEAD + "\n\n".join(SUITE + function for function in functions))
    if conftest:
        pytester.makeconftest(BACKEND + conftest)


PLAIN = "def test_mine(haerae_verdict):\n    assert_correct(haerae_verdict)\n"
