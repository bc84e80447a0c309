from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.options import options_of
from pytest_haerae.scoring.reading.output import SEVERAL, Output
from pytest_haerae.scoring.reading.statements import last_conclusion, last_statement
from tests.helpers import lettered

OPTIONS = options_of(lettered(options=("훈민정음", "경국대전", "삼국사기", "동의보감", "농사직설")))


@pytest.mark.parametrize(
    ("text", "label", "rule"),
    [
        ("정답은 (B)입니다.", "B", "stated verdict"),
        ("The answer is B.", "B", "stated verdict"),
        ("정답은 다음과 같습니다.\nB", "B", "stated verdict"),
        ("정답은 (A)가 아니라 (B)", "B", "stated verdict"),
        ("정답은 (A) 또는 (B)", SEVERAL, "stated verdict"),
        ("(B)가 정답이다", "B", "stated verdict"),
        ("boxed: B", "B", "box"),
        ("<answer>B</answer>", "B", "answer tag"),
        ("정답은 (A)\n아니, (B)", "B", "correction"),
        ("정답은 (A)\n정답은 (B)", "B", "stated verdict"),
    ],
)
def test_the_last_statement_that_says_what_the_answer_is(text: str, label: str, rule: str) -> None:
    statement = last_statement(Output(text, OPTIONS))
    assert statement is not None
    assert (statement.label, statement.rule) == (label, rule)


@pytest.mark.parametrize(
    "text", ["따라서 (B)", "알맞은 것은 (B)", "(B)가 옳다", "I choose (B)", "따라서 다음과 같다.\n(B)"]
)
def test_a_conclusion_does_not_say_that_it_is_the_answer(text: str) -> None:
    conclusion = last_conclusion(Output(text, OPTIONS))
    assert conclusion is not None
    assert (conclusion.label, conclusion.rule) == ("B", "conclusion")


@pytest.mark.parametrize("text", ["", "모른다", "(B)", "따라서 (B)는 책이다", "따라서 모른다", "정답은 모른다"])
def test_what_states_nothing(text: str) -> None:
    assert last_statement(Output(text, OPTIONS)) is None
    assert last_conclusion(Output(text, OPTIONS)) is None
