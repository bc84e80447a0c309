"""Data files that are damaged, endless, or shaped to be read as something else."""

# ruff: noqa: ANN401 - further fields of an attack, and further headers, are handed on as they are
from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.hostile.attack import Attack, Result

ROW = {"question": "0번 문제: 옳은 것은?", "options": ["가", "나", "다", "라"], "answer": "A"}
HEADER = "question,A,B,C,D,answer\n"
CELLS = "번 문제: 옳은 것은?,가,나,다,라,A\n"


def line(**changes: object) -> str:
    return json.dumps(ROW | changes, ensure_ascii=False) + "\n"


def written(name: str, content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / name).write_bytes(data)


def read(name: str, says: str, prepare: Callable[[Path], object], file: str = "q.jsonl", **fields: Any) -> Attack:
    """An attack on whoever reads a data file; it is refused in a line that names the file unless said otherwise."""
    command = (
        "run",
        "--model=random",
        f"--dataset={file}",
        "--output_file=r.json",
        "--report-html=r.html",
        "--limit=20",
    )
    values: dict[str, Any] = {"code": 4, "seconds": 15, **fields}
    return Attack(name=name, command=command, says=says, prepare=prepare, **values)


def refused(name: str, second: str | bytes, says: str = r"q\.jsonl.*\b2\b") -> Attack:
    """A sound line and one that is refused by its number."""
    return read(
        name, says, written("q.jsonl", line().encode() + (second.encode() if isinstance(second, str) else second))
    )


def parquet(folder: Path, cut: int = 0) -> None:
    import pandas as pd

    buffer = io.BytesIO()
    pd.DataFrame([ROW] * 50).to_parquet(buffer)
    content = buffer.getvalue()
    (folder / "q.parquet").write_bytes(content[: len(content) - cut])


def parquet_of_structs(folder: Path) -> None:
    import pandas as pd

    choices = {"text": ROW["options"], "label": ["A", "B", "C", "D"]}
    pd.DataFrame([{"question": ROW["question"], "choices": choices, "answer": "B"}]).to_parquet(folder / "q.parquet")


def options(*wanted: str) -> Callable[[Result], None]:
    def check(result: Result) -> None:
        assert [sample["options"] for sample in result.report("r.json")["samples"]][-1] == list(wanted)

    return check


def without(*words: str) -> Callable[[Result], None]:
    """No prompt shows these words, which nobody wrote."""

    def check(result: Result) -> None:
        shown = json.dumps(result.report("r.json")["samples"], ensure_ascii=False)
        assert not [word for word in words if word in shown]

    return check


DATA = (
    read(
        "an open quote in a CSV file",
        r"q\.csv.*\b3\b.*quot",
        written("q.csv", HEADER + f"0{CELLS}" + f'"1{CELLS}' + f"2{CELLS}"),
        "q.csv",
    ),
    read(
        "a row with more cells than the header",
        r"q\.csv.*\b3\b",
        written("q.csv", HEADER + f"0{CELLS}" + f"1,{CELLS}"),
        "q.csv",
    ),
    read(
        "a header that names a column twice",
        r"q\.csv.*answer",
        written("q.csv", HEADER.strip() + ",answer\n0" + CELLS.strip() + ",B\n"),
        "q.csv",
    ),
    read("UTF-16", r"q\.csv.*UTF-", written("q.csv", (HEADER + f"0{CELLS}").encode("utf-16")), "q.csv"),
    read("zero bytes", r"q\.csv", written("q.csv", (HEADER + f"0{CELLS}").encode() + b"\0" * 5000), "q.csv"),
    read(
        "a field of ten megabytes",
        r"q\.csv|right|correct|accuracy",
        written("q.csv", HEADER + "가" * 3_400_000 + f"0{CELLS}"),
        "q.csv",
        code=0,
    ),
    refused("a number for the options", line(options=5)),
    refused("NaN for an option", line(options=["가", float("nan"), "다", "라"])),
    refused("null for an option", line(options=["가", None, "다", "라"])),
    refused("Infinity for the answer", line(answer=float("inf"))),
    refused("an integer of five thousand digits in a row", line().replace('"A"}', f"{'9' * 5000}}}")),
    refused("brackets a hundred thousand deep in a row", '{"question": ' + "[" * 100_000),
    refused("objects nine hundred deep in a row", line(options=json.loads('{"A":' * 900 + "1" + "}" * 900))),
    refused("half of a surrogate pair in a question", json.dumps(ROW | {"question": "1번 \ud83d 문제"}) + "\n"),
    refused("a key that stands twice", line().replace('{"question"', '{"answer": "B", "question"')),
    refused("a line that ends early", line()[:40]),
    refused("an answer that is none of the options", line(answer="E")),
    refused("an object for the question", line(question={"a": 1})),
    read("an empty file", r"q\.jsonl", written("q.jsonl", "")),
    read("a folder that is called a file", r"q\.jsonl", lambda folder: (folder / "q.jsonl").mkdir()),
    read("a pipe that nobody writes to", r"q\.jsonl", lambda folder: os.mkfifo(folder / "q.jsonl")),
    read("a file without end", r"zero", lambda folder: None, "/dev/zero"),
    read("a link without end", r"q\.jsonl", lambda folder: (folder / "q.jsonl").symlink_to("q.jsonl")),
    read("a file that is not there", r"quiz\.jsonl", written("quiz2.jsonl", line()), "data/quiz.jsonl", seconds=8),
    read("a Parquet file that ends early", r"q\.parquet", lambda folder: parquet(folder, cut=30), "q.parquet"),
    read("text that is called Parquet", r"q\.parquet", written("q.parquet", line()), "q.parquet"),
    read(
        "options and labels in a struct",
        "",
        parquet_of_structs,
        "q.parquet",
        code=0,
        expect=options("가", "나", "다", "라"),
    ),
    read(
        "options by their letters",
        "",
        written("q.jsonl", line(options={"A": "부산", "B": "서울"})),
        code=0,
        expect=options("부산", "서울"),
    ),
    read("null for the passage", "", written("q.jsonl", line(passage=None)), code=0, expect=without("None", "nan")),
    read(
        "two files of one subset",
        r"q\.(?:csv|jsonl)",
        lambda folder: (written("q.csv", HEADER + f"0{CELLS}")(folder), written("q.jsonl", line())(folder)),
        ".",
    ),
)
