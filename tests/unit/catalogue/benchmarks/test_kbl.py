from __future__ import annotations

import pytest

from pytest_haerae.catalogue.benchmarks.kbl import BENCHMARK, SUBSETS, metadata
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import FOUR, check, read_one


def test_a_row_of_knowledge() -> None:
    check({"question": "뜻은?", "A": "가", "B": "나", "label": "B"}, "### 질문: \n뜻은?", ("가", "나"), "B")


def test_a_row_of_reasoning_shows_what_it_is_about_in_one_order() -> None:
    check(
        {"question": "같은가?", "statement2": "여름", "statement1": "봄", "A": "가", "B": "나", "label": "A"},
        "### 지문: \n진술 1: 봄\n진술 2: 여름\n\n### 질문: \n같은가?",
        ("가", "나"),
        "A",
    )


def test_a_column_that_is_empty_is_not_shown() -> None:
    check(
        {"question": "죄는?", "facts_charged": "절도", "facts_accepted": "", "cause": None, **FOUR, "label": "C"},
        "### 지문: \n공소사실: 절도\n\n### 질문: \n죄는?",
        tuple("가나다라"),
        "C",
    )


@pytest.mark.parametrize("last", [None, "", " ", float("nan")])
def test_a_bar_examination_has_four_or_five_options(last: object) -> None:
    check({"question": "뜻은?", **FOUR, "E": last, "gt": "D"}, "### 질문: \n뜻은?", tuple("가나다라"), "D")
    check({"question": "뜻은?", **FOUR, "E": "마", "gt": "E"}, "### 질문: \n뜻은?", tuple("가나다라마"), "E")


def test_b3_an_option_that_is_missing_moves_no_letter() -> None:
    with pytest.raises(UsageError, match="option B is empty"):
        read_one({"question": "뜻은?", **FOUR, "B": float("nan"), "label": "C"})


@pytest.mark.parametrize("column", ["label", "gt"])
def test_a_letter_that_no_option_has_is_refused(column: str) -> None:
    with pytest.raises(UsageError, match=f"field '{column}': 'E' is not one of the options A, B, C, D"):
        read_one({"question": "뜻은?", **FOUR, column: "E"})


def test_its_examinations_are_those_that_were_held() -> None:
    years = {field: sum(name.startswith(f"bar_exam_{field}_") for name in SUBSETS) for field in ("civil", "criminal")}
    assert years == {"civil": 14, "criminal": 13}
    assert len(set(SUBSETS)) == len(SUBSETS) == len(BENCHMARK.configurations)


def test_a_subset_tells_its_category_and_an_examination_its_field_and_year() -> None:
    assert metadata("kbl_knowledge_legal_concept_qa") == {"category": "knowledge"}
    assert metadata("kbl_reasoning_causal_reasoning_qa") == {"category": "reasoning"}
    assert metadata("bar_exam_civil_2012") == {"category": "bar_exam", "field": "civil", "year": 2012}
    assert {metadata(subset)["category"] for subset in SUBSETS} == {"knowledge", "reasoning", "bar_exam"}
    assert BENCHMARK.metadata is metadata
