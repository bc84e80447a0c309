"""What the plugin costs: a whole `pytest` run over N items against plain pytest over N trivial parametrized tests.

Alternates the contenders inside one run, each time as if for the first time, and prints medians, ratios, peak memory,
and what an item costs between two sizes. Without `--data` the items are made up: two options, so that half of the
answers are wrong.

usage: python benchmarks/overhead.py [--items 5000 35000] [--rounds 3] [--data FOLDER] [--methods log_likelihood]
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
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

@pytest.mark.haerae(dataset="questions")
def test_items(haerae_verdict):
    assert_correct(haerae_verdict)
"""
MEGABYTE = 1024**2


@dataclass(frozen=True)
class Cost:
    """One run of pytest: seconds of wall time and of the processor, and bytes of memory at its peak."""

    seconds: float
    processor: float
    memory: float


def make_up(folder: Path, items: int) -> None:
    """Write one file of made-up questions."""
    rows = (
        {"question": f"{number}번 문제", "options": ["가", "나"], "answer": "AB"[number % 2]} for number in range(items)
    )
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def copy_rows(data: Path, folder: Path, items: int) -> None:
    """Write the first rows of a folder's test split; from its beginning again, as other subsets, where it has fewer."""
    files = sorted(data.glob("*-test.csv"))
    if not files:
        raise SystemExit(f"{data}: has no file *-test.csv")
    left = items
    for copy in itertools.count():
        for file in files:
            with file.open(encoding="utf-8-sig", newline="") as source:
                heading, *rows = csv.reader(source)
            name = file.name if copy == 0 else f"copy{copy}-{file.name}"
            with (folder / name).open("w", encoding="utf-8", newline="") as target:
                csv.writer(target).writerows([heading, *rows[:left]])
            left -= len(rows[:left])
            if left == 0:
                return


def prepare(folder: Path, items: int, data: Path | None) -> None:
    """Write both contenders and the questions."""
    (folder / "questions").mkdir()
    if data is None:
        make_up(folder / "questions", items)
    else:
        copy_rows(data, folder / "questions", items)
    (folder / "test_plain.py").write_text(PLAIN.format(items=items), encoding="utf-8")
    (folder / "test_items.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def measure(folder: Path, module: str, options: Sequence[str]) -> Cost:
    """Run one contender as if for the first time: without what an earlier run stored."""
    for left in (".haerae", ".pytest_cache", "__pycache__"):
        shutil.rmtree(folder / left, ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "-q", module, *options]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603 - this interpreter
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{module} did not end with exit code 0")
    seconds = time.perf_counter() - started
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def medians(costs: Sequence[Cost]) -> Cost:
    """The median times of several runs, and the largest memory."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processor for cost in costs),
        max(cost.memory for cost in costs),
    )


def measure_size(items: int, methods: Sequence[str], rounds: int, data: Path | None) -> dict[str, Cost]:
    """Plain pytest and each method over so many items."""
    contenders = {"plain": ("test_plain.py", ["-p", "no:haerae"])}
    contenders |= {method: ("test_items.py", ["--model=random", f"--method={method}"]) for method in methods}
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), items, data)
        found = [{contender: measure(Path(name), *how) for contender, how in contenders.items()} for _ in range(rounds)]
    return {contender: medians([costs[contender] for costs in found]) for contender in contenders}


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[5000, 35000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a folder of <subset>-test.csv files, such as KMMLU's")
    parser.add_argument("--methods", nargs="+", default=["log_likelihood"])
    arguments = parser.parse_args()
    print("an item: microseconds and bytes between this size and the one before")
    heading = f"{'items':>7} {'contender':<14} {'s':>8} {'ratio':>6} {'cpu s':>8} {'ratio':>6}"
    print(f"{heading} {'MB':>6} {'us':>6} {'bytes':>6}")
    before: tuple[int, dict[str, Cost]] | None = None
    for items in arguments.items:
        costs = measure_size(items, arguments.methods, arguments.rounds, arguments.data)
        plain = costs["plain"]
        for contender, cost in costs.items():
            line = f"{items:>7} {contender:<14} {cost.seconds:>8.2f} {cost.seconds / plain.seconds:>6.2f}"
            line += f" {cost.processor:>8.2f} {cost.processor / plain.processor:>6.2f} {cost.memory / MEGABYTE:>6.0f}"
            if before:
                more, earlier = items - before[0], before[1][contender]
                line += f" {1e6 * (cost.seconds - earlier.seconds) / more:>6.0f}"
                line += f" {(cost.memory - earlier.memory) / more:>6.0f}"
            print(line, flush=True)
        before = items, costs


if __name__ == "__main__":
    main()
