"""A whole run against the whole `lm_eval` command: the same items, model, precision and threads, from start to exit.

Starting, importing, reading the items, loading the model, scoring and writing the results are all in it. The contenders
alternate, each as if for the first time; they are held to the same accuracy. lm-evaluation-harness runs offline, as
this project reads nothing but the model's folder either.

usage: python -m benchmarks.whole_run MODEL [--data items.jsonl] [--items 20] [--bucket short] [--rounds 3]
           [--threads 1] [--batch-sizes 8]
Needs: pip install 'pytest-haerae[hf]' lm-eval==0.4.13
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.loglikelihood_contenders import read_rows, sample_rows
from benchmarks.measuring import (
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
    threads_of,
)
from benchmarks.overhead import SUITE

LETTERS = "ABCDE"
TASK = """
task: questions
dataset_path: json
dataset_kwargs:
  data_files: {{test: {rows}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{query}}}}"
doc_to_choice: ["(A)", "(B)", "(C)", "(D)", "(E)"]
doc_to_target: gold
metric_list:
  - metric: acc
"""
"""One item is a context that ends without a space, and options with one before them: the default delimiter."""


def items_of(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The items of the bucket, with five options each."""
    if arguments.data is None:
        rows = [{**row, "answer": "(A)"} for row in sample_rows("short", 10 * arguments.items)]
    else:
        rows = [row for row in read_rows(Path(arguments.data)) if row["bucket"] == arguments.bucket]
    return [row for row in rows if len(row["options"]) == len(LETTERS)][: arguments.items]


def prepare(folder: Path, arguments: argparse.Namespace) -> None:
    """Write the items and a suite for both."""
    (folder / "questions").mkdir()
    rows = [
        {
            "query": row["query"],
            "options": row["options"],
            "answer": row["answer"],
            "gold": LETTERS.index(row["answer"].strip("()")),
        }
        for row in items_of(arguments)
    ]
    file = folder / "questions" / "questions.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (folder / "test_items.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "tasks").mkdir()
    (folder / "tasks" / "questions.yaml").write_text(TASK.format(rows=json.dumps(str(file))), encoding="utf-8")


def commands(model: str, batch_sizes: list[int]) -> dict[str, list[str]]:
    """What each contender runs."""
    parameters = json.dumps({"model_name_or_path": model, "dtype": "float32", "device": "cpu"})
    # A plugin of this project's own tests, which whoever evaluates has not installed.
    pytest = ["-m", "pytest", "-q", "-p", "no:hypothesispytest", "test_items.py"]
    own = [*pytest, "--model=huggingface", f"--model-params={parameters}"]
    found = {"haerae": [sys.executable, *own, "--method=log_likelihood", "--output-file=report.json"]}
    for size in batch_sizes:
        options = [f"--model_args=pretrained={model},dtype=float32", "--device=cpu", f"--batch_size={size}"]
        where = ["--include_path=tasks", "--tasks=questions", "--output_path=results"]
        found[f"lm_eval, batch {size}"] = [sys.executable, "-m", "lm_eval", "run", "--model=hf", *options, *where]
    return found


def accuracy_of(folder: Path) -> float:
    """The accuracy that a run wrote."""
    if (report := folder / "report.json").exists():
        return float(json.loads(report.read_text(encoding="utf-8"))["metrics"]["accuracy"])
    (results,) = (folder / "results").rglob("*.json")
    return float(json.loads(results.read_text(encoding="utf-8"))["results"]["questions"]["acc,none"])


def measure(folder: Path, command: list[str], variables: dict[str, str]) -> tuple[Cost, float]:
    """Run one contender without what an earlier run left; its cost and accuracy."""
    as_if_first(folder, "results", "cache")
    (folder / "report.json").unlink(missing_ok=True)
    cost = cost_of(command, folder=folder, environment=variables)
    return cost, accuracy_of(folder)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", help="as of loglikelihood.py, with answers (default: from the embedded sample)")
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--bucket", default="short")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[8], help="lm-evaluation-harness'")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, arguments)
        offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(folder / "cache"), "TOKENIZERS_PARALLELISM": "false"}
        variables = environment() | offline | threads_of(arguments.threads)
        runs: dict[str, Callable[[], tuple[Cost, float]]] = {
            name: partial(measure, folder, command, variables)
            for name, command in commands(str(arguments.model.resolve()), arguments.batch_sizes).items()
        }
        with Watch() as watch:
            rounds = alternate(runs, arguments.rounds)
    accuracies = {accuracy for each in rounds.values() for _, accuracy in each}
    if len(accuracies) > 1:
        raise SystemExit(f"the accuracies differ: {accuracies}")
    costs = {name: median_cost([cost for cost, _ in each]) for name, each in rounds.items()}
    own = costs["haerae"]
    print(f"{arguments.items} items, {arguments.threads} threads, the same accuracy: {accuracies.pop():.4f}")
    for name, cost in costs.items():
        ratios = f"{cost.seconds / own.seconds:>6.2f} {cost.processor / own.processor:>6.2f}"
        print(f"{name:<18} {cost.seconds:>8.2f} s {cost.processor:>8.2f} cpu s, of haerae: {ratios}")
    figures = {
        "items": arguments.items,
        "rounds": arguments.rounds,
        "machine": machine("torch", "transformers", "lm-eval"),
        "costs": as_json(costs),
    }
    keep(figures, watch, costs, arguments.threads)


if __name__ == "__main__":
    main()
