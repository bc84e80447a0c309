"""Outputs onto inputs, onto each other, onto the store, onto what is no file."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.hostile.attack import Attack, Result, beside, questions
from tests.e2e.hostile.stored import reports


def onto(name: str, option: str, prepare: Callable[[Path], object] = questions, *more: str, **fields: Any) -> Attack:
    """An attack by where something is to be written; it is refused before anything is asked unless said otherwise."""
    command = ("pytest", "--model=random", option, *more)
    values: dict[str, Any] = {"code": 4, "says": option.partition("=")[0], "prepare": prepare, "seconds": 15, **fields}
    return Attack(name=name, command=command, **values)


def linked(make: Callable[[Path, Path], object]) -> Callable[[Path], None]:
    """A second name of the questions."""

    def prepare(folder: Path) -> None:
        questions(folder)
        make(folder / "r.json", folder / "questions.jsonl")

    return prepare


def default_baseline(folder: Path) -> None:
    reports(folder)
    (folder / ".haerae").mkdir()
    (folder / "a.json").rename(folder / ".haerae/report.json")


def with_store(folder: Path) -> None:
    questions(folder)
    (folder / "responses.sqlite").write_bytes(b"SQLite format 3\0" + bytes(200))


def fifo(folder: Path) -> None:
    questions(folder)
    os.mkfifo(folder / "r.json")


def still_a_fifo(result: Result) -> None:
    assert (result.folder / "r.json").is_fifo()


def other(folder: Path) -> None:
    questions(folder)
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")


def after(command: tuple[str, ...], name: str, says: str = "", code: int = 4) -> Attack:
    return Attack(name=name, command=("pytest-haerae", *command), code=code, says=says, prepare=reports, seconds=15)


OUTPUTS = (
    onto("the report onto the questions", "--output-file=questions.jsonl"),
    onto("the page onto the questions", "--report-html=./questions.jsonl"),
    onto("the summary onto the questions", "--report-md=../evaluation/questions.jsonl"),
    onto(
        "the report onto a link to the questions",
        "--output-file=r.json",
        linked(lambda link, target: link.symlink_to(target)),
    ),
    onto(
        "the report onto another name of the questions",
        "--output-file=r.json",
        linked(lambda link, target: link.hardlink_to(target)),
    ),
    onto("the report onto its own baseline", "--baseline=.haerae/report.json", default_baseline, says="report.json"),
    onto("the report onto the store", "--output-file=.haerae/responses.sqlite"),
    onto("the report onto the store's journal", "--output-file=.haerae/responses.sqlite-wal"),
    onto("the store onto the questions", "--store=questions.jsonl"),
    onto("the report onto the suite", "--output-file=test_mine.py"),
    onto("the report and the page onto one file", "--report-html=r.json", questions, "--output-file=r.json"),
    onto("the report onto a folder", "--output-file=data", beside(lambda folder: (folder / "data").mkdir())),
    onto("the report onto a pipe", "--output-file=r.json", fifo, says="cannot be written", expect=still_a_fifo),
    onto("the report onto a full device", "--output-file=/dev/full", says="/dev/full"),
    onto("the report below a file", "--output-file=questions.jsonl/r.json"),
    onto("the report where nobody may write", "--output-file=/proc/r.json"),
    onto("the store on a device", "--store=/dev/null"),
    after(("export", "a.json", "--csv=a.json"), "an export onto its report", "--csv"),
    after(("view", "a.json", "--no-open", "--output", "a.json"), "a page onto its report", "a.json"),
    after(("export", "a.json", "--csv=x", "--parquet=x"), "two exports onto one file", "x"),
)
