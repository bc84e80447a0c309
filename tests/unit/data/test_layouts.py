from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.catalogue.datasets import known_layouts, open_items
from pytest_haerae.data.cells import with_names
from pytest_haerae.data.layouts import LAYOUTS, ascii_slug, choose_reader, make_items
from pytest_haerae.data.rows import Layout, Question, Row, RowPlace
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item
from tests.helpers import shared

HAERAE = {
    "query": "다음\n\n### 선택지: \n(A) 나무쌓기\n(B) 나무 쌓기\n(C) 배\n\n### 정답:",
    "options": "['나무쌓기', '나무 쌓기', '배']",
    "answer": "(B)",
}


def read(*rows: dict[str, Any], **columns: object) -> list[Item]:
    return list(make_items("s", rows, "file.jsonl", columns, known_layouts()))


def one(row: dict[str, Any], **columns: object) -> Item:
    (item,) = read(row, **columns)
    return item


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
        ({**HAERAE, "options": "['가']"}, "field 'options': has 1 option[,;]"),
        ({"question": "q", "A": "1", "B": "2", "C": "3", "D": "4", "answer": "5"}, "'5' is not a number from 1 to 4"),
        ({"title": "q"}, "no known layout; describe them with --dataset-columns"),
        (
            {"question": "q", "options": "a|b", "answr": "a"},
            "the columns question, options, answr are no known layout: did you mean 'answer' by 'answr'",
        ),
        ({"문제": "q", "보기1": "a", "보기2": "b", "정닶": "1"}, "did you mean '정답' by '정닶'"),
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
        ({"question": "q", "answer": "a", "options": 5}, "has no such column: unknown column '5'"),
        ({"question": "q", "answer": "a", "answer_start": "x"}, "answer_start is 0 or 1, not 'x'"),
        ({"question": "q", "answer": "a", "answer_start": 2}, "answer_start is 0 or 1, not 2"),
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


@pytest.mark.parametrize("order", [1, -1])
def test_b_a_row_of_another_layout_is_not_silently_free_text(order: int) -> None:
    rows = [{"query": "가?", "answer": "나"}, {"query": "다?", "options": "라|마", "answer": "라"}][::order]
    with pytest.raises(UsageError, match=r"f, row 2: the columns answer.*query are of another layout"):
        list(make_items("s", rows, "f", {}, known_layouts()))


def test_rows_with_more_or_fewer_options_each_have_their_own() -> None:
    four = {"question": "뜻은?", "A": "가", "B": "나", "C": "다", "D": "라", "answer": 4}
    rows = [four, {**four, "E": "마", "answer": 5}, {**four, "E": "마", "F": "바", "answer": 6}]
    items = list(make_items("s", rows, "f", {}, known_layouts()))
    assert [(len(item.options or ()), item.reference) for item in items] == [(4, "D"), (5, "E"), (6, "F")]


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


SHAPES: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({"A": "가", "B": "나", "answer": "B"}, ("가", "나"), "B"),
    ({"A": "가", "B": "나", "C": "다", "answer": "다"}, ("가", "나", "다"), "C"),
    ({"A": "가", "B": "나", "C": "다", "D": "라", "E": "", "answer": "d"}, ("가", "나", "다", "라"), "D"),
    ({"A": "가", "B": "나", "C": "다", "D": None, "E": float("nan"), "answer": 3}, ("가", "나", "다"), "C"),
    ({"A": 0, "B": 0.0, "C": True, "answer": "C"}, ("0", "0.0", "True"), "C"),
    ({"a": "가", "b": "나", "answer": "(a)"}, ("가", "나"), "A"),
    ({"option1": "가", "option2": "나", "option3": "", "answer": "2"}, ("가", "나"), "B"),
    ({"option_a": "가", "option_b": "나", "answer": "b"}, ("가", "나"), "B"),
    ({"choice0": "가", "choice1": "나", "choice2": "다", "answer": 0}, ("가", "나", "다"), "A"),
    ({"1": "가", "2": "나", "answer": 2}, ("가", "나"), "B"),
    ({"보기1": "가", "보기2": "나", "answer": "나"}, ("가", "나"), "B"),
    ({"choices": {"text": ["가", "나"], "label": ["1", "2"]}, "answer": "2"}, ("가", "나"), "B"),
    ({"options": {"B": "나", "A": "가"}, "answer": "A"}, ("가", "나"), "A"),
]


@pytest.mark.parametrize(("columns", "options", "reference"), SHAPES)
def test_b5_options_in_columns_of_every_common_name(
    columns: dict[str, Any], options: tuple[str, ...], reference: str
) -> None:
    item = one({"question": "뜻은?", **columns})
    assert (item.options, item.reference) == (options, reference)


@pytest.mark.parametrize("empty", ["", " ", None, float("nan"), "nan"])
def test_b5_an_option_that_is_empty_before_another_is_refused(empty: object) -> None:
    with pytest.raises(UsageError, match=r"row 1, field 'A/B/C/D/E': option B is empty"):
        one({"question": "뜻은?", "A": "가", "B": empty, "C": "다", "D": "라", "E": "마", "answer": 1})


@pytest.mark.parametrize("nothing", [None, float("nan"), "", "nan", "None", "null", "<NA>"])
@pytest.mark.parametrize("field", ["paragraph", "context"])
def test_b3_no_passage_is_made_of_nothing(nothing: object, field: str) -> None:
    row = {"question": "뜻은?", "choices": ["가", "나"], "answer": "나"}
    assert one({**row, field: nothing}) == one(row)
    assert one({**row, field: "봄"}).query.startswith("### 지문: \n봄\n")
    mapped = {"question": "question", "options": "choices", "answer": "answer", "context": field}
    assert one({**row, field: nothing}, **mapped) == one(row)


@pytest.mark.parametrize("columns", [{}, {"question": "question", "answer": "answer", "context": "context"}])
def test_free_text_shows_what_it_is_about(columns: dict[str, Any]) -> None:
    item = one({"question": "뜻은?", "context": "봄", "answer": "꽃"}, **columns)
    assert item.query == "### 지문: \n봄\n\n### 질문: \n뜻은?\n\n### 정답:"


@pytest.mark.parametrize("field", ["question", "answer"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is empty"),
        (float("nan"), "is empty"),
        ("nan", "is empty"),
        (["가", "나"], "(is a list where a text is expected|has 2 answers in a list)"),
        ({"가": 1}, "is a structure where a text is expected"),
        (b"a", "is bytes where a text is expected"),
        (float("inf"), "is an infinite number"),
        pytest.param(10**5000, "is a number of too many digits", id="digits"),
    ],
)
def test_b3_b7_what_is_no_text_is_refused_and_never_written_out(field: str, value: object, problem: str) -> None:
    for more in ({}, {"choices": ["가", "나"]}):
        with pytest.raises(UsageError, match=f"row 1, field '{field}': {problem}"):
            one({"question": "뜻은?", "answer": "가", **more, field: value})


def test_b8_one_letter_is_not_a_text_beside_another_that_is_a_letter() -> None:
    row = {"question": "혈액형은?", "options": ["AB", "B", "A", "O"]}
    assert [item.reference for item in read({**row, "answer": "A"}, {**row, "answer": "D"})] == ["A", "D"]
    assert [item.reference for item in read({**row, "answer": "A"}, {**row, "answer": "AB"})] == ["C", "A"]
    with pytest.raises(UsageError, match=r"row 1, field 'answer': 'A' may mean two options: .* texts of options and"):
        read({**row, "answer": "A"})
    other = {"question": "뜻은?", "options": ["가", "나"]}
    with pytest.raises(UsageError, match="row 1, field 'answer': 'A' may mean two options"):
        read({**row, "answer": "A"}, {**row, "answer": "D"}, {**other, "answer": "가"})


def test_an_items_key_is_a_hash_of_what_it_asks_behind_its_id() -> None:
    row = {"question": "뜻은?", "options": ["가", "나"], "answer": "가"}
    first, again, other = read(row, row, {**row, "answer": "나"})
    assert again.key == f"{first.key}#2"
    assert other.key not in {first.key, again.key}
    assert [item.key for item in read({**row, "id": 7}, {**row, "id": 7}, {**row, "id": None})] == [
        f"7@{first.key}",
        f"7@{first.key}#2",
        first.key,
    ]
    assert [item.id for item in (first, again, other)] == ["s-0000", "s-0001", "s-0002"]


LIST = {"question": "수도는?", "options": ["서울", "부산", "대구"]}


@pytest.mark.parametrize(
    ("answers", "names"), [([0, 1], ["부산", "서울"]), ([1, 1], ["가", "서울"]), ([0, 1], ["B", "A"])]
)
def test_b2_a_class_is_read_by_its_name_where_that_is_an_options(answers: list[int], names: list[str]) -> None:
    rows = [{**LIST, "answer": answer} for answer in with_names(answers, names)]
    said = [{**LIST, "answer": names[answer]} for answer in answers]
    items, expected = (list(make_items("a", each, "a.parquet", {}, LAYOUTS)) for each in (rows, said))
    assert items == expected
    free = [{"question": "수도는?", "answer": answer} for answer in with_names([1], ["부산", "서울"])]
    assert [item.reference for item in make_items("a", free, "a.parquet", {}, LAYOUTS)] == ["서울"]


@pytest.mark.parametrize("answer", [["부산"], "['B']", ["B"], '["부산"]'])
def test_b5_a_list_of_one_answer_is_that_answer(answer: object) -> None:
    assert one({**LIST, "answer": answer}).reference == "B"


@pytest.mark.parametrize("columns", [("A", "B", "D"), ("a", "b", "c", "d", "f"), ("option1", "option2", "option4")])
def test_b4_a_gap_in_the_columns_of_options_is_refused(columns: tuple[str, ...]) -> None:
    row = {"question": "뜻은?", **dict.fromkeys(columns, "가"), "answer": "A"}
    with pytest.raises(UsageError, match=f"row 1, field '{columns[-1]}': is a column of options, but the column"):
        one(row)


@pytest.mark.parametrize("column", ["passage", "지문", "context", "paragraph"])
def test_b2_a_passage_is_shown_by_whichever_name(column: str) -> None:
    for row in (LIST, {"question": "수도는?", **dict.fromkeys("ABCD", "가")}, {"question": "수도는?"}):
        assert one({**row, column: "서울은 수도다.", "answer": "A"}).query.startswith("### 지문: \n서울은 수도다.")


@pytest.mark.parametrize("answer", ["②", "2번", "B", 2])
def test_b5_labels_are_read_also_where_numbers_have_a_start(answer: object) -> None:
    described = {"question": "question", "options": "options", "answer": "answer", "answer_start": 1}
    assert one({**LIST, "answer": answer}, **described).reference == "B"


def test_b5_equal_numbers_are_the_same_option_however_they_are_written() -> None:
    for answer in (2, 2.0, "2", "2.0"):
        assert one({**LIST, "options": [1.5, 2.0], "answer": answer}).reference == "B"
