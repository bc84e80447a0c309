from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.responses.tables import read, takes
from pytest_haerae.run.given_responses import GivenItem
from pytest_haerae.types import Response


def items(folder: Path, *rows: dict[str, Any], columns: Mapping[str, str] | None = None) -> list[GivenItem]:
    path = folder / "answers.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return list(read(path, columns or {}).items)


@pytest.mark.parametrize("name", ["a.jsonl", "a.CSV", "a.tsv", "a.parquet"])
def test_a_table_is_known_by_its_name(name: str) -> None:
    assert takes(Path(name))
    assert not takes(Path("a.json"))


@pytest.mark.parametrize("column", ["response", "output", "answer", "text"])
def test_the_answer_has_several_names(tmp_path: Path, column: str) -> None:
    (found,) = items(tmp_path, {"id": "q1", column: "(A)", "finish_reason": "length", "reasoning": "생각"})
    assert found.responses == (Response("(A)", finish_reason="length", reasoning="생각"),)


@pytest.mark.parametrize("text", ["", "None", "nan", " "])
def test_what_was_answered_is_a_text_whatever_it_says(tmp_path: Path, text: str) -> None:
    (found,) = items(tmp_path, {"id": "q1", "response": text})
    assert found.responses == (Response(text),)


def test_a_number_is_its_text_and_null_is_no_answer(tmp_path: Path) -> None:
    first, second = items(tmp_path, {"id": 1, "response": 3}, {"key": "k", "response": None})
    assert (first.name, first.responses) == ("1", (Response("3"),))
    assert (second.name, second.responses) == ("k", (None,))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_an_empty_cell_of_separated_values_is_no_answer(tmp_path: Path, name: str) -> None:
    between = "\t" if name.endswith("tsv") else ","
    (tmp_path / name).write_text(f"id{between}response\nq1{between}(A)\nq2{between}\n", encoding="utf-8")
    first, second = read(tmp_path / name, {}).items
    assert (first.responses, second.responses) == ((Response("(A)"),), (None,))


@pytest.mark.parametrize(
    ("row", "columns", "field"),
    [
        ({"id": "q1", "question": "?", "answer": "A", "options": ["가", "나"]}, {}, "answer"),
        ({"id": "q1", "query": "?", "answer": "A"}, {}, "answer"),
        ({"id": "q1", "문제": "?", "보기1": "가", "보기2": "나", "정답": "1", "text": "지문"}, {}, "text"),
        ({"id": "q1", "문항": "?", "answer": "A"}, {"question": "문항", "answer": "answer"}, "answer"),
        ({"id": "q1", "instruction": "?", "output": "A"}, {"question": "instruction", "answer": "output"}, "output"),
    ],
)
def test_a_file_of_data_is_no_file_of_answers(
    tmp_path: Path, row: dict[str, Any], columns: dict[str, str], field: str
) -> None:
    """What is right stands there: a model would have all of it right."""
    with pytest.raises(UsageError, match=f"row 1: looks like data: .* column {field} may .*from a column response or"):
        items(tmp_path, row, columns=columns)
    assert items(tmp_path, {**row, "response": "B"}, columns=columns)[0].responses == (Response("B"),)


def test_a_table_may_be_of_several_subsets_and_repeats(tmp_path: Path) -> None:
    found = items(
        tmp_path,
        {"id": "1", "subset": "a", "response": "x", "repeat": 1},
        {"id": "1", "subset": "b", "dataset": "kmmlu", "response": "y"},
        {"id": "1", "subset": "a", "response": "z", "repeat": 0},
    )
    told = [(item.subset, item.dataset, [each and each.text for each in item.responses]) for item in found]
    assert told == [("a", None, ["z", "x"]), ("b", "kmmlu", ["y"])]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"response": "A"}], "row 1: it does not say of which item it is"),
        ([{"id": "a"}], "row 1: it has no answer; a column response, output, answer or text has it"),
        ([{"id": "a", "response": "A"}] * 2, "row 2: the id 'a' stands in row 1, too"),
        ([{"id": "a", "response": "A", "repeat": 1}] * 2, "row 2: the id 'a' with repeat 1 stands in row 1, too"),
        ([{"id": "a", "response": {}}], "row 1, field 'response': is a structure"),
        ([{"id": "a", "response": "A", "repeat": "x"}], "field 'repeat': is 'x', not a number from 0"),
        ([{"id": "a", "response": "A", "subset": []}], "field 'subset': is a list"),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        items(tmp_path, *rows)
    assert str(raised.value).startswith("--responses ")
    assert words in str(raised.value)
