from __future__ import annotations

import pytest

from pytest_haerae.catalogue.benchmarks.ko_musr import BENCHMARK
from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one

ROW = {
    "narrative": "비가 왔다. 우산은 문 옆에 있었다.",
    "question": "우산을 찾으러 어디부터 갈까?",
    "choices": "['문 옆', '서랍', '선반']",
    "answer_index": 2,
    "answer_choice": "선반",
}
SHOWN = "### 지문: \n비가 왔다. 우산은 문 옆에 있었다.\n\n### 질문: \n우산을 찾으러 어디부터 갈까?"
OPTIONS = ("문 옆", "서랍", "선반")


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in ROW.items() if name not in names}


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        without("answer_choice"),
        {**ROW, "choices": list(OPTIONS), "answer_index": "2"},
        {**without("answer_index"), "answer": 2},
        {**without("answer_index"), "answer": "C"},
        {**ROW, "answer": "C"},
        {**ROW, "answer": "선반"},
        {**ROW, "answer": 2},
        {**ROW, "answer": None},
        {**without("answer_index", "answer_choice"), "answer": "C"},
        {**without("answer_index", "answer_choice"), "answer": "선반"},
        {**ROW, "answer_choice": None},
    ],
)
def test_a_story_stands_before_its_question_and_answers_count_from_0(row: dict[str, object]) -> None:
    check(row, SHOWN, OPTIONS, "C")
    assert read_one(row).metadata == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answer": "A"}, "row 1, field 'answer': 'A' is not the option that answer_index names, '선반'"),
        ({"answer": "서랍"}, "row 1, field 'answer': '서랍' is not the option that answer_index names, '선반'"),
        ({"answer": 1}, "row 1, field 'answer': '1' is not the option that answer_index names, '선반'"),
        ({"answer": "D"}, "row 1, field 'answer': 'D' is not one of the options A, B, C"),
        ({"answer_index": 3}, "row 1, field 'answer_index': '3' is not a number from 0 to 2"),
        ({"answer_index": "선반"}, "row 1, field 'answer_index': '선반' is not a number from 0 to 2"),
        (
            {"answer_choice": "서랍"},
            "row 1, field 'answer_choice': '서랍' is not the option that answer_index names, '선반'",
        ),
        ({"narrative": ""}, "row 1, field 'narrative': is empty"),
        ({"choices": "문 옆"}, "row 1, field 'choices': has 1 option,"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_one({**ROW, **changes})


def answers(choices: list[str], *given: object) -> str:
    """The right letters of rows of one's own that have nothing but an answer."""
    rows = [{**without("answer_index", "answer_choice"), "choices": choices, "answer": each} for each in given]
    return "".join(item.reference for item in make_items("s", rows, "made-up", {}, known_layouts()))


def test_a_file_of_ones_own_is_read_as_any_other() -> None:
    assert answers(["1", "2", "3", "4"], "2") == "B", "the text of an option"
    assert answers([*OPTIONS], 0, 2) == "AC"
    assert answers([*OPTIONS], 1, 3) == "AC"
    with pytest.raises(UsageError, match="for numbers say --dataset-columns …,answer_start=0 or 1"):
        answers([*OPTIONS], 1, 2)


def test_it_has_three_domains_and_is_gated() -> None:
    assert list(BENCHMARK.configurations) == ["murder_mysteries", "object_placements", "team_allocation"]
    assert not BENCHMARK.in_all
