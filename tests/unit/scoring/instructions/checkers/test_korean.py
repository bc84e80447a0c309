from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("korean"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


def test_sentences_of_both_levels_are_counted() -> None:
    told = check("korean:speech_level", "안녕하세요. 밥 먹었어? 가자.", level="존댓말")
    assert told == (False, "1 polite and 2 plain sentences, all asked in 존댓말")


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("사실입니다.", "존댓말"),
        ("사실이 아니다.", "반말"),
        ("어디 갑니까?", "존댓말"),
        ("같이 갑시다.", "존댓말"),
        ("물을 마시다.", "반말"),
        ("그렇군요!", "존댓말"),
        ("어서 오십시오.", "존댓말"),
        ("같이 갈까?", "반말"),
        ("알겠어.", "반말"),
        ("내가 할게~", "반말"),
        ("사용 언어는 한국어.", None),
        ("자료가 필요.", None),
        ("푸른 바다.", None),
        ("안녕!", None),
        ("“감사합니다.”", "존댓말"),
        ("그는 “감사합니다.”라고 했다.", "반말"),
        ("네.", None),
        ("Hello.", None),
    ],
)
def test_the_level_is_that_of_the_last_word(sentence: str, level: str | None) -> None:
    assert [each for each in ("존댓말", "반말") if check("korean:speech_level", sentence, level=each).followed] == (
        [level] if level else []
    )
