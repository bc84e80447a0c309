from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import pytest

from pytest_haerae.config.options import BY_NAME
from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.repeats import choose_answer
from pytest_haerae.types import Answer, Outcome, PassIf, Response, Verdict

LETTERS: dict[str, Outcome] = {"r": "correct", "w": "wrong", "i": "invalid", "c": "cut", "e": "error"}


def given(outcomes: str) -> list[Answer]:
    """Answers by the letters of their outcomes; each says its place."""
    return [
        Answer(Response(text=str(place)), Verdict(LETTERS[letter], explanation=f"number {place}"))
        for place, letter in enumerate(outcomes)
    ]


@pytest.mark.parametrize(
    ("outcomes", "pass_if", "expected"),
    [
        ("rrw", "majority", "correct"),
        ("rrww", "majority", "wrong"),
        ("rrrw", "majority", "correct"),
        ("wwwr", "any", "correct"),
        ("wwww", "any", "wrong"),
        ("rrrr", "all", "correct"),
        ("rrri", "all", "invalid"),
        ("iiw", "majority", "invalid"),
        ("ciw", "majority", "wrong"),
        ("cci", "any", "cut"),
        ("rrre", "any", "error"),
    ],
)
def test_what_an_item_comes_to(outcomes: str, pass_if: PassIf, expected: Outcome) -> None:
    chosen = choose_answer(given(outcomes), pass_if)
    assert chosen.verdict.outcome == expected
    first = next(answer for answer in given(outcomes) if answer.verdict.outcome == expected)
    assert chosen.response == first.response
    if expected != "error":
        told = f"{outcomes.count('r')} of {len(outcomes)} answers right ({pass_if}); {first.verdict.explanation}"
        assert chosen.verdict.explanation == told


def test_a_verdict_without_words_says_how_many_are_right() -> None:
    answers: Sequence[Answer] = [Answer(Response(text="x"), Verdict("correct"))] * 2
    assert choose_answer(answers, "all").verdict.explanation == "2 of 2 answers right (all)"


def test_the_option_takes_each_rule_and_no_other() -> None:
    for rule in get_args(PassIf):
        assert BY_NAME["pass_if"].read({"pass_if": rule}) == rule
    with pytest.raises(UsageError, match=r"'most'.*majority"):
        BY_NAME["pass_if"].read({"pass_if": "most"})
