from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.layouts import make_items
from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Item
from tests.helpers import lettered

TEXT = "  한국의 수도는\n서울이다. "


def read(*rows: dict[str, object], **columns: str) -> list[Item]:
    return [*make_items("t", rows, "t.jsonl", columns, known_layouts())]


def test_a_text_is_its_only_option_as_it_stands_with_the_rest_as_metadata() -> None:
    (item,) = read({"text": TEXT, "source": "신문", "id": 7})
    assert (item.query, item.options, item.reference, item.metadata) == ("", (TEXT,), "A", {"source": "신문"})
    assert item.key.startswith("7@")
    assert is_text_alone(item)


def test_a_column_of_another_name_is_named() -> None:
    (item,) = read({"body": TEXT, "label": 1}, text="body")
    assert (item.options, item.metadata) == ((TEXT,), {"label": 1})


@pytest.mark.parametrize(
    ("row", "columns", "said"),
    [
        ({"text": TEXT, "label": 1}, {}, "'text' stands beside label, which is no known layout"),
        ({"text": " "}, {}, "'text' is empty"),
        ({"text": TEXT}, {"text": "txt"}, "--dataset-columns: t.jsonl has no such column: unknown column 'txt'"),
        ({"text": TEXT}, {"text": "text", "answer": "text"}, "text is that of rows of which nothing is asked"),
    ],
)
def test_what_is_no_text_alone_is_refused(row: dict[str, object], columns: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(row, **columns)
    assert said.replace("'text' ", "") in str(caught.value)


def test_texts_and_questions_are_in_files_of_their_own() -> None:
    with pytest.raises(UsageError, match="put them into files of their own"):
        read({"text": TEXT}, {"question": "?", "answer": "!"})


def test_rows_that_were_questions_are_questions_still() -> None:
    korean = {"문제": "수도는?", "보기1": "서울", "보기2": "부산", "정답": 1, "text": TEXT}
    assert not any(map(is_text_alone, read(korean)))
    assert not is_text_alone(lettered())
    assert not is_text_alone(Item("p-0000", "p", 0, "", None, None, "가"))


def test_the_sample_has_none(tmp_path: Path) -> None:
    assert not any(map(is_text_alone, read({"question": "?", "options": ["가", "나"], "answer": "A", "text": "가"})))
