"""What the plugin costs: a whole `pytest` run over N items against plain pytest over N trivial parametrized tests.

Alternates the contenders inside one run, each time as if for the first time, and prints medians, ratios, peak memory,
and what an item costs between two sizes. Without `--data` the items are made up: two options, so that half of the
answers are wrong.

usage: python -m benchmarks.overhead [--items 5000 35000] [--rounds 3] [--data FOLDER] [--methods log_likelihood]
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.measuring import (
    MEGABYTE,
    Cost,
    Watch,
    alternate,
    as_if_first,
    as_json,
    cost_of,
    environment,
    keep,
    machine,
    median_cost,
)

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
    as_if_first(folder)
    command = [sys.executable, "-m", "pytest", "-q", module, *options]
    return cost_of(command, folder=folder, environment=environment())


def measure_size(items: int, methods: Sequence[str], rounds: int, data: Path | None) -> dict[str, Cost]:
    """Plain pytest and each method over so many items."""
    contenders = {"plain": ("test_plain.py", ["-p", "no:haerae"])}
    contenders |= {method: ("test_items.py", ["--model=random", f"--method={method}"]) for method in methods}
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), items, data)
        found = alternate({each: partial(measure, Path(name), *how) for each, how in contenders.items()}, rounds)
    return {contender: median_cost(costs) for contender, costs in found.items()}


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[5000, 35000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a folder of <subset>-test.csv files, such as KMMLU's")
    parser.add_argument("--methods", nargs="+", default=["log_likelihood"])
    arguments = parser.parse_args()
    print("an item: microseconds of the processor and bytes between this size and the one before")
    heading = f"{'items':>7} {'contender':<14} {'s':>8} {'ratio':>6} {'cpu s':>8} {'ratio':>6}"
    print(f"{heading} {'MB':>6} {'us':>6} {'bytes':>6}")
    sizes: dict[int, dict[str, Cost]] = {}
    with Watch() as watch:
        for items in arguments.items:
            sizes[items] = measure_size(items, arguments.methods, arguments.rounds, arguments.data)
            print_size(items, sizes)
    figures = {
        "rounds": arguments.rounds,
        "data": arguments.data.name if arguments.data else None,
        "machine": machine("pytest"),
        "sizes": {items: as_json(costs) for items, costs in sizes.items()},
    }
    keep(figures, watch, {f"{name}, {items} items": cost for items in sizes for name, cost in sizes[items].items()})


def print_size(items: int, sizes: dict[int, dict[str, Cost]]) -> None:
    """The lines of one size; what an item costs is the processor's time, beyond the size before."""
    costs = sizes[items]
    plain = costs["plain"]
    before = next((size for size in reversed(sizes) if size < items), None)
    for contender, cost in costs.items():
        line = f"{items:>7} {contender:<14} {cost.seconds:>8.2f} {cost.seconds / plain.seconds:>6.2f}"
        line += f" {cost.processor:>8.2f} {cost.processor / plain.processor:>6.2f} {cost.memory / MEGABYTE:>6.0f}"
        if before:
            more, earlier = items - before, sizes[before][contender]
            line += f" {1e6 * (cost.processor - earlier.processor) / more:>6.0f}"
            line += f" {(cost.memory - earlier.memory) / more:>6.0f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
