"""What is said of an option. The examples of each line of the patterns are held in `test_patterns`."""

from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.predicates import CONCLUDES, IS_THE_ANSWER, REFUSES, SET_ASIDE_BEHIND


@pytest.mark.parametrize(
    "behind", ["가 될 수 없는 이유", "가 아니라", "인 이유는", "라고 생각하지만", " is not", "n't"]
)
def test_what_denies_or_supposes_an_option_sets_it_aside(behind: str) -> None:
    assert SET_ASIDE_BEHIND.match(behind)
    assert not IS_THE_ANSWER.match(behind)


@pytest.mark.parametrize("behind", ["입니다.", ".", " because it is", "이다", ""])
def test_a_sentence_may_conclude_with_an_option(behind: str) -> None:
    assert CONCLUDES.match(behind)
    assert not SET_ASIDE_BEHIND.match(behind)


@pytest.mark.parametrize("behind", ["의 값은", "는 문자이다", " is a script", " = 3", "점에서"])
def test_a_sentence_that_goes_on_about_an_option_does_not_conclude_with_it(behind: str) -> None:
    assert not CONCLUDES.match(behind)


@pytest.mark.parametrize("text", ["I cannot determine f(1).", "f(1)의 값을 계산할 수 없습니다.", "조건이 부족하다"])
def test_a_refusal_is_known(text: str) -> None:
    assert REFUSES.search(text)
    assert not REFUSES.search("정답은 (B)입니다.")
