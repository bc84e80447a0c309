"""How long a run of many few-shot items takes until its first answers are stored, and how much of it is the model.

A whole run of pytest with `--method=log_likelihood` on the `huggingface` backend, as if for the first time. It is
killed (-9) when the second batch's forward begins: by then the first batch is in the response store, which is looked
at. Time begins with the process; `outside` is what is neither a forward of the model nor the import of its libraries
and the loading of its weights. With one thread the processor time of a forward is that of the thread which calls it.

usage: python -m benchmarks.first_answer MODEL [--data KMMLU] [--items 35000] [--few-shot 5] [--rounds 3] [--threads 1]
"""

from __future__ import annotations

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.measuring import (
    MEGABYTE,
    Cost,
    Watch,
    alternate,
    as_if_first,
    as_json,
    environment,
    keep,
    machine,
    median_cost,
    threads_of,
)
from benchmarks.overhead import prepare

MARKS = {
    "asked": "items read, collected and selected, keys made: the model is asked for",
    "loaded": "libraries imported, weights loaded",
    "first": "the first answer is stored",
    "batch": "the first batch is stored",
}
"""What has happened at each mark, in order."""
MOST_SECONDS, MOST_OUTSIDE = 60.0, 20.0
"""What is promised of 35,000 items, 5-shot: until the first answer, and outside the model before the batch ends."""
CONFTEST = """
def pytest_haerae_backends():
    from benchmarks.first_answer_backend import Watched

    return {"watched": Watched}
"""
Marked = dict[str, Cost]
"""At each mark what was taken since the start; `model` is what of it all forwards took."""


def measure(folder: Path, options: list[str], threads: int) -> Marked:
    """Run until the first batch is stored.

    Raises:
        SystemExit: It ended before, or the store is empty.
    """
    as_if_first(folder)
    marks = folder / "marks.json"
    marks.unlink(missing_ok=True)
    variables = environment() | threads_of(threads)
    variables |= {"HAERAE_MARKS": str(marks), "HAERAE_STARTED": str(time.monotonic())}
    command = [sys.executable, "-m", "pytest", "-q", "test_items.py", "--model=watched", "--method=log_likelihood"]
    ended = subprocess.run([*command, *options], cwd=folder, env=variables, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - ours
    if ended.returncode != -signal.SIGKILL:
        raise SystemExit(f"exit code {ended.returncode} before the second batch")
    with closing(sqlite3.connect(folder / ".haerae" / "responses.sqlite")) as store:
        (stored,) = store.execute("SELECT count(*) FROM responses").fetchone()
    found = json.loads(marks.read_text(encoding="utf-8"))
    if stored != found.pop("answers") or not stored:
        raise SystemExit(f"{stored} answers are stored")
    print(f"{stored} answers in the first batch", file=sys.stderr)
    return {name: Cost(**cost) for name, cost in found.items()}


def outside(marked: Marked) -> Cost:
    """What neither the model nor its loading took until the first batch was stored."""
    spans = [marked["batch"], marked["model"], marked["loaded"]]
    seconds, processor = (
        [getattr(cost, name) for cost in spans] + [getattr(marked["asked"], name)] for name in ("seconds", "processor")
    )
    return Cost(*(whole - model - (loaded - asked) for whole, model, loaded, asked in (seconds, processor)))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--data", type=Path, help="a folder of <subset>-test.csv files, such as KMMLU's")
    parser.add_argument("--items", type=int, default=35000)
    parser.add_argument("--few-shot", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    model = Path(arguments.model).resolve()
    options = [f"--model-params=model_name_or_path={model},dtype=float32", f"--num-few-shot={arguments.few_shot}"]
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), arguments.items, arguments.data)
        (Path(name) / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        once = partial(measure, Path(name), options, arguments.threads)
        with Watch() as watch:
            (rounds,) = alternate({"first answer": once}, arguments.rounds).values()
    marked = {name: median_cost([each[name] for each in rounds]) for name in rounds[0]}
    marked["outside"] = outside(marked)
    print(f"{arguments.items} items, {arguments.few_shot} examples, {arguments.threads} threads")
    print(f"{'s':>7} {'cpu s':>7} {'MB':>6}")
    for name, said in MARKS.items():
        cost = marked[name]
        print(f"{cost.seconds:>7.1f} {cost.processor:>7.1f} {cost.memory / MEGABYTE:>6.0f}  {said}")
    for name, most in (("model", None), ("outside", MOST_OUTSIDE)):
        limit = "" if most is None else f", of at most {most:g}"
        print(f"{marked[name].seconds:>7.1f} {marked[name].processor:>7.1f} {'':>6}  {name}{limit}")
    print(f"the first answer after {marked['first'].seconds:.1f} s, of at most {MOST_SECONDS:g}")
    figures = {
        "items": arguments.items,
        "few_shot": arguments.few_shot,
        "rounds": arguments.rounds,
        "threads": arguments.threads,
        "machine": machine("pytest", "torch", "transformers"),
        "marks": as_json(marked),
    }
    keep(figures, watch, {"until the first batch": marked["batch"]}, arguments.threads)


if __name__ == "__main__":
    main()
