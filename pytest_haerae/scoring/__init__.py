"""Item and response to verdict: pure functions, one file a method."""

from __future__ import annotations

from collections.abc import Callable

from pytest_haerae.scoring.log_likelihood import judge_log_likelihood, not_applicable
from pytest_haerae.scoring.string_match import judge_string_match
from pytest_haerae.types import Item, Method, Response, Verdict

Scorer = Callable[[Item, Response], Verdict]

SCORERS: dict[Method, Scorer] = {"log_likelihood": judge_log_likelihood, "string_match": judge_string_match}


def skip_reason(item: Item, method: Method) -> str | None:
    """Why a method does not apply to an item; None where it does."""
    return not_applicable(item) if method == "log_likelihood" else None


def judge(item: Item, response: Response | None, method: Method) -> Verdict:
    """Judge one item.

    Args:
        item: The question.
        response: The backend's response; None for an item that was not asked because the method does not apply.
        method: How to judge.
    """
    reason = skip_reason(item, method)
    if reason or response is None:
        return Verdict("skipped", explanation=reason or "not asked")
    if response.error is not None:
        return Verdict("error", explanation=f"{item.id}: {response.error}")
    return SCORERS[method](item, response)
