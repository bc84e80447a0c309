from __future__ import annotations

import csv

import pytest

from pytest_haerae.data.option_references import are_about_each_other, refer_to_each_other
from tests.helpers import lettered, shared

ABOUT_OTHERS = [
    *(
        "위의 모두",
        "위 모두",
        "이상 모두",
        "위의 것 모두",
        "위의 보기 모두",
        "모두 해당된다",
        "모두 옳다",
        "전부",
        "둘 다",
        "다 맞다",
    ),
    *("정답 없음", "답이 없다", "해당 없음", "위 중에는 없음", "다음 중 없다"),
    *("①과 ②", "①, ③", "② 및 ③", "(A)와 (B)", "(a), (b)", "A와 B", "A, C", "A and B", "Both A and C", "B만 옳다"),
    *("1번과 2번", "2번", "보기 1", "보기 중 없다", "선택지 A", "option B", "(1), (2)", "C"),
    *("All of the above", "None of the above", "all of these", "neither of them", "both of the above", "Both"),
    *("ㄱ, ㄴ", "(가), (나)", "㉠, ㉢"),
    *("위의 모든 것", "위의 모든 항목", "위에서 언급한 모든 것", "위의 어느 것도 아니다", "위의 어느 것도 아님"),
    *("어느 것도 아니다", "위의 세 가지 모두", "세 가지 모두", "셋 다", "모두 틀렸다", "모두 적절하다", "나머지 모두"),
    *("이 중에 없음", "보기에 없음", "위에 없음", "위 답안 중 정답 없음", "다른 선택지는 모두 틀리다"),
    *("A와 B가 모두 맞다", "A와 B 모두 옳습니다", "A와 B는 맞고 C는 틀리다", "B and C are correct"),
    *("Both A and B are correct", "A and B are both true", "첫 번째와 두 번째", "첫째와 셋째"),
    *("1과 2", "1, 3", "1,2,3", "1번 2번", "both answers are correct"),
]
ABOUT_THEMSELVES = [
    *(
        "비타민 C",
        "B형",
        "A형과 B형",
        "A4",
        "한국은행",
        "모두의 이익을 위한 것",
        "다음과 같다",
        "다음 날",
        "위의 그림에서 왼쪽",
    ),
    *(
        "10월 3일",
        "7번 버스",
        "2번째",
        "제2항",
        "f(a)",
        "탄소(C)",
        "1, 5",
        "12",
        "1/2",
        "3시간 이상이다.",
        "이상은 없다.",
    ),
    *(
        "위에 있다",
        "아래로 내려간다",
        "알 수 없다",
        "변화 없음",
        "이상적인 사회",
        "전부 개정",
        "both sides of it",
        "above 20",
    ),
    *(
        "이상 없음",
        "나머지 토지",
        "위와 장의 모든 기능",
        "A and B hepatitis",
        "두 가지 모두 고객 출입구 근처에 둔다",
        "셋 다리",
    ),
    *("모두 함께 간다", "이 법은 모두에게 적용된다", "첫 번째 문단", "1과목"),
]


@pytest.mark.parametrize("text", ABOUT_OTHERS)
def test_an_option_that_is_about_others_is_found(text: str) -> None:
    assert refer_to_each_other(("바다", "산", text, "강"), "질문")


@pytest.mark.parametrize("text", ABOUT_THEMSELVES)
def test_an_option_that_is_about_itself_is_none(text: str) -> None:
    assert not refer_to_each_other(("바다", "산", text, "강"), "질문")


def test_numbers_beside_nothing_but_numbers_are_numbers() -> None:
    assert not refer_to_each_other(("1, 2", "1, 3", "2, 3", "1, 2, 3"), "질문")
    assert refer_to_each_other(("1, 2", "1, 3", "바다", "산"), "질문")


def test_options_of_examinations_are_seldom_called_so() -> None:
    """Of KMMLU's four-option questions: one in 200 at most."""
    files = sorted(shared("data/kmmlu").glob("*-test.csv"))
    count = found = 0
    for path in files[::5]:
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                count += 1
                found += refer_to_each_other(tuple(row[label] for label in "ABCD"), row["question"])
    assert count > 5000
    assert found <= count / 200


def test_marks_that_the_question_has_are_the_questions() -> None:
    options = ("ㄱ, ㄴ", "ㄱ, ㄷ", "ㄴ, ㄷ", "ㄴ, ㄹ")
    asked = "보기에서 고른 것은?\nㄱ. 하나 ㄴ. 둘 ㄷ. 셋 ㄹ. 넷\n\n(A) ㄱ, ㄴ\n(B) ㄱ, ㄷ\n(C) ㄴ, ㄷ\n(D) ㄴ, ㄹ"
    assert not refer_to_each_other(options, asked)
    assert refer_to_each_other(options, asked.replace("ㄹ. 넷", ""))
    assert refer_to_each_other(options, "\n".join(options))


def test_an_item_is_asked_by_its_options() -> None:
    assert not are_about_each_other(lettered())
    assert are_about_each_other(lettered(options=("사과", "배", "위의 모두")))
