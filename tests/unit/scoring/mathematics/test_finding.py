from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_haerae.scoring.mathematics.characters import PlainText
from pytest_haerae.scoring.mathematics.equality import same_value
from pytest_haerae.scoring.mathematics.finding import find_answer
from tests.unit.scoring.reading.adversarial import PIECES, repeated

QUERY = "6 곱하기 7은 얼마인가?"
MORE_PIECES = (
    "1",
    "1,",
    "1 ",
    "1/",
    "1.1 ",
    "$1$, ",
    "\\boxed{1}, ",
    "정답: 1 ",
    "정답: x=1,",
    "1만 ",
    "½",
    "²",
    "1분의 ",
    "따라서 1",
    "\\(",
)


@pytest.mark.parametrize(
    ("text", "answer", "rule", "why"),
    [
        ("풀이: 6×7=42\n\\boxed{42}", "42", "box", "\\boxed{42}"),
        ("\\boxed{40}이 아니라 \\boxed{42}", "42", "box", "\\boxed{42}"),
        ("\\boxed{1}, \\boxed{3}", "1, 3", "box", "\\boxed{1}, \\boxed{3}"),
        ("\\boxed{1} 또는 \\boxed{3}", "1, 3", "box", "\\boxed{1} 또는 \\boxed{3}"),
        ("\\boxed{\\frac{84}{2}}입니다.", "\\frac{84}{2}", "box", "\\boxed{\\frac{84}{2}}"),
        ("\\boxed{42} 이므로 답은 위와 같다.", "42", "box", "\\boxed{42}"),
        ("\\boxed{40}이라 했으나 정답: 42", "42", "statement", "정답: 42"),
        ("정답은 42입니다.", "42", "statement", "정답은 42"),
        ("**정답: 42**", "42", "statement", "정답: 42"),
        ("**정답**: 42", "42", "statement", "정답**: 42"),
        ("### 정답\n42", "42", "statement", "### 정답\n42"),
        ("#### 42", "42", "statement", "#### 42"),
        ("최종 답은 $x = 42$이다.", "x = 42", "statement", "최종 답은 $x = 42"),
        ("답변: 1,234개입니다.", "1,234개", "statement", "답변: 1,234개"),
        ("The answer is 42.", "42", "statement", "answer is 42"),
        ("정답: ４２입니다.", "42", "statement", "정답: ４２"),
        ("6 곱하기 7은 42", "42", "last number", "42"),
        ("합은 -1/2이다", "-1/2", "last number", "-1/2"),
        ("４２", "42", "whole text", "４２"),
        ("<think>\\boxed{1}</think>42", "42", "whole text", "42"),
        ("\\boxed{42}\n\n문제: 1+1은?\n답변: \\boxed{2}", "42", "box", "\\boxed{42}"),
        ("\\boxed{42", "42", "last number", "42"),
        ("결과값은 -12 입니다. 오차는 0.5%", "-12", "last number", "-12"),
    ],
)
def test_the_last_stated_answer_is_read(text: str, answer: str, rule: str, why: str) -> None:
    found = find_answer(text, QUERY)
    assert found is not None
    assert (found.answer, found.rule, found.why) == (answer, rule, why)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "모르겠습니다.",
        "\\boxed{}",
        "<think>42",
        f"\\boxed{{{'x' * 301}}}",
        "f(1)은 알 수 없습니다.",
        "I cannot determine f(1).",
    ],
)
def test_where_there_is_none_none_is_found(text: str) -> None:
    assert find_answer(text, QUERY) is None


def test_a_number_on_the_way_is_none_where_the_output_was_cut() -> None:
    assert find_answer("3×4=12이고, 여기에 5를", QUERY, cut=True) is None
    assert find_answer("정답: 12\n검산: 3×", QUERY, cut=True) is not None


def test_the_words_are_found_in_a_decomposed_text() -> None:
    text = unicodedata.normalize("NFD", "정답은 42입니다.")
    found = find_answer(text, QUERY)
    assert found is not None
    assert (found.answer, found.why) == ("42", unicodedata.normalize("NFD", "정답은 42"))


PARTS = st.sampled_from(
    [
        *(
            "정답은 ",
            "답: ",
            "따라서 ",
            "\\boxed{",
            "}",
            "{",
            "$",
            "\\frac",
            "\\sqrt",
            "또는 ",
            "분의 ",
            "이상 ",
            "입니다.",
            "\n",
            " ",
        ),
        *(
            "1",
            "23",
            "1,000",
            "½",
            "²",
            "③",
            "①",
            "①②",
            "만 ",
            "천",
            "열",
            "이",
            "%",
            "°",
            "x",
            "=",
            "<",
            "\\le ",
            "[",
            ")",
            "(",
            ",",
        ),
        *(
            "\u2009",
            "\ud800",
            "\u200b",
            "\\n",
            "!",
            "|",
            "년 ",
            "월 ",
            "일",
            "시간 ",
            "분",
            ":",
            ".",
            "-",
            "+",
            "\\pm ",
            "e",
            "/",
        ),
    ]
)


@given(st.lists(PARTS, max_size=14).map("".join), st.booleans(), st.booleans())
def test_whatever_is_written_is_read_without_a_mistake(text: str, cut: bool, words: bool) -> None:
    found = find_answer(text, QUERY, cut=cut, words=words)
    assert found is None or (found.answer and (found.why is None or found.why in text))


@example("", ",만 ")  # a comma without a digit before the word that scales
@given(st.lists(PARTS, max_size=9).map("".join), st.lists(PARTS, max_size=9).map("".join))
def test_whatever_is_compared_gives_a_verdict_and_is_equal_to_itself(one: str, other: str) -> None:
    first, second = PlainText(one).text, PlainText(other).text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pytest_haerae.scoring.mathematics.equality.compare", lambda answer, reference: "different")
        assert same_value(first, second) in (True, False, None)
        assert same_value(first, first) is True


@pytest.mark.parametrize("piece", [*PIECES, *MORE_PIECES], ids=ascii)
def test_a_hundred_kilobytes_take_no_time(piece: str) -> None:
    text = repeated(piece, 100_000)
    find_answer(text[:1000], QUERY)
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        find_answer(text, QUERY)
        best = min(best, time.process_time() - started)
    assert best < 0.2  # 0.05 s on a machine that does nothing else
