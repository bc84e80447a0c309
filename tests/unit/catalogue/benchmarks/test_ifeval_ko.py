from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from pytest_haerae.catalogue.benchmarks.ifeval_ko import BENCHMARK
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import read_one

NAMES = ["length_constraints:number_words", "punctuation:no_comma"]
ARGUMENTS: list[dict[str, Any]] = [{"num_words": 30, "relation": "less than"}, {}]
ROW = {"key": 9001, "prompt": "봄을 서른 단어 미만으로 쓰세요.", "instruction_id_list": NAMES, "kwargs": ARGUMENTS}
EVERY = dict.fromkeys(("num_words", "relation", "keywords", "end_phrase", "language", "num_bullets"))
REFERENCE = (
    '[{"id": "length_constraints:number_words", "num_words": 30, "relation": "less than"},'
    ' {"id": "punctuation:no_comma"}]'
)


def test_a_row_is_its_prompt_and_what_an_answer_has_to_do() -> None:
    item = read_one(ROW)
    assert (item.query, item.options, item.reference) == (ROW["prompt"], None, REFERENCE)
    assert dict(item.metadata) == {"key": 9001}


@pytest.mark.parametrize(
    ("names", "arguments"),
    [
        (NAMES, [{**EVERY, **given} for given in ARGUMENTS]),
        (NAMES, [{**EVERY, "num_words": 30.0, "relation": "less than"}, EVERY]),
        (tuple(NAMES), tuple(ARGUMENTS)),
        (json.dumps(NAMES), json.dumps(ARGUMENTS)),
        (repr(NAMES), repr(ARGUMENTS)),
    ],
    ids=["nulls", "floats", "tuples", "JSON in a table", "Python in a table"],
)
def test_the_same_is_read_from_tables_of_any_kind(names: object, arguments: object) -> None:
    assert read_one({**ROW, "instruction_id_list": names, "kwargs": arguments}).reference == REFERENCE


def test_a_table_with_nested_columns_is_read(tmp_path: Path) -> None:
    """As the hub keeps it: every argument in every row, missing ones null, whole numbers as floats."""
    keywords = {
        "instruction_id_list": ["keywords:existence"],
        "kwargs": [{"keywords": ["봄", "비"], "num_words": None}],
    }
    words = {"instruction_id_list": NAMES, "kwargs": [{"num_words": 30.0, "relation": "less than"}, {}]}
    parquet.write_table(pyarrow.Table.from_pylist([{**ROW, **keywords}, {**ROW, **words}]), tmp_path / "mine.parquet")
    first, second = open_items(str(tmp_path / "mine.parquet")).items("mine")
    assert first.reference == '[{"id": "keywords:existence", "keywords": ["봄", "비"]}]'
    assert second.reference == REFERENCE


def test_numpy_inside_a_cell_is_read() -> None:
    numpy = pytest.importorskip("numpy")
    given = numpy.array([{"keywords": numpy.array(["봄"], dtype=object), "num_words": float("nan")}], dtype=object)
    row = {**ROW, "instruction_id_list": numpy.array(["keywords:existence"], dtype=object), "kwargs": given}
    assert read_one(row).reference == '[{"id": "keywords:existence", "keywords": ["봄"]}]'


@pytest.mark.parametrize(
    ("changed", "field", "problem"),
    [
        (
            {"instruction_id_list": [NAMES[0], "punctuation:no_commas"]},
            "instruction_id_list",
            "did you mean 'punctuation:no",
        ),
        ({"instruction_id_list": "쉼표 없이"}, "instruction_id_list", "is a list of instructions, not '쉼표 없이'"),
        ({"instruction_id_list": None}, "instruction_id_list", "is a list of instructions, not None"),
        ({"kwargs": [{"num_words": 30}, {}]}, "kwargs", f"{NAMES[0]}: the argument 'relation' is missing"),
        ({"kwargs": [{**ARGUMENTS[0], "num_words": "서른"}, {}]}, "kwargs", "'num_words' is a whole number from 0"),
        ({"kwargs": [{}]}, "kwargs", "is a list of 2 objects, one an instruction, not 1 objects"),
        ({"prompt": " "}, "prompt", "is empty"),
    ],
)
def test_what_cannot_be_meant_names_the_file_the_row_and_the_field(
    tmp_path: Path, changed: dict[str, Any], field: str, problem: str
) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in (ROW, {**ROW, **changed})]
    (tmp_path / "mine.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"mine\.jsonl, row 2, field '{field}': .*{problem}"):
        open_items(str(tmp_path / "mine.jsonl")).items("mine")


def test_another_argument_is_another_item() -> None:
    other = {**ROW, "kwargs": [{"num_words": 31, "relation": "less than"}, {}]}
    assert read_one(other).key != read_one(ROW).key


def test_it_is_asked_as_it_stands_and_checked_by_its_own_scorer() -> None:
    config = build_config({"model": "random", "dataset": "ifeval_ko"}, ROOT)
    assert (config.prompt, config.method, config.scorer) == ("raw", "string_match", "ifeval")
    assert BENCHMARK.splits == {"test": "train"}
