from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.options import options_of
from pytest_haerae.scoring.reading.own_text import own_text
from tests.helpers import lettered

OPTIONS = options_of(lettered(options=("-2", "2", "√2", "2%", "2*2")))


@pytest.mark.parametrize(
    ("text", "label", "announced"),
    [
        ("-2", "A", False),
        ("$2%$", "D", False),
        ("**2*2**", "E", False),
        ("정답: √2", "C", True),
        ("풀이\n따라서 정답은 -2입니다.", "A", True),
        ("The answer is 2%.", "D", True),
        (r"따라서 \boxed{2*2}", "E", True),
        ("(A) -2", "A", False),
    ],
)
def test_an_own_text_keeps_its_signs_and_its_markup(text: str, label: str, announced: bool) -> None:
    found = own_text(text, OPTIONS)
    assert found is not None
    assert (found.label, found.announced) == (label, announced)
    assert found.words in text


@pytest.mark.parametrize("text", ["", "A", "(B)", "3", "정답", "정답: A", "(2)", "정답: 2%\n정답: √2", "(B) -2"])
def test_a_letter_alone_and_what_announces_twice_are_left_to_the_rules(text: str) -> None:
    assert own_text(text, OPTIONS) is None
