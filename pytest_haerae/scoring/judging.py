"""One item, its response and the chosen scorer to a verdict, which is checked before anything counts it."""

from __future__ import annotations

from dataclasses import replace

from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.errors import HaeraeError, ScorerFailure, in_words, raised
from pytest_haerae.redact import error_line
from pytest_haerae.scoring.checking import checked
from pytest_haerae.scoring.log_likelihood import not_applicable
from pytest_haerae.scoring.parameters import ChosenScorer
from pytest_haerae.scoring.time_limit import ForeignAlarm, OutOfTime, call_within
from pytest_haerae.types import Item, Method, Response, Verdict


def skip_reason(item: Item, method: Method) -> str | None:
    """Why a method does not apply to an item; None where it does."""
    if method == "log_likelihood":
        return not_applicable(item)
    return "a text alone asks nothing: add --method=log_likelihood" if is_text_alone(item) else None


def judge(item: Item, response: Response | None, chosen: ChosenScorer) -> Verdict:
    """Judge one item. A scorer that raises, does not end or returns no verdict makes its item an error, and no other.

    Args:
        item: The question.
        response: The backend's response; None for an item that was not asked because the method does not apply.
        chosen: The scorer that judges, with its parameters and its time limit.
    """
    reason = skip_reason(item, chosen.scorer.method)
    if reason or response is None:
        return Verdict("skipped", explanation=reason or "not asked")
    if response.error is not None:
        return Verdict("error", explanation=f"{item.id}: {response.error}")
    try:
        return checked(_returned(item, response, chosen), response)
    except ScorerFailure as failure:
        return Verdict("error", explanation=f"scorer {chosen.scorer.name}, item {item.id}: {error_line(str(failure))}")


def _returned(item: Item, response: Response, chosen: ChosenScorer) -> object:
    """What the scorer returned.

    Raises:
        ScorerFailure: It returned nothing.
        BaseException: An interrupt, or the alarm of somebody else that rang meanwhile.
    """
    limit, patience = chosen.time_limit, chosen.patience
    if patience.is_over():
        raise ScorerFailure(f"not asked: it reached its time limit of {limit:g} s on {patience.most} items in a row")
    try:
        # Copies: what a scorer changes of a question or an answer is not to be in the report.
        returned = call_within(limit, lambda: chosen.judge(replace(item), replace(response)))
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
