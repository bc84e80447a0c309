from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.haerae_vision import BENCHMARK, QUESTIONS, belongs
from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.config.run_config import build_config
from pytest_haerae.data.hub import HubDataset
from pytest_haerae.data.layouts import make_items
from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.judge.scorer import JudgeParameters
from pytest_haerae.types import Item, Response
from tests.helpers import ROOT, HubRows
from tests.unit.pictures import JPEG, PNG

CRITERIA = ["1. 해당 답변은 나무의 이름이 느티나무라고 밝혔나요?", "2. 해당 답변은 잎의 가장자리를 근거로 들었나요?"]
ROW: dict[str, Any] = {
    "question_idx": 7,
    "question_original": "이거 이름 뭔가요?",
    "question_explicit": "사진 가운데에 있는 나무의 이름은 무엇인가요?",
    "category": "자연물(동식물/곤충)",
    "source": "kin",
    "images": [{"bytes": PNG, "path": "1.png"}, {"bytes": JPEG, "path": None}],
    "checklist": CRITERIA,
}
"""An invented row in the layout of the data set."""


def read(source: str = "HAERAE-HUB/HAERAE-VISION/original", **changes: object) -> Item:
    (item,) = make_items("s", [{**ROW, **changes}], source, {}, known_layouts(BENCHMARK))
    return item


@pytest.mark.parametrize(
    ("source", "column"),
    [
        *((f"HAERAE-HUB/HAERAE-VISION/{subset}", column) for subset, column in QUESTIONS.items()),
        ("data/explicit.jsonl", "question_explicit"),
        ("data/explicit-test.parquet", "question_explicit"),
        ("data/quiz.jsonl", "question_original"),
    ],
)
def test_a_row_is_asked_in_the_words_of_its_subset_with_its_images(source: str, column: str) -> None:
    item = read(source)
    assert (item.query, item.options, item.reference) == (ROW[column], None, "")
    assert [image.content() for image in item.images] == [PNG, JPEG]
    other = next(each for each in QUESTIONS.values() if each != column)
    told = {name: ROW[name] for name in ("question_idx", other, "category", "source", "checklist")}
    assert dict(item.metadata) == told


def test_some_copies_have_an_answer() -> None:
    assert read(answer=" 느티나무 ").reference == "느티나무"
    assert read(answer=None).reference == ""


@pytest.mark.parametrize("checklist", [CRITERIA, json.dumps(CRITERIA, ensure_ascii=False), "\n".join(CRITERIA)])
def test_the_judge_is_shown_its_checklist(checklist: object) -> None:
    config = build_config({"model": "random", "dataset": "haerae_vision"}, ROOT)
    expected = {"scorer": "judge", "template": "checklist_ko", "rubric": "checklist"}
    assert (config.prompt, config.split, config.evaluator_params) == ("raw", "test", expected)
    for template in ("checklist_ko", "checklist_score_ko"):
        questions = JudgeParameters(template=template, rubric="checklist").questions(
            read(checklist=checklist), Response("느티나무")
        )
        assert questions is not None
        assert "1. 해당 답변은 나무의 이름이 느티나무라고 밝혔나요?\n2. 해당 답변은 잎의" in questions.texts[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question_original": " "}, "row 1, field 'question_original': is empty"),
        ({"images": []}, "row 1, field 'images': is empty"),
        ({"images": None}, "row 1, field 'images': is empty"),
        ({"images": [None]}, "row 1, field 'images': is empty"),
        ({"images": ["", None]}, "row 1, field 'images': is empty"),
        ({"images": [b"GIF?"]}, "row 1, field 'images': is no PNG, JPEG, GIF or WebP image"),
        ({"checklist": []}, "row 1, field 'checklist': its rubric is no list of criteria"),
        ({"checklist": ["1. "]}, "row 1, field 'checklist': a criterion of its rubric is empty"),
    ],
)
def test_a_row_without_what_it_takes_is_one_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(**changes)
    assert said in str(caught.value)


def test_rows_of_other_columns_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier layout has one question a row, which would be asked twice."""
    assert belongs("explicit", ROW)
    earlier = {"question_idx": 1, "question": "이거 뭔가요?", "images": [PNG], "checklist": CRITERIA, "answer": "나무"}
    monkeypatch.setattr(HubDataset, "_load", lambda self, configuration: HubRows([earlier]))
    with pytest.raises(
        UsageError,
        match=r"^\S+, row 1: the columns .* question_original, question_explicit are missing; .* --dataset-revision",
    ):
        list(BENCHMARK.open("test", None).placed_rows("original"))


def test_it_waits_for_a_judge() -> None:
    assert not BENCHMARK.in_all, "it would stop a run of all without a judge"
