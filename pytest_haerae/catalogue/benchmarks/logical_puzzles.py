"""Logical puzzles of HAE-RAE: seven Korean tasks in three levels; 20 questions of each come along.

The rows are those of the publisher's repository, HAE-RAE/logical-puzzles at commit 1e00b8f, where each task has 100
questions a level; no data set of that name on the hub could be looked up. What comes along are the first 20, under the
publisher's licence (MIT), which stands beside them. The others are read from a copy of that repository's ``data/jsonl``
or ``data/csv``, as any folder: ``--dataset=FOLDER --prompt=logical_puzzles --evaluator-params scorer=logical_puzzles``.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.local import SAMPLE_FOLDER

FOLDER = SAMPLE_FOLDER.with_name("logical_puzzles")
"""The rows that come along, as `tests/make_logical_puzzles.py` takes them from the publisher's."""
LEVELS = ("easy", "medium", "hard")


def metadata(subset: str) -> dict[str, str]:
    """The task and the level that a subset is called by: the publisher's numbers are told of each."""
    task, _, level = subset.rpartition("_")
    return {"task": task, "level": level}


BENCHMARK = Benchmark(
    name="logical_puzzles",
    description=__doc__,
    suite="suites/logical_puzzles/test_logical_puzzles.py::test_logical_puzzles",
    folder=FOLDER,
    prompts={"string_match": "logical_puzzles"},
    scorers={"string_match": "logical_puzzles"},
    metadata=metadata,
    notice="logical_puzzles: the first 20 of the 100 questions of each task and level, which come with the package; "
    "published accuracies are of all of them",
)
