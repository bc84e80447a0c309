"""What the plugin costs: a whole `pytest` run over N items, half of them wrong, against N trivial parametrized tests.

Alternates the contenders inside one run and prints medians, ratios and peak memory.

usage: python benchmarks/overhead.py [--items 5000 35000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAIN = """
import pytest

@pytest.mark.parametrize("number", range({items}))
def test_plain(number):
    assert number >= 0
"""
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_items(haerae_verdict):
    assert_correct(haerae_verdict)
"""


def prepare(folder: Path, items: int) -> None:
    """Write both contenders and the questions; with two options, random answers are wrong half of the time."""
    rows = (
        {"question": f"{number}번 문제", "options": ["가", "나"], "answer": "AB"[number % 2]} for number in range(items)
    )
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "test_plain.py").write_text(PLAIN.format(items=items), encoding="utf-8")
    (folder / "test_items.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def measure(folder: Path, module: str) -> tuple[float, float]:
    """Run one contender: seconds of wall time, and peak memory in MB."""
    command = [sys.executable, "-m", "pytest", "-q", module, "--model=random", "--method=log_likelihood"]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - this interpreter
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{module} did not end with exit code 0")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[5000, 35000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'items':>7} {'plain s':>8} {'haerae s':>9} {'ratio':>6} {'plain MB':>9} {'haerae MB':>10}")
    for items in arguments.items:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            prepare(folder, items)
            modules = ("test_plain.py", "test_items.py")
            rounds = [[measure(folder, module) for module in modules] for _ in range(arguments.rounds)]
        plain, suite = (statistics.median(one[index][0] for one in rounds) for index in (0, 1))
        memory = [max(one[index][1] for one in rounds) for index in (0, 1)]
        print(f"{items:>7} {plain:>8.2f} {suite:>9.2f} {suite / plain:>6.2f} {memory[0]:>9.0f} {memory[1]:>10.0f}")


if __name__ == "__main__":
    main()
