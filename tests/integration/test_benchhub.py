"""BenchHub: rows chosen by its columns, a sample of them, and what to cite with the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.doors.command_line.main import main
from tests.helpers import HubRows, valid_report

SOURCES = ("KMMLU", "HAERAE-HUB/HRM8K", "CaLMQA", "CLIcK")
KINDS = ("MCQA", "short-form", "open-ended", "MCQA")


def row(number: int) -> dict[str, Any]:
    """An invented row in BenchHub's layout: every fourth is a short answer, every fourth is open-ended."""
    kind = KINDS[number % 4]
    return {
        "problem_type": kind,
        "context": None,
        "prompt": f"{number}번 문제는?",
        "options": ["가", "나", "다"] if kind == "MCQA" else None,
        "answer": "나" if kind == "MCQA" else str(number),
        "reference": None,
        "task_type": "knowledge",
        "target_type": "Local" if number < 20 else "General",
        "subject_type": ["Science", f"Science/{'Math' if number % 2 else 'Physics'}"],
        "benchmark_name": SOURCES[number % 4],
        "mcqa_meta": None,
        "original_category": None,
        "additional_info": "{}",
        "split": "test",
    }


ODD = [
    {**row(0), "answer": "라"},
    {**row(0), "options": None},
    {**row(0), "options": "가, 나, 다"},
    {**row(0), "options": ["가", None, "나"]},
    {**row(1), "answer": ""},
    {**row(1), "prompt": None},
]
"""Rows that nobody can ask, of which a collection of this size has a few."""


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, str | None]]:
    """Rows for BenchHub's repository, and what was asked of the hub."""
    asked: list[tuple[str, str | None]] = []

    def load(self: HubDataset, configuration: str | None) -> HubRows:
        asked.append((self.repository.name, configuration))
        return HubRows([*map(row, range(40)), *ODD])

    monkeypatch.setattr(HubDataset, "_load", load)
    monkeypatch.chdir(tmp_path)
    return asked


def run(**options: Any) -> dict[str, Any]:  # noqa: ANN401 - an option's value
    Evaluator(progress=False).run("random", dataset="benchhub", output_file="r.json", report_md="r.md", **options)
    return valid_report(Path("r.json"))


def test_choices_and_short_answers_are_asked_and_the_rest_is_left_out(loaded: list[tuple[str, str | None]]) -> None:
    report = run(by="benchmark_name")
    assert loaded == [("BenchHub/BenchHub-Ko", None)]
    assert {name: score["n"] for name, score in report["metrics"]["by"]["benchmark_name"].items()} == dict.fromkeys(
        ("CLIcK", "HAERAE-HUB/HRM8K", "KMMLU"), 10
    )
    assert report["info"]["evaluator_params"] == {"scorer": "math"}
    assert {sample["reference"] for sample in report["samples"] if sample["options"]} == {"B"}


def test_a_part_is_chosen_by_columns_and_cited() -> None:
    where = {"subject_type": ["science/math"], "target_type": "Local"}
    report = run(dataset_params={"where": where, "sample": 6, "by": "benchmark_name"})
    names = [sample["metadata"]["benchmark_name"] for sample in report["samples"]]
    assert sorted(names) == ["CLIcK"] * 3 + ["HAERAE-HUB/HRM8K"] * 3
    assert report["info"]["scope"]["where"] == {"subject_type": ["science/math"], "target_type": ["Local"]}
    words = Path("r.md").read_text(encoding="utf-8")
    assert [line for line in words.splitlines() if line.startswith("@misc")] == [
        "@misc{kim2025benchhub,",
        "@misc{ko2025understand,",
        "@misc{kim-etal-2024-click,",
    ]


def test_the_list_of_benchmarks_has_its_citation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "benchmarks", "--json"]) == 0
    listed = {each["name"]: each for each in json.loads(capsys.readouterr().out)["benchmarks"]}
    assert "@misc{kim2025benchhub," in listed["benchhub"]["citation"]
    assert "citation" not in listed["kmmlu"]
