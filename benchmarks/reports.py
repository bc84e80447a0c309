"""What the commands on finished reports cost, against a bare `json.load` of the files that they name.

The reports are of real runs of this project (`--model=random`, two seeds for each method) over the embedded sample,
repeated with a number in each question. A contender is a whole process, the start of Python and all imports in it:

  json.load   `python -c "import json, sys; …"`: every file that the command names, one after the other, all kept
  compare     `pytest-haerae compare A.json B.json`
  gate        `pytest-haerae gate B.json --baseline A.json`
  minimum     `pytest-haerae gate B.json --min-accuracy 0.1`
  view        `pytest-haerae view B.json --no-open`
  view both   `pytest-haerae view B.json --baseline A.json --no-open`
  rank        `pytest-haerae rank A.json B.json`
  rank page   `pytest-haerae rank A.json B.json --html PAGE`

A command and the bare load of its files alternate; medians of the rounds' times, the largest peak of memory, and the
ratios, which alone mean something on a shared machine. The load is printed, and what it makes worthless.

usage: python -m benchmarks.reports [--items 35000] [--subsets 45] [--rounds 5] [--methods log_likelihood string_match]
           [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measuring import (
    MEGABYTE,
    Cost,
    Watch,
    alternate,
    as_json,
    cost_of,
    environment,
    keep,
    machine,
    median_cost,
)
from pytest_haerae.catalogue.datasets import open_items

METHODS = ("log_likelihood", "string_match")
BARE = "import json, sys; kept = [json.load(open(name, encoding='utf-8')) for name in sys.argv[1:]]"
MAIN = "import sys; from pytest_haerae.doors.command_line.main import main; sys.exit(main(sys.argv[1:]))"
COMMANDS = {
    "compare": (["compare", "{A}", "{B}"], 2.0),
    "gate": (["gate", "{B}", "--baseline", "{A}"], 2.0),
    "minimum": (["gate", "{B}", "--min-accuracy", "0.1"], 2.0),
    "view": (["view", "{B}", "--no-open", "--output", "{page}"], 4.0),
    "view both": (["view", "{B}", "--baseline", "{A}", "--no-open", "--output", "{page}"], 4.0),
    "rank": (["rank", "{A}", "{B}"], 2.0),
    "rank page": (["rank", "{A}", "{B}", "--html", "{page}"], 2.0),
}
"""What is typed, and how many times the bare load's time it may take."""
MEMORY = 1.5
"""How many times the bare load's peak memory a command may take."""


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


def compare(name: str, files: dict[str, str], rounds: int) -> dict[str, Cost]:
    """What a command costs, and the bare load of the files that it names; a gate that failed is measured, too."""
    typed = [part.format(**files) for part in COMMANDS[name][0]]
    reports = [part for part in typed if part in (files["A"], files["B"])]
    commands = {"json.load": ["-c", BARE, *reports], name: ["-c", MAIN, *typed]}
    contenders = {
        each: partial(cost_of, [sys.executable, *command], environment=environment(), codes=(0, 1))
        for each, command in commands.items()
    }
    return {each: median_cost(costs) for each, costs in alternate(contenders, rounds).items()}


def line_of(method: str, command: str, bare: Cost, ours: Cost) -> str:
    """A command's row of what is printed."""
    times = f"{bare.processor:>8.2f} {ours.processor:>6.2f} {ours.processor / bare.processor:>6.2f}"
    memory = f"{bare.memory / MEGABYTE:>8.0f} {ours.memory / MEGABYTE:>6.0f} {ours.memory / bare.memory:>6.2f}"
    return f"{method:<15} {command:<10} {times} {COMMANDS[command][1]:>5g} {memory} {MEMORY:>5g}"


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
        print(f"{arguments.items} items in {arguments.subsets} subsets, a report of {size}\n")
        limit = f"{'ratio':>6} {'limit':>5}"
        print(f"{'':<26} {'bare s':>8} {'s':>6} {limit} {'bare MB':>8} {'MB':>6} {limit}")
        costs: dict[str, Cost] = {}
        rows = []
        with Watch() as watch:
            for method, files in reports.items():
                for name in arguments.commands:
                    found = compare(name, {**files, "page": str(folder / "page.html")}, arguments.rounds)
                    bare, ours = found.values()
                    print(line_of(method, name, bare, ours), flush=True)
                    rows.append({"method": method, "command": name, **as_json({"bare": bare, "ours": ours})})
                    costs |= {f"{each} ({name}, {method})": cost for each, cost in found.items()}
        figures = {
            "items": arguments.items,
            "subsets": arguments.subsets,
            "rounds": arguments.rounds,
            "machine": machine(),
            "rows": rows,
        }
        keep(figures, watch, costs)


if __name__ == "__main__":
    main()
