"""Small stand-ins for what the rooms pass to one another: items, selections, a backend that keeps a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pytest_haerae.backends import Backend, BackendParameters
from pytest_haerae.evaluation import Evaluation, prepare
from pytest_haerae.run.identity import parameter_id
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters
from pytest_haerae.types import DataKey, Item, Request, Response, Selected

LETTERS = "ABC"


@dataclass
class Ledger:
    """What a scripted backend was asked."""

    loads: int = 0
    closed: int = 0
    asked: list[Request] = field(default_factory=list)


class KeyedParameters(BackendParameters):
    """A key beside what decides an answer."""

    api_key: str = ""


def scripted(answer: Callable[[Request], Response], ledger: Ledger, *, backwards: bool = False) -> type[Backend]:
    """A backend that gives the answers of a function, from the first request to the last or backwards."""

    class Scripted(ScriptedBackend):
        parameters: ClassVar[type[BackendParameters]] = KeyedParameters

        def __init__(self, parameters: KeyedParameters) -> None:
            super().__init__(ScriptedParameters(reverse=backwards))
            ledger.loads += 1

        def answer(self, number: int, request: Request) -> Response:
            ledger.asked.append(request)
            return answer(request)

        def close(self) -> None:
            ledger.closed += 1

    return Scripted


def question(number: int, **changes: object) -> dict[str, Any]:
    """A row of a file of questions; the right letter goes round."""
    row = {"question": f"{number}번 문제는?", "options": ["가", "나", "다"], "answer": LETTERS[number % 3]}
    return {**row, **changes}


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def prepared(
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    backend: type[Backend] | None = None,
    **options: Any,  # noqa: ANN401 - an option's value
) -> Evaluation:
    """An evaluation of rows in a file, with a backend of one's own or the random one."""
    data = write_rows(folder / "questions.jsonl", rows)
    model = "scripted" if backend else "random"
    raw = {"model": model, "dataset": str(data), **options}
    return prepare(raw, folder, {"scripted": backend} if backend else None)


def everything(evaluation: Evaluation) -> list[Selected]:
    """All items of an evaluation's data sets, each with a test of its own."""
    return [
        Selected(item, f"test_mine.py::test_mine[{parameter_id(item, benchmark)}]", data, benchmark=benchmark)
        for data in evaluation.plan.parts
        for benchmark in [evaluation.benchmark_of(data)]
        for subset in evaluation.source.subsets(data)
        for item in evaluation.source.items(data, subset)
    ]


def data_of(evaluation: Evaluation) -> DataKey:
    """The data set of an evaluation that has one."""
    (data,) = evaluation.plan.parts
    return data


def item(number: int = 0, subset: str = "history", **changes: Any) -> Item:  # noqa: ANN401 - a field's value
    """An item with three options."""
    values = {
        "id": f"{subset}-{number:04d}",
        "subset": subset,
        "index": number,
        "query": f"### 질문: \n{number}번?\n\n### 선택지: \n(A) 가\n(B) 나\n(C) 다\n\n### 정답:",
        "options": ("가", "나", "다"),
        "labels": ("A", "B", "C"),
        "reference": LETTERS[number % 3],
    }
    return Item(**{**values, **changes})


def silent(done: int, total: int) -> None:
    """Show no progress."""
