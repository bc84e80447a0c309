"""Item and response to verdict: pure functions, one file a method."""

from __future__ import annotations

from collections.abc import Callable

from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.scoring.log_likelihood import judge_log_likelihood, not_applicable
from pytest_haerae.scoring.mathematics.scorer import judge_mathematics, require_math_verify
from pytest_haerae.scoring.string_match import judge_strictly, judge_string_match
from pytest_haerae.types import Item, Method, Response, Verdict

Scorer = Callable[[Item, Response], Verdict]

DEFAULT_SCORER, STRICT_SCORER, MATH_SCORER = "default", "strict", "math"

SCORERS: dict[Method, dict[str, Scorer]] = {
    "log_likelihood": {DEFAULT_SCORER: judge_log_likelihood},
    "string_match": {
        DEFAULT_SCORER: judge_string_match,
        STRICT_SCORER: judge_strictly,
        MATH_SCORER: judge_mathematics,
    },
}
"""The scorers of each method by name; ``--evaluator-params scorer=NAME`` chooses one."""

REQUIREMENTS: dict[Scorer, Callable[[], None]] = {judge_mathematics: require_math_verify}
"""What refuses a scorer that this environment can not run, before anything is asked."""


def register_scorer(method: Method, name: str) -> Callable[[Scorer], Scorer]:
    """Decorate a pure function from item and response to verdict, in a conftest.py or a plugin of one's own.

    Args:
        method: The method whose responses it judges: ``string_match`` gives texts, ``log_likelihood`` numbers.
        name: What ``--evaluator-params scorer=NAME`` calls it.
    """

    def register(scorer: Scorer) -> Scorer:
        SCORERS[method][name] = scorer
        return scorer

    return register


def find_scorer(method: Method, name: str) -> Scorer:
    """Look a scorer up.

    Raises:
        UsageError: The method has none of this name.
    """
    if name not in SCORERS[method]:
        raise UsageError(f"--evaluator-params: {unknown('scorer', name, SCORERS[method])}")
    return SCORERS[method][name]


def check_scorer(method: Method, name: str) -> None:
    """Refuse a scorer that is unknown or lacks a library.

    Raises:
        UsageError: With the way out.
    """
    REQUIREMENTS.get(find_scorer(method, name), lambda: None)()


def skip_reason(item: Item, method: Method) -> str | None:
    """Why a method does not apply to an item; None where it does."""
    return not_applicable(item) if method == "log_likelihood" else None


def judge(item: Item, response: Response | None, method: Method, scorer: str = DEFAULT_SCORER) -> Verdict:
    """Judge one item.

    Args:
        item: The question.
        response: The backend's response; None for an item that was not asked because the method does not apply.
        method: How to judge.
        scorer: Which of the method's scorers judges.
    """
    reason = skip_reason(item, method)
    if reason or response is None:
        return Verdict("skipped", explanation=reason or "not asked")
    if response.error is not None:
        return Verdict("error", explanation=f"{item.id}: {response.error}")
    return find_scorer(method, scorer)(item, response)
