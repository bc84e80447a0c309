from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts, open_items
from pytest_haerae.data.layouts import ascii_slug, make_items
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item
from tests.helpers import shared

HAERAE = {
    "query": "다음\n\n### 선택지: \n(A) 나무쌓기\n(B) 나무 쌓기\n(C) 배\n\n### 정답:",
    "options": "['나무쌓기', '나무 쌓기', '배']",
    "answer": "(B)",
}


def one(row: dict[str, Any], **columns: object) -> Item:
    return next(iter(make_items("s", [row], "file.jsonl", columns, known_layouts())))


@pytest.mark.parametrize(
    ("row", "options", "reference"),
    [
        (HAERAE, ("나무쌓기", "나무 쌓기", "배"), "B"),
        ({**HAERAE, "options": "나무쌓기|나무 쌓기|배"}, ("나무쌓기", "나무 쌓기", "배"), "B"),
        ({"query": "가사 <unk>", "options": "nan", "answer": "가사 끝"}, None, "가사 끝"),
        ({"question": "q", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "3"}, ("1", "2", "3", "4"), "C"),
        ({"question": "q", "choices": ["가", "나"], "answer": "나"}, ("가", "나"), "B"),
        (
            {"question": "q", "a": "1", "b": "2", "c": "3", "d": "4", "e": "", "answer": "d"},
            ("1", "2", "3", "4"),
            "D",
        ),
    ],
)
def test_known_layouts(row: dict[str, Any], options: tuple[str, ...] | None, reference: str) -> None:
    item = one(row)
    assert (item.options, item.reference, item.id) == (options, reference, "s-0000")


def test_a_layout_described_by_the_user() -> None:
    row = {"context": "문맥", "choice1": "가", "choice2": "나", "label": "1"}
    item = one(row, question="context", options="choice1|choice2", answer="label", answer_start=0)
    assert (item.options, item.reference) == (("가", "나"), "B")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**HAERAE, "query": " "}, "file.jsonl, row 1, field 'query': is empty"),
        ({**HAERAE, "answer": "(E)"}, "row 1, field 'answer': '\\(E\\)' is not one of the options A, B, C"),
        ({**HAERAE, "options": "['가']"}, "field 'options': has 1 options"),
        ({"question": "q", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "5"}, "'5' is not a number from 1 to 4"),
        ({"title": "q"}, "no known layout"),
    ],
)
def test_bad_rows_name_file_row_and_field(row: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        one(row)


def test_ids_are_ascii() -> None:
    assert ascii_slug("한국 사") == "ud55cuad6d_uc0ac"


def test_all_of_kmmlu_is_read() -> None:
    loader = open_items(str(shared("data/kmmlu")))
    subsets = loader.dataset.subsets()
    assert len(subsets) == 45
    assert sum(len(loader.items(subset)) for subset in subsets) == 35_030
