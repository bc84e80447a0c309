from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one

COPA = {"premise": "비가 왔다.", "question": "결과", "alternative_1": "땅이 젖었다.", "alternative_2": "해가 떴다."}
ENDINGS = {f"ending_{number}": f"{number}분 뒤" for number in range(1, 5)}
TASKS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "boolq": (
        {"paragraph": "봄이다.", "question": "봄인가?"},
        "### 지문: \n봄이다.\n\n### 질문: \n봄인가?",
        ("아니오", "예"),
    ),
    "copa of effects": (COPA, "### 질문: \n비가 왔다.  그래서", ("땅이 젖었다.", "해가 떴다.")),
    "copa of causes": (
        {**COPA, "question": "원인"},
        "### 질문: \n비가 왔다.  왜냐하면",
        ("땅이 젖었다.", "해가 떴다."),
    ),
    "hellaswag": ({"context": "봄이다.", **ENDINGS}, "### 질문: \n문장: 봄이다.", tuple(ENDINGS.values())),
    "sentineg": ({"sentence": "좋다"}, "### 질문: \n문장: 좋다 긍부정:", ("부정", "긍정")),
    "wic": (
        {"word": "배", "context_1": "배를 탔다.", "context_2": "배를 먹었다."},
        "### 질문: \n문장1: 배를 탔다. 문장2: 배를 먹었다. 두 문장에서 배가 같은 뜻으로 쓰였나?",
        ("아니오", "예"),
    ),
}


@pytest.mark.parametrize(("row", "beginning", "options"), TASKS.values(), ids=list(TASKS))
def test_labels_are_counted_from_zero(row: dict[str, Any], beginning: str, options: tuple[str, ...]) -> None:
    for label in range(len(options)):
        check({**row, "label": label}, beginning, options, "ABCD"[label])
    with pytest.raises(UsageError, match=f"'label': '{len(options)}' is not a number from 0 to {len(options) - 1}"):
        read_one({**row, "label": len(options)})


def test_a_relation_that_is_neither_cause_nor_effect_is_refused() -> None:
    with pytest.raises(UsageError, match="field 'question': '이유' is neither of 원인, 결과"):
        read_one({**COPA, "question": "이유", "label": 0})
