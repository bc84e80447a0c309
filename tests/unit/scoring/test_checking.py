from __future__ import annotations

import contextlib
import enum
import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.checking import OUTCOMES, checked
from pytest_haerae.types import Response, Verdict

RESPONSE = Response(text="(A)")


class Result(str, enum.Enum):  # noqa: UP042 - as people write it
    RIGHT = "correct"


class Nameless:
    def __repr__(self) -> str:
        raise RuntimeError


@dataclass(frozen=True, slots=True)
class Mine(Verdict):
    more: int = 0


async def later() -> Verdict:
    return Verdict("correct")


def made(**values: Any) -> Verdict:  # noqa: ANN401 - wrong types are what is tested
    return Verdict(**{"outcome": "correct", **values})


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            made(outcome="Correct"),
            "unknown outcome 'Correct': did you mean 'correct'? Valid: correct, cut, error, invalid",
        ),
        (made(outcome="corect"), "unknown outcome 'corect': did you mean 'correct'?"),
        (made(outcome="wrong "), "unknown outcome 'wrong ': did you mean 'wrong'?"),
        (made(outcome=""), "unknown outcome ''. Valid: "),
        (made(outcome=None), "outcome is one of correct, wrong, invalid, cut, error, skipped, unjudged, not None"),
        (made(outcome=True), "outcome is one of correct, wrong, invalid, cut, error, skipped, unjudged, not True"),
        (
            made(outcome=["correct"]),
            "outcome is one of correct, wrong, invalid, cut, error, skipped, unjudged, not ['correct']",
        ),
        (made(prediction=1), "prediction is a text or None, not 1"),
        (made(prediction=["A"]), "prediction is a text or None, not ['A']"),
        (made(explanation=None), "explanation is a text, not None"),
        (made(explanation=b"x"), "explanation is a text, not b'x'"),
        (made(rule=2), "rule is a text or None, not 2"),
        (made(why=("a",)), "why is a text or None, not ('a',)"),
        (made(why_start="0"), "why_start is a whole number from 0 or None, not '0'"),
        (made(why_start=-1), "why_start is a whole number from 0 or None, not -1"),
        (made(turn_scores=0.5), "turn_scores are numbers, not 0.5"),
        (made(order_scores=(0.5, 1.5)), "order_scores are between 0 and 1, not (0.5, 1.5)"),
        (made(order_scores=(0.5,)), "order_scores are two numbers or none, not (0.5,)"),
        (made(turn_scores=(0.5, 1.5)), "turn_scores are between 0 and 1, not (0.5, 1.5)"),
        (made(turn_scores=[None]), "turn_scores are between 0 and 1, not [None]"),
        (made(turn_scores=("a",)), "turn_scores is a number or None, not 'a'"),
        (made(why_start=True), "why_start is a whole number from 0 or None, not True"),
        (made(margin="0.5"), "margin is a number or None, not '0.5'"),
        (made(margin=True), "margin is a number or None, not True"),
        (made(margin=Decimal("0.5")), "margin is a number or None, not Decimal('0.5')"),
        (made(margin=float("nan")), "margin is a finite number or None, not nan"),
        (made(margin=10**400), "margin is a finite number or None, not "),
        (made(character_f=float("inf")), "character_f is a finite number or None, not inf"),
        (made(character_f=complex(1, 1)), "character_f is a number or None, not (1+1j)"),
        (made(character_f=1.5), "character_f is between 0 and 1, not 1.5"),
        (made(character_f=-0.1), "character_f is between 0 and 1, not -0.1"),
        (made(prediction="\ud83d"), "prediction holds half of a surrogate pair: '\\ud83d'"),
        (made(explanation="x\udc00"), "explanation holds half of a surrogate pair: 'x\\udc00'"),
        (made(why="\udc00"), "why holds half of a surrogate pair: '\\udc00'"),
        ("correct", "returned 'correct', not a Verdict"),
        (("correct", "A"), "returned ('correct', 'A'), not a Verdict"),
        (None, "returned None, not a Verdict"),
        (Verdict, "returned <class 'pytest_haerae.types.Verdict'>, not a Verdict"),
        (Nameless(), "returned a Nameless that cannot be shown, not a Verdict"),
        (object.__new__(Verdict), "returned a verdict without outcome"),
    ],
)
def test_what_is_no_verdict_is_refused_by_what_is_wrong_with_it(verdict: object, said: str) -> None:
    with pytest.raises(ScorerFailure) as caught:
        checked(verdict, RESPONSE)
    assert str(caught.value).startswith(said)
    assert str(caught.value).isprintable()


def test_a_coroutine_is_closed_and_named() -> None:
    with pytest.raises(ScorerFailure, match=r"returned a coroutine \(a scorer is no async function\), not a Verdict"):
        checked(later(), RESPONSE)


def test_a_verdict_is_handed_on_as_it_is() -> None:
    verdict = Verdict("invalid", None, "one line", "my rule", 0.5, 0.25, "(A)")
    assert checked(verdict, RESPONSE) is verdict


def test_half_of_a_character_in_what_a_judge_wrote_is_replaced() -> None:
    """A stored judgement would make its item an error for ever: the judge is not asked the same again."""
    verdict = checked(made(judgements=("[[CORRECT]] \ud83d", "다시")), RESPONSE)
    assert verdict.judgements == ("[[CORRECT]] \ufffd", "다시")
    with pytest.raises(ScorerFailure, match="judgements is a text or None, not 5"):
        checked(made(judgements=(5,)), RESPONSE)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (made(outcome=Result.RIGHT), Verdict("correct")),
        (made(margin=2), Verdict("correct", margin=2.0)),
        (made(margin=Fraction(1, 2)), Verdict("correct", margin=0.5)),
        (Mine("wrong", "A", more=3), Verdict("wrong", "A")),
    ],
)
def test_what_stands_for_a_verdict_becomes_one_of_plain_values(verdict: Verdict, expected: Verdict) -> None:
    found = checked(verdict, RESPONSE)
    assert found == expected
    assert type(found) is Verdict
    assert type(found.outcome) is str
    assert found.margin is None or type(found.margin) is float


def test_numbers_of_numpy_become_pythons_own() -> None:
    numpy = pytest.importorskip("numpy")
    found = checked(made(margin=numpy.float32(0.5), character_f=numpy.float64(0.25)), RESPONSE)
    assert (type(found.margin), type(found.character_f)) == (float, float)
    with pytest.raises(ScorerFailure, match="outcome is one of"):
        checked(made(outcome=numpy.array(["correct", "wrong"])), RESPONSE)


def test_half_a_character_that_the_model_wrote_is_not_the_scorers_fault() -> None:
    found = checked(made(prediction="A\ud83d", explanation="\ud83d"), Response(text="A\ud83d"))
    assert (found.prediction, found.explanation) == ("A\ufffd", "\ufffd")


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.sampled_from(OUTCOMES),
    st.lists(st.text()),
)


@given(st.builds(Verdict, *[anything] * 7))
def test_whatever_a_verdict_holds_it_is_refused_or_fit_for_a_report(verdict: Verdict) -> None:
    found = None
    with contextlib.suppress(ScorerFailure):
        found = checked(verdict, RESPONSE)
    if found is not None:
        assert found.outcome in OUTCOMES
        json.dumps(asdict(found), allow_nan=False, ensure_ascii=False).encode()
