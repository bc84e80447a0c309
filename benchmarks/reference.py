"""Log-likelihoods of the `huggingface` backend beside lm-evaluation-harness' own, recorded: every item, in float32.

usage: python -m benchmarks.reference MODEL FOLDER [--items 5] [--threads 1]
FOLDER has `items.jsonl` (id, query, options, bucket) and `reference.jsonl` (id, loglikelihoods), recorded with MODEL.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.loglikelihood_contenders import continuations, huggingface, read_rows
from benchmarks.measuring import Watch, keep, machine
from pytest_haerae.types import Request


def scores_of(rows: Sequence[dict[str, Any]], arguments: argparse.Namespace) -> list[Sequence[float]]:
    """The log-likelihood of each option's letter, item by item."""
    settings = {"model": arguments.model, "threads": arguments.threads, "dtype": "float32", "device": "cpu"}
    letters = {"text_options": False}
    requests = [Request("loglikelihood", row["query"], continuations(row, letters)) for row in rows]
    answers = dict(huggingface(settings).run(requests))
    return [answers[index].loglikelihoods or () for index in range(len(rows))]


def main() -> None:
    """Score, compare, and print a line a bucket."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=None, help="of each bucket (default: all)")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    items = read_rows(arguments.folder / "items.jsonl")
    buckets = {bucket: [row for row in items if row["bucket"] == bucket] for bucket in ("short", "medium", "long")}
    rows = [row for each in buckets.values() for row in each[: arguments.items]]
    known = {row["id"]: row["loglikelihoods"] for row in read_rows(arguments.folder / "reference.jsonl")}
    with Watch() as watch:
        scores = scores_of(rows, arguments)
    found: dict[str, dict[str, float]] = {}
    for bucket in buckets:
        pairs = [(own, known[row["id"]]) for row, own in zip(rows, scores, strict=True) if row["bucket"] == bucket]
        differences = [abs(a - b) for own, other in pairs for a, b in zip(own, other, strict=True)]
        same = sum(own.index(max(own)) == other.index(max(other)) for own, other in pairs)
        found[bucket] = {"items": len(pairs), "same": same, "difference": max(differences)}
        print(f"{bucket}: {len(pairs)} items, the same option wins {same} times, at most {max(differences):.1e} apart")
    keep({"rounds": 1, "machine": machine("torch", "transformers"), "buckets": found}, watch, {}, arguments.threads)


if __name__ == "__main__":
    main()
