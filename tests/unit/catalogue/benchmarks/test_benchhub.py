from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from pytest_haerae.catalogue.benchmarks.benchhub import BENCHMARK, belongs, cite
from pytest_haerae.config.run_config import build_config
from pytest_haerae.errors import UsageError
from tests.helpers import ROOT
from tests.unit.catalogue.benchmarks.rows import check, read_one

FOUR = ("부산", "서울", "대전", "광주")
ROW: dict[str, Any] = {
    "problem_type": "MCQA",
    "context": None,
    "prompt": "수도는?",
    "options": list(FOUR),
    "answer": "서울",
    "reference": "지어낸 풀이",
    "task_type": "knowledge",
    "target_type": "Local",
    "subject_type": ["Culture", "Culture/Daily Life"],
    "benchmark_name": "KMMLU",
    "mcqa_meta": "{'num_options': 4}",
    "original_category": "지리",
    "additional_info": "{}",
    "split": "test",
}


@pytest.mark.parametrize("answer", ["서울", "B", "(B)", " 서울 "])
def test_a_choice_is_answered_by_an_options_text_or_its_letter(answer: str) -> None:
    check({**ROW, "answer": answer}, "### 질문: \n수도는?", FOUR, "B")
    check({**ROW, "answer": "2", "answer_str": answer}, "### 질문: \n수도는?", FOUR, "B")
    check({**ROW, "answer": answer, "context": "한국"}, "### 지문: \n한국\n\n### 질문: \n수도는?", FOUR, "B")


def test_an_options_own_text_goes_before_its_letter() -> None:
    types = ("B", "A", "AB", "O")
    check({**ROW, "options": list(types), "answer": "A"}, "### 질문: \n수도는?", types, "B")


@pytest.mark.parametrize("missing", [None, "", float("nan")])
def test_the_last_options_of_a_list_may_be_missing(missing: object) -> None:
    row = {**ROW, "options": [*FOUR, missing, missing]}
    assert belongs("benchhub", row)
    check(row, "### 질문: \n수도는?", FOUR, "B")


def test_the_answer_may_stand_in_the_other_column_alone() -> None:
    row = {name: cell for name, cell in ROW.items() if name != "answer"}
    check({**row, "answer_str": "서울"}, "### 질문: \n수도는?", FOUR, "B")


@pytest.mark.parametrize(("gone", "said"), [("prompt", "are no known layout"), ("answer", "field 'answer': is empty")])
def test_rows_of_other_columns_are_for_the_reader_to_refuse(gone: str, said: str) -> None:
    row = {name: cell for name, cell in ROW.items() if name != gone}
    assert belongs("benchhub", row)
    with pytest.raises(UsageError, match=said):
        read_one(row)


@pytest.mark.parametrize("options", [None, [], float("nan"), [None, None]])
def test_a_row_without_options_is_a_short_answer(options: object) -> None:
    item = read_one({**ROW, "problem_type": "short-form", "options": options, "prompt": "6×7은?", "answer": "42"})
    assert (item.query, item.options, item.reference) == ("6×7은?", None, "42")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"answer": "인천"}, "field 'answer': '인천' is neither a letter nor the text of one option"),
        ({"answer": "2"}, "field 'answer': '2' is neither a letter nor the text of one option"),
        ({"answer": None}, "field 'answer': is empty"),
        ({"prompt": ""}, "field 'prompt': is empty"),
        ({"options": ["부산"]}, "field 'options': has 1 option[,;]"),
    ],
)
def test_a_malformed_row_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=f"row 1, {said}"):
        read_one({**ROW, **changed})


def test_what_groups_items_is_metadata_and_what_tells_their_answers_is_not() -> None:
    wanted = ("problem_type", "task_type", "target_type", "subject_type", "benchmark_name", "original_category")
    assert dict(read_one(ROW).metadata) == {name: ROW[name] for name in wanted}


@pytest.mark.parametrize("kind", ["MCQA", "Binary", "short-form", "Short Form"])
def test_what_a_rule_can_judge_is_asked(kind: str) -> None:
    assert belongs("benchhub", {**ROW, "problem_type": kind})


@pytest.mark.parametrize("kind", ["open-ended", "alignment", "free-form", "", None])
def test_what_needs_a_judge_is_left_out(kind: str | None) -> None:
    assert not belongs("benchhub", {**ROW, "problem_type": kind})
    assert "is left out" in str(BENCHMARK.notice)


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"answer": "C"}, True),
        ({"answer": "인천"}, False),
        ({"answer": "2"}, False),
        ({"options": ["부산", "부산"], "answer": "부산"}, False),
        ({"answer": None}, False),
        ({"answer": None, "answer_str": "B"}, True),
        ({"answer": unicodedata.normalize("NFD", "서울")}, True),
        ({"prompt": None}, False),
        ({"options": ["부산"]}, False),
        ({"options": "부산, 서울"}, False),
        ({"options": ["부산", None, "서울"]}, False),
        ({"options": None}, False),
        ({"options": None, "problem_type": "Binary"}, True),
        ({"options": None, "problem_type": "short-form"}, True),
        ({"options": None, "problem_type": "short-form", "answer": " "}, False),
    ],
)
def test_what_lacks_its_answer_or_an_option_is_left_out(changed: dict[str, Any], asked: bool) -> None:
    assert belongs("benchhub", {**ROW, **changed}) is asked


def test_its_answers_are_boxed_and_judged_by_letter_or_value() -> None:
    config = build_config({"model": "random", "dataset": "benchhub"}, ROOT)
    assert (config.prompt, config.scorer) == ("boxed", "math")
    assert not BENCHMARK.in_all, "its questions are those of other benchmarks"


def test_it_is_cited_with_the_benchmarks_that_were_asked() -> None:
    names = [{"benchmark_name": name} for name in ("HAERAE-HUB/HRM8K", "KMMLU", "KMMLU", "unheard of")]
    keys = [entry.partition("{")[2].partition(",")[0] for entry in cite([*names, {}])]
    assert keys == ["kim2025benchhub", "son-etal-2025-kmmlu", "ko2025understand"]
    assert len(cite(())) == 1
