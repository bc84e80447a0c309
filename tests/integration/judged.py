"""Six free-text questions that one model answers and others grade: the suite, ledgers and reports of such runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report

SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_mine(haerae_verdict):
    assert_correct(haerae_verdict)
"""
MAIN = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main())"
ITEMS = 6
MODES = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])


def write_questions(more: Mapping[str, object] | None = None) -> None:
    """Write the questions, each with further columns, and the suite that asks them."""
    rows = [{"question": f"{number}번 문제는?", "answer": "정답", **(more or {})} for number in range(ITEMS)]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    Path("test_mine.py").write_text(SUITE, encoding="utf-8")


def haerae(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command ``pytest-haerae``."""
    return subprocess.run([sys.executable, "-c", MAIN, *arguments], capture_output=True, text=True, check=False)


def asked(ledger: str) -> Counter[int]:
    """How often each request was asked."""
    return Counter(Ledger(ledger).asked())


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    """A report, held against the schema."""
    return valid_report(Path(path))


def parts(path: str) -> str:
    """What two runs over the same responses have in common, to the byte."""
    found = report(path)
    return json.dumps([found["metrics"], found["samples"]])
