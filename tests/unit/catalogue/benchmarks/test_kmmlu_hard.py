from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pytest_haerae.catalogue.benchmarks import kmmlu
from pytest_haerae.catalogue.benchmarks.kmmlu_hard import BENCHMARK, SUBJECTS, metadata
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import FOUR, check, read_one

ROW = {"question": "뜻은?", **FOUR, "answer": 3, "Category": "Law"}


def test_a_row_is_one_of_kmmlu() -> None:
    check(ROW, "### 질문: \n뜻은?", tuple("가나다라"), "C")
    assert read_one(ROW).metadata == {"Category": "Law"}
    with pytest.raises(UsageError, match="row 1, field 'answer': '5' is not a number from 1 to 4"):
        read_one({**ROW, "answer": 5})


def test_its_subjects_are_those_of_kmmlu_in_another_spelling() -> None:
    assert sorted(SUBJECTS.values()) == sorted(kmmlu.SUBJECTS)
    assert metadata("korean_history") == kmmlu.metadata("Korean-History") == {"supercategory": "HUMSS"}
    assert BENCHMARK.configurations == {subject: subject for subject in SUBJECTS}


def test_its_configurations_are_those_of_lm_evaluation_harness() -> None:
    tasks = Path(pytest.importorskip("lm_eval").__path__[0], "tasks/kmmlu/hard")
    described = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in tasks.glob("kmmlu_hard_*.yaml")]
    assert {one["dataset_name"] for one in described if "dataset_name" in one} == set(SUBJECTS)
    assert BENCHMARK.repository in (tasks / "_hard_kmmlu_yaml").read_text(encoding="utf-8")


def test_all_does_not_count_its_questions_twice() -> None:
    assert not BENCHMARK.in_all
