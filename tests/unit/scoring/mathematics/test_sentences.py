from __future__ import annotations

import pytest

from pytest_haerae.scoring.mathematics.sentences import (
    any_values,
    is_value,
    predicate_values,
    sentences,
    stated_value,
    whole_value,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42입니다.", "42"),
        ("$x = 42$이다.", "x = 42"),
        ("$2$와 $5$입니다.", "$2$와 $5$"),
        ("$12$이고, $x=3$일 때이다.", "12"),
        ("12가 아니라 15입니다.", "15"),
        ("12 (1번 방법)", "12"),
        ("42, which is 2 more than 40.", "42"),
        ("15이며, 검산하면 3이다.", "15"),
        ("삼분의 이입니다", "삼분의 이"),
        ("넓이가 큰 도형의 24입니다.", "24"),
        ("1 이상 3 미만입니다.", "1 이상 3 미만"),
        ("2005. 9. 1.", "2005. 9. 1"),
        ("2√3".replace("√", "\\sqrt"), "2\\sqrt3"),
    ],
)
def test_what_follows_the_word_for_answer_is_read(text: str, value: str) -> None:
    assert stated_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "다음 3단계로 구한다.",
        "위의 1번 식을 참고하세요.",
        "2단계에서 구한 값입니다.",
        "알 수 없다",
        "2006.M.31**은",
    ],
)
def test_counts_in_prose_are_no_answer(text: str) -> None:
    assert stated_value(text) is None


@pytest.mark.parametrize(
    "text", ["42", "12개", "x^2+1", "1, 2", "[1,3)", "\\frac{1}{2}", "3만 원", "2005.9.1", "2\\sqrt{3}\\text{ cm}"]
)
def test_a_value(text: str) -> None:
    assert is_value(text)
    assert whole_value(f"{text}입니다.") == text


@pytest.mark.parametrize(
    "text", ["", "사과", "넓이는 12", "the answer was 3 apples", "1" * 301, "조건이 2가지 더 필요"]
)
def test_no_value(text: str) -> None:
    assert not is_value(text)


def test_a_sentence_comes_to_the_number_before_its_verb() -> None:
    assert predicate_values("3에 4를 더하면 7이다.") == ["7이다"[:1]]
    assert predicate_values("따라서 $3 + 4 = 7$이다.") == ["7"]
    assert predicate_values("따라서 $2 < a \\le 5$") == ["2 < a \\le 5"]
    assert predicate_values("3단계로 구한다.") == []


def test_numbers_of_steps_and_of_list_items_are_no_values() -> None:
    assert any_values("1단계: 5를 더한다") == ["5"]
    assert any_values("1. 먼저 3을 더하면 15") == ["3", "15"]
    assert any_values("1.") == []


def test_the_full_stops_of_numbers_and_dates_end_no_sentence() -> None:
    assert sentences("값은 3.14이다. 끝.") == ["값은 3.14이다.", " 끝.", ""]
    assert sentences("2005. 9. 1. 입니다") == ["2005. 9. 1.", " 입니다"]
