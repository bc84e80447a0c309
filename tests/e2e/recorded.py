"""Recorded answers of real models, as reports: through the scoring path, without the models."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from pytest_haerae.evaluation import prepare
from pytest_haerae.report.files import write_report
from pytest_haerae.types import Selected
from tests.helpers import shared

OLD, NEW = "gpt-35-turbo-230613", "gpt-4o-mini-240718"
MODELS = (OLD, NEW, "llama-3-1-8b-instruct", "nova-2-lite-2025-12-05")
REPLAY = """
import csv
from pytest_haerae.testing import ScriptedBackend, ScriptedParameters

class Parameters(ScriptedParameters):
    recorded: str

class Replay(ScriptedBackend):
    methods = frozenset({"generate"})
    parameters = Parameters

    def __init__(self, parameters):
        super().__init__(parameters)
        with open(parameters.recorded, encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    def answer(self, number, request):
        return self.rows[number]["response"]

def pytest_haerae_backends():
    return {"replay": Replay}
"""

OPTIONS = ["하나다", "둘이다", "셋이다", "넷이다", "다섯이다"]


def recorded(model: str) -> list[dict[str, str]]:
    """A model's rows, the subsets in the order of the first file; one file has them in another."""
    order = {row["category"]: None for row in _rows(OLD)}
    return [row for category in order for row in _rows(model) if row["category"] == category]


@cache
def _rows(model: str) -> list[dict[str, str]]:
    with (shared("data/responses") / f"{model}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def letter(text: str) -> str:
    """A letter without what stands around it."""
    return text.strip().strip("() ").upper()


def write_data(folder: Path) -> None:
    """One file a subset, the row's number in its question."""
    by_subset: dict[str, list[str]] = {}
    for number, row in enumerate(recorded(OLD)):
        question = {"question": f"{number}번 문제", "options": OPTIONS, "answer": letter(row["answer"])}
        by_subset.setdefault(row["category"], []).append(json.dumps(question, ensure_ascii=False))
    folder.mkdir()
    for subset, lines in by_subset.items():
        (folder / f"{subset}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_recorded_report(folder: Path, model: str) -> Path:
    """The report of a whole run over the recorded answers, without pytest."""
    space: dict[str, Any] = {}
    exec(REPLAY, space)  # noqa: S102 - the backend of the conftest below
    rows, ordered = recorded(model), folder / f"{model}.csv"
    with ordered.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    raw = {"model": "replay", "model_params": {"recorded": str(ordered)}}
    evaluation = prepare({**raw, "dataset": str(folder / "recorded")}, folder, {"replay": space["Replay"]})
    (data,), source = evaluation.plan.parts, evaluation.source
    items = [item for subset in source.subsets(data) for item in source.items(data, subset)]
    selection = [Selected(item, f"test_mine.py::test_mine[{item.id}]", data) for item in items]
    with closing(evaluation.ask(selection, lambda done, total: None)) as answers:
        report = evaluation.conclude(selection, answers.samples, answers).report
    path = folder / f"{model}.json"
    write_report(report, path)
    return path
