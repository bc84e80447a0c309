from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.options import options_of
from pytest_haerae.scoring.reading.output import Output
from pytest_haerae.scoring.reading.runaways import first_of_a_runaway
from tests.helpers import lettered


def first(text: str) -> str | None:
    statement = first_of_a_runaway(Output(text, options_of(lettered())))
    return statement.label if statement else None


@pytest.mark.parametrize(
    "text",
    [
        "정답: (B)\n정답: (C)",
        "정답: (B)\n\n정답: (B)\n\n정답: (C)",
        "정답:\n(B)\n\n정답:\n(C)",
        "정답은 (B)입니다.\n정답은 (C)입니다.",
        "(B)\n정답: (C)\n정답: (A)",
        "Answer: B\nAnswer: C\nAnswer: A",
        "1. 정답: (B)\n2. 정답: (C)\n3. 정답: (D)",
        "정답: (B)\n해설: 법전\n\n정답: (C)\n해설: 역사서\n\n정답: (A)\n해설: 문자",
    ],
)
def test_the_first_verdict_of_a_list_without_words_between_is_the_answer(text: str) -> None:
    assert first(text) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "정답: (B)",
        "정답: (B)\n정답: (B)",
        "정답: (A)\n정정합니다. 정답: (C)",
        "풀이를 하면\n정답: (A)\n정답: (C)",
        "정답: (A)\n해설: 문자\n\n정답: (C)\n해설: 역사서",
        "정답: (A)\n해설: 문자\n정답: (C)\n잠깐, 아니다.\n정답: (B)",
        "B\n\n정답: (A)",
        "B",
        "모른다",
    ],
)
def test_a_correction_and_one_verdict_are_no_runaway(text: str) -> None:
    assert first(text) is None
