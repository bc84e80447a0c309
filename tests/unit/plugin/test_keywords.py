from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from pytest_haerae.plugin.keywords import add_keywords, hangul_words
from tests.unit.fakes import item
from tests.unit.plugin.sessions import a_test

QUERY = "### 질문: \n1919년에 독도는 K팝을 알았나? It was 3.\n\n### 선택지: \n(A) 그렇다\n\n### 정답:"
WORDS = {"1919년에", "독도는", "K팝을", "알았나", "그렇다"}


def asking(query: str = QUERY) -> Any:  # noqa: ANN401 - taken for a pytest.Item
    return a_test(replace(item(), query=query))


def test_the_words_of_a_question_have_hangul_and_are_no_heading() -> None:
    assert hangul_words(QUERY) == WORDS
    assert hangul_words("질문: 정답은 무엇인가") == {"질문", "정답은", "무엇인가"}


@pytest.mark.parametrize("expression", ["", "0003 or history", "not slow", "café"])
def test_an_expression_without_hangul_costs_nothing(expression: str) -> None:
    test = asking()
    add_keywords([test], expression)
    assert test.extra_keyword_matches == set()


@pytest.mark.parametrize("expression", ["독도", "history and 독도", "not 독도", "ㄱ"])
def test_an_expression_with_hangul_finds_the_words_of_questions_and_no_other_tests(expression: str) -> None:
    tests = [asking(), a_test(None)]
    add_keywords(tests, expression)
    assert [test.extra_keyword_matches for test in tests] == [WORDS, set()]


def test_a_decomposed_expression_finds_them_too() -> None:
    test = asking()
    add_keywords([test], unicodedata.normalize("NFD", "독도"))
    assert {"독도는", unicodedata.normalize("NFD", "독도는")} <= test.extra_keyword_matches
