from __future__ import annotations

import pytest

from pytest_haerae.catalogue.benchmarks.kmmlu_redux import BENCHMARK
from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.config.run_config import build_config
from pytest_haerae.data.layouts import make_items
from pytest_haerae.errors import UsageError
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import check, read_one

ROW = {"question": "뜻은?", "options": list("가나다라"), "solution": "3", "category": "건설"}


@pytest.mark.parametrize("solution", ["3", 3, 3.0, " 3 ", "C", "③", "다"])
def test_a_row_is_a_list_of_options_and_the_number_of_one(solution: object) -> None:
    check({**ROW, "solution": solution}, "### 질문: \n뜻은?", tuple("가나다라"), "C")
    assert read_one(ROW).metadata == {"category": "건설"}


def test_the_column_tells_whether_a_number_is_a_place_or_the_text_of_an_option() -> None:
    numbers = {**ROW, "options": ["3", "1", "2", "4"], "solution": "3"}
    items = make_items("s", [numbers, {**ROW, "solution": "4"}], "made-up", {}, known_layouts())
    assert [item.reference for item in items] == ["C", "D"], "4 is no text of the second row's options"
    texts = {**ROW, "options": ["2", "3", "4", "5"], "solution": "3"}
    items = make_items("s", [texts, {**texts, "solution": "5"}], "made-up", {}, known_layouts())
    assert [item.reference for item in items] == ["B", "D"], "5 is the number of no option"
    with pytest.raises(UsageError, match="'3' may mean two options: the column can be read as numbers and as texts"):
        read_one(texts)


def test_there_may_be_26_options() -> None:
    assert read_one({**ROW, "options": [f"{number}번" for number in range(26)], "solution": "26"}).reference == "Z"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"solution": "5"}, "row 1, field 'solution': '5' is not a number from 1 to 4"),
        ({"solution": "0"}, "row 1, field 'solution': '0' is not a number from 1 to 4"),
        ({"solution": "1,3"}, "row 1, field 'solution': '1,3' is not a number from 1 to 4"),
        ({"solution": "E"}, "row 1, field 'solution': 'E' is not a number from 1 to 4"),
        ({"solution": None}, "row 1, field 'solution': is empty"),
        ({"options": ["가", "", "다"]}, "row 1, field 'options': option B is empty"),
        ({"options": []}, "row 1, field 'options': has 0 options"),
        ({"question": " "}, "row 1, field 'question': is empty"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_one({**ROW, **changes})


def test_a_row_with_an_answer_of_its_own_is_read_by_that() -> None:
    row = {**ROW, "solution": "다는 셋째이므로 다", "answer": "B"}
    assert read_one(row).reference == "B", "a solution beside an answer may be what leads to it"


def test_it_is_gated_and_so_no_part_of_all() -> None:
    config = build_config({"model": "random", "dataset": "kmmlu_redux", "method": "log_likelihood"}, ROOT)
    assert config.prompt == "kmmlu"
    assert not BENCHMARK.in_all
