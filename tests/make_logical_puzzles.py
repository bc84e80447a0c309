"""Writes the rows of the benchmark `logical_puzzles` that are in the package, from the publisher's by one rule.

    python tests/make_logical_puzzles.py FOLDER

FOLDER has a file a task, such as ``time_ko.csv``, with 100 rows of each level in the order of the levels: what the ids
and the column `difficulty` of ``subway_ko`` say, which call the easy ones medium, is not looked at. The first 20 of
each level are taken as they stand, without the solution, which gives the answer away. Options that close a question
have a column of their own, too.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytest_haerae.catalogue.benchmarks.logical_puzzles import FOLDER, LEVELS

ROWS_OF_LEVEL, TAKEN = 100, 20
OPTION = re.compile(r"^[A-Z]: (.+)$", re.MULTILINE)


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file's name, and its content."""
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for number, level in enumerate(LEVELS):
            start = number * ROWS_OF_LEVEL
            lines = [json.dumps(taken(row), ensure_ascii=False) for row in rows[start : start + TAKEN]]
            yield f"{path.stem}_{level}.jsonl", "\n".join(lines) + "\n"


def taken(row: dict[str, str]) -> dict[str, Any]:
    """A row as it is shipped."""
    options = OPTION.findall(row["question"])
    asked = {"query": row["question"], "options": options} if options else {"question": row["question"]}
    return {"id": row["id"], **asked, "answer": row["answer"]}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files(Path(sys.argv[1])):
        (FOLDER / name).write_text(content, encoding="utf-8")
