"""One item, its response and the chosen scorer to a verdict, which is checked before anything counts it."""

from __future__ import annotations

from typing import get_args

from pytest_haerae.errors import HaeraeError, ScorerFailure, raised, unknown
from pytest_haerae.scoring.log_likelihood import not_applicable
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.types import Item, Method, Outcome, Response, Verdict

_OUTCOMES: tuple[str, ...] = get_args(Outcome)


def skip_reason(item: Item, method: Method) -> str | None:
    """Why a method does not apply to an item; None where it does."""
    return not_applicable(item) if method == "log_likelihood" else None


def judge(item: Item, response: Response | None, chosen: ChosenScorer) -> Verdict:
    """Judge one item.

    Args:
        item: The question.
        response: The backend's response; None for an item that was not asked because the method does not apply.
        chosen: The scorer that judges, with its parameters.

    Raises:
        ScorerFailure: The scorer raised an exception, or what it returned is no verdict.
    """
    reason = skip_reason(item, chosen.scorer.method)
    if reason or response is None:
        return Verdict("skipped", explanation=reason or "not asked")
    if response.error is not None:
        return Verdict("error", explanation=f"{item.id}: {response.error}")
    place = f"scorer {chosen.scorer.name}, item {item.id}"
    try:
        verdict = chosen.judge(item, response)
    except HaeraeError:
        raise
    except Exception as error:
        raise ScorerFailure(f"{place}: {raised(error)}") from error
    return _checked(verdict, place)


def _checked(verdict: object, place: str) -> Verdict:
    """A scorer's verdict, if it is one: a misspelt outcome would be in no count, and so in no gate."""
    if not isinstance(verdict, Verdict):
        raise ScorerFailure(f"{place}: returned {verdict!r:.80}, not a Verdict")
    if verdict.outcome not in _OUTCOMES:
        raise ScorerFailure(f"{place}: {unknown('outcome', str(verdict.outcome), _OUTCOMES)}")
    for name, value in (("prediction", verdict.prediction), ("rule", verdict.rule)):
        if not (value is None or isinstance(value, str)):
            raise ScorerFailure(f"{place}: {name} is a text or None, not {value!r:.80}")
    if not isinstance(verdict.explanation, str):
        raise ScorerFailure(f"{place}: explanation is a text, not {verdict.explanation!r:.80}")
    return verdict
