from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts, open_items
from pytest_haerae.data.layouts import ascii_slug, choose_reader, make_items
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace
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


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"question": "q", "anwser": "a"}, "unknown field 'anwser': did you mean 'answer'"),
        ({"question": "q"}, "name the columns of both question and answer"),
        ({"question": "q", "answer": "b"}, "file.jsonl has no such column: unknown column 'b'"),
        ({"question": "q", "answer": "a", "options": "x|y"}, "has no such column: unknown column 'x'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"--dataset-columns: .*{message}"):
        one({"q": "뜻은?", "a": "가"}, **columns)


@pytest.mark.parametrize(
    ("options", "answer", "start", "reference"),
    [
        ("o", "나", None, "B"),
        ("o", "(B)", None, "B"),
        ("o", "1", 0, "B"),
        ("o", "1", 1, "A"),
        (["x", "y"], "2", 1, "B"),
    ],
)
def test_a_mapped_answer_is_a_text_a_letter_or_a_number_that_counts_from_a_start(
    options: object, answer: str, start: int | None, reference: str
) -> None:
    row = {"q": "뜻은?", "c": "봄", "o": "가|나", "x": "가", "y": "나", "a": answer}
    start_at = {} if start is None else {"answer_start": start}
    item = one(row, question="q", context="c", options=options, answer="a", **start_at)
    assert (item.options, item.reference) == (("가", "나"), reference)
    assert item.query.startswith("### 지문: \n봄\n\n### 질문: \n뜻은?")


def test_a_mapping_without_options_is_of_free_text() -> None:
    item = one({"q": "뜻은?", "a": " 봄 "}, question="q", answer="a")
    assert (item.query, item.options, item.labels, item.reference) == ("뜻은?", None, None, "봄")


def test_the_layout_is_that_of_the_first_row() -> None:
    rows = [{"query": "가?", "answer": "나"}, {"query": "다?", "options": "라|마", "answer": "라"}]
    assert [item.options for item in make_items("s", rows, "f", {}, known_layouts())] == [None, None]


def test_the_first_layout_whose_columns_are_all_there_is_taken() -> None:
    def more(row: Row, place: RowPlace) -> Question:
        return Question("more", None, "")

    def fewer(row: Row, place: RowPlace) -> Question:
        return Question("fewer", None, "")

    layouts: list[Layout] = [(frozenset({"a", "b"}), more), (frozenset({"a"}), fewer)]
    assert choose_reader({"a": 1, "b": 2, "c": 3}, "f", {}, layouts) is more
    assert choose_reader({"a": 1, "c": 3}, "f", {}, layouts) is fewer


@pytest.mark.parametrize("answer", ["가", "(A)"])
def test_a_query_that_shows_other_letters_than_there_are_options_is_refused(answer: str) -> None:
    row = {"query": "뜻은?\n(A) 가\n(B) 나\n(C) 다", "options": "가|나", "answer": answer}
    with pytest.raises(UsageError, match=r"field 'options': 2 options, but the query shows 3 \(A, B, C\)"):
        one(row)


def test_ids_count_the_rows_and_labels_the_options() -> None:
    rows = [{"question": "q", "options": ["가", "나", "다"], "answer": "다"} for _ in range(3)]
    items = list(make_items("한 s", rows, "f", {}, known_layouts()))
    assert [(item.id, item.subset, item.index) for item in items] == [
        (f"ud55c_s-{index:04d}", "한 s", index) for index in range(3)
    ]
    assert {item.labels for item in items} == {("A", "B", "C")}


def test_ids_are_ascii() -> None:
    assert ascii_slug("한국 사") == "ud55cuad6d_uc0ac"


def test_all_of_kmmlu_is_read() -> None:
    loader = open_items(str(shared("data/kmmlu")))
    subsets = loader.dataset.subsets()
    assert len(subsets) == 45
    assert sum(len(loader.items(subset)) for subset in subsets) == 35_030
