from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.hangul import _NO_LANGUAGE, LONGEST_COUNTED, hangul_share
from tests.unit.scoring.reading.verbose import Example, examples, uncommented

KOREAN = st.text(alphabet="가나다라마바사 .,!?1234", min_size=1).filter(lambda text: any(each >= "가" for each in text))
FOREIGN = st.text(alphabet="абвгд漢字仮名かなカナéäöü", min_size=2, max_size=20)


@given(KOREAN)
def test_korean_is_all_hangul(text: str) -> None:
    assert hangul_share(text) == 1.0
    assert hangul_share(unicodedata.normalize("NFD", text)) == 1.0


@given(KOREAN, st.text(alphabet="абвгджзиклмн", min_size=2, max_size=20))
def test_the_share_is_that_of_letters(korean: str, other: str) -> None:
    count = sum("가" <= character <= "힣" for character in korean)
    assert hangul_share(f"{korean} {other}") == pytest.approx(count / (count + len(other)))


@pytest.mark.parametrize(
    "text",
    [
        "정답은 (B)입니다.",
        "삼성전자(Samsung Electronics)와 Bank of Korea는 KOSPI에 있다.",
        "GPT-4o와 iPhone 15 Pro는 LG U+에서 판다.",
        "법(法)은 규범(規範, Norm)이다.",
        "거리는 10km이고 질량은 3 kg이다.",
        "따라서 $x = \\frac{a}{b}$이고 α는 3이다. \\boxed{42}",
        "따라서\n\\[\nx = value\n\\]\n\\begin{align}sin x\\end{align}이다.",
        "코드는 다음과 같다.\n```python\nprint('hello world')\n```\n그리고 `len(word)`이다.",
        "코드는 다음과 같다.\n```python\nfor each in range(3): print(each)",
        "자세한 내용은 https://example.com/some/page 참고.<br>끝",
        "<think>Let me think about this question.</think>정답은 둘째입니다.",
        "ㅋㅋ 맞아요",
    ],
)
def test_what_is_no_choice_of_a_language_does_not_count(text: str) -> None:
    assert hangul_share(text) == 1.0


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("The answer is B because it rains.", 0.0),
        ("这个问题的答案是B。", 0.0),
        ("这个 문제", 0.5),
        ("ALL OF THESE WORDS ARE IN CAPITALS", 0.0),
        ("Samsung Electronics announced it.", 0.0),
        ("정답 答案", 0.5),
        ("서울 (capital)", 2 / 9),
        ("<think>정답은 둘째입니다.</think>second", 0.0),
    ],
)
def test_what_is_written_in_another_language_counts(text: str, share: float) -> None:
    assert hangul_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["", "42", "(B)", "B.", "$x^2$", "```\ncode\n```", "LG", "<think>생각"])
def test_of_an_answer_without_letters_nothing_is_said(text: str) -> None:
    assert hangul_share(text) is None


def test_words_of_the_question_are_not_chosen_by_the_model() -> None:
    assert hangul_share("because는 접속사", "영어 Because의 품사는?") == 1.0
    assert hangul_share("because는 접속사", "품사는?") != 1.0


@pytest.mark.parametrize("unit", ["`", "$", "\\", "a ", "가(法", "\\begin{a}", "```", "a-", "1a", "<a", "\\(", "A of "])
def test_a_runaway_costs_no_seconds(unit: str) -> None:
    share = hangul_share(unit * (10 * LONGEST_COUNTED // len(unit)))
    assert share is None or 0 <= share <= 1


@given(st.text())
def test_it_is_a_share_or_nothing_of_any_text(text: str) -> None:
    share = hangul_share(text, text)
    assert share is None or 0 <= share <= 1


@given(FOREIGN, KOREAN)
def test_more_hangul_is_no_smaller_share(foreign: str, korean: str) -> None:
    before = hangul_share(foreign)
    after = hangul_share(f"{foreign} {korean}")
    assert before == 0
    assert after is not None
    assert after > 0


@pytest.mark.parametrize("example", [*examples(_NO_LANGUAGE)], ids=lambda example: ascii(example.text))
def test_each_line_of_the_pattern_has_a_true_example(example: Example) -> None:
    assert bool(_NO_LANGUAGE.search(example.text)) is example.matches
    assert uncommented(_NO_LANGUAGE) == []
