from __future__ import annotations

import pytest

from pytest_haerae.types import Response
from tests.helpers import lettered
from tests.unit.scoring.judged import judged


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("B", "B"),
        (' "C" ', "C"),
        ("C: 위화도회군", "C"),
        ("A가 아니라 B입니다.", "A"),
        ("<think>C인가</think>\n'B'", "B"),
        ("지드래곤 (A)", None),
        ("(B)", None),
        ("b", None),
        ("F", None),
        ("", None),
    ],
)
def test_the_letter_that_an_answer_begins_with_is_read(text: str, read: str | None) -> None:
    verdict = judged(lettered("B"), Response(text=text), "string_match", "first_letter")
    assert verdict.prediction == read
    assert verdict.outcome == ("correct" if read == "B" else "wrong" if read else "invalid")
    if read:
        assert verdict.why == read
        assert verdict.why_start is not None
        assert text[verdict.why_start] == read
