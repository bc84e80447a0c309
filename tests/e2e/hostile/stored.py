"""Stores, reports and baselines that are damaged, or made up."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pytest_haerae.doors.evaluator import Evaluator
from tests.e2e.hostile.attack import NASTY, Attack, Result, questions

Change = Callable[[dict[str, Any]], object]


@cache
def _report() -> str:
    """A sound report over the embedded sample."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        run = Evaluator().run(model="random", dataset="sample", subset=["history"], limit=4, store=folder / "s")
        run.to_json(folder / "r.json")
        return (folder / "r.json").read_text(encoding="utf-8")


def report() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(_report())
    return value


def reports(folder: Path) -> None:
    """Questions, and two equal reports."""
    questions(folder)
    for name in ("a.json", "b.json"):
        (folder / name).write_text(_report(), encoding="utf-8")


def changed(change: Change) -> Callable[[Path], None]:
    """Two reports, of which the second is changed."""

    def prepare(folder: Path) -> None:
        reports(folder)
        value = report()
        change(value)
        (folder / "b.json").write_text(json.dumps(value), encoding="utf-8")

    return prepare


def replaced(content: bytes) -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        reports(folder)
        (folder / "b.json").write_bytes(content)

    return prepare


def compared(
    name: str, prepare: Callable[[Path], object], says: str = r"b\.json", *command: str, **fields: Any
) -> Attack:
    """An attack on whoever reads two reports; it is refused in a line that names the second unless said otherwise."""
    chosen = command or ("compare", "a.json", "b.json")
    values: dict[str, Any] = {"code": 4, "seconds": 15, **fields}
    return Attack(name=name, command=("pytest-haerae", *chosen), says=says, prepare=prepare, **values)


def pipe(folder: Path) -> None:
    reports(folder)
    (folder / "b.json").unlink()
    os.mkfifo(folder / "b.json")


def first(**more: object) -> Change:
    return lambda value: value["samples"][0].update(more)


def surrogate(value: dict[str, Any]) -> None:
    value["samples"][0]["raw_output"] = f"\ud83d{NASTY}<img src=x>"
    value["info"]["model"] = "m\udc80"


def store(content: bytes, name: str = "responses.sqlite") -> Callable[[Path], None]:
    def prepare(folder: Path) -> None:
        questions(folder)
        (folder / ".haerae").mkdir()
        (folder / ".haerae" / name).write_bytes(content)

    return prepare


def from_later(folder: Path) -> None:
    """A store of a version that is not there yet."""
    store(b"")(folder)
    with closing(sqlite3.connect(folder / ".haerae/responses.sqlite")) as connection:
        connection.execute("CREATE TABLE responses (key TEXT, answer BLOB, extra TEXT)")
        connection.execute("PRAGMA user_version = 4000")
        connection.commit()


def with_odd_values(folder: Path) -> None:
    """A store whose values were made up, written through its own door: the next run must not take them."""
    questions(folder)
    place = folder / ".haerae/responses.sqlite"
    Evaluator().run(model="random", dataset=str(folder / "questions.jsonl"), store=place)
    with closing(sqlite3.connect(place)) as connection:
        odd = {"text": 5, "finish_reason": {"a": 1}, "prompt_tokens": "12", "cost_usd": [1]}
        connection.execute("UPDATE responses SET answer = ?", (json.dumps(odd),))
        connection.commit()


def measured(result: Result) -> None:
    assert result.report()["metrics"]["n"] == 6


def run_over(
    name: str,
    prepare: Callable[[Path], object],
    says: str = "",
    *more: str,
    changes: tuple[str, ...] = (".haerae/responses.sqlite",),
) -> Attack:
    """A run over a store that it cannot use measures all the same."""
    command = ("pytest", "--model=random", "--reuse", *more)
    return Attack(name=name, command=command, code=0, says=says, prepare=prepare, changes=changes, expect=measured)


STORED = (
    run_over("a store that is text", store(b"no data base\n" * 1000), "(?i)store|aside"),
    run_over("a store that ends early", store(b"SQLite format 3\0" + bytes(3000)), "(?i)store|aside"),
    run_over("a store of a later version", from_later, "(?i)store|aside"),
    run_over(
        "a journal of another store",
        store(b"\x37\x7f\x06\x82" + bytes(range(256)) * 40, "responses.sqlite-wal"),
        changes=(".haerae/responses.sqlite-wal",),
    ),
    run_over("made-up values in the store", with_odd_values),
    compared("a report that ends early", replaced(b'{"schema_version": 2, "metrics": {')),
    compared("a report that is empty", replaced(b"")),
    compared("a report that is a picture", replaced(bytes(range(256)))),
    compared("a report that is a list", replaced(b"[1]")),
    compared("brackets a hundred thousand deep in a report", replaced(b'{"samples": ' + b"[" * 100_000)),
    compared("an integer of five thousand digits in a report", replaced(b'{"schema_version": ' + b"9" * 5000 + b"}")),
    compared("NaN in a report", changed(lambda value: value["metrics"].update(accuracy=float("nan")))),
    compared("an outcome that is not there in a report", changed(first(outcome=f"Correct{NASTY}"))),
    compared("a list for an id in a report", changed(first(id=["a"]))),
    compared("a version from the future", changed(lambda value: value.update(schema_version=99))),
    compared("a report that is a pipe", pipe),
    compared("a report without end", reports, "/dev/zero", "compare", "a.json", "/dev/zero"),
    compared("a report without samples", changed(lambda value: value.update(samples=[])), ""),
    compared(
        "half of a surrogate pair in a report",
        changed(surrogate),
        "rows",
        "export",
        "b.json",
        "--csv=b.csv",
        "--parquet=b.parquet",
        code=0,
    ),
    compared(
        "half of a surrogate pair on a page",
        changed(surrogate),
        "",
        "view",
        "b.json",
        "--no-open",
        "--output",
        "b.html",
        code=0,
    ),
    compared(
        "gates over a report that ends early",
        replaced(b'{"schema_version": 2'),
        r"b\.json",
        "gate",
        "b.json",
        "--min-accuracy=0.5",
    ),
    Attack(
        name="a baseline that ends early",
        command=("pytest", "--model=random", "--baseline=b.json"),
        code=4,
        says=r"b\.json",
        prepare=replaced(b'{"schema_version": 2'),
    ),
)
