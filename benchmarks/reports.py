"""What the commands on finished reports cost, against a bare `json.load` of the files that they name.

The reports are of real runs of this project (`--model=random`, two seeds for each method) over the embedded sample,
repeated with a number in each question. A contender is a whole process, the start of Python and all imports in it:

  json.load   `python -c "import json, sys; …"`: every file that the command names, one after the other, all kept
  compare     `pytest-haerae compare A.json B.json`
  gate        `pytest-haerae gate B.json --baseline A.json`
  minimum     `pytest-haerae gate B.json --min-accuracy 0.1`
  view        `pytest-haerae view B.json --no-open`
  view both   `pytest-haerae view B.json --baseline A.json --no-open`

A command and the bare load of its files alternate; medians of the rounds' times, the largest peak of memory, and the
ratios, which alone mean something on a shared machine. The load is printed; where a contender took a quarter more wall
time than processor time, a line below the table says so: the ratio of wall times is not to be read then.

usage: python -m benchmarks.reports [--items 35000] [--subsets 45] [--rounds 5] [--methods log_likelihood string_match]
           [--folder FOLDER]
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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pytest_haerae.catalogue.datasets import open_items  # noqa: E402 - run from anywhere

METHODS = ("log_likelihood", "string_match")
BARE = "import json, sys; kept = [json.load(open(name, encoding='utf-8')) for name in sys.argv[1:]]"
MAIN = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main(sys.argv[1:]))"
COMMANDS = {
    "compare": (["compare", "{A}", "{B}"], 2.0),
    "gate": (["gate", "{B}", "--baseline", "{A}"], 2.0),
    "minimum": (["gate", "{B}", "--min-accuracy", "0.1"], 2.0),
    "view": (["view", "{B}", "--no-open", "--output", "{page}"], 4.0),
    "view both": (["view", "{B}", "--baseline", "{A}", "--no-open", "--output", "{page}"], 4.0),
}
"""What is typed, and how many times the bare load's time it may take."""
MEMORY = 1.5
"""How many times the bare load's peak memory a command may take."""
HEADING = [
    "method",
    "command",
    "`json.load` s",
    "s",
    "ratio",
    "limit",
    "wall ratio",
    "`json.load` MB",
    "MB",
    "ratio",
    "limit",
]
MEGABYTE = 1024**2
WAITED = 1.25
"""Wall time over processor time from which a figure says more about the machine than about the contender."""


@dataclass(frozen=True)
class Cost:
    """One process: seconds of wall time and of the processor, and bytes of memory at its peak."""

    seconds: float
    processor: float
    memory: float


def write_questions(folder: Path, items: int, subsets: int) -> None:
    """The sample's questions with options, over and over, as rows of HAE-RAE Bench in one file a subset."""
    loader = open_items("sample")
    pool = [item for name in loader.dataset.subsets() for item in loader.items(name) if item.options]
    folder.mkdir()
    for number in range(subsets):
        rows = []
        for place in range(number, items, subsets):
            item = pool[place % len(pool)]
            query = item.query.replace("###", f"{place}번째 문항\n\n###", 1)
            rows.append({"query": query, "options": list(item.options or ()), "answer": f"({item.reference})"})
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"subset_{number:04d}.jsonl").write_text(text, encoding="utf-8")


def make_reports(folder: Path, method: str) -> dict[str, str]:
    """Two reports of runs with different answers; those that stand there are taken as they are."""
    found = {}
    for seed, name in enumerate("AB"):
        path = folder / f"{name}-{method}.json"
        if not path.exists():
            options = [f"--model-params=seed={seed}", "--dataset=questions", f"--output-file={path}", "--no-resume"]
            command = [sys.executable, "-m", "pytest_haerae", "--model=random", f"--method={method}", *options]
            subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)  # noqa: S603 - this interpreter
        found[name] = str(path)
    return found


def environment() -> dict[str, str]:
    """This process's, with this working copy first."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}


def measure(command: Sequence[str]) -> Cost:
    """Run one contender; the exit code of a gate that failed is one that was measured."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # noqa: S603 - this interpreter
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        _, said = process.communicate()
        raise SystemExit(f"{' '.join(command)}: {said.decode()}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def medians(costs: Sequence[Cost]) -> Cost:
    """The median times of several runs, and the largest memory."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processor for cost in costs),
        max(cost.memory for cost in costs),
    )


def compare(name: str, files: dict[str, str], rounds: int) -> tuple[str, bool]:
    """A command against the bare load of the files that it names: cells of the table, and whether they waited."""
    pattern, limit = COMMANDS[name]
    typed = [part.format(**files) for part in pattern]
    reports = [part for part in typed if part in (files["A"], files["B"])]
    contenders = ([sys.executable, "-c", BARE, *reports], [sys.executable, "-c", MAIN, *typed])
    found = [[measure(contender) for contender in contenders] for _ in range(rounds)]
    bare, ours = (medians(costs) for costs in zip(*found, strict=True))
    memory, times = ours.memory / bare.memory, ours.processor / bare.processor
    cells = [f"{bare.processor:.2f}", f"{ours.processor:.2f}", f"**{times:.2f}**", f"{limit:g}"]
    cells += [f"{ours.seconds / bare.seconds:.2f}"]
    cells += [f"{bare.memory / MEGABYTE:.0f}", f"{ours.memory / MEGABYTE:.0f}", f"**{memory:.2f}**", f"{MEMORY:g}"]
    return " | ".join(cells), any(cost.seconds > WAITED * cost.processor for cost in (bare, ours))


def main() -> None:
    """Measure every command and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=35_000)
    parser.add_argument("--subsets", type=int, default=45)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    parser.add_argument("--folder", type=Path, help="keep the reports here, and take those that stand here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "questions").exists():
            write_questions(folder / "questions", arguments.items, arguments.subsets)
        reports = {method: make_reports(folder, method) for method in arguments.methods}
        size = ", ".join(f"{Path(files['B']).stat().st_size / 1e6:.0f} MB" for files in reports.values())
        load = os.getloadavg()[0]
        print(f"{arguments.items} items in {arguments.subsets} subsets, a report of {size}; load {load:.1f}\n")
        print(f"| {' | '.join(HEADING)} |")
        print("|---|---|" + 9 * "---:|")
        waited = []
        for method, files in reports.items():
            for name in arguments.commands:
                cells, busy = compare(name, {**files, "page": str(folder / "page.html")}, arguments.rounds)
                print(f"| `{method}` | {name} | {cells} |", flush=True)
                waited += [f"{name} ({method})"] if busy else []
        if waited:
            print(f"\nbusy machine, read no wall time of {', '.join(waited)}")


if __name__ == "__main__":
    main()
