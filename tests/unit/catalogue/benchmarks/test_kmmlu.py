from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pytest_haerae.catalogue.benchmarks.kmmlu import BENCHMARK, SUBJECTS, metadata
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import FOUR, check, read_one


def test_a_row() -> None:
    row = {"question": "뜻은?", **FOUR, "answer": 3, "Category": "Law"}
    check(row, "### 질문: \n뜻은?", tuple("가나다라"), "C")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": 5}, "row 1, field 'answer': '5' is not a number from 1 to 4"),
        ({"answer": 0}, "row 1, field 'answer': '0' is not a number from 1 to 4"),
        ({"C": ""}, "row 1, field 'A/B/C/D': option C is empty"),
        ({"question": None}, "row 1, field 'question': is empty"),
    ],
)
def test_a_bad_row(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_one({"question": "뜻은?", **FOUR, "answer": 1, **changes})


def test_its_category_and_group_come_along() -> None:
    row = {"question": "뜻은?", **FOUR, "answer": 3, "Category": "Law", "Human Accuracy": 0.5}
    assert read_one(row).metadata == {"Category": "Law", "Human Accuracy": 0.5}
    assert metadata("Law") == {"supercategory": "HUMSS"}
    assert BENCHMARK.metadata is metadata
    assert len(SUBJECTS) == len(set(SUBJECTS)) == 45


def test_the_groups_are_those_of_lm_evaluation_harness() -> None:
    tasks = pytest.importorskip("lm_eval").__path__[0]
    groups: dict[str, str] = {}
    for file in Path(tasks, "tasks/kmmlu/direct").glob("kmmlu_direct_*.yaml"):
        described = yaml.safe_load(file.read_text(encoding="utf-8"))
        if subject := described.get("dataset_name"):
            groups[subject] = described["tag"].removeprefix("kmmlu_direct_").removesuffix("_tasks")
    assert groups, "else this holds nothing"
    assert {subject: metadata(subject)["supercategory"].lower().replace(" ", "_") for subject in groups} == groups
