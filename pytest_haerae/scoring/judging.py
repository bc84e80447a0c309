"""One item, its response and the chosen scorer to a verdict, which is checked before anything counts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.errors import HaeraeError, ScorerFailure, in_words, raised
from pytest_haerae.escaping import shown
from pytest_haerae.redact import error_line
from pytest_haerae.scoring.checking import checked
from pytest_haerae.scoring.log_likelihood import not_applicable
from pytest_haerae.scoring.panel import Vote
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.scoring.time_limit import ForeignAlarm, OutOfTime, call_within
from pytest_haerae.types import Item, Method, Request, Response, Verdict


def skip_reason(item: Item, method: Method) -> str | None:
    """Why a method does not apply to an item; None where it does."""
    if method == "log_likelihood":
        return not_applicable(item)
    return "a text alone asks nothing: add --method=log_likelihood" if is_text_alone(item) else None


def judge(item: Item, response: Response | None, chosen: ChosenScorer, second: Sequence[Response] = ()) -> Verdict:
    """Judge one item. A scorer that raises, does not end or returns no verdict makes its item an error, and no other.

    Args:
        item: The question.
        response: The backend's response; None for an item that was not asked because the method does not apply.
        chosen: The scorer that judges, with its parameters and its time limit.
        second: What a second model answered to what the scorer wanted to know of the response.
    """
    reason = skip_reason(item, chosen.scorer.method)
    if reason or response is None:
        return Verdict("skipped", explanation=reason or "not asked")
    if response.error is not None:
        return Verdict("error", explanation=f"{item.id}: {response.error}")
    lost = next((answer.error for answer in second if answer.error is not None), None)
    if lost is not None:
        return Verdict("error", explanation=f"{item.id}: the answer could not be judged: {lost}")
    try:
        if chosen.scorer.trusted:
            return cast("Verdict", _within(chosen, lambda: chosen.judge(item, response, second)))
        # Copies: what a scorer changes of a question or an answer is not to be in the report.
        asked = [replace(answer) for answer in second]
        returned = _within(chosen, lambda: chosen.judge(replace(item), replace(response), asked))
        return checked(returned, response)
    except ScorerFailure as failure:
        return _failed(item, chosen, failure)


def combine(item: Item, response: Response, chosen: ChosenScorer, votes: Sequence[Vote]) -> Verdict:
    """What the verdicts by several second models come to. One that is an error makes the item an error.

    Args:
        item: The question.
        response: An answer, which is no error.
        chosen: The scorer.
        votes: The verdicts.
    """
    panel = tuple((vote.model, vote.verdict) for vote in votes)
    failed = next((vote for vote in votes if vote.verdict.outcome == "error"), None)
    if failed is not None:
        # Whoever asks again has the others' answers: a number of fewer judges would be another measurement.
        return Verdict("error", explanation=f"{failed.model}: {failed.verdict.explanation}", panel=panel)
    try:
        given = [Vote(vote.model, replace(vote.verdict)) for vote in votes]
        returned = _within(chosen, lambda: chosen.combine(replace(item), replace(response), given))
        return replace(checked(returned, response), panel=panel)
    except ScorerFailure as failure:
        return _failed(item, chosen, failure)


def further_requests(
    item: Item, response: Response, chosen: ChosenScorer, second: Sequence[Response]
) -> Sequence[Request] | Verdict:
    """What a second model is to be asked next about a response, for the scorer to judge it.

    Args:
        item: The question.
        response: An answer, which is no error.
        chosen: The scorer.
        second: What the second model answered so far.

    Returns:
        The next requests, none where all is asked; the item's error where the scorer raises or returns none.
    """
    try:
        asked = [replace(answer) for answer in second]
        found = _within(chosen, lambda: chosen.requests(replace(item), replace(response), asked))
        requests: list[Request] = []
        for request in found if isinstance(found, Sequence) else [found]:
            if not isinstance(request, Request):
                raise ScorerFailure(f"its requests() gave {shown(request)}, which is no Request")
            requests.append(request)
        return requests
    except ScorerFailure as failure:
        return _failed(item, chosen, failure)


def _failed(item: Item, chosen: ChosenScorer, failure: ScorerFailure) -> Verdict:
    return Verdict("error", explanation=f"scorer {chosen.scorer.name}, item {item.id}: {error_line(str(failure))}")


def _within(chosen: ChosenScorer, act: Callable[[], object]) -> object:
    """What the scorer returned, within its time.

    Raises:
        ScorerFailure: It returned nothing.
        BaseException: An interrupt, or the alarm of somebody else that rang meanwhile.
    """
    limit, patience = chosen.time_limit, chosen.patience
    if patience.is_over():
        raise ScorerFailure(f"not asked: it reached its time limit of {limit:g} s on {patience.most} items in a row")
    try:
        returned = act() if chosen.scorer.trusted else call_within(limit, act)
    except OutOfTime:
        patience.lose()
        raise ScorerFailure(f"gave no verdict within {limit:g} s (--evaluator-params time_limit)") from None
    except ForeignAlarm as alarm:
        raise alarm.error from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        # Also what is no Exception, as of sys.exit() and pytest.fail(): it is the scorer's, and costs its item alone.
        patience.restore()
        raise ScorerFailure(in_words(error) if isinstance(error, HaeraeError) else raised(error)) from error
    patience.restore()
    return returned
