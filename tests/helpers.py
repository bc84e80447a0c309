"""What several tests share: example items, and the data beside the project."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest

from pytest_haerae.report.schema import load_json_schema
from pytest_haerae.types import Item

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """A path in the data beside the project; skips the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the data beside the project is absent: shared/{path}")
    return found


def reference_items(**counts: int) -> list[dict[str, Any]]:
    """The first items of each bucket of the reference, with lm-evaluation-harness' log-likelihoods."""
    folder = shared("data/lmeval-reference")
    items, references = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("items.jsonl", "reference.jsonl")
    )
    known = {row["id"]: row["loglikelihoods"] for row in references}
    of_bucket = {bucket: [item for item in items if item["bucket"] == bucket] for bucket in counts}
    return [
        {**item, "loglikelihoods": known[item["id"]]}
        for bucket, count in counts.items()
        for item in of_bucket[bucket][:count]
    ]


def lettered(reference: str = "B", options: tuple[str, ...] = ("사과", "원두", "나무쌓기", "나무 쌓기", "배")) -> Item:
    """A lettered item."""
    choices = "\n".join(f"({letter}) {option}" for letter, option in zip("ABCDE", options, strict=False))
    query = f"질문\n\n### 선택지: \n{choices}\n\n### 정답:"
    return Item("probe-0000", "probe", 0, query, options, tuple("ABCDE"[: len(options)]), reference)


def valid_report(path: Path) -> dict[str, Any]:
    """Read a report, held against the schema of the package and, where it is at hand, against that of version 1.

    Version 2 only adds to what version 1 promised; that one knew no item that was cut or unjudged, and no gate that
    cannot tell.
    """
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(report, load_json_schema())
    told = all(gate["verdict"] != "inconclusive" for gate in report["info"]["gates"])
    further = report["metrics"]["cut"] + report["metrics"]["unjudged"]
    if (schema := first_schema()) and told and not further:
        jsonschema.validate({**report, "schema_version": 1}, schema)
    return report


def first_schema() -> dict[str, Any] | None:
    """The JSON Schema of reports of version 1; None where it is not at hand."""
    promised = SHARED / "report.schema.json"
    return json.loads(promised.read_text(encoding="utf-8")) if promised.exists() else None


class HubRows(list[dict[str, Any]]):
    """A data set as `datasets` loads it from the hub: its rows, and what its columns are."""

    features: ClassVar[dict[str, object]] = {}

    def select(self, indices: Iterable[int]) -> HubRows:
        """Some of its rows."""
        return HubRows([self[index] for index in indices])


QUESTIONS = [
    {"question": f"{number}번 문제: 옳은 것은?", "options": ["가", "나", "다", "라"], "answer": "ABCD"[number % 4]}
    for number in range(40)
]

SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_mine(haerae_verdict):
    assert_correct(haerae_verdict)
"""


def write_questions(folder: Path, rows: list[dict[str, Any]] | None = None) -> None:
    """Write a question file and the suite over it."""
    lines = (json.dumps(row, ensure_ascii=False) for row in (QUESTIONS if rows is None else rows))
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "test_mine.py").write_text(SUITE, encoding="utf-8")


@contextmanager
def time_limit(raised: BaseException) -> Iterator[None]:
    """Raise something in the block before long, as a plugin's or a test's own time limit does: by a timer's signal."""

    def ring(number: int, frame: object) -> None:
        raise raised

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def copy_of_store(store: Path, scratch: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a store, as a killed run left it: looking must not mend what the next run finds."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for part in store.parent.glob(f"{store.name}*"):
        shutil.copy(part, scratch)
    with closing(sqlite3.connect(scratch / store.name)) as connection:
        yield connection


def kept_reply(number: int, body: dict[str, Any]) -> str | None:
    """What a server answers that is told to keep to choices: that with the number, in the form that it is told.

    Returns:
        None where it is told nothing.
    """
    if "structured_outputs" in body:
        choices: list[str] = body["structured_outputs"]["choice"]
        return choices[number % len(choices)]
    if "response_format" in body:
        choices = body["response_format"]["json_schema"]["schema"]["properties"]["answer"]["enum"]
        return json.dumps({"answer": choices[number % len(choices)]})
    return None
