from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.data.layouts import LAYOUTS, make_items
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item, Turn


def items(*rows: dict[str, Any], **columns: str) -> list[Item]:
    return list(make_items("talks", rows, "talks.jsonl", columns, LAYOUTS))


def one(**row: Any) -> Item:  # noqa: ANN401 - a cell
    (item,) = items(row)
    return item


@pytest.mark.parametrize("cell", [["가?", "나?"], ("가?", "나?"), '["가?", "나?"]', "['가?', '나?']", "['가?' '나?']"])
@pytest.mark.parametrize("column", ["turns", "questions"])
def test_the_questions_of_a_conversation_in_any_shape(column: str, cell: object) -> None:
    found = one(**{column: cell, "category": "글쓰기"})
    assert found.turns == (Turn("가?"), Turn("나?"))
    assert (found.query, found.options, found.reference) == ("가?", None, "")
    assert dict(found.metadata) == {"category": "글쓰기"}


@pytest.mark.parametrize(
    ("cell", "references"),
    [(["ㄱ", None], ("ㄱ", "")), ([], ("", "")), (None, ("", "")), (["ㄱ"], ("ㄱ", "")), ("ㄱ", ("ㄱ", ""))],
)
@pytest.mark.parametrize("column", ["reference", "references"])
def test_each_question_has_its_reference_where_there_is_one(
    column: str, cell: object, references: tuple[str, ...]
) -> None:
    found = one(turns=["가?", "나?"], **{column: cell})
    assert tuple(turn.reference for turn in found.turns) == references
    assert found.reference == references[-1], "what the last answer is compared with"
    assert not found.metadata


def test_rows_with_and_without_references_stand_in_one_file() -> None:
    with_one, without = items({"questions": ["가?"], "references": ["ㄱ"]}, {"questions": ["나?"]})
    assert (with_one.reference, without.reference) == ("ㄱ", "")


def test_what_has_one_question_and_an_answer_is_none() -> None:
    assert not one(question="가?", answer="ㄱ", turns=["가?", "나?"]).turns


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"turns": []}, r"talks.jsonl, row 1, field 'turns': has no questions"),
        ({"turns": None}, "has no questions"),
        ({"turns": ["가?", " "]}, "has an empty question"),
        ({"turns": ["가?", {"role": "user"}]}, "is a structure where a text is expected"),
        ({"turns": ["가?"], "references": ["ㄱ", "ㄴ"]}, r"field 'references': has 2 references to 1 questions"),
        ({"turns": "[가?"}, "is no list of texts"),
    ],
)
def test_a_malformed_row_is_named(row: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        items(row)


def test_a_later_question_tells_two_conversations_apart() -> None:
    one, other, again = items({"turns": ["가?", "나?"]}, {"turns": ["가?", "다?"]}, {"turns": ["가?", "나?"]})
    assert one.key != other.key
    assert again.key == f"{one.key}#2"


def test_columns_of_other_names_are_described() -> None:
    (found,) = items({"말": ["가?", "나?"], "답": ["ㄱ", "ㄴ"], "id": 7}, turns="말", answer="답")
    assert found.turns == (Turn("가?", "ㄱ"), Turn("나?", "ㄴ"))
    (found,) = items({"말": ["가?"], "답": ["ㄱ"]}, turns="말", answer="none")
    assert found.turns == (Turn("가?"),)
    with pytest.raises(UsageError, match="no such column: unknown column '말'"):
        items({"발": ["가?"]}, turns="말")
    with pytest.raises(UsageError, match="options is not for conversations"):
        items({"말": ["가?"]}, turns="말", options="답")


def test_free_text_questions_may_have_no_answer_where_that_is_said() -> None:
    (found,) = items({"q": "가?"}, question="q", answer="none")
    assert (found.query, found.options, found.reference, found.turns) == ("가?", None, "", ())
    (found,) = items({"q": "가?", "none": "ㄱ"}, question="q", answer="none")
    assert found.reference == "ㄱ", "a column of this name is one"
    with pytest.raises(UsageError, match="answer=none"):
        items({"q": "가?"}, question="q")
    with pytest.raises(UsageError, match="no such column"):
        items({"q": "가?", "o": "ㄱ|ㄴ"}, question="q", options="o", answer="none")
